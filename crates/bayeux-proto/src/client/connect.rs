//! Connect loop: at most one `/meta/connect` outstanding, over whichever transport.

mod holds;
mod sent;
mod token_bucket;

use alloc::vec::Vec;
use core::time::Duration;

pub(super) use self::sent::{Overdue, Sent};
use self::{holds::Holds, token_bucket::TokenBucket};
use super::{context::Context, retry::retry_after, step::Step};
use crate::{
    Cause, Channel, Close, End, Extension, Instant, LaneId, Message, Outgoing, Reconnect, Resume,
    SessionEvent, Timer, encode::Batch,
};

/// Outstanding connect, and the time of the next one. Emits the event
/// `MultipleClients`.
#[derive(Debug)]
pub(super) struct ConnectLoop {
    outstanding: Option<Sent>,
    /// Instant at which the next connect is due.
    due: Instant,
    /// Whether the program holds new connects back.
    is_paused: bool,
    /// Whether the next connect asks for a hold of zero, so that its reply proves the session at
    /// once.
    zero_hold_next: bool,
    /// Consecutive long-polling connects that ended without a reply.
    broken_polls: u32,
    multiple_clients: bool,
    /// Time of the latest probe.
    probed_at: Instant,
    holds: Holds,
    bucket: TokenBucket,
}

impl ConnectLoop {
    pub(super) fn new(burst: u32) -> Self {
        Self {
            outstanding: None,
            due: Instant::ORIGIN,
            is_paused: false,
            zero_hold_next: true,
            broken_polls: 0,
            multiple_clients: false,
            probed_at: Instant::ORIGIN,
            holds: Holds::default(),
            bucket: TokenBucket {
                tokens: burst,
                refilled: Instant::ORIGIN,
            },
        }
    }

    /// Forgets the session. Knowledge about the network and the rate limit is kept.
    pub(super) fn start_session(&mut self, due: Instant) {
        *self = Self {
            due,
            is_paused: self.is_paused,
            holds: self.holds.for_new_session(),
            bucket: self.bucket,
            ..Self::new(0)
        };
    }
}

/// Time of the next connect.
impl ConnectLoop {
    pub(super) fn pause(&mut self, is_paused: bool) {
        self.is_paused = is_paused;
    }

    /// Schedules a connect that asks for no hold.
    pub(super) fn schedule(&mut self, at: Instant) {
        self.due = at;
        self.prove_session();
    }

    /// Makes a waiting connect due now.
    pub(super) fn expedite(&mut self, now: Instant) {
        self.due = self.due.min(now);
    }

    /// Has the next connect ask for no hold.
    pub(super) fn prove_session(&mut self) {
        self.zero_hold_next = true;
    }

    /// Records an event, which lets one more connect go without a pause.
    pub(super) fn event_delivered(&mut self, cx: &Context) {
        self.bucket.refund(&cx.config);
    }

    /// Returns when the next connect can be sent; `None` while one is outstanding, or the program
    /// holds connects back.
    pub(super) fn due(&self, cx: &Context) -> Option<Instant> {
        let is_blocked = self.is_paused || self.outstanding.is_some();
        (!is_blocked).then(|| {
            let due = self.due.max(cx.interval_end());
            due.max(self.bucket.ready(&cx.config))
        })
    }
}

/// The outstanding connect.
impl ConnectLoop {
    /// Returns the hold that the next connect may be given. The transport's read deadline covers
    /// all of it even if a hold of zero is asked for, because the server may ignore the request.
    pub(super) fn full_hold(&self, cx: &Context) -> Duration {
        self.holds.asked(cx).unwrap_or_else(|| cx.server_hold())
    }

    pub(super) fn write(
        &mut self,
        cx: &mut Context,
        lane: LaneId,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) {
        let zero_hold = self.zero_hold_next;
        let hold = if zero_hold {
            Duration::ZERO
        } else {
            self.full_hold(cx)
        };
        let id = cx.next_id();
        let mut batch = Batch::new(out);
        let mut item = batch
            .item("/meta/connect", id)
            .text("clientId", &cx.client_id)
            .text("connectionType", cx.transport.name());
        if zero_hold || self.holds.asked(cx).is_some() {
            item = item.hold(u64::try_from(hold.as_millis()).unwrap_or(u64::MAX));
        }
        item.finish(ext, Outgoing::Connect);
        batch.finish();
        self.bucket.take(cx.now, &cx.config);
        self.outstanding = Some(Sent::new(cx, id, lane, hold, zero_hold));
    }

    /// Takes the outstanding connect if this is its reply, and follows the timing in the advice.
    pub(super) fn answered(
        &mut self,
        cx: &mut Context,
        lane: LaneId,
        reply: &Message<'_>,
    ) -> Option<Sent> {
        let sent = self
            .outstanding
            .take_if(|sent| sent.is_answered_by(lane, reply))?;
        self.holds.answered(sent.was_held_unasked());
        if let Some(advice) = &reply.advice {
            cx.merge_advice(Some(advice));
            if advice.multiple_clients && !self.multiple_clients {
                cx.emit(SessionEvent::MultipleClients);
            }
            self.multiple_clients = advice.multiple_clients;
        }
        Some(sent)
    }

