//! The client side of a Bayeux session: its public verbs. What they set in motion is in the
//! submodules, one for each concern.

mod advised;
mod connect;
mod handshake;
mod recovery;
mod requests;
mod socket;
mod subscriptions;

use alloc::{collections::VecDeque, string::String, vec::Vec};
use core::fmt;

use self::{
    advised::Advised, connect::Connect, recovery::Recovery, requests::Requests, socket::Socket,
    subscriptions::Subscriptions,
};
use crate::{
    Action, Channel, Close, Config, Deadline, End, Exchange, Extension, Instant, LaneId, Message,
    Misuse, PublishId, SessionEvent, SubscriptionId, Transport, Unexpected, Usage, Verdict,
    backoff::Rng, timer::earliest,
};

/// One Bayeux session, seen from the client. See the crate documentation for the driver loop and
/// the contract.
pub struct Session {
    config: Config,
    rng: Rng,
    /// The latest instant seen; time never goes backwards in here.
    now: Instant,
    stage: Stage,
    /// What carries, or is to carry, the next handshake or connect.
    carrier: Transport,
    client_id: String,
    advised: Advised,
    last_id: u64,
    last_lane: u64,
    socket: Option<Socket>,
    websocket: socket::Record,
    exchanges: Vec<(LaneId, Exchange)>,
    /// Lanes that the driver has yet to be told to close.
    condemned: VecDeque<LaneId>,
    connect: Connect,
    requests: Requests,
    subscriptions: Subscriptions,
    recovery: Recovery,
    held_back: bool,
    events: VecDeque<SessionEvent>,
}

/// How far the session is. Whether messages flow at this moment is `Recovery`'s to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Idle,
    /// There is no session: shake hands, not before `due`.
    Handshake {
        due: Instant,
        sent: Option<handshake::Sent>,
    },
    /// There is a session: keep one connect outstanding.
    Live,
    /// The farewell is to be sent, or has been. Its time counts from when the driver next says
    /// what time it is: the wish itself comes without one.
    Closing {
        deadline: Option<Instant>,
    },
    Ended,
}

/// The application asks. Intent is recorded; nothing is sent before the next `poll_action`.
impl Session {
    /// A session that does nothing before [`connect`](Self::connect). The seed decides all jitter.
    pub fn new(config: Config, seed: u64) -> Self {
        let carrier = config
            .transports
            .first()
            .copied()
            .unwrap_or(Transport::WebSocket);
        Self {
            rng: Rng::new(seed),
            now: Instant::ORIGIN,
            stage: Stage::Idle,
            carrier,
            client_id: String::new(),
            advised: Advised::default(),
            last_id: 0,
            last_lane: 0,
            socket: None,
            websocket: socket::Record::default(),
            exchanges: Vec::new(),
            condemned: VecDeque::new(),
            connect: Connect::new(config.connect_burst),
            requests: Requests::default(),
            subscriptions: Subscriptions::default(),
            recovery: Recovery::default(),
            held_back: false,
            events: VecDeque::new(),
            config,
        }
    }

    /// Begins to reach the server, for the first time or again after an end. Subscriptions made
    /// before are kept. Does nothing while the session runs.
    pub fn connect(&mut self) {
        if matches!(self.stage, Stage::Idle | Stage::Ended) {
            self.carrier = self.preferred();
            self.advised = Advised::default();
            self.begin_interval();
            self.recovery = Recovery::default();
            self.websocket = socket::Record::default();
            self.stage = Stage::Handshake {
                due: self.now,
                sent: None,
            };
        }
    }

    /// Wants the events of a channel or pattern, from now on and in every later session. Settles
    /// with [`SessionEvent::Subscribed`] or [`SessionEvent::Refused`].
    ///
    /// # Errors
    ///
    /// [`Misuse::ForbiddenChannel`] for a `/meta/` channel, [`Misuse::TooManySubscriptions`] at the limit,
    /// [`Misuse::Ended`] while the session takes leave.
    pub fn subscribe(&mut self, channel: &Channel) -> Result<SubscriptionId, Misuse> {
        if channel.is_meta() {
            return Err(Misuse::ForbiddenChannel {
                name: channel.as_str().into(),
            });
        }
        self.commands_allowed()?;
        if self.subscriptions.len() >= self.config.max_subscriptions {
            return Err(Misuse::TooManySubscriptions {
                limit: self.config.max_subscriptions,
            });
        }
        let (id, wish) = self.subscriptions.add(channel);
        if wish.wire == subscriptions::Wire::Active {
            self.events.push_back(SessionEvent::Subscribed(id));
        }
        self.remind(channel.clone());
        Ok(id)
    }

