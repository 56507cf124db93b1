//! Websocket lane: opening, pings, fallback to long-polling, and the way back.

use core::time::Duration;

use super::{Session, Stage, answer_deadline::AnswerDeadline};
use crate::{Action, Cause, Close, End, Instant, LaneId, Resume, Timer, Transport};

/// Current websocket, open or opening.
#[derive(Debug)]
pub(super) struct Socket {
    lane: LaneId,
    state: State,
    last_received: Instant,
    /// Time of the latest bytes of a frame that is not complete, as far as reported.
    last_bytes: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Opening {
        deadline: Instant,
    },
    Open,
    /// Silent for too long; the next poll sends a ping.
    Suspect,
    Pinged {
        deadline: AnswerDeadline,
    },
}

impl Socket {
    pub(super) fn is(&self, lane: LaneId) -> bool {
        self.lane == lane
    }

    pub(super) fn lane(&self) -> LaneId {
        self.lane
    }

    pub(super) fn is_open(&self) -> bool {
        !matches!(self.state, State::Opening { .. })
    }

    pub(super) fn last_received(&self) -> Instant {
        self.last_received
    }

    /// Records bytes of an incomplete frame. A ping is still sent in time: the bytes may be all that
    /// ever comes.
    pub(super) fn record_bytes(&mut self, at: Instant) {
        self.last_bytes = self.last_bytes.max(Some(at));
    }

    pub(super) fn last_bytes(&self) -> Option<Instant> {
        self.last_bytes
    }

    pub(super) fn suspect(&mut self) {
        if let State::Open = self.state {
            self.state = State::Suspect;
        }
    }
}

/// Experience with websockets to this server.
#[derive(Debug, Default)]
pub(super) struct History {
    proven: bool,
    failures: u32,
    is_disabled: bool,
    upgrade_at: Option<Instant>,
    upgrade_wait: Duration,
}

impl History {
    /// Records a successful handshake or connect over a websocket.
    pub(super) fn succeeded(&mut self) {
        *self = Self {
            proven: true,
            ..Self::default()
        };
    }

    pub(super) fn record_failure(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// Records that long-polling replaced the websocket. During an outage the websocket is again
    /// tried as often before the next replacement.
    fn fell_back(&mut self) {
        self.failures = 0;
    }

    /// Stops trying websockets, because the server does not offer them.
    pub(super) fn disable(&mut self) {
        self.is_disabled = true;
    }

    pub(super) fn is_disabled(&self) -> bool {
        self.is_disabled
    }
}

impl Session {
    pub(super) fn open_socket(&mut self) -> Action {
        let lane = self.lanes.number();
        let deadline = self.cx.now + self.cx.config.open_timeout;
        self.socket = Some(Socket {
            lane,
            state: State::Opening { deadline },
            last_received: self.cx.now,
            last_bytes: None,
        });
        Action::Open(lane)
    }

    /// Returns the lane of the websocket, if it is open.
    pub(super) fn open_socket_lane(&self) -> Option<LaneId> {
        self.socket
            .as_ref()
            .filter(|socket| socket.is_open())
            .map(|socket| socket.lane)
    }

    pub(super) fn socket_opened(&mut self, lane: LaneId) {
        let now = self.cx.now;
        if let Some(socket) = self.socket.as_mut().filter(|socket| socket.is(lane))
            && !socket.is_open()
        {
            (socket.state, socket.last_received) = (State::Open, now);
        }
    }

    /// Records that bytes arrived, if `lane` is the websocket.
    pub(super) fn socket_received(&mut self, lane: LaneId) {
        let now = self.cx.now;
        if let Some(socket) = self.socket.as_mut().filter(|socket| socket.is(lane)) {
            socket.last_received = now;
            socket.last_bytes = None;
            if socket.is_open() {
                socket.state = State::Open;
            }
        }
    }

    pub(super) fn poll_ping(&mut self) -> Option<Action> {
        let (now, config) = (self.cx.now, &self.cx.config);
        let socket = self.socket.as_mut()?;
        let due = match socket.state {
            State::Open => socket.last_received + config.ping_interval <= now,
            State::Suspect => true,
            State::Opening { .. } | State::Pinged { .. } => false,
        };
        if !due {
            return None;
        }
        socket.state = State::Pinged {
            deadline: AnswerDeadline::new(now + config.pong_timeout, config),
        };
        Some(Action::Ping(socket.lane))
    }

    /// Opens a websocket beside long-polling, once it is due.
    pub(super) fn poll_upgrade(&mut self) -> Option<Action> {
        let due = self
            .websocket
            .upgrade_at
            .is_some_and(|at| at <= self.cx.now);
        (due && self.upgrade_possible()).then(|| self.open_socket())
    }

