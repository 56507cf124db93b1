//! Public methods of the client session; each submodule implements one concern.

mod answer_deadline;
mod calls;
mod commands;
mod connect;
mod context;
mod handshake;
mod lanes;
mod merged_advice;
mod recovery;
mod requests;
mod retry;
mod socket;
mod subscriptions;

use alloc::vec::Vec;
use core::fmt;

use self::{
    connect::Connect, context::Context, lanes::Lanes, recovery::Recovery, requests::Requests,
    socket::Socket, subscriptions::Subscriptions,
};
use crate::{
    Action, Channel, Close, Config, Deadline, End, Extension, Instant, LaneId, Message,
    SessionEvent, SubscriptionId, Unexpected, Usage, Verdict, timer::earliest,
};

/// Client side of one Bayeux session. The crate documentation has the driver loop and the contract.
pub struct Session {
    cx: Context,
    stage: Stage,
    lanes: Lanes,
    socket: Option<Socket>,
    websocket: socket::History,
    connect: Connect,
    requests: Requests,
    subscriptions: Subscriptions,
    recovery: Recovery,
    connects_paused: bool,
    /// Messages in a row that were neither events nor replies.
    useless: u32,
}

/// Progress of the session. `Recovery::up` says whether messages flow at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Idle,
    /// No session: the handshake is sent at `due`.
    Handshake {
        due: Instant,
        sent: Option<handshake::Sent>,
    },
    /// Session established: one connect is kept outstanding.
    Live,
    /// A `/meta/disconnect` is queued or sent. [`Session::disconnect`] has no clock, so the
    /// deadline is set when the driver next passes the time.
    Closing {
        deadline: Option<Instant>,
    },
    Ended,
}

impl Session {
    /// Creates an idle session, which does nothing before [`connect`](Self::connect). `seed`
    /// determines all jitter.
    pub fn new(config: Config, seed: u64) -> Self {
        Self {
            stage: Stage::Idle,
            lanes: Lanes::default(),
            socket: None,
            websocket: socket::History::default(),
            connect: Connect::new(config.connect_burst),
            requests: Requests::default(),
            subscriptions: Subscriptions::default(),
            recovery: Recovery::default(),
            connects_paused: false,
            useless: 0,
            cx: Context::new(config, seed),
        }
    }
}

/// Reports of the driver.
impl Session {
    /// Reports that the websocket of [`Action::Open`] is open.
    pub fn handle_open(&mut self, now: Instant, lane: LaneId) {
        self.cx.advance(now);
        self.socket_opened(lane);
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
        self.socket_received(lane);
        self.recovery.message_received();
        let verdict = self.dispatch(lane, message);
        self.count_useless(lane, verdict);
        verdict
    }

    fn dispatch(&mut self, lane: LaneId, message: &Message<'_>) -> Verdict {
        if message.is_answer() {
            return self.handle_answer_or_event(message);
        }
        match (message.channel, message.successful) {
            ("/meta/handshake", Some(_)) => self.handle_handshake_reply(lane, message),
            ("/meta/connect", Some(_)) => self.handle_connect_reply(lane, message),
            ("/meta/disconnect", _) | (_, Some(_)) => self.handle_reply(message),
            _ => self.handle_event(message),
        }
    }

    /// Closes a websocket whose messages have been of no use for too long.
    fn count_useless(&mut self, lane: LaneId, verdict: Verdict) {
        let is_useless = matches!(
            verdict,
            Verdict::Unexpected(Unexpected::Unknown | Unexpected::UnexpectedReply)
        );
        if !is_useless {
            self.useless = 0;
            return;
        }
        self.useless = self.useless.saturating_add(1);
        if self.useless > MAX_USELESS && self.open_socket_lane() == Some(lane) {
            self.useless = 0;
            self.drop_socket(crate::Cause::Violation("endless messages of no use"));
        }
    }

