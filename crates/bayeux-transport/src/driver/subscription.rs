//! Streams of single subscriptions.

use core::{
    fmt,
    future::poll_fn,
    mem::discriminant,
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
/// Events wait here until the program takes them; the driver continues meanwhile. If 1024 wait, or
/// messages whose frames take four times the larger limit of [`Options`](crate::Options), the next
/// messages are dropped, and [`SubscriptionEvent::Missed`] has their number. Other events are merged
/// with the latest of their kind in a full queue. Dropping the stream unsubscribes.
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
    /// [`Session::renew`](bayeux_proto::Session::renew). [`Replay`](bayeux_proto::Replay) continues
    /// behind the last message that arrived, those that this stream dropped included.
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
pub(super) struct Queue {
    state: Mutex<State>,
    /// Maximum size of the frames of the messages that wait.
    max_bytes: usize,
}

#[derive(Default)]
struct State {
    events: VecDeque<Waiting>,
    /// Size of the frames of the messages that wait.
    bytes: usize,
    missed: u64,
    is_closed: bool,
    waker: Option<Waker>,
}

struct Waiting {
    event: SubscriptionEvent,
    /// Size of the frame, counted with the first of its messages.
    bytes: usize,
}

impl State {
    /// Adds an event. A message that finds the queue full is counted instead.
    fn push(&mut self, event: SubscriptionEvent, max_bytes: usize) {
        let bytes = self.added_bytes(&event);
        let total = self.bytes.saturating_add(bytes);
        let is_full = self.events.len() >= MAX_WAITING || self.bytes > 0 && total > max_bytes;
        if is_full && matches!(event, SubscriptionEvent::Delivery(_)) {
            self.missed = self.missed.saturating_add(1);
            return;
        }
        if self.missed > 0 {
            let missed = core::mem::take(&mut self.missed);
            self.put(SubscriptionEvent::Missed(missed), 0);
        }
        self.bytes = total;
        self.put(event, bytes);
    }

    /// Puts an event at the end. In a full queue it replaces the one of its kind behind the last
    /// message.
    fn put(&mut self, mut event: SubscriptionEvent, bytes: usize) {
        if self.events.len() >= MAX_WAITING {
            let kind = discriminant(&event);
            let mut behind = (0..self.events.len()).rev();
            let earlier = behind
                .by_ref()
                .map_while(|index| Some((index, &self.events.get(index)?.event)))
                .take_while(|(_, event)| !matches!(event, SubscriptionEvent::Delivery(_)))
                .find(|(_, event)| discriminant(*event) == kind)
                .map(|(index, _)| index);
            if let Some(earlier) = earlier.and_then(|index| self.events.remove(index)) {
                event = merged(earlier.event, event);
            }
        }
        self.events.push_back(Waiting { event, bytes });
    }

    /// Returns the size of the frame of a message, unless an earlier one keeps it already.
    fn added_bytes(&self, event: &SubscriptionEvent) -> usize {
        let SubscriptionEvent::Delivery(delivery) = event else {
            return 0;
        };
        let last = self.events.iter().rev().find_map(|waiting| {
            let SubscriptionEvent::Delivery(last) = &waiting.event else {
                return None;
            };
            Some(last)
        });
        match last {
            Some(last) if Arc::ptr_eq(&last.frame, &delivery.frame) => 0,
            _ => delivery.frame.len(),
        }
    }
}

impl Queue {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            state: Mutex::default(),
            max_bytes,
        }
    }

    /// Adds an event. A message that finds the queue full is counted instead.
    pub(super) fn push(&self, event: SubscriptionEvent) {
        let mut state = self.lock();
        state.push(event, self.max_bytes);
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
        if let Some(Waiting { event, bytes }) = state.events.pop_front() {
            state.bytes = state.bytes.saturating_sub(bytes);
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
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Joins two events of one kind: a gap begins with the earlier one, and counts add up.
fn merged(earlier: SubscriptionEvent, later: SubscriptionEvent) -> SubscriptionEvent {
    match (earlier, later) {
        (SubscriptionEvent::Missed(some), SubscriptionEvent::Missed(more)) => {
            SubscriptionEvent::Missed(some.saturating_add(more))
        }
        (
            SubscriptionEvent::Gap { since, .. },
            SubscriptionEvent::Gap {
                since: later,
                cause,
            },
        ) => SubscriptionEvent::Gap {
            since: since.min(later),
            cause,
        },
        (_, later) => later,
    }
}

/// Maximum number of events that wait for the program before messages are dropped.
const MAX_WAITING: usize = 1024;
