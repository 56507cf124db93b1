//! Client session: inputs and outputs of the driver.
//!
//! A session consists of parts: handshake, connect loop, requests with subscriptions, websocket,
//! choice of the transport, and health. Each owns its fields and methods and knows no other part. A
//! part that decides about the session as a whole answers with a [`step::Step`], which [`apply`]
//! alone carries out.

mod answer_deadline;
mod apply;
mod commands;
mod connect;
mod context;
mod continuation;
mod handshake;
mod health;
mod lane_ends;
mod lanes;
mod merged_advice;
mod receive;
mod requests;
mod retry;
mod saved_session;
mod send;
mod stage;
mod step;
mod subscriptions;
mod timers;
mod transport_choice;
mod websocket;

use alloc::vec::Vec;
use core::fmt;

pub use self::saved_session::SavedSession;
use self::{
    connect::ConnectLoop, context::Context, health::Health, lanes::Lanes, requests::Requests,
    stage::Stage, step::Step, transport_choice::TransportChoice, websocket::WebSocket,
};
use crate::{
    Action, Cause, Channel, Close, Config, Deadline, Extension, Instant, LaneId, Message,
    SessionEvent, SubscriptionId, Unexpected, Usage, Verdict,
};

/// Client side of one Bayeux session. The crate documentation has the driver loop and the contract.
pub struct Session {
    cx: Context,
    stage: Stage,
    lanes: Lanes,
    websocket: WebSocket,
    choice: TransportChoice,
    connect: ConnectLoop,
    requests: Requests,
    health: Health,
}

impl Session {
    /// Creates an idle session, which does nothing before [`connect`](Self::connect). `seed`
    /// determines all jitter.
    pub fn new(config: Config, seed: u64) -> Self {
        Self {
            stage: Stage::Idle,
            lanes: Lanes::default(),
            websocket: WebSocket::default(),
            choice: TransportChoice::default(),
            connect: ConnectLoop::new(config.connect_burst),
            requests: Requests::default(),
            health: Health::default(),
            cx: Context::new(config, seed),
        }
    }
}

/// Reports of the driver.
impl Session {
    /// Reports that the websocket of [`Action::Open`] is open.
    pub fn handle_open(&mut self, now: Instant, lane: LaneId) {
        self.cx.advance(now);
        self.websocket.opened(&self.cx, lane);
    }

    /// Reports a message from a lane. The driver passes all messages of a payload, in order, before
    /// it polls the next action.
    pub fn handle_message(&mut self, now: Instant, lane: LaneId, message: &Message<'_>) -> Verdict {
        self.cx.advance(now);
        if self.lanes.is_closing(lane) {
            return self.handle_message_on_closing_lane(message);
        }
        if !self.is_alive(lane) {
            return Verdict::Unexpected(Unexpected::DeadLane);
        }
        self.websocket.received(&self.cx, lane);
        self.health.message_received();
        let verdict = self.dispatch(lane, message);
        if self.websocket.is_flooded(lane, verdict) {
            let cause = Cause::Violation("endless messages of no use");
            self.apply(Step::DropSocket(cause));
        }
        verdict
    }

    /// Reports the pong to [`Action::Ping`].
    pub fn handle_pong(&mut self, now: Instant, lane: LaneId) {
        self.cx.advance(now);
        self.websocket.received(&self.cx, lane);
    }

    /// Reports that bytes of an incomplete message, response or frame arrived on a lane, the latest
    /// at `last_bytes`: a slow link on which bytes flow is alive.
    ///
    /// Deadlines that wait for an answer over this lane move, but by no more than
    /// [`Config::slow_allowance`]. A report is needed only before
    /// [`handle_timeout`](Self::handle_timeout), and the latest one suffices; a driver that makes
    /// none measures whole messages only.
    pub fn handle_progress(&mut self, now: Instant, lane: LaneId, last_bytes: Instant) {
        self.cx.advance(now);
        let last_bytes = last_bytes.min(self.cx.now);
        self.websocket.record_bytes(lane, last_bytes);
        self.lanes.record_bytes(lane, last_bytes);
    }

    /// Reports that a lane ended. Every lane ends with exactly one report, except lanes named by
    /// [`Action::Close`], which need none.
    pub fn handle_close(&mut self, now: Instant, lane: LaneId, why: Close) {
        self.cx.advance(now);
        if self.websocket.lane() == Some(lane) {
            self.socket_lost(Cause::Lane(why));
        } else if let Some(kind) = self.lanes.ended(lane) {
            self.exchange_ended(lane, kind, why);
        }
    }