    /// No longer wants the events of this subscription; none is delivered from this moment.
    ///
    /// # Errors
    ///
    /// [`Misuse::UnknownSubscription`] when there is none of this id.
    pub fn unsubscribe(&mut self, id: SubscriptionId) -> Result<(), Misuse> {
        let channel = self.subscriptions.remove(id)?;
        self.remind(channel);
        Ok(())
    }

    /// Sends an event, at most once. `json` goes out as it is and has to be one JSON value.
    /// Settles with [`SessionEvent::Published`].
    ///
    /// # Errors
    ///
    /// [`Misuse::ForbiddenChannel`] for a pattern or a `/meta/` channel, [`Misuse::QueueFull`] and
    /// [`Misuse::PayloadTooLarge`] at the limits, [`Misuse::Ended`] from the farewell on.
    pub fn publish(&mut self, channel: &Channel, json: &str) -> Result<PublishId, Misuse> {
        if channel.is_meta() || channel.is_pattern() {
            return Err(Misuse::ForbiddenChannel {
                name: channel.as_str().into(),
            });
        }
        self.commands_allowed()?;
        if self.stage == Stage::Ended {
            return Err(Misuse::Ended);
        }
        if self.requests.publishes() >= self.config.max_requests {
            return Err(Misuse::QueueFull {
                limit: self.config.max_requests,
            });
        }
        if json.len() > self.config.max_payload {
            return Err(Misuse::PayloadTooLarge {
                size: json.len(),
                limit: self.config.max_payload,
            });
        }
        Ok(self.requests.publish(channel, json))
    }

    /// Takes leave: commands asked for before are still sent, then `/meta/disconnect`. Ends with
    /// [`SessionEvent::Ended`] on the reply, or after [`Config::disconnect_timeout`], or at once where
    /// there is no session.
    pub fn disconnect(&mut self) {
        match self.stage {
            Stage::Live if self.is_reachable() => {
                self.requests.disconnect();
                self.stage = Stage::Closing { deadline: None };
            }
            Stage::Live | Stage::Handshake { .. } => self.finish(End::Requested),
            Stage::Idle | Stage::Closing { .. } | Stage::Ended => {}
        }
    }

    /// Back-pressure: while held back, no new connect is sent. A server forgets a session that
    /// does not connect for long, usually after twice its hold.
    pub fn pause_connects(&mut self, held_back: bool) {
        self.held_back = held_back;
    }
}

/// The world reports.
impl Session {
    /// The websocket of [`Action::Open`] is open.
    pub fn handle_open(&mut self, now: Instant, lane: LaneId) {
        self.observe(now);
        self.socket_opened(lane);
    }

    /// A message came over a lane. All messages of a payload are handed in, in order, before the
    /// next action is polled.
    pub fn handle_message(&mut self, now: Instant, lane: LaneId, message: &Message<'_>) -> Verdict {
        self.observe(now);
        if self.condemned.contains(&lane) {
            return self.handle_last_words(message);
        }
        if !self.is_alive(lane) {
            return Verdict::Unexpected(Unexpected::DeadLane);
        }
        self.socket_heard(lane);
        match (message.channel, message.successful) {
            ("/meta/handshake", Some(_)) => self.handle_handshake_reply(lane, message),
            ("/meta/connect", Some(_)) => self.handle_connect_reply(lane, message),
            ("/meta/disconnect", _) | (_, Some(_)) => self.handle_reply(message),
            _ => self.handle_event(message),
        }
    }

    /// The pong to [`Action::Ping`] came.
    pub fn handle_pong(&mut self, now: Instant, lane: LaneId) {
        self.observe(now);
        self.socket_heard(lane);
    }

    /// A lane ended. Every lane ends with exactly one of these, except those that
    /// [`Action::Close`] named.
    pub fn handle_close(&mut self, now: Instant, lane: LaneId, why: Close) {
        self.observe(now);
        self.condemned.retain(|condemned| *condemned != lane);
        if self.socket.as_ref().is_some_and(|socket| socket.is(lane)) {
            self.socket_lost(crate::Cause::Lane(why));
        } else if let Some(index) = self.exchanges.iter().position(|(known, _)| *known == lane) {
            self.exchanges.remove(index);
            self.exchange_ended(lane, why);
        }
    }

