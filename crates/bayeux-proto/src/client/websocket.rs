//! Websocket lane: opening, pings, and its end.

use super::{answer_deadline::AnswerDeadline, context::Context};
use crate::{Action, Instant, LaneId, Timer};

/// Websocket of the session, if there is one.
#[derive(Debug, Default)]
pub(super) struct WebSocket(Option<Socket>);

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
        self.0 = Some(Socket {
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
        self.0.take().map(|socket| socket.lane)
    }

    pub(super) fn is_present(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn is_opening(&self) -> bool {
        self.0.as_ref().is_some_and(Socket::is_opening)
    }

    /// Returns the lane, open or opening.
    pub(super) fn lane(&self) -> Option<LaneId> {
        self.0.as_ref().map(|socket| socket.lane)
    }

    /// Returns the lane, if the websocket is open.
    pub(super) fn open_lane(&self) -> Option<LaneId> {
        let socket = self.0.as_ref().filter(|socket| !socket.is_opening());
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
        let socket = self.0.as_ref().filter(|socket| socket.lane == lane)?;
        socket.last_bytes
    }

    /// Returns when a whole frame last arrived.
    pub(super) fn last_received(&self) -> Option<Instant> {
        self.0.as_ref().map(|socket| socket.last_received)
    }

    /// Has an open websocket pinged at the next poll.
    pub(super) fn suspect(&mut self) {
        if let Some(socket) = &mut self.0
            && socket.state == State::Open
        {
            socket.state = State::Suspect;
        }
    }

    pub(super) fn poll_ping(&mut self, cx: &Context) -> Option<Action> {
        let socket = self.0.as_mut()?;
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
        let socket = self.0.as_mut()?;
        match &mut socket.state {
            State::Opening { deadline } => (*deadline <= cx.now).then_some(Timer::Open),
            State::Pinged { deadline } => deadline
                .is_over(cx.now, socket.last_bytes, cx.config.pong_timeout)
                .then_some(Timer::Pong),
            State::Open | State::Suspect => None,
        }
    }

    pub(super) fn deadline(&self, cx: &Context) -> Option<(Instant, Timer)> {
        let socket = self.0.as_ref()?;
        Some(match socket.state {
            State::Opening { deadline } => (deadline, Timer::Open),
            State::Open => (socket.last_received + cx.config.ping_interval, Timer::Ping),
            State::Suspect => (cx.now, Timer::Ping),
            State::Pinged { deadline } => (deadline.at(), Timer::Pong),
        })
    }

    fn on(&mut self, lane: LaneId) -> Option<&mut Socket> {
        self.0.as_mut().filter(|socket| socket.lane == lane)
    }
}