    fn upgrade_possible(&self) -> bool {
        self.stage == Stage::Live
            && self.cx.transport == Transport::LongPolling
            && self.socket.is_none()
    }

    pub(super) fn schedule_upgrade(&mut self) {
        let wanted = self.cx.transport == Transport::LongPolling
            && self.cx.preferred() == Transport::WebSocket
            && !self.websocket.is_disabled;
        let least = self.cx.config.upgrade_interval;
        let wait = self
            .websocket
            .upgrade_wait
            .saturating_mul(2)
            .clamp(least, least.saturating_mul(16));
        self.websocket.upgrade_wait = wait;
        self.websocket.upgrade_at = wanted.then(|| self.cx.now + wait);
    }

    /// Handles the end of the websocket, by the peer or the network.
    pub(super) fn socket_lost(&mut self, cause: Cause) {
        let Some(socket) = self.socket.take() else {
            return;
        };
        if let Stage::Handshake { due, sent: None } = self.stage
            && due > self.cx.now
        {
            // The socket idled until the next attempt, which opens another one.
            return;
        }
        // An attempt to replace long-polling may fail for ever.
        if self.cx.transport == Transport::WebSocket && self.gives_up(&cause) {
            return;
        }
        self.requests_lost(socket.lane, &cause);
        self.websocket.record_failure();
        match self.stage {
            Stage::Handshake { .. } => self.handshake_failed(cause),
            Stage::Live if self.cx.transport == Transport::WebSocket => {
                self.active_socket_lost(cause)
            }
            Stage::Live => self.schedule_upgrade(),
            Stage::Closing { .. } if self.cx.transport == Transport::WebSocket => {
                self.finish(End::Requested);
            }
            Stage::Closing { .. } | Stage::Idle | Stage::Ended => {}
        }
    }

    /// Closes the websocket without waiting for the peer, which may never answer.
    pub(super) fn drop_socket(&mut self, cause: Cause) {
        if let Some(socket) = &self.socket {
            self.lanes.close(socket.lane);
            self.socket_lost(cause);
        }
    }

    fn active_socket_lost(&mut self, cause: Cause) {
        // A server that has not noticed goes on delivering into the dead socket, and no connect
        // over HTTP replaces it: a fallback to long-polling needs a new session.
        let upgrading = self.connect_lost();
        if upgrading || (self.cx.config.resume == Resume::SameSession && self.may_fall_back(&cause))
        {
            let due = self.switch_to_long_polling(cause);
            self.restart_handshake(due);
        } else if self.cx.config.resume == Resume::FreshHandshake {
            self.lose_session(cause);
        } else {
            self.retry_session(cause);
        }
    }

    /// Returns whether to try long-polling instead of the websocket. An address that cannot be
    /// reached cannot be reached by POST either.
    pub(super) fn may_fall_back(&self, cause: &Cause) -> bool {
        let tried_enough =
            !self.websocket.proven || self.websocket.failures >= self.cx.config.websocket_attempts;
        self.cx.transport == Transport::WebSocket
            && self.cx.config.transports.contains(&Transport::LongPolling)
            && !matches!(
                cause,
                Cause::Lane(Close::ConnectionRefused | Close::Unreachable | Close::Tls)
            )
            && tried_enough
    }

    pub(super) fn switch_to_long_polling(&mut self, cause: Cause) -> Instant {
        self.cx.transport = Transport::LongPolling;
        self.websocket.fell_back();
        self.report_fallback(cause)
    }

    pub(super) fn socket_overdue(&mut self) {
        let (now, allowance) = (self.cx.now, self.cx.config.pong_timeout);
        let late = self.socket.as_mut().and_then(|socket| {
            let (is_late, timer) = match &mut socket.state {
                State::Opening { deadline } => (*deadline <= now, Timer::Open),
                State::Pinged { deadline } => {
                    let is_late = deadline.is_over(now, socket.last_bytes, allowance);
                    (is_late, Timer::Pong)
                }
                State::Open | State::Suspect => return None,
            };
            is_late.then_some(timer)
        });
        if let Some(timer) = late {
            self.drop_socket(Cause::Silence(timer));
        }
    }

    pub(super) fn socket_deadlines(&self) -> [(Option<Instant>, Timer); 2] {
        let own = match &self.socket {
            None => (None, Timer::Ping),
            Some(socket) => match socket.state {
                State::Opening { deadline } => (Some(deadline), Timer::Open),
                State::Open => (
                    Some(socket.last_received + self.cx.config.ping_interval),
                    Timer::Ping,
                ),
                State::Suspect => (Some(self.cx.now), Timer::Ping),
                State::Pinged { deadline } => (Some(deadline.at()), Timer::Pong),
            },
        };
        let upgrade = self
            .websocket
            .upgrade_at
            .filter(|_| self.upgrade_possible());
        [own, (upgrade, Timer::Upgrade)]
    }
}
