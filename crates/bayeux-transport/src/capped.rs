//! A stream with small reads, so that buffers filled from it stay small.

use core::{
    pin::Pin,
    task::{Context, Poll},
};
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf, Take};

/// Returns at most [`CAP`] bytes per read.
///
/// fastwebsockets reserves room for a frame on top of the bytes it has already read, which doubles
/// its buffer for good each time a single read fills it. Bounded reads keep the buffer at a few
/// times the bound, at no cost that was measurable over TLS.
pub(crate) struct Capped<S>(Take<S>);

impl<S: AsyncRead> Capped<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self(stream.take(CAP))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Capped<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // `Take` limits the whole stream; resetting its limit for each read limits the read.
        self.0.set_limit(CAP);
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

/// Maximum size of a read, in bytes: half a TLS record. Smaller reads cost time, larger ones
/// memory.
const CAP: u64 = 8 * 1024;

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
