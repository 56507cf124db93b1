//! Streams that can be paused, as a half-open connection is.

use core::{
    future::poll_fn,
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, Waker},
};
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Switch that pauses streams. A paused stream passes no byte, either way, and reports no error.
#[derive(Clone, Debug, Default)]
pub(super) struct Pause(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    paused: bool,
    waiting: Vec<Waker>,
}

impl Pause {
    pub(super) fn pause(&self) {
        self.state(|state| state.paused = true);
    }

    pub(super) fn resume(&self) {
        let waiting = self.state(|state| {
            state.paused = false;
            core::mem::take(&mut state.waiting)
        });
        waiting.into_iter().for_each(Waker::wake);
    }

    pub(super) fn is_paused(&self) -> bool {
        self.state(|state| state.paused)
    }

    /// Waits until streams are not paused. Cancel-safe.
    pub(super) async fn running(&self) {
        poll_fn(|cx| self.poll_running(cx)).await;
    }

    fn poll_running(&self, cx: &Context<'_>) -> Poll<()> {
        self.state(|state| {
            if !state.paused {
                return Poll::Ready(());
            }
            if !state
                .waiting
                .iter()
                .any(|waker| waker.will_wake(cx.waker()))
            {
                state.waiting.push(cx.waker().clone());
            }
            Poll::Pending
        })
    }

    fn state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Stream that a [`Pause`] can stop.
#[derive(Debug)]
pub(super) struct Pausable<S> {
    stream: S,
    pause: Pause,
    /// Set once the stream is not to be paused any more.
    exempt: Option<Exemption>,
}

/// Switch that takes one connection out of all pauses and kills.
#[derive(Clone, Debug, Default)]
pub(super) struct Exemption(Arc<AtomicBool>);

impl Exemption {
    pub(super) fn grant(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_granted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl<S> Pausable<S> {
    pub(super) fn new(stream: S, pause: Pause) -> Self {
        Self {
            stream,
            pause,
            exempt: None,
        }
    }

    /// Lets the stream run in spite of the pause once the exemption is granted.
    pub(super) fn unless(mut self, exempt: Exemption) -> Self {
        self.exempt = Some(exempt);
        self
    }

    fn poll_running(&self, cx: &Context<'_>) -> Poll<()> {
        if self.exempt.as_ref().is_some_and(Exemption::is_granted) {
            return Poll::Ready(());
        }
        self.pause.poll_running(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Pausable<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        core::task::ready!(this.poll_running(cx));
        Pin::new(&mut this.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Pausable<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        core::task::ready!(this.poll_running(cx));
        Pin::new(&mut this.stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        core::task::ready!(this.poll_running(cx));
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        core::task::ready!(this.poll_running(cx));
        Pin::new(&mut this.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn a_paused_stream_passes_nothing_and_wakes_on_resume() {
        let (near, mut far) = duplex(64);
        let pause = Pause::default();
        let mut near = Pausable::new(near, pause.clone());
        far.write_all(b"in").await.unwrap();
        pause.pause();

        let count = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut cx = Context::from_waker(&waker);
        let (mut bytes, mut sent) = ([0; 2], 0);
        {
            let mut buffer = ReadBuf::new(&mut bytes);
            assert!(
                Pin::new(&mut near)
                    .poll_read(&mut cx, &mut buffer)
                    .is_pending()
            );
            assert!(Pin::new(&mut near).poll_write(&mut cx, b"out").is_pending());
        }
        assert_eq!(count.0.load(Ordering::Relaxed), 0);
        pause.resume();
        assert_eq!(count.0.load(Ordering::Relaxed), 1);

        near.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"in");
        while sent < 3 {
            sent += poll_fn(|cx| Pin::new(&mut near).poll_write(cx, &b"out"[sent..]))
                .await
                .unwrap();
        }
        let mut out = [0; 3];
        far.read_exact(&mut out).await.unwrap();
        assert_eq!(&out, b"out");
    }
}