    /// Reports the pong to [`Action::Ping`].
    pub fn handle_pong(&mut self, now: Instant, lane: LaneId) {
        self.cx.advance(now);
        self.socket_received(lane);
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
        if let Some(socket) = self.socket.as_mut().filter(|socket| socket.is(lane)) {
            socket.record_bytes(last_bytes);
        } else {
            self.lanes.record_bytes(lane, last_bytes);
        }
    }

    /// Reports that a lane ended. Every lane ends with exactly one report, except lanes named by
    /// [`Action::Close`], which need none.
    pub fn handle_close(&mut self, now: Instant, lane: LaneId, why: Close) {
        self.cx.advance(now);
        if self.socket.as_ref().is_some_and(|socket| socket.is(lane)) {
            self.socket_lost(crate::Cause::Lane(why));
        } else if let Some(kind) = self.lanes.ended(lane) {
            self.exchange_ended(lane, kind, why);
        }
    }

    /// Reports that the instant of [`poll_timeout`](Self::poll_timeout) has come. Harmless at any
    /// other time.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.cx.advance(now);
        self.start_clocks();
        self.socket_overdue();
        self.handshake_overdue();
        while let Some((lane, timer)) = self.requests_overdue() {
            self.on_request_overdue(lane, timer);
        }
        self.queue_overdue();
        self.refusals_overdue();
        self.connect_overdue();
        if let Stage::Closing {
            deadline: Some(deadline),
        } = self.stage
            && deadline <= self.cx.now
        {
            self.finish(End::Requested);
        }
    }

    /// Reports a possible change of the network, such as regained connectivity or a resumed
    /// machine. Pings an open websocket and makes a waiting attempt due, but not before the end of
    /// the interval that the server advised.
    pub fn handle_wake(&mut self, now: Instant) {
        self.cx.advance(now);
        let sooner = self.cx.now.max(self.cx.interval_end());
        if let Stage::Handshake { due, sent: None } = &mut self.stage {
            *due = (*due).min(sooner);
        }
        self.expedite_connect();
        self.recovery.restart_outage(self.cx.now);
        if let Some(socket) = &mut self.socket {
            socket.suspect();
        }
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
        self.start_clocks();
        if let Some(close) = self.lanes.poll_close() {
            return Some(close);
        }
        match self.stage {
            Stage::Idle | Stage::Ended => None,
            Stage::Handshake { due, sent } => self.poll_handshake(due, sent, ext, out),
            Stage::Live => self
                .poll_requests(ext, out)
                .or_else(|| self.poll_connect(ext, out))
                .or_else(|| self.poll_upgrade()),
            Stage::Closing { .. } => self.poll_requests(ext, out),
        }
        .or_else(|| self.poll_ping())
    }

    /// Returns the next event for the application, in causal order.
    pub fn poll_event(&mut self) -> Option<SessionEvent> {
        self.cx.next_event()
    }

    /// Returns when to call [`handle_timeout`](Self::handle_timeout), and for which timer; `None`
    /// means never.
    pub fn poll_timeout(&self) -> Option<Deadline> {
        if matches!(self.stage, Stage::Idle | Stage::Ended) {
            return earliest(self.requests.deadlines(self.cx.now));
        }
        let closing = match self.stage {
            Stage::Closing { deadline } => Some(deadline.unwrap_or(self.cx.now)),
            _ => None,
        };
        let own = [
            (closing, crate::Timer::Disconnect),
            self.handshake_deadline(),
            self.connect_deadline(),
            (
                self.can_write().then(|| self.requests.due()).flatten(),
                crate::Timer::Retry,
            ),
            (
                (self.stage == Stage::Live)
                    .then(|| self.subscriptions.next_retry())
                    .flatten(),
                crate::Timer::Retry,
            ),
        ];
        earliest(
            own.into_iter()
                .chain(self.requests.deadlines(self.cx.now))
                .chain(self.socket_deadlines()),
        )
    }
}

