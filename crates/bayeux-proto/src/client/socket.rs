//! The websocket lane: opening, watching over, leaving and returning to it.

use core::time::Duration;

use super::{Session, Stage};
use crate::{Action, Cause, Close, End, Instant, LaneId, Resume, Timer, Transport};

/// The websocket there is, open or not.
#[derive(Debug)]
pub(super) struct Socket {
    lane: LaneId,
    state: State,
    heard: Instant,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Opening {
        deadline: Instant,
    },
    Open,
    /// Silent for long; to be pinged now.
    Suspect,
    Pinged {
        deadline: Instant,
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

    pub(super) fn heard(&self) -> Instant {
        self.heard
    }

    pub(super) fn suspect(&mut self) {
        if let State::Open = self.state {
            self.state = State::Suspect;
        }
    }
}

/// What experience says about websockets to this server.
#[derive(Debug, Default)]
pub(super) struct Record {
    proven: bool,
    failures: u32,
    given_up: bool,
    upgrade_at: Option<Instant>,
    upgrade_wait: Duration,
}

impl Record {
    /// A handshake or connect succeeded over one.
    pub(super) fn succeeded(&mut self) {
        *self = Self {
            proven: true,
            ..Self::default()
        };
    }

    pub(super) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// The server says that it does not speak it.
    pub(super) fn give_up(&mut self) {
        self.given_up = true;
    }

    pub(super) fn given_up(&self) -> bool {
        self.given_up
    }
}

impl Session {
    pub(super) fn open_socket(&mut self) -> Action {
        self.last_lane += 1;
        let lane = LaneId(self.last_lane);
        let deadline = self.now + self.config.open_timeout;
        self.socket = Some(Socket {
            lane,
            state: State::Opening { deadline },
            heard: self.now,
        });
        Action::Open(lane)
    }

    /// The lane of the websocket, if it is open.
    pub(super) fn open_socket_lane(&self) -> Option<LaneId> {
        self.socket
            .as_ref()
            .filter(|socket| socket.is_open())
            .map(|socket| socket.lane)
    }

    pub(super) fn socket_opened(&mut self, lane: LaneId) {
        let now = self.now;
        if let Some(socket) = self.socket.as_mut().filter(|socket| socket.is(lane))
            && !socket.is_open()
        {
            (socket.state, socket.heard) = (State::Open, now);
        }
    }

    /// Bytes came over the websocket, if that is what `lane` is.
    pub(super) fn socket_heard(&mut self, lane: LaneId) {
        let now = self.now;
        if let Some(socket) = self.socket.as_mut().filter(|socket| socket.is(lane)) {
            socket.heard = now;
            if socket.is_open() {
                socket.state = State::Open;
            }
        }
    }

    pub(super) fn poll_ping(&mut self) -> Option<Action> {
        let (now, config) = (self.now, &self.config);
        let socket = self.socket.as_mut()?;
        let due = match socket.state {
            State::Open => socket.heard + config.ping_interval <= now,
            State::Suspect => true,
            State::Opening { .. } | State::Pinged { .. } => false,
        };
        if !due {
            return None;
        }
        socket.state = State::Pinged {
            deadline: now + config.pong_timeout,
        };
        Some(Action::Ping(socket.lane))
    }

    /// Tries the websocket again, beside long-polling.
    pub(super) fn poll_upgrade(&mut self) -> Option<Action> {
        let due = self.websocket.upgrade_at.is_some_and(|at| at <= self.now);
        (due && self.upgrade_possible()).then(|| self.open_socket())
    }

    fn upgrade_possible(&self) -> bool {
        self.stage == Stage::Live && self.carrier == Transport::LongPolling && self.socket.is_none()
    }

    pub(super) fn schedule_upgrade(&mut self) {
        let wanted = self.carrier == Transport::LongPolling
            && self.preferred() == Transport::WebSocket
            && !self.websocket.given_up;
        let least = self.config.upgrade_interval;
        let wait = self
            .websocket
            .upgrade_wait
            .saturating_mul(2)
            .clamp(least, least.saturating_mul(16));
        self.websocket.upgrade_wait = wait;
        self.websocket.upgrade_at = wanted.then(|| self.now + wait);
    }

