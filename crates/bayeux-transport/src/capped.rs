//! A stream with large reads from the network and small reads for its reader.

use core::{
    cell::Cell,
    pin::Pin,
    task::{Context, Poll, ready},
};
use std::io;

use tokio::io::{AsyncRead, ReadBuf};

/// Reads up to [`BURST`] bytes at once, and returns at most [`CAP`] of them per read.
///
/// fastwebsockets reserves room for a frame on top of the bytes it has already read, which doubles
/// its buffer for good each time a single read fills it. Bounded reads keep the buffer at a few
/// times the bound. Each read of the network costs a system call, however: in a flood of messages
/// of a kilobyte, reads of 8 KB took a third of the time of an event. The buffer of a burst is
/// borrowed from the thread, so that an idle connection has none.
pub(crate) struct Capped<S> {
    stream: S,
    /// Bytes that were read and not yet returned.
    burst: Option<Burst>,
}

struct Burst {
    bytes: Box<[u8]>,
    start: usize,
    end: usize,
}

thread_local! {
    /// Buffer for the next read of a connection of this thread.
    static BUFFER: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

impl<S> Capped<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            burst: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Capped<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let burst = match self.burst.take() {
            Some(burst) => burst,
            None => ready!(read_burst(Pin::new(&mut self.stream), cx))?,
        };
        self.burst = burst.hand_out(buf);
        Poll::Ready(Ok(()))
    }
}

impl Burst {
    /// Copies bytes into `buf`, and returns what is left.
    fn hand_out(mut self, buf: &mut ReadBuf<'_>) -> Option<Self> {
        let bytes = self.bytes.get(self.start..self.end).unwrap_or_default();
        let (bytes, rest) = bytes.split_at(bytes.len().min(CAP).min(buf.remaining()));
        buf.put_slice(bytes);
        self.start = self.start.saturating_add(bytes.len());
        if rest.is_empty() {
            BUFFER.set(Some(self.bytes));
            return None;
        }
        Some(self)
    }
}

fn read_burst(stream: Pin<&mut impl AsyncRead>, cx: &mut Context<'_>) -> Poll<io::Result<Burst>> {
    let mut bytes = BUFFER
        .take()
        .unwrap_or_else(|| vec![0; BURST].into_boxed_slice());
    let mut buffer = ReadBuf::new(&mut bytes);
    let read = stream.poll_read(cx, &mut buffer);
    let end = buffer.filled().len();
    match read {
        Poll::Ready(Ok(())) => Poll::Ready(Ok(Burst {
            bytes,
            start: 0,
            end,
        })),
        Poll::Ready(Err(error)) => {
            BUFFER.set(Some(bytes));
            Poll::Ready(Err(error))
        }
        Poll::Pending => {
            BUFFER.set(Some(bytes));
            Poll::Pending
        }
    }
}

/// Maximum size of a read of the network, in bytes.
const BURST: usize = 64 * 1024;

/// Maximum size of a read, in bytes: half a TLS record. Smaller reads cost time, larger ones
/// memory.
const CAP: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use core::{convert::Infallible, future::ready};

    use fastwebsockets::{Role, after_handshake_split};

    use super::*;

    /// Records the largest read buffer that it is given.
    struct Probe<S> {
        stream: S,
        most: usize,
    }

    impl<S: AsyncRead + Unpin> AsyncRead for Probe<S> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.most = self.most.max(buf.remaining());
            Pin::new(&mut self.stream).poll_read(cx, buf)
        }
    }

    /// Returns the largest read buffer, in bytes, while a burst of frames is read from `stream`.
    async fn largest_buffer(stream: impl AsyncRead + Unpin) -> usize {
        let mut probe = Probe { stream, most: 0 };
        let (mut reader, _writer) =
            after_handshake_split(&mut probe, tokio::io::sink(), Role::Client);
        for _ in 0..FRAMES {
            let frame = reader
                .read_frame(&mut |_| ready(Ok::<_, Infallible>(())))
                .await
                .unwrap();
            assert_eq!(frame.payload.len(), usize::from(SIZE));
        }
        probe.most
    }

    #[tokio::test]
    async fn a_burst_of_megabytes_leaves_no_large_buffer() {
        let mut burst = Vec::new();
        for _ in 0..FRAMES {
            burst.extend([0x81, 126]);
            burst.extend(SIZE.to_be_bytes());
            burst.extend([b'x'; SIZE as usize]);
        }
        let capped = largest_buffer(Capped::new(&burst[..])).await;
        assert!(capped <= 32 * 1024, "{capped} bytes");
        // The control: without the cap, the buffer does grow.
        let uncapped = largest_buffer(&burst[..]).await;
        assert!(uncapped >= 128 * 1024, "{uncapped} bytes");
    }

    const FRAMES: usize = 1000;
    const SIZE: u16 = 4000;
}
