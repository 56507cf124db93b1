//! Bytes on a connection: how many, and when.

use core::{
    pin::{Pin, pin},
    sync::atomic::{AtomicU64, Ordering},
    task::{Context, Poll, ready},
    time::Duration,
};
use std::{
    io::{self, IoSlice},
    sync::Arc,
};

use bayeux_proto::Instant;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::Clock;

/// Record of the bytes on the connections of a lane.
///
/// Deadlines count bytes, so each read and write leaves its time here. The times are looked up only
/// when a deadline has come: bytes wake nobody up.
pub(crate) struct Meter {
    clock: Clock,
    read: AtomicU64,
    /// Number of bytes after which reading fails.
    limit: AtomicU64,
    last_read: AtomicU64,
    last_written: AtomicU64,
    /// Value of `last_read` when the last message was complete.
    completed: AtomicU64,
}

impl Meter {
    pub(crate) fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            clock,
            read: AtomicU64::new(0),
            limit: AtomicU64::new(u64::MAX),
            last_read: AtomicU64::new(0),
            last_written: AtomicU64::new(0),
            completed: AtomicU64::new(0),
        })
    }

    /// Returns the number of bytes read so far.
    pub(crate) fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Allows `bytes` more bytes to be read; reading then fails.
    pub(crate) fn allow(&self, bytes: u64) {
        let limit = self.read().saturating_add(bytes);
        self.limit.store(limit, Ordering::Relaxed);
    }

    /// Returns whether reading failed because of the limit.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.read() > self.limit.load(Ordering::Relaxed)
    }

    /// Records that the bytes read so far have been used up by complete messages.
    pub(crate) fn complete(&self) {
        let last_read = self.last_read.load(Ordering::Relaxed);
        self.completed.store(last_read, Ordering::Relaxed);
    }

    /// Returns when bytes of an incomplete message were last read.
    pub(crate) fn progress(&self) -> Option<Instant> {
        let last_read = self.last_read.load(Ordering::Relaxed);
        (last_read > self.completed.load(Ordering::Relaxed)).then(|| instant(last_read))
    }

    /// Waits for `work`, at most for `limit`, and longer while bytes flow: each read or write that is
    /// watched allows another `allowance`, up to `extension` beyond the limit. Returns `None` if time is over.
    pub(crate) async fn in_time<T>(
        &self,
        ProgressTimeout {
            limit,
            allowance,
            watched,
            extension,
        }: ProgressTimeout,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let mut work = pin!(work);
        let mut at = self.clock.now() + limit;
        let latest = at + extension;
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Some(done),
                () = self.clock.sleep_until(Some(at)) => {}
            }
            let written = self.last_written.load(Ordering::Relaxed);
            let last = match watched {
                Watched::Writes => written,
                Watched::Both => written.max(self.last_read.load(Ordering::Relaxed)),
            };
            let later = (instant(last) + allowance).min(latest);
            if later <= self.clock.now() {
                return None;
            }
            at = later;
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.now().since_origin().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// Timeout that progress extends.
#[derive(Clone, Copy)]
pub(crate) struct ProgressTimeout {
    pub(crate) limit: Duration,
    /// At most `limit`, so that bytes from before the start allow nothing.
    pub(crate) allowance: Duration,
    pub(crate) watched: Watched,
    /// Maximum time beyond `limit`.
    pub(crate) extension: Duration,
}

/// Bytes that show progress.
#[derive(Clone, Copy)]
pub(crate) enum Watched {
    /// Bytes written: a peer that continues sending may never read.
    Writes,
    Both,
}

fn instant(nanos: u64) -> Instant {
    Instant::from_origin(Duration::from_nanos(nanos))
}

/// A stream that leaves its bytes and their times on a [`Meter`].
pub(crate) struct Metered<S> {
    stream: S,
    meter: Arc<Meter>,
}

impl<S> Metered<S> {
    pub(crate) fn new(stream: S, meter: Arc<Meter>) -> Self {
        Self { stream, meter }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let added = buf.filled().len().saturating_sub(before);
        if added > 0 {
            let meter = &self.meter;
            meter.last_read.store(meter.now(), Ordering::Relaxed);
            let added = u64::try_from(added).unwrap_or(u64::MAX);
            meter.read.fetch_add(added, Ordering::Relaxed);
            if meter.is_exceeded() {
                return Poll::Ready(Err(io::Error::other("more bytes than the answer may take")));
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Metered<S> {
    fn record_write(&self, written: &Poll<io::Result<usize>>) {
        if matches!(written, Poll::Ready(Ok(1..))) {
            let meter = &self.meter;
            meter.last_written.store(meter.now(), Ordering::Relaxed);
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.record_write(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.record_write(&written);
        written
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
