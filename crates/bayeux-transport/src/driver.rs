//! The driver: a session and its lanes in one loop.

mod commands;
mod deferral;
mod handle;
mod requests;
mod subscription;

use core::{
    fmt,
    future::poll_fn,
    task::{Context, Poll},
};
use std::{collections::VecDeque, sync::Arc};

use bayeux_proto::{
    End, Extension, Instant, LaneId, Message as Envelope, PublishId, SavedSession, Session,
    SessionEvent, Unexpected, Verdict,
};
use bayeux_wire::{Frame, Message, Value};

use self::{deferral::Deferral, requests::Requests};
pub use self::{
    handle::{CallError, Handle, Published},
    subscription::{Subscription, SubscriptionEvent},
};
use crate::{Error, Lanes, Next};

/// Drives a session and its lanes together.
///
/// Call [`Driver::next`] in a loop; in between, connect, publish or disconnect, use
/// [`Driver::session`] to subscribe, or [`Driver::handle`] from other tasks. Nothing happens while `next` is not polled,
/// except that the lanes' own tasks answer pings and read a few frames ahead.
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
    /// Requests of handles, once there is one.
    requests: Option<Requests>,
    /// Whether commands are looked at before the lanes, to take turns.
    commands_first: bool,
    /// Events that wait for the connect reply that completes their batch.
    deferral: Deferral,
    /// [`Session::proved_until`] when the program last had all events.
    handed_out_until: Instant,
    reports_replies: bool,
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
    /// Reply that the session has processed, before the session events that it led to, if
    /// [`Driver::report_replies`] asks for replies. So the reason in the `ext` of a refusal is known
    /// before the end that follows from it.
    Reply(Delivery),
    /// A message that the session cannot use. Worth counting, not an error.
    Unexpected(Unexpected, Delivery),
    /// A lane ended with an error. Its effect on the session follows as a session event.
    LaneFailed(LaneId, Error),
}

/// A received message, together with the frame that holds it.
///
/// Owns its content and can be kept and sent to other threads; cloning increments a counter.
/// Keeping it keeps its whole frame.
#[derive(Clone)]
pub struct Delivery {
    frame: Arc<Frame>,
    index: usize,
}

/// Parts of a [`Driver`], by [`Driver::into_parts`].
#[derive(Debug)]
#[non_exhaustive]
pub struct DriverParts<E> {
    /// The session.
    pub session: Session,
    /// Lanes of the session.
    pub lanes: Lanes,
    /// The extension.
    pub extension: E,
    /// Events that [`Driver::next`] had not returned yet, in order.
    pub events: Vec<DriverEvent>,
    deferral: Deferral,
    handed_out_until: Instant,
    reports_replies: bool,
}

impl<E> DriverParts<E> {
    /// Takes the events that wait for a connect reply, because the server repeats them if the reply
    /// is lost. For a program that has a loop of its own; [`Driver::from_parts`] keeps them.
    pub fn take_deferred(&mut self) -> Vec<DriverEvent> {
        self.deferral.release_all()
    }
}

impl<E> Driver<E> {
    /// Returns the session, to subscribe, and for all that the driver has no method for. The actions
    /// that follow are performed by the next [`Driver::next`].
    pub fn session(&mut self) -> &mut Session {
        self.may_have_actions = true;
        &mut self.session
    }
}

impl<E: Extension> Driver<E> {
    /// Joins a session to lanes. `extension` sees every outgoing and every received message.
    pub fn new(session: Session, lanes: Lanes, extension: E) -> Self {
        let deferral = Deferral::new(lanes.max_waiting_bytes());
        let handed_out_until = session.proved_until();
        Self {
            session,
            lanes,
            extension,
            out: Vec::new(),
            ready: VecDeque::new(),
            may_have_actions: true,
            requests: None,
            commands_first: true,
            deferral,
            handed_out_until,
            reports_replies: false,
        }
    }

    /// Puts a driver together again, to continue where [`Driver::into_parts`] stopped.
    pub fn from_parts(parts: DriverParts<E>) -> Self {
        Self {
            ready: parts.events.into(),
            deferral: parts.deferral,
            handed_out_until: parts.handed_out_until,
            reports_replies: parts.reports_replies,
            ..Self::new(parts.session, parts.lanes, parts.extension)
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
            self.take_session_events(None);
            if let Some(event) = self.ready.pop_front() {
                return event;
            }
            if self.deferral.is_empty() {
                self.handed_out_until = self.session.proved_until();
            }
            let next = poll_fn(|context| self.poll(context)).await;
            let now = self.lanes.clock().now();
            self.may_have_actions = true;
            match next {
                None => {}
                Some(Next::Opened(lane)) => self.session.handle_open(now, lane),
                Some(Next::Frame(lane, frame)) => self.handle_frame(now, lane, &frame),
                Some(Next::Pong(lane)) => self.session.handle_pong(now, lane),
                Some(Next::Closed(lane, close, error)) => {
                    self.ready
                        .extend(error.map(|error| DriverEvent::LaneFailed(lane, error)));
                    self.deferral.closed(lane);
                    self.session.handle_close(now, lane, close);
                }
                Some(Next::Deadline) => {
                    for (lane, last_bytes) in self.lanes.progress() {
                        self.session.handle_progress(now, lane, last_bytes);
                    }
                    self.session.handle_timeout(now);
                }
            }
        }
    }

