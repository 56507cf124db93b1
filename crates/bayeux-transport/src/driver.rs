//! The loop between a session and its lanes, ready to wait on.

use core::fmt;
use std::{collections::VecDeque, sync::Arc};

use bayeux_proto::{Extension, Instant, LaneId, Session, SessionEvent, Unexpected, Verdict};
use bayeux_wire::{Frame, Message, Value};

use crate::{Error, Lanes, Next};

/// A session and its lanes, driven together.
///
/// Call [`Driver::next`] again and again; in between, ask the session for what you like through
/// [`Driver::session`]. Nothing happens while nobody waits, but for the lanes' own tasks, which
/// answer pings and read a few frames ahead.
pub struct Driver<E = ()> {
    session: Session,
    lanes: Lanes,
    extension: E,
    /// Reused for every batch.
    out: Vec<u8>,
    /// What the messages of one frame led to, in order. No other frame is taken before it is empty:
    /// an application that is slow makes the lanes stop reading.
    said: VecDeque<DriverEvent>,
}

/// What a [`Driver`] has to say.
#[derive(Debug)]
#[non_exhaustive]
pub enum DriverEvent {
    /// The session says so.
    Session(SessionEvent),
    /// An event for at least one subscription.
    Delivery(Delivery),
    /// A message that the session has no use for: worth a count, never an error.
    Unexpected(Unexpected, Delivery),
    /// A lane ended with this error. What it means for the session follows as its own event.
    LaneFailed(LaneId, Error),
}

/// One received message, with the frame that it lies in.
///
/// It owns what it needs and can be kept, sent and cloned at the cost of a counter; while it lives,
/// so does its whole frame.
#[derive(Clone)]
pub struct Delivery {
    frame: Arc<Frame>,
    index: usize,
}

impl<E: Extension> Driver<E> {
    /// Joins a session to lanes. `extension` fills `ext` of every message that is sent.
    pub fn new(session: Session, lanes: Lanes, extension: E) -> Self {
        Self {
            session,
            lanes,
            extension,
            out: Vec::new(),
            said: VecDeque::new(),
        }
    }

    /// Waits for the next thing to say. After [`SessionEvent::Ended`] that is nothing, until the session is
    /// asked to connect again.
    ///
    /// Cancel-safe: whatever was not returned is returned by the next call.
    pub async fn next(&mut self) -> DriverEvent {
        loop {
            // What the session wants goes out before the application gets busy with what it says.
            self.act();
            if let Some(event) = self.said.pop_front() {
                return event;
            }
            if let Some(event) = self.session.poll_event() {
                return DriverEvent::Session(event);
            }
            let next = self.lanes.next(self.session.poll_timeout()).await;
            let now = self.lanes.clock().now();
            match next {
                Next::Opened(lane) => self.session.handle_open(now, lane),
                Next::Frame(lane, frame) => self.take_in(now, lane, &frame),
                Next::Pong(lane) => self.session.handle_pong(now, lane),
                Next::Closed(lane, close, error) => {
                    self.said
                        .extend(error.map(|error| DriverEvent::LaneFailed(lane, error)));
                    self.session.handle_close(now, lane, close);
                }
                Next::Deadline => self.session.handle_timeout(now),
            }
        }
    }

    /// The session, to ask it for something. What it then wants is done by the next
    /// [`Driver::next`].
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Tells the session that the road may have changed, or the machine has woken.
    pub fn wake(&mut self) {
        self.session.handle_wake(self.lanes.clock().now());
    }

    /// The lanes.
    pub fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    fn act(&mut self) {
        let clock = self.lanes.clock();
        while let Some(action) =
            self.session
                .poll_action(clock.now(), &mut self.extension, &mut self.out)
        {
            self.lanes.perform(action, &self.out);
            self.out.clear();
        }
    }

    /// Hands all messages of a frame to the session before it acts on any, as it asks for, and keeps
    /// deliveries and events in the order in which they came about.
    fn take_in(&mut self, now: Instant, lane: LaneId, frame: &Arc<Frame>) {
        for message in frame.messages() {
            let verdict = self.session.handle_message(now, lane, &message.envelope());
            let delivery = || Delivery {
                frame: Arc::clone(frame),
                index: message.index(),
            };
            // What the session says of an event comes before it: that there is a gap, for instance.
            while let Some(event) = self.session.poll_event() {
                self.said.push_back(DriverEvent::Session(event));
            }
            match verdict {
                Verdict::Deliver => self.said.push_back(DriverEvent::Delivery(delivery())),
                Verdict::Unexpected(why) => self
                    .said
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
    /// The message; `None` is not to be expected.
    pub fn message(&self) -> Option<Message<'_>> {
        self.frame.message(self.index)
    }

    /// The channel it came on.
    pub fn channel(&self) -> &str {
        self.message().map_or("", Message::channel)
    }

    /// Its payload.
    pub fn data(&self) -> Option<Value<'_>> {
        self.message()?.data()
    }

    /// The frame that it lies in, and its place there.
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
