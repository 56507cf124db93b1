//! The client: its stream of events and statuses.

use core::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};
use std::sync::Arc;

use futures_core::Stream;
use groupme_account::{ClientEnd, Delivery, Incoming, Status};
use groupme_delivery::DeliveryTag;
use groupme_model::UserId;
use groupme_rest::{Options as RestOptions, Token, endpoint::users};

use crate::{Builder, Error, Handle, TokenSource, WaitFor, shared::Shared};

/// Running connection to GroupMe's gateway: a stream of [`Incoming`].
///
/// The client connects, reconnects and subscribes by itself. The program's own polls read the
/// socket; while the program does something else, a task in the background does. If the program
/// stops reading, a bounded number of events waits, and then the socket is no longer read. Dropping
/// the client disconnects in the background.
///
/// Missed messages are fetched over REST, so each message is delivered once and in the order of its
/// conversation. Asking for the next event acknowledges the last one, unless
/// [`Builder::manual_ack`] is set. With a [`Store`](crate::Store) on disk, acknowledgements are
/// saved in the background, within milliseconds: after a crash, the events without a saved
/// acknowledgement come again, 33 at most. Before the end of the stream, all are saved.
pub struct Client {
    shared: Arc<Shared>,
    handle: Handle,
    /// Event returned last, acknowledged by the next call.
    unacknowledged: Option<DeliveryTag>,
    auto_ack: bool,
    #[cfg(feature = "metrics")]
    figures: crate::figures::Figures,
}

impl Client {
    /// Returns a builder for an account: a token or another source of one, and the id of its user.
    pub fn builder(token: impl TokenSource, user: UserId) -> Builder {
        Builder::new(token, user)
    }

    pub(crate) fn new(shared: Arc<Shared>, handle: Handle, auto_ack: bool) -> Self {
        Self {
            shared,
            #[cfg(feature = "metrics")]
            figures: crate::figures::Figures::new(handle.user()),
            handle,
            unacknowledged: None,
            auto_ack,
        }
    }

    /// Returns the id of the user whom a token belongs to, by a request to GroupMe.
    ///
    /// # Errors
    ///
    /// [`Error::Rest`] if no request can be sent at all, [`Error::UserLookup`] if GroupMe does not
    /// answer it.
    pub async fn current_user(token: &Token) -> Result<UserId, Error> {
        Self::current_user_with(token, &RestOptions::default()).await
    }

    /// Returns the id of the user whom a token belongs to, by a request with these options: through
    /// a proxy, to a simulator.
    ///
    /// # Errors
    ///
    /// Same as [`current_user`](Self::current_user).
    pub async fn current_user_with(token: &Token, options: &RestOptions) -> Result<UserId, Error> {
        let rest = groupme_rest::Client::new(token.clone(), options)?;
        let me = rest.call(&users::me()).await.map_err(Error::UserLookup)?;
        Ok(me.id)
    }

    /// Waits for the next event or status. Returns `None` after
    /// [`Status::Ended`](crate::Status::Ended).
    ///
    /// Cancel-safe: nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Incoming> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Waits for the next event or status, as [`next`](Self::next) does, with an end that cannot be
    /// overlooked. Returns `None` after the end that the program asked for by
    /// [`Handle::disconnect`].
    ///
    /// Cancel-safe: nothing is lost if the future is dropped.
    ///
    /// # Errors
    ///
    /// The reason, if the client ended by itself: the token is refused, say. A lost connection is no
    /// end; the client reconnects.
    pub async fn try_next(&mut self) -> Result<Option<Incoming>, ClientEnd> {
        match self.next().await {
            Some(Incoming::Status(Status::Ended(ClientEnd::Requested))) | None => Ok(None),
            Some(Incoming::Status(Status::Ended(end))) => Err(end),
            incoming => Ok(incoming),
        }
    }

    /// Waits for the next event. Statuses are skipped; each is logged with `tracing`. Otherwise the
    /// same as [`try_next`](Self::try_next).
    ///
    /// # Errors
    ///
    /// Same as [`try_next`](Self::try_next).
    pub async fn next_event(&mut self) -> Result<Option<Delivery>, ClientEnd> {
        loop {
            match self.try_next().await? {
                Some(Incoming::Event(delivery)) => return Ok(Some(delivery)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    /// Waits for the next event that a filter accepts; see [`Handle::wait_for`]. The program's own
    /// loop, or another task, has to take events meanwhile.
    pub fn wait_for(&self, filter: impl FnMut(&Delivery) -> bool + Send + 'static) -> WaitFor {
        self.handle.wait_for(filter)
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<Option<Incoming>> {
        let polled = self.shared.poll(context, self.unacknowledged.take());
        #[cfg(feature = "metrics")]
        if let Poll::Ready(Some(incoming)) = &polled {
            self.figures.count(incoming);
        }
        match &polled {
            Poll::Ready(Some(Incoming::Event(delivery))) => {
                self.handle.waiters().offer(delivery);
                if self.auto_ack {
                    self.unacknowledged = delivery.tag();
                }
            }
            // A program may take nothing after the end.
            Poll::Ready(None | Some(Incoming::Status(Status::Ended(_)))) => {
                self.handle.waiters().end();
            }
            _ => {}
        }
        polled
    }

    /// Returns a handle for sending and subscribing, from any task.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Stream for Client {
    type Item = Incoming;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Incoming>> {
        self.get_mut().poll(context)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.shared.abandon();
        self.handle.waiters().end();
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("user", self.handle.user())
            .finish_non_exhaustive()
    }
}