/// Queries.
impl Session {
    /// Returns the channel of a subscription.
    pub fn channel(&self, id: SubscriptionId) -> Option<&Channel> {
        self.subscriptions.channel(id)
    }

    /// Returns the subscriptions that match an event on the channel called `name`: usually one,
    /// several if patterns overlap.
    pub fn recipients<'a>(&'a self, name: &'a str) -> impl Iterator<Item = SubscriptionId> + 'a {
        self.subscriptions.recipients(name)
    }

    /// Returns the moment up to which everything that the server has sent is known to have arrived,
    /// unless a gap is reported: the time at which the latest answered connect or probe was sent.
    /// Answers come behind the events before them. [`Instant::ORIGIN`] before the first answer.
    ///
    /// A session without such an answer may have a dead socket and not know yet.
    pub fn proved_until(&self) -> Instant {
        self.recovery.proved_until()
    }

    /// Returns the current resource usage.
    pub fn usage(&self) -> Usage {
        Usage {
            waiting: self.requests.waiting(),
            in_flight: self.requests.in_flight(),
            lanes: usize::from(self.socket.is_some()) + self.lanes.len(),
            subscriptions: self.subscriptions.len(),
            events: self.cx.events(),
        }
    }

    /// Gives deadlines to commands queued since the driver last passed the time.
    fn start_clocks(&mut self) {
        self.requests
            .start_clocks(self.cx.now + self.cx.config.queue_timeout);
        if let Stage::Closing { deadline } = &mut self.stage {
            deadline.get_or_insert(self.cx.now + self.cx.config.disconnect_timeout);
        }
    }

    /// Handles a message with `data` on a channel of the application.
    fn handle_answer_or_event(&mut self, message: &Message<'_>) -> Verdict {
        let publish = self.requests.answered_publish(message);
        match (self.handle_event(message), publish) {
            // Faye sends a published event back with the id of the publish.
            (Verdict::Deliver, Some(publish)) if message.successful.is_some() => {
                Verdict::Answer(publish)
            }
            (Verdict::Unexpected(Unexpected::Unrouted), Some(publish)) => Verdict::Answer(publish),
            (verdict, _) => verdict,
        }
    }

    fn handle_event(&mut self, message: &Message<'_>) -> Verdict {
        if !message.has_data || message.channel.is_empty() || message.channel.starts_with("/meta/")
        {
            return Verdict::Unexpected(Unexpected::Unknown);
        }
        self.cx.merge_advice(message.advice.as_ref());
        let mut recipients = self.subscriptions.recipients(message.channel);
        if recipients.next().is_none() {
            return Verdict::Unexpected(Unexpected::Unrouted);
        }
        drop(recipients);
        self.report_gap_before_event();
        self.recovery.event_delivered(self.cx.now);
        self.connect.event_delivered(&self.cx.config);
        Verdict::Deliver
    }

    /// Returns when bytes of an incomplete message last arrived on a lane.
    fn last_bytes(&self, lane: LaneId) -> Option<Instant> {
        match &self.socket {
            Some(socket) if socket.is(lane) => socket.last_bytes(),
            _ => self.lanes.last_bytes(lane),
        }
    }

    fn is_alive(&self, lane: LaneId) -> bool {
        self.socket.as_ref().is_some_and(|socket| socket.is(lane)) || self.lanes.is_exchange(lane)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The clientId and queued payloads stay out of logs.
        f.debug_struct("Session")
            .field("now", &self.cx.now)
            .field("stage", &self.stage)
            .field("transport", &self.cx.transport)
            .field("subscriptions", &self.subscriptions.len())
            .field("waiting", &self.requests.waiting())
            .field("next", &self.poll_timeout())
            .finish_non_exhaustive()
    }
}

/// Maximum number of messages in a row over a websocket that are neither events nor replies.
const MAX_USELESS: u32 = 50_000;