    /// Reports that the instant of [`poll_timeout`](Self::poll_timeout) has come. Harmless at any
    /// other time.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.cx.advance(now);
        self.expire_timers();
    }

    /// Reports a possible change of the network, such as regained connectivity or a resumed
    /// machine. Pings an open websocket and makes a waiting attempt due, but not before the end of
    /// the interval that the server advised.
    pub fn handle_wake(&mut self, now: Instant) {
        self.cx.advance(now);
        let sooner = self.cx.now.max(self.cx.interval_end());
        match &mut self.stage {
            Stage::Handshake(handshake) => handshake.expedite(sooner),
            Stage::Live if !self.health.is_up() => self.connect.expedite(self.cx.now),
            _ => {}
        }
        self.health.restart_outage(self.cx.now);
        self.websocket.suspect();
    }
}

/// Outputs for the driver.
impl Session {
    /// Returns the next action. The batch of a `Send` or `Exchange` is appended to `out`; `ext` is
    /// called for each message as it is written. Its hook for received messages is the driver's to
    /// call, before each [`handle_message`](Self::handle_message).
    pub fn poll_action(
        &mut self,
        now: Instant,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        self.cx.advance(now);
        ext.advance(self.cx.now);
        if let Some(close) = self.lanes.poll_close() {
            return Some(close);
        }
        match self.stage {
            Stage::Idle | Stage::Ended => None,
            Stage::Handshake(_) => self.poll_handshake(ext, out),
            Stage::Live => self
                .poll_requests(ext, out)
                .or_else(|| self.poll_connect(ext, out))
                .or_else(|| self.poll_upgrade()),
            Stage::Closing { .. } => self.poll_requests(ext, out),
        }
        .or_else(|| self.websocket.poll_ping(&self.cx))
    }

    /// Returns the next event for the application, in causal order.
    pub fn poll_event(&mut self) -> Option<SessionEvent> {
        self.cx.next_event()
    }

    /// Returns when to call [`handle_timeout`](Self::handle_timeout), and for which timer; `None`
    /// means never.
    pub fn poll_timeout(&self) -> Option<Deadline> {
        self.earliest_deadline()
    }
}

/// Queries.
impl Session {
    /// Returns the channel of a subscription.
    pub fn channel(&self, id: SubscriptionId) -> Option<&Channel> {
        self.requests.subscriptions().channel(id)
    }

    /// Returns all subscriptions with their channels, in the order in which they were made.
    pub fn subscriptions(&self) -> impl Iterator<Item = (SubscriptionId, &Channel)> {
        self.requests.subscriptions().all()
    }

    /// Returns the subscriptions that match an event on the channel called `name`: usually one,
    /// several if patterns overlap.
    pub fn recipients<'a>(&'a self, name: &'a str) -> impl Iterator<Item = SubscriptionId> + 'a {
        self.requests.subscriptions().recipients(name)
    }

    /// Returns the moment up to which everything that the server has sent is known to have arrived,
    /// unless a gap is reported: the time at which the latest answered connect or probe was sent,
    /// or the disconnect over a websocket. Answers come behind the events before them.
    /// [`Instant::ORIGIN`] before the first answer.
    ///
    /// A session without such an answer may have a dead socket and not know yet.
    pub fn proved_until(&self) -> Instant {
        self.health.proved_until()
    }

    /// Returns the current resource usage.
    pub fn usage(&self) -> Usage {
        Usage {
            waiting: self.requests.waiting(),
            in_flight: self.requests.in_flight(),
            lanes: usize::from(self.websocket.is_present()) + self.lanes.len(),
            subscriptions: self.requests.subscriptions().len(),
            events: self.cx.events(),
        }
    }

    fn is_alive(&self, lane: LaneId) -> bool {
        self.websocket.lane() == Some(lane) || self.lanes.is_exchange(lane)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The clientId and queued payloads stay out of logs.
        f.debug_struct("Session")
            .field("now", &self.cx.now)
            .field("stage", &self.stage)
            .field("transport", &self.cx.transport)
            .field("subscriptions", &self.requests.subscriptions().len())
            .field("waiting", &self.requests.waiting())
            .field("next", &self.poll_timeout())
            .finish_non_exhaustive()
    }
}
