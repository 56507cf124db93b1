//! Handlers that wait for a message.

use core::{
    fmt,
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Poll, ready},
    time::Duration,
};
use std::{
    panic::catch_unwind,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::oneshot, time::Sleep};

use crate::{Context, context::Turn};

/// Handlers that wait, in the order in which they began to. `None` once no message comes any more.
#[derive(Clone)]
pub(crate) struct Waiters(Arc<Mutex<Option<Vec<Waiter>>>>);

struct Waiter {
    filter: Box<dyn FnMut(&Context) -> bool + Send>,
    found: oneshot::Sender<Context>,
    turn: Turn,
}

impl Waiter {
    /// Returns whether the handler waits for this message; `None` if the handler waits no longer.
    fn accepts(&mut self, message: &Context) -> Option<bool> {
        if self.found.is_closed() {
            return None;
        }
        // The filter is the program's, and a panic in it concerns this handler only.
        let accepted = catch_unwind(AssertUnwindSafe(|| (self.filter)(message)));
        if accepted.is_err() {
            tracing::error!("a filter of `wait_for` panicked; its handler waits no longer");
        }
        accepted.ok()
    }
}

impl Waiters {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Some(Vec::new()))))
    }

    pub(crate) fn wait_for(
        &self,
        filter: impl FnMut(&Context) -> bool + Send + 'static,
        turn: Turn,
    ) -> Wait {
        let (found, message) = oneshot::channel();
        if let Some(waiting) = &mut *self.lock() {
            waiting.push(Waiter {
                filter: Box::new(filter),
                found,
                turn: turn.clone(),
            });
        }
        Wait {
            message,
            turn: Some(turn),
            limit: None,
        }
    }

    /// Hands a message to the first handler that waits for one like it. Returns false if none does.
    pub(crate) fn offer(&self, message: &Context) -> bool {
        // Filters may call `wait_for`: none is called under the lock.
        let waiting = match &mut *self.lock() {
            Some(waiting) => core::mem::take(waiting),
            None => return false,
        };
        let mut is_taken = false;
        let mut kept = Vec::with_capacity(waiting.len());
        for mut waiter in waiting {
            let accepted = if is_taken {
                Some(false)
            } else {
                waiter.accepts(message)
            };
            match accepted {
                // A handler that ended meanwhile takes nothing.
                Some(true) => {
                    let context = message.with_turn(waiter.turn);
                    is_taken = waiter.found.send(context).is_ok();
                }
                Some(false) => kept.push(waiter),
                None => {}
            }
        }
        if let Some(now) = &mut *self.lock() {
            kept.append(now);
            *now = kept;
        }
        is_taken
    }

    /// Ends all waiting, also that which begins later: each [`Wait`] gives `None`.
    pub(crate) fn close(&self) {
        *self.lock() = None;
    }

    /// A poisoned lock is used all the same: no filter is called under it.
    fn lock(&self) -> MutexGuard<'_, Option<Vec<Waiter>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Future of the next message that a handler waits for: `None` after the
/// [`timeout`](Self::timeout), and when the bot shuts down.
#[must_use = "futures do nothing unless awaited"]
pub struct Wait {
    message: oneshot::Receiver<Context>,
    /// Turn of the waiting handler, given to the next one when the waiting begins.
    turn: Option<Turn>,
    limit: Option<Pin<Box<Sleep>>>,
}

impl Wait {
    /// Sets a time after which the waiting ends, from now on. Default: none.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = Some(Box::pin(tokio::time::sleep(limit)));
        self
    }
}

impl Future for Wait {
    type Output = Option<Context>;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut core::task::Context<'_>,
    ) -> Poll<Option<Context>> {
        if let Poll::Ready(message) = Pin::new(&mut self.message).poll(context) {
            return Poll::Ready(message.ok());
        }
        if let Some(turn) = self.turn.take() {
            // The bot's task may have ended; the message then never comes either.
            let _ = turn.released.send(turn.job);
        }
        match &mut self.limit {
            Some(limit) => {
                ready!(limit.as_mut().poll(context));
                self.message.close();
                // A message may have come at the same moment.
                Poll::Ready(self.message.try_recv().ok())
            }
            None => Poll::Pending,
        }
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wait")
    }
}
