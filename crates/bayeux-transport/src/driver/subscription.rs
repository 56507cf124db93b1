//! Streams of single subscriptions.

use core::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bayeux_proto::{Cause, Channel, End, Instant, ServerError, SubscriptionId};
use futures_core::Stream;
use tokio::sync::mpsc::UnboundedSender;

use super::{Delivery, handle::Command};

/// Stream of one subscription, made by [`Handle::subscribe`](super::Handle::subscribe).
///
/// Events wait here until the program takes them; the driver goes on meanwhile. If more than 1024
/// wait, the next ones are dropped, and [`SubscriptionEvent::Missed`] tells how many. Dropping the
/// stream unsubscribes.
pub struct Subscription {
    pub(super) id: SubscriptionId,
    pub(super) channel: Channel,
    pub(super) queue: Arc<Queue>,
    pub(super) commands: UnboundedSender<Command>,
}

/// Event of a [`Subscription`], in order.
#[derive(Debug)]
#[non_exhaustive]
pub enum SubscriptionEvent {
    /// The server confirmed the subscription, for the first time, or again in a new session.
    Confirmed,
    /// The server refused the subscription; it is kept and requested again, by policy in this
    /// session or in the next.
    Refused(ServerError),
    /// A message.
    Delivery(Delivery),
    /// Messages may have been missed: see
    /// [`SessionEvent::Gap`](bayeux_proto::SessionEvent::Gap).
    Gap {
        /// Latest instant up to which no message can be missing.
        since: Instant,
        /// Reason of the interruption.
        cause: Cause,
    },
    /// This many messages were dropped, because the program did not take them.
    Missed(u64),
    /// The session has ended; it may be connected again.
    Ended(End),
}

impl Subscription {
    /// Waits for the next event; `None` once the driver is gone.
    ///
    /// Cancel-safe: an event that was not returned stays in the queue.
    pub async fn next(&mut self) -> Option<SubscriptionEvent> {
        poll_fn(|context| self.queue.poll(context)).await
    }

    /// Waits for the next message, and passes over other events; `None` once the driver is gone.
    pub async fn next_delivery(&mut self) -> Option<Delivery> {
        loop {
            if let SubscriptionEvent::Delivery(delivery) = self.next().await? {
                return Some(delivery);
            }
        }
    }

    /// Returns the channel or pattern.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Requests the subscription again in the living session, with a new `ext`: see
    /// [`Session::renew`](bayeux_proto::Session::renew).
    pub fn renew(&self) {
        // If the driver is gone, the stream has ended.
        let _: Result<(), _> = self.commands.send(Command::Renew(self.id));
    }
}

impl Stream for Subscription {
    type Item = SubscriptionEvent;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.queue.poll(context)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let _: Result<(), _> = self.commands.send(Command::Unsubscribe(self.id));
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

/// Queue between the driver and a stream.
#[derive(Default)]
pub(super) struct Queue(Mutex<State>);

#[derive(Default)]
struct State {
    events: VecDeque<SubscriptionEvent>,
    missed: u64,
    is_closed: bool,
    waker: Option<Waker>,
}

impl Queue {
    /// Adds an event. A message that finds the queue full is counted instead.
    pub(super) fn push(&self, event: SubscriptionEvent) {
        let mut state = self.lock();
        let is_message = matches!(event, SubscriptionEvent::Delivery(_));
        if is_message && state.events.len() >= MAX_WAITING {
            state.missed = state.missed.saturating_add(1);
        } else {
            if state.missed > 0 {
                let missed = core::mem::take(&mut state.missed);
                state.events.push_back(SubscriptionEvent::Missed(missed));
            }
            state.events.push_back(event);
        }
        if let Some(waker) = state.waker.take() {
            drop(state);
            waker.wake();
        }
    }

    /// Ends the stream, after what waits.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        if let Some(waker) = state.waker.take() {
            drop(state);
            waker.wake();
        }
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<SubscriptionEvent>> {
        let mut state = self.lock();
        if let Some(event) = state.events.pop_front() {
            return Poll::Ready(Some(event));
        }
        if state.missed > 0 {
            let missed = core::mem::take(&mut state.missed);
            return Poll::Ready(Some(SubscriptionEvent::Missed(missed)));
        }
        if state.is_closed {
            return Poll::Ready(None);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that holds the lock leaves the state half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Maximum number of messages that wait for the program.
const MAX_WAITING: usize = 1024;
