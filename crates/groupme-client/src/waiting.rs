//! Waiting for events beside the main loop.

use core::{
    fmt,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll, ready},
    time::Duration,
};
use std::{
    panic::catch_unwind,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_core::Stream;
use groupme_account::Delivery;
use tokio::{sync::mpsc, time::Sleep};

/// Tasks that wait for events.
#[derive(Default)]
pub(crate) struct Waiters {
    /// Number of waiting tasks, so that an event costs one load while there are none.
    count: AtomicUsize,
    waiting: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: Vec<Waiter>,
    has_ended: bool,
}

struct Waiter {
    filter: Box<dyn FnMut(&Delivery) -> bool + Send>,
    found: mpsc::Sender<Delivery>,
    wants: Wants,
}

/// Number of events that a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// The next one: the filter is not called after it.
    One,
    /// All of them. 1,024 wait for a task that does not take them; further ones are left out.
    All,
}

impl Waiters {
    /// Notes a task that waits for events from now on.
    pub(crate) fn wait(
        &self,
        filter: impl FnMut(&Delivery) -> bool + Send + 'static,
        wants: Wants,
    ) -> Collector {
        let room = if wants == Wants::One { 1 } else { ROOM };
        let (found, events) = mpsc::channel(room);
        let mut state = self.lock();
        if !state.has_ended {
            let filter = Box::new(filter);
            state.waiting.push(Waiter {
                filter,
                found,
                wants,
            });
            self.count.store(state.waiting.len(), Ordering::Release);
        }
        Collector {
            events,
            limit: None,
        }
    }

    /// Shows an event to all waiting tasks, before the program gets the event.
    pub(crate) fn offer(&self, delivery: &Delivery) {
        if self.count.load(Ordering::Acquire) == 0 {
            return;
        }
        // Filters are the program's, and may wait themselves: none is called under the lock.
        let mut waiting = core::mem::take(&mut self.lock().waiting);
        waiting.retain_mut(|waiter| waiter.offer(delivery));
        let mut state = self.lock();
        if state.has_ended {
            return;
        }
        waiting.append(&mut state.waiting);
        state.waiting = waiting;
        self.count.store(state.waiting.len(), Ordering::Release);
    }

    /// Ends all waiting, also what begins later.
    pub(crate) fn end(&self) {
        let mut state = self.lock();
        state.has_ended = true;
        let ended = core::mem::take(&mut state.waiting);
        self.count.store(0, Ordering::Release);
        drop(state);
        drop(ended);
    }

    /// A poisoned lock is used all the same: no filter is called under it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter {
    /// Returns whether the task goes on waiting.
    fn offer(&mut self, delivery: &Delivery) -> bool {
        if self.found.is_closed() {
            return false;
        }
        match catch_unwind(AssertUnwindSafe(|| (self.filter)(delivery))) {
            Ok(true) => {
                let sent = self.found.try_send(delivery.clone());
                let is_gone = matches!(sent, Err(mpsc::error::TrySendError::Closed(_)));
                !is_gone && self.wants == Wants::All
            }
            Ok(false) => true,
            Err(_) => {
                tracing::error!("a filter panicked; its task waits no longer");
                false
            }
        }
    }
}

/// Future of the next event that a filter accepts, of [`Handle::wait_for`](crate::Handle::wait_for):
/// `None` after the [`timeout`](Self::timeout), and when the client ends.
#[must_use = "futures do nothing unless awaited"]
#[derive(Debug)]
pub struct WaitFor(Collector);

impl WaitFor {
    pub(crate) fn new(collector: Collector) -> Self {
        Self(collector)
    }

    /// Sets a time after which the waiting ends, from now on. Default: none.
    pub fn timeout(self, limit: Duration) -> Self {
        Self(self.0.timeout(limit))
    }
}

impl Future for WaitFor {
    type Output = Option<Delivery>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Delivery>> {
        Pin::new(&mut self.0).poll_next(context)
    }
}

/// Stream of the events that a filter accepts, of [`Handle::collect`](crate::Handle::collect). Ends
/// after the [`timeout`](Self::timeout), and when the client ends.
pub struct Collector {
    events: mpsc::Receiver<Delivery>,
    limit: Option<Pin<Box<Sleep>>>,
}

impl Collector {
    /// Sets a time after which the stream ends, from now on. Default: none.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = Some(Box::pin(tokio::time::sleep(limit)));
        self
    }

    /// Waits for the next event. `None` at the end.
    ///
    /// Cancel-safe: nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Delivery> {
        core::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Waits for a number of events, and returns them; fewer after the timeout or the end of the
    /// client.
    pub async fn take(mut self, count: usize) -> Vec<Delivery> {
        let mut taken = Vec::new();
        while taken.len() < count
            && let Some(delivery) = self.next().await
        {
            taken.push(delivery);
        }
        taken
    }
}

impl Stream for Collector {
    type Item = Delivery;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Delivery>> {
        if let Poll::Ready(found) = self.events.poll_recv(context) {
            return Poll::Ready(found);
        }
        let Some(limit) = &mut self.limit else {
            return Poll::Pending;
        };
        ready!(limit.as_mut().poll(context));
        // The client forgets the task with the next event.
        self.events.close();
        Poll::Ready(self.events.try_recv().ok())
    }
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}

/// Events that wait for a task that does not take them. Further ones are left out.
const ROOM: usize = 1_024;
