//! Outstanding connect, and the measures taken when it is overdue.

use core::time::Duration;

use super::holds::Holds;
use crate::{
    Channel, Instant, LaneId, Message, Transport,
    client::{answer_deadline::AnswerDeadline, context::Context},
};

/// Connect that has been written.
#[derive(Clone, Copy, Debug)]
pub(in crate::client) struct Sent {
    id: u64,
    pub(in crate::client) lane: LaneId,
    pub(in crate::client) at: Instant,
    /// Hold that was asked for, or that the server is known to give.
    hold: Duration,
    deadline: AnswerDeadline,
    pub(in crate::client) zero_hold: bool,
    overdue_step: OverdueStep,
}

/// Measures taken for a connect that is not answered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OverdueStep {
    None,
    /// A connect with a zero hold was given the time of a full hold.
    FullHold,
    /// The deadline was extended by one network allowance, because other traffic arrived.
    Extended,
    /// A probe of the session is outstanding.
    Probed,
}

/// Next measure for a connect that is overdue.
#[derive(Debug)]
pub(in crate::client) enum Overdue {
    /// Wait longer.
    Wait,
    /// Wait longer, and ping the websocket.
    Ping,
    /// Probe the session by another subscribe to this channel.
    Probe(Channel),
    /// Close the exchange of this connect, which is given up.
    CloseExchange(Sent),
    /// Close the websocket.
    CloseSocket,
}

impl Sent {
    pub(super) fn new(
        cx: &Context,
        id: u64,
        lane: LaneId,
        hold: Duration,
        zero_hold: bool,
    ) -> Self {
        Self {
            id,
            lane,
            at: cx.now,
            hold,
            deadline: answer_after(cx, hold),
            zero_hold,
            overdue_step: OverdueStep::None,
        }
    }

    pub(super) fn hold(&self) -> Duration {
        self.hold
    }

    pub(super) fn deadline(&self) -> Instant {
        self.deadline.at()
    }

    pub(super) fn is_answered_by(&self, lane: LaneId, reply: &Message<'_>) -> bool {
        self.lane == lane && reply.answers(self.id)
    }

    /// Returns whether the server held this connect although it asked for no hold.
    pub(super) fn was_held_unasked(&self) -> bool {
        self.overdue_step == OverdueStep::FullHold
    }

    /// Returns whether the reply is overdue. Bytes that arrive move its deadline.
    pub(super) fn is_overdue(&mut self, cx: &Context, last_bytes: Option<Instant>) -> bool {
        let allowance = cx.config.network_allowance;
        self.deadline.is_over(cx.now, last_bytes, allowance)
    }

    /// Decides about an overdue connect; see [`ConnectLoop::overdue`](super::ConnectLoop::overdue).
    pub(super) fn overdue(
        &mut self,
        cx: &Context,
        holds: &Holds,
        active: Option<&Channel>,
        last_received: Option<Instant>,
    ) -> Overdue {
        let allowance = cx.config.network_allowance;
        let over_socket = cx.transport == Transport::WebSocket;
        if let Some(channel) = active.filter(|_| over_socket && cx.config.probe)
            && self.overdue_step != OverdueStep::Probed
        {
            self.overdue_step = OverdueStep::Probed;
            self.deadline = answer_after(cx, cx.config.request_timeout);
            return Overdue::Probe(channel.clone());
        }
        // A server may hold a connect that asks for no hold. Over a websocket a ping shows whether
        // the server is there; over HTTP the preceding handshake did, unless this server is known
        // to answer such connects at once.
        let may_ignore_zero_hold = over_socket || !holds.honours_zero();
        if self.zero_hold && self.overdue_step == OverdueStep::None && may_ignore_zero_hold {
            self.overdue_step = OverdueStep::FullHold;
            // Counted from `now` if the machine slept in between.
            let at = (self.at + cx.server_hold()).max(cx.now) + allowance;
            self.deadline = AnswerDeadline::new(at, &cx.config);
            return Overdue::Ping;
        }
        if !over_socket {
            return Overdue::CloseExchange(*self);
        }
        let may_extend = matches!(self.overdue_step, OverdueStep::None | OverdueStep::FullHold);
        if may_extend && last_received.unwrap_or_default() + allowance > cx.now {
            self.overdue_step = OverdueStep::Extended;
            self.deadline = cx.answer_within(allowance);
            return Overdue::Wait;
        }
        Overdue::CloseSocket
    }

    /// Waits for another hold.
    pub(super) fn wait_again(&mut self, cx: &Context, hold: Duration) {
        self.overdue_step = OverdueStep::None;
        self.deadline = answer_after(cx, hold);
    }
}

/// Returns the deadline of an answer that the server may hold for `wait`.
fn answer_after(cx: &Context, wait: Duration) -> AnswerDeadline {
    cx.answer_within(wait.saturating_add(cx.config.network_allowance))
}