    /// The instant of [`poll_timeout`](Self::poll_timeout) has come. Harmless at any other time.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.observe(now);
        self.start_clocks();
        self.socket_overdue();
        self.handshake_overdue();
        while let Some((lane, timer)) = self.requests_overdue() {
            self.doubt(lane, timer);
        }
        self.queue_overdue();
        self.connect_overdue();
        if let Stage::Closing {
            deadline: Some(deadline),
        } = self.stage
            && deadline <= self.now
        {
            self.finish(End::Requested);
        }
    }

    /// The road may have changed: the network is back, the machine woke up. Pings an open
    /// websocket and makes a waiting attempt due, but not sooner than the server asked for.
    pub fn handle_wake(&mut self, now: Instant) {
        self.observe(now);
        let sooner = self.now.max(self.interval_end());
        if let Stage::Handshake { due, sent: None } = &mut self.stage {
            *due = (*due).min(sooner);
        }
        self.connect_now();
        if let Some(socket) = &mut self.socket {
            socket.suspect();
        }
    }
}

/// The driver drains.
impl Session {
    /// The next thing to do, if there is one. The batch of a `Send` or `Exchange` is appended to
    /// `out`; `ext` is asked for each message as it is written.
    pub fn poll_action(
        &mut self,
        now: Instant,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        self.observe(now);
        self.start_clocks();
        if let Some(lane) = self.condemned.pop_front() {
            return Some(Action::Close(lane));
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

    /// The next thing to tell the application, in causal order.
    pub fn poll_event(&mut self) -> Option<SessionEvent> {
        self.events.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), and why; `None` is never.
    pub fn poll_timeout(&self) -> Option<Deadline> {
        if matches!(self.stage, Stage::Idle | Stage::Ended) {
            return earliest(self.requests.deadlines(self.now));
        }
        let closing = match self.stage {
            Stage::Closing { deadline } => Some(deadline.unwrap_or(self.now)),
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
        ];
        earliest(
            own.into_iter()
                .chain(self.requests.deadlines(self.now))
                .chain(self.socket_deadlines()),
        )
    }
}

/// What is known.
impl Session {
    /// The channel of a subscription.
    pub fn channel(&self, id: SubscriptionId) -> Option<&Channel> {
        self.subscriptions.channel(id)
    }

    /// The subscriptions that an event on the channel called `name` belongs to: usually one, more
    /// where patterns overlap.
    pub fn recipients<'a>(&'a self, name: &'a str) -> impl Iterator<Item = SubscriptionId> + 'a {
        self.subscriptions.recipients(name)
    }

    /// How much the session holds at this moment.
    pub fn usage(&self) -> Usage {
        Usage {
            waiting: self.requests.waiting(),
            in_flight: self.requests.in_flight(),
            lanes: usize::from(self.socket.is_some()) + self.exchanges.len() + self.condemned.len(),
            subscriptions: self.subscriptions.len(),
            events: self.events.len(),
        }
    }

    fn observe(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// What was asked for since the driver last said what time it is, was asked for now.
    fn start_clocks(&mut self) {
        self.requests
            .start_clocks(self.now + self.config.queue_timeout);
        if let Stage::Closing { deadline } = &mut self.stage {
            deadline.get_or_insert(self.now + self.config.disconnect_timeout);
        }
    }

    fn handle_event(&mut self, message: &Message<'_>) -> Verdict {
        if !message.has_data || message.channel.is_empty() || message.channel.starts_with("/meta/")
        {
            return Verdict::Unexpected(Unexpected::Unknown);
        }
        if let Some(advice) = &message.advice {
            self.advised.merge(advice);
        }
        let mut recipients = self.subscriptions.recipients(message.channel);
        if recipients.next().is_none() {
            return Verdict::Unexpected(Unexpected::Unrouted);
        }
        drop(recipients);
        self.tell_gap_before_event();
        self.recovery.delivered(self.now);
        Verdict::Deliver
    }

    fn commands_allowed(&self) -> Result<(), Misuse> {
        match self.stage {
            Stage::Closing { .. } => Err(Misuse::Ended),
            _ => Ok(()),
        }
    }

    fn is_alive(&self, lane: LaneId) -> bool {
        self.socket.as_ref().is_some_and(|socket| socket.is(lane))
            || self.exchanges.iter().any(|(known, _)| *known == lane)
    }

    fn preferred(&self) -> Transport {
        self.config
            .transports
            .first()
            .copied()
            .unwrap_or(Transport::WebSocket)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The clientId and queued payloads stay out of logs.
        f.debug_struct("Session")
            .field("now", &self.now)
            .field("stage", &self.stage)
            .field("carrier", &self.carrier)
            .field("subscriptions", &self.subscriptions.len())
            .field("waiting", &self.requests.waiting())
            .field("next", &self.poll_timeout())
            .finish_non_exhaustive()
    }
}
