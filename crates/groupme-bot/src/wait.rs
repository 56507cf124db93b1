//! Handlers that wait for a message.

use core::{
    fmt,
    pin::Pin,
    task::{Poll, ready},
    time::Duration,
};

use groupme_client::WaitFor;

use crate::{Context, context::Turn};

/// Handlers that wait for a message.
pub(crate) type Waiters = groupme_client::Waiters<Context>;

/// Waits for a message that the filter accepts, with the turn of the waiting handler.
pub(crate) fn wait_for(
    waiters: &Waiters,
    mut filter: impl FnMut(&Context) -> bool + Send + 'static,
    turn: Turn,
) -> Wait {
    let own = turn.clone();
    let found = move |message: &Context| filter(message).then(|| message.with_turn(own.clone()));
    Wait {
        message: waiters.wait_for(found),
        turn: Some(turn),
    }
}

/// Future of the next message that a handler waits for: `None` after the
/// [`timeout`](Self::timeout), and when the bot shuts down.
#[must_use = "futures do nothing unless awaited"]
pub struct Wait {
    message: WaitFor<Context>,
    /// Turn of the waiting handler, given to the next one when the waiting begins.
    turn: Option<Turn>,
}

impl Wait {
    /// Sets a time after which the waiting ends, from now on. Default: none.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.message = self.message.timeout(limit);
        self
    }
}

impl Future for Wait {
    type Output = Option<Context>;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut core::task::Context<'_>,
    ) -> Poll<Option<Context>> {
        let polled = Pin::new(&mut self.message).poll(context);
        if polled.is_pending()
            && let Some(turn) = self.turn.take()
        {
            // The bot's task may have ended; the message then never comes either.
            let _ = turn.released.send(turn.job);
        }
        Poll::Ready(ready!(polled))
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wait")
    }
}