    /// The websocket ended, by the peer or the road.
    pub(super) fn socket_lost(&mut self, cause: Cause) {
        let Some(socket) = self.socket.take() else {
            return;
        };
        if let Stage::Handshake { due, sent: None } = self.stage
            && due > self.now
        {
            // It idled until the next attempt, which opens another.
            return;
        }
        if let Cause::Lane(Close::Status { status, .. }) = cause
            && matches!(status, 401 | 403)
            && !self.config.transports.contains(&Transport::LongPolling)
        {
            return self.finish(End::Unauthorized { status });
        }
        self.requests_lost(socket.lane, &cause);
        self.websocket.failed();
        match self.stage {
            Stage::Handshake { .. } => self.handshake_failed(cause),
            Stage::Live if self.carrier == Transport::WebSocket => self.carrier_lost(cause),
            Stage::Live => self.schedule_upgrade(),
            Stage::Closing { .. } if self.carrier == Transport::WebSocket => {
                self.finish(End::Requested);
            }
            Stage::Closing { .. } | Stage::Idle | Stage::Ended => {}
        }
    }

    /// Gives the websocket up without waiting for the peer, who may never answer.
    pub(super) fn drop_socket(&mut self, cause: Cause) {
        if let Some(socket) = &self.socket {
            self.condemned.push_back(socket.lane);
            self.socket_lost(cause);
        }
    }

    fn carrier_lost(&mut self, cause: Cause) {
        // A server that has not noticed goes on delivering into the dead socket, and no connect over
        // HTTP takes its place: what leaves the websocket for long-polling needs a new session.
        let moving = self.connect_lost();
        if moving || (self.config.resume == Resume::SameSession && self.may_fall_back(&cause)) {
            let due = self.fallen_back(cause);
            self.start_over(due);
        } else if self.config.resume == Resume::FreshHandshake {
            self.lose_session(cause);
        } else {
            self.suspended(cause);
        }
    }

    /// Whether long-polling is to be tried instead of the websocket. An address that cannot be
    /// reached cannot be reached by POST either.
    pub(super) fn may_fall_back(&self, cause: &Cause) -> bool {
        let tried_enough =
            !self.websocket.proven || self.websocket.failures >= self.config.websocket_attempts;
        self.carrier == Transport::WebSocket
            && self.config.transports.contains(&Transport::LongPolling)
            && !matches!(cause, Cause::Lane(Close::Unreachable | Close::Tls))
            && tried_enough
    }

    pub(super) fn fallen_back(&mut self, cause: Cause) -> Instant {
        self.carrier = Transport::LongPolling;
        self.fell_back(cause)
    }

    pub(super) fn socket_overdue(&mut self) {
        let late = self.socket.as_ref().and_then(|socket| match socket.state {
            State::Opening { deadline } => Some((deadline, Timer::Open)),
            State::Pinged { deadline } => Some((deadline, Timer::Pong)),
            State::Open | State::Suspect => None,
        });
        if let Some((deadline, timer)) = late
            && deadline <= self.now
        {
            self.drop_socket(Cause::Silence(timer));
        }
    }

    pub(super) fn socket_deadlines(&self) -> [(Option<Instant>, Timer); 2] {
        let own = match &self.socket {
            None => (None, Timer::Ping),
            Some(socket) => match socket.state {
                State::Opening { deadline } => (Some(deadline), Timer::Open),
                State::Open => (Some(socket.heard + self.config.ping_interval), Timer::Ping),
                State::Suspect => (Some(self.now), Timer::Ping),
                State::Pinged { deadline } => (Some(deadline), Timer::Pong),
            },
        };
        let upgrade = self
            .websocket
            .upgrade_at
            .filter(|_| self.upgrade_possible());
        [own, (upgrade, Timer::Upgrade)]
    }
}
