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

/// Tasks that wait for items of a program's own stream, as [`Handle::wait_for`](crate::Handle::wait_for)
/// waits for events.
///
/// The program shows each item to [`offer`](Self::offer) or [`offer_to_first`](Self::offer_to_first),
/// in its main loop; tasks wait by [`wait_for`](Self::wait_for) and [`collect`](Self::collect). Their
/// filters choose the items, and turn each into what the task gets. A filter may wait itself, and one
/// that panics ends the waiting of its task only.
///
/// ```
/// use groupme_client::Waiters;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let waiters = Waiters::new();
/// let even = waiters.wait_for(|number: &u32| number.is_multiple_of(2).then_some(number / 2));
/// assert!(!waiters.offer_to_first(&7));
/// assert!(waiters.offer_to_first(&8));
/// assert_eq!(even.await, Some(4));
/// # }
/// ```
pub struct Waiters<T, R = T> {
    /// Number of waiting tasks, so that an item costs one load while there are none.
    count: AtomicUsize,
    waiting: Mutex<State<T, R>>,
}

struct State<T, R> {
    waiting: Vec<Waiter<T, R>>,
    has_ended: bool,
}

/// Makes something of the items that a task waits for.
type Filter<T, R> = Box<dyn FnMut(&T) -> Option<R> + Send>;

struct Waiter<T, R> {
    filter: Filter<T, R>,
    found: mpsc::Sender<R>,
    wants: Wants,
}

/// Number of items that a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wants {
    /// The next item: the filter is not called after it.
    One,
    /// All items. At most 1,024 values wait for the task; further ones are dropped.
    All,
}

/// Answer of a waiting task to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offered {
    Taken,
    Refused,
    /// The task waits no longer.
    Gone,
}

impl<T, R> Waiters<T, R> {
    /// Returns waiters without a task.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits for the next item for which the filter returns a value, from this call on.
    pub fn wait_for(&self, filter: impl FnMut(&T) -> Option<R> + Send + 'static) -> WaitFor<R> {
        WaitFor(self.wait(filter, Wants::One))
    }

    /// Collects the values that the filter returns for items, from this call on. At most 1,024 values wait
    /// for the task; further ones are dropped.
    pub fn collect(&self, filter: impl FnMut(&T) -> Option<R> + Send + 'static) -> Collector<R> {
        self.wait(filter, Wants::All)
    }

    fn wait(
        &self,
        filter: impl FnMut(&T) -> Option<R> + Send + 'static,
        wants: Wants,
    ) -> Collector<R> {
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

    /// Shows an item to all waiting tasks.
    pub fn offer(&self, item: &T) {
        self.offer_while(item, |_| true);
    }

    /// Shows an item to the waiting tasks, in the order in which they began to wait, until one takes it.
    /// Returns false if none does.
    pub fn offer_to_first(&self, item: &T) -> bool {
        let mut is_taken = false;
        self.offer_while(item, |offered| {
            is_taken = offered == Offered::Taken;
            !is_taken
        });
        is_taken
    }

    /// Shows an item to one task after the other, for as long as the answers say to continue.
    fn offer_while(&self, item: &T, mut goes_on: impl FnMut(Offered) -> bool) {
        if self.count.load(Ordering::Acquire) == 0 {
            return;
        }
        // Filters are the program's, and may wait themselves: none is called under the lock.
        let mut waiting = core::mem::take(&mut self.lock().waiting);
        let mut is_offered = true;
        waiting.retain_mut(|waiter| {
            if !is_offered {
                return true;
            }
            let offered = waiter.offer(item);
            is_offered = goes_on(offered);
            match offered {
                Offered::Taken => waiter.wants == Wants::All,
                Offered::Refused => true,
                Offered::Gone => false,
            }
        });
        let mut state = self.lock();
        if state.has_ended {
            return;
        }
        waiting.append(&mut state.waiting);
        state.waiting = waiting;
        self.count.store(state.waiting.len(), Ordering::Release);
    }

    /// Ends all waiting, also what begins later.
    pub fn end(&self) {
        let mut state = self.lock();
        state.has_ended = true;
        let ended = core::mem::take(&mut state.waiting);
        self.count.store(0, Ordering::Release);
        drop(state);
        drop(ended);
    }

    /// A poisoned lock stays usable: no filter is called under it.
    fn lock(&self) -> MutexGuard<'_, State<T, R>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, R> Default for Waiters<T, R> {
    fn default() -> Self {
        Self {
            count: AtomicUsize::new(0),
            waiting: Mutex::new(State {
                waiting: Vec::new(),
                has_ended: false,
            }),
        }
    }
}

impl<T, R> fmt::Debug for Waiters<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiters")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl<T, R> Waiter<T, R> {
    fn offer(&mut self, item: &T) -> Offered {
        if self.found.is_closed() {
            return Offered::Gone;
        }
        match catch_unwind(AssertUnwindSafe(|| (self.filter)(item))) {
            Ok(Some(found)) => match self.found.try_send(found) {
                Ok(()) => Offered::Taken,
                // A task that does not keep up, or has ended meanwhile, takes nothing.
                Err(mpsc::error::TrySendError::Full(_)) => Offered::Refused,
                Err(mpsc::error::TrySendError::Closed(_)) => Offered::Gone,
            },
            Ok(None) => Offered::Refused,
            Err(_) => {
                tracing::error!("a filter panicked; its task waits no longer");
                Offered::Gone
            }
        }
    }
}

/// Future of the next event that a filter accepts, of [`Handle::wait_for`](crate::Handle::wait_for):
/// `None` after the [`timeout`](Self::timeout), and when the client ends.
#[must_use = "futures do nothing unless awaited"]
pub struct WaitFor<T = Delivery>(Collector<T>);

impl<T> WaitFor<T> {
    /// Sets a time after which the waiting ends, from now on. Default: none.
    pub fn timeout(self, limit: Duration) -> Self {
        Self(self.0.timeout(limit))
    }
}

impl<T> Future for WaitFor<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        Pin::new(&mut self.0).poll_next(context)
    }
}

impl<T> fmt::Debug for WaitFor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitFor").finish_non_exhaustive()
    }
}

/// Stream of the events that a filter accepts, of [`Handle::collect`](crate::Handle::collect). Ends
/// after the [`timeout`](Self::timeout), and when the client ends.
pub struct Collector<T = Delivery> {
    events: mpsc::Receiver<T>,
    limit: Option<Pin<Box<Sleep>>>,
}

impl<T> Collector<T> {
    /// Sets a time after which the stream ends, from now on. Default: none.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = Some(Box::pin(tokio::time::sleep(limit)));
        self
    }

    /// Waits for the next event. `None` at the end.
    ///
    /// Cancel-safe: nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<T> {
        core::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Waits for a number of events, and returns them; fewer after the timeout or the end of the
    /// client.
    pub async fn take(mut self, count: usize) -> Vec<T> {
        let mut taken = Vec::new();
        while taken.len() < count
            && let Some(delivery) = self.next().await
        {
            taken.push(delivery);
        }
        taken
    }
}

impl<T> Stream for Collector<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
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

impl<T> fmt::Debug for Collector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}

/// Events that wait for a task that does not take them. Further ones are left out.
const ROOM: usize = 1_024;
