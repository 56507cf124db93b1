//! The driver: a session and its lanes in one loop.

use core::{fmt, future::poll_fn};
use std::{collections::VecDeque, sync::Arc};

use bayeux_proto::{
    Extension, Instant, LaneId, PublishId, Session, SessionEvent, Unexpected, Verdict,
};
use bayeux_wire::{Frame, Message, Value};

use crate::{Error, Lanes, Next};

/// Drives a session and its lanes together.
///
/// Call [`Driver::next`] in a loop; in between, use [`Driver::session`] to subscribe, publish or
/// disconnect. Nothing happens while `next` is not polled, except that the lanes' own tasks answer
/// pings and read a few frames ahead.
pub struct Driver<E = ()> {
    session: Session,
    lanes: Lanes,
    extension: E,
    /// Buffer of the batch to send, reused.
    out: Vec<u8>,
    /// Events that the messages of the last frame led to, in order. The next frame is taken only
    /// when this queue is empty, so that a slow application makes the lanes stop reading.
    ready: VecDeque<DriverEvent>,
    /// Whether the session was used since its actions were performed.
    may_have_actions: bool,
}

/// An event of a [`Driver`].
#[derive(Debug)]
#[non_exhaustive]
pub enum DriverEvent {
    /// An event of the session.
    Session(SessionEvent),
    /// A message for at least one subscription.
    Delivery(Delivery),
    /// Answer to a publish, with data for its caller: see
    /// [`Verdict::Answer`](bayeux_proto::Verdict::Answer). If its channel has subscriptions, the
    /// same message follows as a delivery.
    Answer(PublishId, Delivery),
    /// A message that the session cannot use. Worth counting, not an error.
    Unexpected(Unexpected, Delivery),
    /// A lane ended with an error. Its effect on the session follows as a session event.
    LaneFailed(LaneId, Error),
}

/// A received message, together with the frame that holds it.
///
/// It owns its content and can be kept and sent to other threads; cloning increments a counter.
/// Keeping it keeps its whole frame.
#[derive(Clone)]
pub struct Delivery {
    frame: Arc<Frame>,
    index: usize,
}

impl<E: Extension> Driver<E> {
    /// Joins a session to lanes. `extension` fills `ext` of every outgoing message.
    pub fn new(session: Session, lanes: Lanes, extension: E) -> Self {
        Self {
            session,
            lanes,
            extension,
            out: Vec::new(),
            ready: VecDeque::new(),
            may_have_actions: true,
        }
    }

    /// Waits for the next event. After [`SessionEvent::Ended`] there is none until the session is
    /// asked to connect again.
    ///
    /// Cancel-safe: an event that was not returned is returned by the next call.
    pub async fn next(&mut self) -> DriverEvent {
        loop {
            // Sends before returning an event, because handling it may take the application a
            // while.
            if core::mem::take(&mut self.may_have_actions) {
                self.perform_actions();
            }
            if let Some(event) = self.ready.pop_front() {
                return event;
            }
            if let Some(event) = self.session.poll_event() {
                return DriverEvent::Session(event);
            }
            let session = &self.session;
            let deadline = || session.poll_timeout().map(|deadline| deadline.at);
            let next = poll_fn(|context| self.lanes.poll_next_until(context, deadline)).await;
            let now = self.lanes.clock().now();
            self.may_have_actions = true;
            match next {
                Next::Opened(lane) => self.session.handle_open(now, lane),
                Next::Frame(lane, frame) => self.handle_frame(now, lane, &frame),
                Next::Pong(lane) => self.session.handle_pong(now, lane),
                Next::Closed(lane, close, error) => {
                    self.ready
                        .extend(error.map(|error| DriverEvent::LaneFailed(lane, error)));
                    self.session.handle_close(now, lane, close);
                }
                Next::Deadline => {
                    for (lane, last_bytes) in self.lanes.progress() {
                        self.session.handle_progress(now, lane, last_bytes);
                    }
                    self.session.handle_timeout(now);
                }
            }
        }
    }

    /// Returns the session, to subscribe, publish or disconnect. The actions that follow are
    /// performed by the next [`Driver::next`].
    pub fn session(&mut self) -> &mut Session {
        self.may_have_actions = true;
        &mut self.session
    }

    /// Tells the session that the network may have changed or the machine has woken from sleep.
    pub fn wake(&mut self) {
        self.may_have_actions = true;
        self.session.handle_wake(self.lanes.clock().now());
    }

    /// Returns the lanes.
    pub fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    fn perform_actions(&mut self) {
        let clock = self.lanes.clock();
        while let Some(action) =
            self.session
                .poll_action(clock.now(), &mut self.extension, &mut self.out)
        {
            self.lanes.perform(action, &self.out);
            self.out.clear();
        }
    }

    /// Passes all messages of a frame to the session before it acts on any, as the session
    /// requires, and keeps deliveries and session events in order.
    fn handle_frame(&mut self, now: Instant, lane: LaneId, frame: &Arc<Frame>) {
        for message in frame.messages() {
            let verdict = self.session.handle_message(now, lane, &message.envelope());
            let delivery = || Delivery {
                frame: Arc::clone(frame),
                index: message.index(),
            };
            // Session events precede the delivery that caused them, such as the report of a gap.
            while let Some(event) = self.session.poll_event() {
                self.ready.push_back(DriverEvent::Session(event));
            }
            match verdict {
                Verdict::Answer(publish) => {
                    self.ready
                        .push_back(DriverEvent::Answer(publish, delivery()));
                    if self.session.recipients(message.channel()).next().is_some() {
                        self.ready.push_back(DriverEvent::Delivery(delivery()));
                    }
                }
                Verdict::Deliver => self.ready.push_back(DriverEvent::Delivery(delivery())),
                Verdict::Unexpected(why) => self
                    .ready
                    .push_back(DriverEvent::Unexpected(why, delivery())),
                _ => {}
            }
        }
    }
}

impl<E> fmt::Debug for Driver<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("session", &self.session)
            .field("lanes", &self.lanes)
            .finish_non_exhaustive()
    }
}

impl Delivery {
    /// Returns the message. `None` is not expected: the index was taken from the frame.
    pub fn message(&self) -> Option<Message<'_>> {
        self.frame.message(self.index)
    }

    /// Returns the channel of the message.
    pub fn channel(&self) -> &str {
        self.message().map_or("", Message::channel)
    }

    /// Returns the payload of the message.
    pub fn data(&self) -> Option<Value<'_>> {
        self.message()?.data()
    }

    /// Returns the frame and the index of the message in it.
    pub fn into_parts(self) -> (Arc<Frame>, usize) {
        (self.frame, self.index)
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("channel", &self.channel())
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
