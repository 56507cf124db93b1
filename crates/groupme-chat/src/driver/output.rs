//! Output of frames to the terminal, by a thread: a slow line delays frames, never keys or events.

use std::{
    io::{self, Write},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use tokio::sync::mpsc;

/// Bytes of the next frame. Clones share the buffer.
#[derive(Clone, Debug, Default)]
pub(super) struct FrameBuffer(Arc<Mutex<Vec<u8>>>);

impl FrameBuffer {
    fn take(&self) -> Vec<u8> {
        core::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for FrameBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut collected = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        collected.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Handle of the thread that writes frames.
#[derive(Debug)]
pub(super) struct Output {
    frame_buffer: FrameBuffer,
    frames: SyncSender<Vec<u8>>,
    written: mpsc::UnboundedReceiver<io::Result<()>>,
    /// Whether a frame is being written.
    is_busy: bool,
}

impl Output {
    /// Starts the thread that writes frames to the terminal.
    pub(super) fn start(mut terminal: impl Write + Send + 'static) -> io::Result<Self> {
        let (frames, incoming): (_, Receiver<Vec<u8>>) = sync_channel(1);
        let (report, written) = mpsc::unbounded_channel();
        let write = move || {
            while let Ok(frame) = incoming.recv() {
                let result = terminal.write_all(&frame).and_then(|()| terminal.flush());
                if report.send(result).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("screen".to_owned())
            .spawn(write)?;
        Ok(Self {
            frame_buffer: FrameBuffer::default(),
            frames,
            written,
            is_busy: false,
        })
    }

    /// Returns the buffer of the next frame.
    pub(super) fn frame_buffer(&self) -> FrameBuffer {
        self.frame_buffer.clone()
    }

    /// Returns whether a frame is being written.
    pub(super) fn is_busy(&self) -> bool {
        self.is_busy
    }

    /// Hands the buffered frame to the thread. Call it only while the output is not busy.
    pub(super) fn send(&mut self) {
        let frame = self.frame_buffer.take();
        if frame.is_empty() {
            return;
        }
        let whole = [BEGIN_UPDATE, &frame, END_UPDATE].concat();
        // The thread receives until this sender is dropped.
        self.is_busy = self.frames.try_send(whole).is_ok();
    }

    /// Waits until the current frame is written; forever without one. Cancel-safe.
    ///
    /// # Errors
    ///
    /// If the terminal cannot be written.
    pub(super) async fn written(&mut self) -> io::Result<()> {
        if !self.is_busy {
            return core::future::pending().await;
        }
        let result = self.written.recv().await;
        self.is_busy = false;
        result.unwrap_or(Ok(()))
    }

    /// Waits until no frame is being written.
    pub(super) async fn drain(&mut self) -> io::Result<()> {
        while self.is_busy {
            self.written().await?;
        }
        Ok(())
    }
}

/// Synchronized update: terminals that know these codes show the bytes between them at once.
const BEGIN_UPDATE: &[u8] = b"\x1b[?2026h";
const END_UPDATE: &[u8] = b"\x1b[?2026l";

#[cfg(test)]
mod tests {
    use super::*;

    /// Terminal that takes a frame only when the test allows it.
    struct Slow {
        allowed: Receiver<()>,
        seen: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.allowed.recv().map_err(io::Error::other)?;
            self.seen.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_slow_line_gets_the_newest_frame_and_holds_nobody_up() {
        let (allow, allowed) = sync_channel(8);
        let seen = Arc::default();
        let line = Slow {
            allowed,
            seen: Arc::clone(&seen),
        };
        let mut output = Output::start(line).unwrap();
        let mut frame_buffer = output.frame_buffer();
        frame_buffer.write_all(b"one").unwrap();
        output.send();
        assert!(output.is_busy());
        allow.send(()).unwrap();
        output.drain().await.unwrap();
        assert!(!output.is_busy());
        frame_buffer.write_all(b"two").unwrap();
        output.send();
        allow.send(()).unwrap();
        output.written().await.unwrap();
        let seen = String::from_utf8(seen.lock().unwrap().clone()).unwrap();
        let seen = seen
            .replace("\u{1b}[?2026h", "<")
            .replace("\u{1b}[?2026l", ">");
        assert_eq!(seen, "<one><two>");
    }

    #[tokio::test]
    async fn a_terminal_that_is_gone_is_an_error() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut output = Output::start(Gone).unwrap();
        output.frame_buffer().write_all(b"x").unwrap();
        output.send();
        assert!(output.drain().await.is_err());
    }
}