    /// Drives until the session ends, for a program that uses handles only. Returns the reason.
    ///
    /// Cancel-safe, as [`next`](Self::next). Events for nobody are dropped.
    pub async fn run(&mut self) -> End {
        loop {
            if let DriverEvent::Session(SessionEvent::Ended(end)) = self.next().await {
                return end;
            }
        }
    }

    /// Returns a handle, to publish, call and subscribe from other tasks.
    pub fn handle(&mut self) -> Handle {
        let max_bytes = self.lanes.max_waiting_bytes();
        self.requests
            .get_or_insert_with(|| Requests::new(max_bytes))
            .handle()
    }

    /// Reports replies as [`DriverEvent::Reply`], with their `ext` and other members. Default: no.
    pub fn report_replies(&mut self, reports_replies: bool) {
        self.reports_replies = reports_replies;
    }

    /// Returns the extension.
    pub fn extension(&mut self) -> &mut E {
        &mut self.extension
    }

    /// Writes the session down, for another process to continue it: see
    /// [`Session::save`](bayeux_proto::Session::save). With the bytes go the cookies of the server
    /// ([`Lanes::cookies`]), which may tie a session to them.
    ///
    /// The gap that the next process reports covers events that this one has received and not
    /// returned by [`next`](Self::next). Those that it has returned, or that wait in a
    /// [`Subscription`], are the program's to process before. The subscriptions of streams are saved
    /// like the others; the next process gets their messages from [`next`](Self::next), or
    /// unsubscribes them.
    ///
    /// ```no_run
    /// use std::{error::Error, fs, time::Duration};
    /// use bayeux_proto::{Config, SavedSession, Session};
    /// use bayeux_transport::{Clock, Driver, Endpoint, Lanes, Options};
    ///
    /// fn leave(driver: &Driver) -> Result<(), Box<dyn Error>> {
    ///     // Files that only the user may read: whoever has them can act as the session.
    ///     fs::write("session", driver.save().to_bytes())?;
    ///     fs::write("cookies", driver.lanes().cookies().join("\n"))?;
    ///     Ok(())
    /// }
    ///
    /// fn go_on(elapsed: Duration, endpoint: Endpoint) -> Result<Driver, Box<dyn Error>> {
    ///     let saved = SavedSession::from_bytes(&fs::read("session")?)?;
    ///     let clock = Clock::starting_at(saved.at() + elapsed);
    ///     let session = Session::restore(&saved, Config::default(), 1, clock.now());
    ///     let lanes = Lanes::new(endpoint, Options::default(), clock)?;
    ///     lanes.restore_cookies(fs::read_to_string("cookies")?.lines());
    ///     Ok(Driver::new(session, lanes, ()))
    /// }
    /// ```
    pub fn save(&self) -> SavedSession {
        let mut saved = self.session.save(self.lanes.clock().now());
        let has_unreturned =
            !self.ready.is_empty() || !self.deferral.is_empty() || self.session.usage().events > 0;
        if has_unreturned {
            saved.widen_gap(self.handed_out_until);
        }
        saved
    }

    /// Returns the lanes.
    pub fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    /// Takes the driver apart: to continue with a loop of one's own, or with
    /// [`Driver::from_parts`]. Requests of handles that wait fail with [`CallError::DriverEnded`],
    /// and streams end and are unsubscribed. The session still reports how these requests settle, with
    /// ids that the program does not know.
    pub fn into_parts(mut self) -> DriverParts<E> {
        if let Some(requests) = &mut self.requests {
            requests.leave(&mut self.session);
        }
        DriverParts {
            session: self.session,
            lanes: self.lanes,
            extension: self.extension,
            events: self.ready.into(),
            deferral: self.deferral,
            handed_out_until: self.handed_out_until,
            reports_replies: self.reports_replies,
        }
    }

