//! Handlers that wait for a message.

use core::{
    fmt,
    pin::Pin,
    task::{Poll, ready},
    time::Duration,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::{sync::oneshot, time::Sleep};

use crate::{Context, context::Turn};

/// Handlers that wait, in the order in which they began to.
#[derive(Clone, Default)]
pub(crate) struct Waiters(Arc<Mutex<Vec<Waiter>>>);

struct Waiter {
    filter: Box<dyn FnMut(&Context) -> bool + Send>,
    found: oneshot::Sender<Context>,
}

impl Waiters {
    pub(crate) fn wait_for(
        &self,
        filter: impl FnMut(&Context) -> bool + Send + 'static,
        turn: Turn,
    ) -> Wait {
        let (found, message) = oneshot::channel();
        self.lock().push(Waiter {
            filter: Box::new(filter),
            found,
        });
        Wait {
            message,
            turn: Some(turn),
            limit: None,
        }
    }

    /// Hands a message to the first handler that waits for one like it. Returns false if none does.
    pub(crate) fn offer(&self, message: &Context) -> bool {
        // Filters are the program's: none is called under the lock.
        let mut waiting = core::mem::take(&mut *self.lock());
        waiting.retain(|waiter| !waiter.found.is_closed());
        let mut is_taken = false;
        while let Some(index) = waiting
            .iter_mut()
            .position(|waiter| (waiter.filter)(message))
        {
            // A handler that ended meanwhile takes nothing.
            if waiting.remove(index).found.send(message.clone()).is_ok() {
                is_taken = true;
                break;
            }
        }
        let mut now = self.lock();
        waiting.append(&mut now);
        *now = waiting;
        is_taken
    }

    /// Ends all waiting: each [`Wait`] gives `None`.
    pub(crate) fn close(&self) {
        self.lock().clear();
    }

    /// A poisoned lock is used all the same: no filter is called under it.
    fn lock(&self) -> MutexGuard<'_, Vec<Waiter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Future of the next message that a handler waits for: `None` after the
/// [`timeout`](Self::timeout), or when the bot shuts down.
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
