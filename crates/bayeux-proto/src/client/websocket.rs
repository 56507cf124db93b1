//! Websocket lane: opening, pings, and its end.

use super::{answer_deadline::AnswerDeadline, context::Context};
use crate::{Action, Instant, LaneId, Timer, Unexpected, Verdict};

/// Websocket of the session, if there is one.
#[derive(Debug, Default)]
pub(super) struct WebSocket {
    socket: Option<Socket>,
    /// Messages in a row, over any lane, that were neither events nor replies.
    useless: u32,
}

/// Websocket, open or opening.
#[derive(Debug)]
struct Socket {
    lane: LaneId,
    state: State,
    last_received: Instant,
    /// Time of the latest bytes of a frame that is not complete, as far as reported.
    last_bytes: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    fn is_opening(&self) -> bool {
        matches!(self.state, State::Opening { .. })
    }
}

impl WebSocket {
    /// Opens a websocket in a new lane.
    pub(super) fn open(&mut self, cx: &Context, lane: LaneId) -> Action {
        let deadline = cx.now + cx.config.open_timeout;
        self.socket = Some(Socket {
            lane,
            state: State::Opening { deadline },
            last_received: cx.now,
            last_bytes: None,
        });
        Action::Open(lane)
    }

    pub(super) fn opened(&mut self, cx: &Context, lane: LaneId) {
        if let Some(socket) = self.on(lane).filter(|socket| socket.is_opening()) {
            (socket.state, socket.last_received) = (State::Open, cx.now);
        }
    }

    /// Forgets the websocket, and returns its lane.
    pub(super) fn take(&mut self) -> Option<LaneId> {
        self.socket.take().map(|socket| socket.lane)
    }

    pub(super) fn is_present(&self) -> bool {
        self.socket.is_some()
    }

    pub(super) fn is_opening(&self) -> bool {
        self.socket.as_ref().is_some_and(Socket::is_opening)
    }

    /// Returns the lane, open or opening.
    pub(super) fn lane(&self) -> Option<LaneId> {
        self.socket.as_ref().map(|socket| socket.lane)
    }

    /// Returns the lane, if the websocket is open.
    pub(super) fn open_lane(&self) -> Option<LaneId> {
        let socket = self.socket.as_ref().filter(|socket| !socket.is_opening());
        socket.map(|socket| socket.lane)
    }

    /// Records a whole frame or a pong, if `lane` is the websocket's.
    pub(super) fn received(&mut self, cx: &Context, lane: LaneId) {
        if let Some(socket) = self.on(lane) {
            (socket.last_received, socket.last_bytes) = (cx.now, None);
            if !socket.is_opening() {
                socket.state = State::Open;
            }
        }
    }

    /// Records bytes of an incomplete frame, if `lane` is the websocket's. A ping is still sent in
    /// time: the bytes may be all that ever comes.
    pub(super) fn record_bytes(&mut self, lane: LaneId, at: Instant) {
        if let Some(socket) = self.on(lane) {
            socket.last_bytes = socket.last_bytes.max(Some(at));
        }
    }

    /// Returns when bytes of an incomplete frame last arrived, if `lane` is the websocket's.
    pub(super) fn last_bytes(&self, lane: LaneId) -> Option<Instant> {
        let socket = self.socket.as_ref().filter(|socket| socket.lane == lane)?;
        socket.last_bytes
    }

    /// Returns when a whole frame last arrived.
    pub(super) fn last_received(&self) -> Option<Instant> {
        self.socket.as_ref().map(|socket| socket.last_received)
    }

    /// Counts messages that are of no use. Returns whether there were too many of them, the latest
    /// over this websocket.
    pub(super) fn is_flooded(&mut self, lane: LaneId, verdict: Verdict) -> bool {
        let is_useless = matches!(
            verdict,
            Verdict::Unexpected(Unexpected::Unknown | Unexpected::UnexpectedReply)
        );
        if !is_useless {
            self.useless = 0;
            return false;
        }
        self.useless = self.useless.saturating_add(1);
        let is_flooded = self.useless > MAX_USELESS && self.open_lane() == Some(lane);
        if is_flooded {
            self.useless = 0;
        }
        is_flooded
    }

    /// Has an open websocket pinged at the next poll.
    pub(super) fn suspect(&mut self) {
        if let Some(socket) = &mut self.socket
            && socket.state == State::Open
        {
            socket.state = State::Suspect;
        }
    }

    pub(super) fn poll_ping(&mut self, cx: &Context) -> Option<Action> {
        let socket = self.socket.as_mut()?;
        let is_due = match socket.state {
            State::Open => socket.last_received + cx.config.ping_interval <= cx.now,
            State::Suspect => true,
            State::Opening { .. } | State::Pinged { .. } => false,
        };
        if !is_due {
            return None;
        }
        let deadline = cx.answer_within(cx.config.pong_timeout);
        socket.state = State::Pinged { deadline };
        Some(Action::Ping(socket.lane))
    }

    /// Returns the timer that the peer has let pass. Bytes that arrive move the deadline of a pong.
    pub(super) fn overdue(&mut self, cx: &Context) -> Option<Timer> {
        let socket = self.socket.as_mut()?;
        match &mut socket.state {
            State::Opening { deadline } => (*deadline <= cx.now).then_some(Timer::Open),
            State::Pinged { deadline } => deadline
                .is_over(cx.now, socket.last_bytes, cx.config.pong_timeout)
                .then_some(Timer::Pong),
            State::Open | State::Suspect => None,
        }
    }

    pub(super) fn deadline(&self, cx: &Context) -> Option<(Instant, Timer)> {
        let socket = self.socket.as_ref()?;
        Some(match socket.state {
            State::Opening { deadline } => (deadline, Timer::Open),
            State::Open => (socket.last_received + cx.config.ping_interval, Timer::Ping),
            State::Suspect => (cx.now, Timer::Ping),
            State::Pinged { deadline } => (deadline.at(), Timer::Pong),
        })
    }

    fn on(&mut self, lane: LaneId) -> Option<&mut Socket> {
        self.socket.as_mut().filter(|socket| socket.lane == lane)
    }
}

/// Maximum number of messages in a row over a websocket that are neither events nor replies.
const MAX_USELESS: u32 = 50_000;
