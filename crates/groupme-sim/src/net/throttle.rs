//! Streams with a speed limit and a record of their last activity.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use bayeux_proto::Instant;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{self, Sleep},
};

use super::clock::Clock;
use crate::fault::Throttle;

/// Time of a stream's last activity.
#[derive(Clone, Debug)]
pub(super) struct Activity {
    clock: Arc<Clock>,
    last: Arc<Mutex<Instant>>,
}

impl Activity {
    pub(super) fn new(clock: Arc<Clock>) -> Self {
        let last = Arc::new(Mutex::new(clock.now()));
        Self { clock, last }
    }

    fn touch(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = self.clock.now();
    }

    /// Waits until the stream has been idle for `time`.
    pub(super) async fn until_idle_for(&self, time: Duration) {
        loop {
            let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let over = last + time;
            if over <= self.clock.now() {
                return;
            }
            self.clock.sleep_until(over).await;
        }
    }
}

/// Stream whose writes are limited in speed.
#[derive(Debug)]
pub(super) struct ThrottledStream<S> {
    stream: S,
    activity: Activity,
    limiter: Option<Limiter>,
}

#[derive(Debug)]
struct Limiter {
    throttle: Throttle,
    /// Bytes left before the next pause.
    left: usize,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<S> ThrottledStream<S> {
    pub(super) fn new(stream: S, activity: Activity, throttle: Option<Throttle>) -> Self {
        let limiter = throttle.map(|throttle| Limiter {
            throttle,
            left: throttle.bytes.max(1),
            pause: None,
        });
        Self {
            stream,
            activity,
            limiter,
        }
    }
}

impl Limiter {
    /// Returns the number of bytes that may be written now.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
            self.left = self.throttle.bytes.max(1);
        }
        Poll::Ready(self.left)
    }

    fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
        if self.left == 0 {
            self.pause = Some(Box::pin(time::sleep(self.throttle.every)));
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ThrottledStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut this.stream).poll_read(cx, buffer));
        if buffer.filled().len() > before {
            this.activity.touch();
        }
        Poll::Ready(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ThrottledStream<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let bytes = match &mut this.limiter {
            Some(limiter) => {
                let allowed = ready!(limiter.poll_ready(cx));
                bytes.get(..allowed).unwrap_or(bytes)
            }
            None => bytes,
        };
        let written = ready!(Pin::new(&mut this.stream).poll_write(cx, bytes))?;
        this.activity.touch();
        if let Some(limiter) = &mut this.limiter {
            limiter.spend(written);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    fn activity() -> Activity {
        Activity::new(Arc::new(Clock::new()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_stream_takes_its_time() {
        let (near, mut far) = duplex(64);
        let throttle = Throttle {
            bytes: 2,
            every: Duration::from_millis(100),
        };
        let mut near = ThrottledStream::new(near, activity(), Some(throttle));
        let began = time::Instant::now();
        near.write_all(b"sevens!").await.unwrap();
        assert_eq!(began.elapsed(), Duration::from_millis(300));
        let mut bytes = [0; 7];
        far.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"sevens!");
    }

    #[tokio::test(start_paused = true)]
    async fn traffic_keeps_a_stream_from_being_idle() {
        let (near, mut far) = duplex(64);
        let activity = activity();
        let mut near = ThrottledStream::new(near, activity.clone(), None);
        let began = time::Instant::now();
        let talk = async {
            time::sleep(Duration::from_secs(2)).await;
            near.write_all(b"out").await.unwrap();
            time::sleep(Duration::from_secs(2)).await;
            far.write_all(b"in").await.unwrap();
            near.read_exact(&mut [0; 2]).await.unwrap();
        };
        tokio::join!(talk, activity.until_idle_for(Duration::from_secs(3)));
        assert_eq!(began.elapsed(), Duration::from_secs(7));
    }
}