    /// Polls for a report of the lanes; `None` stands for a command of a handle.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Next>> {
        self.commands_first = !self.commands_first;
        if self.commands_first && self.poll_command(context).is_ready() {
            return Poll::Ready(None);
        }
        let session = &self.session;
        let deadline = || session.poll_timeout().map(|deadline| deadline.at);
        if let Poll::Ready(next) = self.lanes.poll_next_until(context, deadline) {
            return Poll::Ready(Some(next));
        }
        if self.commands_first {
            return Poll::Pending;
        }
        self.poll_command(context).map(|()| None)
    }

    fn poll_command(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.requests {
            Some(requests) => requests.poll(context, &mut self.session, self.lanes.clock()),
            None => Poll::Pending,
        }
    }

    fn perform_actions(&mut self) {
        let clock = self.lanes.clock();
        while let Some(action) =
            self.session
                .poll_action(clock.now(), &mut self.extension, &mut self.out)
        {
            self.deferral.performed(action);
            self.lanes.perform(action, &self.out);
            self.out.clear();
        }
    }

    /// Passes all messages of a frame to the session before it acts on any, as the session
    /// requires, and keeps deliveries and session events in order.
    fn handle_frame(&mut self, now: Instant, lane: LaneId, frame: &Arc<Frame>) {
        self.extension.advance(now);
        let mut completes_batch = false;
        for message in frame.messages() {
            let envelope = message.envelope();
            self.extension.incoming(&envelope, &message);
            let verdict = self.session.handle_message(now, lane, &envelope);
            let delivery = || Delivery {
                frame: Arc::clone(frame),
                index: message.index(),
            };
            if verdict == Verdict::Handled {
                completes_batch |= self.release_deferred(&envelope);
                if self.reports_replies {
                    self.ready.push_back(DriverEvent::Reply(delivery()));
                }
            }
            // Session events precede the delivery that caused them, such as the report of a gap.
            self.take_session_events(Some(&delivery));
            let event = match verdict {
                Verdict::Answer(publish) => DriverEvent::Answer(publish, delivery()),
                Verdict::Deliver => DriverEvent::Delivery(delivery()),
                Verdict::Unexpected(why) => DriverEvent::Unexpected(why, delivery()),
                _ => continue,
            };
            let is_for_subscribers = matches!(verdict, Verdict::Answer(_) | Verdict::Deliver);
            if is_for_subscribers
                && self.extension.defers_events()
                && self.deferral.applies_to(lane)
            {
                for event in self.deferral.push(lane, event) {
                    self.route(event);
                }
            } else {
                self.route(event);
            }
        }
        // Events behind the connect reply of their own frame are of its batch, too.
        if completes_batch {
            for event in self.deferral.release_batch() {
                self.route(event);
            }
        }
    }

    /// Delivers the events before a connect reply, which completes their batch, or those of a
    /// session that a handshake reply has replaced. Returns whether a batch is complete.
    fn release_deferred(&mut self, reply: &Envelope<'_>) -> bool {
        let is_connect = reply.channel == "/meta/connect";
        let events = match (reply.channel, reply.successful) {
            ("/meta/connect", Some(true)) => self.deferral.release_batch(),
            ("/meta/handshake", Some(true)) => self.deferral.release_all(),
            _ => return false,
        };
        for event in events {
            self.route(event);
        }
        is_connect
    }

    /// Takes all events of the session, which the message in `cause` led to.
    fn take_session_events(&mut self, cause: Option<&dyn Fn() -> Delivery>) {
        while let Some(event) = self.session.poll_event() {
            if let SessionEvent::Ended(_) = event {
                for event in self.deferral.release_all() {
                    self.route(event);
                }
            }
            let event = match &mut self.requests {
                Some(requests) => requests.session_event(event, cause),
                None => Some(event),
            };
            self.ready.extend(event.map(DriverEvent::Session));
        }
    }

    /// Passes an event to the handles that it concerns, and the rest to [`next`](Self::next).
    fn route(&mut self, event: DriverEvent) {
        match event {
            DriverEvent::Answer(publish, delivery) => {
                let has_subscribers = self.session.recipients(delivery.channel()).next().is_some();
                let session = &mut self.session;
                let taken = self
                    .requests
                    .as_mut()
                    .is_some_and(|requests| requests.answer(publish, session, || delivery.clone()));
                if !taken {
                    let answer = DriverEvent::Answer(publish, delivery.clone());
                    self.ready.push_back(answer);
                }
                if has_subscribers {
                    self.route(DriverEvent::Delivery(delivery));
                }
            }
            DriverEvent::Delivery(delivery) => {
                let is_for_next = match &self.requests {
                    Some(requests) => requests.deliver(&self.session, &delivery),
                    None => true,
                };
                if is_for_next {
                    self.ready.push_back(DriverEvent::Delivery(delivery));
                }
            }
            other => self.ready.push_back(other),
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