    /// Records that the reply confirmed the session.
    pub(super) fn succeeded(&mut self, sent: &Sent) {
        self.zero_hold_next = false;
        if !sent.zero_hold {
            self.broken_polls = 0;
            self.holds.worked();
        }
    }

    /// Decides by the advice of a successful reply.
    pub(super) fn follow_advice(&mut self, cx: &mut Context, reply: &Message<'_>) -> Step {
        match reply.reconnect() {
            Some(Reconnect::None | Reconnect::Unknown) => Step::Finish(cx.end_by_advice(reply)),
            Some(Reconnect::Handshake) => Step::Restart(Cause::SessionLost),
            Some(Reconnect::Retry) | None if cx.start_interval() => {
                self.due = cx.now;
                Step::Stay
            }
            Some(Reconnect::Retry) | None => Step::Finish(End::NegativeInterval),
        }
    }

    /// Decides by a reply that refuses the connect.
    pub(super) fn refused(cx: &mut Context, reply: &Message<'_>) -> Step {
        let error = cx.server_error(reply);
        if error.is_unknown_client() && (!reply.advises_stop() || cx.config.replace_lost_session) {
            return Step::Restart(Cause::SessionLost);
        }
        match reply.reconnect() {
            Some(Reconnect::None | Reconnect::Unknown) => Step::Finish(cx.end_by_advice(reply)),
            Some(Reconnect::Handshake) => Step::Restart(Cause::Refused(error)),
            Some(Reconnect::Retry) | None if cx.start_interval() => {
                Step::RetryConnect(Cause::Refused(error))
            }
            Some(Reconnect::Retry) | None => Step::Finish(cx.end_by_interval(reply)),
        }
    }

    /// Takes the outstanding connect if its exchange ended, which was then without its reply, and
    /// returns the failure.
    pub(super) fn unanswered(&mut self, lane: LaneId, why: Close) -> Option<(Sent, Cause)> {
        let sent = self.outstanding.take_if(|sent| sent.lane == lane)?;
        let cause = match why {
            Close::Complete => Cause::Violation("a response without a connect reply"),
            why => Cause::Lane(why),
        };
        Some((sent, cause))
    }

    /// Learns from a connect whose exchange an intermediary may have cut.
    pub(super) fn record_cut(&mut self, cx: &Context, sent: &Sent, why: Close) {
        if !sent.zero_hold && why != Close::Complete {
            self.holds.cut(sent.hold(), cx.now - sent.at);
        }
    }

    /// Decides after the loss of a held connect. Faye loses events sent into it until the next
    /// connect arrives, so the first retry is immediate.
    pub(super) fn lost(&mut self, cx: &Context, sent: &Sent, cause: Cause) -> Step {
        if !sent.zero_hold && cx.now - sent.at >= holds::MIN_HOLD {
            // The hold had worked until it broke, so the streak of failures ends.
            self.broken_polls = 0;
        }
        if cx.config.resume == Resume::FreshHandshake {
            // The server may still hold this connect, or receive it only now, and would answer it
            // into a dead connection.
            return Step::Restart(cause);
        }
        self.broken_polls += 1;
        if self.broken_polls == 1 && retry_after(&cause).is_none() {
            self.schedule(cx.now);
            Step::MarkGap(cause)
        } else {
            Step::Resume(cause)
        }
    }

    /// Forgets the outstanding connect of a lost websocket.
    pub(super) fn socket_lost(&mut self) {
        self.outstanding = None;
    }

    /// Returns the lane of the outstanding connect.
    pub(super) fn lane(&self) -> Option<LaneId> {
        self.outstanding.map(|sent| sent.lane)
    }

    /// Returns the deadline of the outstanding connect.
    pub(super) fn answer_deadline(&self) -> Option<(Instant, Timer)> {
        let sent = self.outstanding.as_ref()?;
        Some((sent.deadline(), Timer::Connect))
    }
}

/// Silence of the server.
impl ConnectLoop {
    /// Returns whether the outstanding connect is overdue. Bytes that arrive move its deadline.
    pub(super) fn is_overdue(&mut self, cx: &Context, last_bytes: Option<Instant>) -> bool {
        let sent = self.outstanding.as_mut();
        sent.is_some_and(|sent| sent.is_overdue(cx, last_bytes))
    }

    /// Decides about an overdue connect. `active` is a channel that the server has confirmed, and
    /// `last_received` the time of the latest frame over the websocket.
    pub(super) fn overdue(
        &mut self,
        cx: &Context,
        active: Option<&Channel>,
        last_received: Option<Instant>,
    ) -> Overdue {
        let Some(sent) = &mut self.outstanding else {
            return Overdue::Wait;
        };
        let overdue = sent.overdue(cx, &self.holds, active, last_received);
        match overdue {
            Overdue::Probe(_) => self.probed_at = cx.now,
            Overdue::CloseExchange(_) => self.outstanding = None,
            _ => {}
        }
        overdue
    }

    /// Records that a probe was answered: the session lives although its connect is not answered,
    /// which some servers never do. The connect stays outstanding, and the next check comes after
    /// another hold. Returns the time of the probe.
    pub(super) fn probe_answered(&mut self, cx: &Context) -> Instant {
        let hold = self.full_hold(cx);
        if let Some(sent) = &mut self.outstanding {
            sent.wait_again(cx, hold);
        }
        self.probed_at
    }
}
