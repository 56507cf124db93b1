//! Connection that counts the bytes it receives, and fails beyond a limit.

use core::{
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering},
    task::{Context, Poll, ready},
};
use std::{
    io::{self, IoSlice},
    sync::Arc,
};

use bayeux_dial::Stream;
use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes received on a connection, and the number at which reading fails.
///
/// A response that never ends costs time although its content is limited: interim responses and
/// chunk headers are no content.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    received: AtomicU64,
    limit: AtomicU64,
}

impl Meter {
    /// Returns the number of bytes received so far.
    pub(crate) fn received(&self) -> u64 {
        self.0.received.load(Ordering::Relaxed)
    }

    /// Raises the limit to [`MAX_HEADS`] bytes from now on: for the head of a response, or between two
    /// parts of a body. The limit never falls: a connection may be used again before the reader of the
    /// last body has seen its end.
    pub(crate) fn allow_more(&self) {
        let limit = self.received().saturating_add(MAX_HEADS);
        self.0.limit.fetch_max(limit, Ordering::Relaxed);
    }

    fn record_received(&self, bytes: usize) -> io::Result<()> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.0.received.fetch_add(bytes, Ordering::Relaxed);
        if self.received() > self.0.limit.load(Ordering::Relaxed) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "interim responses or a response head without end",
            ));
        }
        Ok(())
    }
}

/// Stream that counts its bytes on a [`Meter`], which each response carries as an extension.
pub(crate) struct Metered {
    stream: Stream,
    meter: Meter,
}

impl Metered {
    pub(crate) fn new(stream: Stream) -> Self {
        let meter = Meter::default();
        meter.allow_more();
        Self { stream, meter }
    }
}

impl Connection for Metered {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.meter.clone())
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let received = buf.filled().len().saturating_sub(before);
        Poll::Ready(self.meter.record_received(received))
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.meter.allow_more();
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.meter.allow_more();
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Maximum size of a response head with all interim responses before it, in bytes. Far above
/// hyper's buffer, which may hold the beginning of the body, too.
const MAX_HEADS: u64 = 1 << 20;
