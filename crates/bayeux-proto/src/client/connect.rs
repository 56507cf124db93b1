//! Connect loop: at most one `/meta/connect` outstanding, over whichever transport.

mod token_bucket;

use alloc::vec::Vec;
use core::time::Duration;

use self::token_bucket::TokenBucket;
use super::{Session, Stage, answer_deadline::AnswerDeadline, requests::answers, socket::Socket};
use crate::{
    Action, Cause, Close, End, Exchange, Extension, Instant, LaneId, Message, Outgoing, Reconnect,
    Resume, SessionEvent, Timer, Transport, Unexpected, Verdict, encode::Batch,
};

#[derive(Debug)]
pub(super) struct Connect {
    outstanding: Option<Outstanding>,
    /// Instant at which the next connect is due.
    due: Instant,
    /// Whether the next connect asks for a hold of zero, so that its reply proves the session at
    /// once.
    zero_hold_next: bool,
    /// Whether the outstanding connect is the first over a websocket that replaces long-polling.
    upgrading: bool,
    /// Consecutive long-polling connects that ended without a reply.
    broken_polls: u32,
    /// Consecutive holds cut short by an intermediary, and the shorter hold to ask for.
    short_holds: u32,
    hold_cap: Option<Duration>,
    multiple_clients: bool,
    zero_hold_support: ZeroHoldSupport,
    /// Time of the latest probe.
    probed_at: Instant,
    bucket: TokenBucket,
}

#[derive(Clone, Copy, Debug)]
struct Outstanding {
    id: u64,
    lane: LaneId,
    sent: Instant,
    hold: Duration,
    deadline: AnswerDeadline,
    zero_hold: bool,
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

/// Support of the server for `advice.timeout = 0`, which the specification leaves optional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ZeroHoldSupport {
    Unknown,
    Honoured,
    Ignored,
}

impl ZeroHoldSupport {
    fn for_new_session(self) -> Self {
        if self == Self::Ignored {
            self
        } else {
            Self::Unknown
        }
    }
}

impl Connect {
    pub(super) fn new(burst: u32) -> Self {
        Self {
            outstanding: None,
            due: Instant::ORIGIN,
            zero_hold_next: true,
            upgrading: false,
            broken_polls: 0,
            short_holds: 0,
            hold_cap: None,
            multiple_clients: false,
            zero_hold_support: ZeroHoldSupport::Unknown,
            probed_at: Instant::ORIGIN,
            bucket: TokenBucket {
                tokens: burst,
                refilled: Instant::ORIGIN,
            },
        }
    }

    /// Records an event, which lets one more connect go without a pause.
    pub(super) fn event_delivered(&mut self, config: &crate::Config) {
        self.bucket.refund(config);
    }

    /// Creates the state of a new session. Knowledge about the network and the rate limit is kept.
    pub(super) fn after(before: &Self, due: Instant) -> Self {
        Self {
            due,
            short_holds: before.short_holds,
            hold_cap: before.hold_cap,
            zero_hold_support: before.zero_hold_support.for_new_session(),
            bucket: before.bucket,
            ..Self::new(0)
        }
    }
}

impl Session {
    pub(super) fn poll_connect(
        &mut self,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        if self.connect_due()? > self.cx.now {
            return None;
        }
        if self.cx.transport == Transport::LongPolling && self.open_socket_lane().is_some() {
            self.cx.transport = Transport::WebSocket;
            self.connect.upgrading = true;
            self.connect.zero_hold_next = true;
        }
        if !self.recovery.up {
            self.announce_attempt();
        }
        if self.cx.transport == Transport::WebSocket && self.socket.is_none() {
            return Some(self.open_socket());
        }
        if let Some(lane) = self.lanes.held() {
            // The connect of this exchange was answered, but the response never ended.
            self.lanes.close(lane);
            return self.lanes.poll_close();
        }
        let zero_hold = self.connect.zero_hold_next;
        let server_hold = self.cx.server_hold();
        let asked = self.asked_hold(server_hold);
        let hold = if zero_hold {
            Duration::ZERO
        } else {
            asked.unwrap_or(server_hold)
        };
        let action = match self.cx.transport {
            Transport::WebSocket => Action::Send(self.open_socket_lane()?),
            Transport::LongPolling => {
                // The transport's read deadline covers the full hold even if a hold of zero is
                // asked for, because the server may ignore the request.
                let hold = asked.unwrap_or(server_hold);
                self.lanes.open(Exchange::Held { hold })
            }
        };
        let id = self.cx.next_id();
        let mut batch = Batch::new(out);
        let mut item = batch
            .item("/meta/connect", id)
            .text("clientId", &self.cx.client_id)
            .text("connectionType", self.cx.transport.name());
        if zero_hold || asked.is_some() {
            item = item.hold(u64::try_from(hold.as_millis()).unwrap_or(u64::MAX));
        }
        item.finish(ext, Outgoing::Connect);
        batch.finish();
        self.connect.bucket.take(self.cx.now, &self.cx.config);
        self.connect.outstanding = Some(Outstanding {
            id,
            lane: action.lane(),
            sent: self.cx.now,
            hold,
            deadline: AnswerDeadline::new(
                self.cx.now + hold + self.cx.config.network_allowance,
                &self.cx.config,
            ),
            zero_hold,
            overdue_step: OverdueStep::None,
        });
        Some(action)
    }

    /// Returns the hold to ask for, if it is shorter than the server's own. A longer one kills a
    /// session on Faye, which holds as long as asked but expires sessions by its own clock.
    fn asked_hold(&self, server_hold: Duration) -> Option<Duration> {
        let wanted = [self.cx.config.hold, self.connect.hold_cap]
            .into_iter()
            .flatten()
            .min()?;
        (wanted < server_hold).then_some(wanted)
    }

    pub(super) fn handle_connect_reply(&mut self, lane: LaneId, message: &Message<'_>) -> Verdict {
        let answered = self
            .connect
            .outstanding
            .filter(|sent| sent.lane == lane && answers(message.id, sent.id));
        let Some(sent) = answered else {
            return Verdict::Unexpected(Unexpected::UnexpectedReply);
        };
        self.connect.outstanding = None;
        if sent.overdue_step == OverdueStep::FullHold {
            self.connect.zero_hold_support = ZeroHoldSupport::Ignored;
        } else if self.connect.zero_hold_support == ZeroHoldSupport::Unknown {
            self.connect.zero_hold_support = ZeroHoldSupport::Honoured;
        }

        if let Some(advice) = &message.advice {
            self.cx.merge_advice(Some(advice));
            if advice.multiple_clients && !self.connect.multiple_clients {
                self.cx.emit(SessionEvent::MultipleClients);
            }
            self.connect.multiple_clients = advice.multiple_clients;
        }
        if self.stage != Stage::Live {
            // While disconnecting, the result of the last connect does not matter.
            return Verdict::Handled;
        }
        if message.successful == Some(true) {
            self.connect_succeeded(sent, message);
        } else {
            self.connect_refused(message);
        }
        Verdict::Handled
    }

    fn connect_succeeded(&mut self, sent: Outstanding, message: &Message<'_>) {
        self.connect.zero_hold_next = false;
        self.recovery.connect_ok(self.cx.now, sent.zero_hold);
        self.recovery.extend_safe(sent.sent);
        self.recovery.extend_proof(sent.sent);
        if !sent.zero_hold {
            self.connect.broken_polls = 0;
            self.connect.short_holds = 0;
        }
        if self.cx.transport == Transport::WebSocket {
            self.websocket.succeeded();
        }
        if core::mem::take(&mut self.connect.upgrading) {
            self.cx.emit(SessionEvent::Moved {
                transport: self.cx.transport,
            });
        }
        self.mark_up(true);
        match message.advice.and_then(|advice| advice.reconnect) {
            Some(Reconnect::None | Reconnect::Unknown) => self.end_by_advice(message),
            Some(Reconnect::Handshake) => self.lose_session(Cause::SessionLost),
            Some(Reconnect::Retry) | None => {
                if self.cx.start_interval() {
                    self.connect.due = self.cx.now;
                } else {
                    self.finish(End::NegativeInterval);
                }
            }
        }
    }

    fn connect_refused(&mut self, message: &Message<'_>) {
        let error = self.cx.server_error(message);
        let reconnect = message.advice.and_then(|advice| advice.reconnect);
        let unknown = error.is_unknown_client();
        let stops = matches!(reconnect, Some(Reconnect::None | Reconnect::Unknown));
        if unknown && (!stops || self.cx.config.replace_lost_session) {
            return self.lose_session(Cause::SessionLost);
        }
        match reconnect {
            Some(Reconnect::None | Reconnect::Unknown) => self.end_by_advice(message),
            Some(Reconnect::Handshake) => self.lose_session(Cause::Refused(error)),
            Some(Reconnect::Retry) | None => {
                if !self.cx.start_interval() {
                    return self.end_by_interval(message);
                }
                let retry_at = self.record_failure(Cause::Refused(error));
                self.schedule_connect(retry_at);
            }
        }
    }

    /// Handles the end of the held exchange without a connect reply. Faye loses events sent into it
    /// until the next connect arrives, so the first retry is immediate.
    pub(super) fn held_exchange_ended(&mut self, lane: LaneId, why: Close) {
        let Some(sent) = self.connect.outstanding.filter(|sent| sent.lane == lane) else {
            return;
        };
        self.connect.outstanding = None;
        let cause = match why {
            Close::Complete => Cause::Violation("a response without a connect reply"),
            why => Cause::Lane(why),
        };
        if self.gives_up(&cause) {
            return;
        }
        let (held, by_proxy) = (self.cx.now - sent.sent, !matches!(why, Close::Complete));
        if by_proxy && !sent.zero_hold && held < sent.hold {
            self.connect.short_holds += 1;
            if self.connect.short_holds >= 2 && held >= MIN_HOLD {
                self.connect.hold_cap = Some(held.mul_f32(0.75));
            }
        }
        self.held_connect_lost(sent, cause);
    }

    fn held_connect_lost(&mut self, sent: Outstanding, cause: Cause) {
        if self.stage != Stage::Live {
            return;
        }
        if !sent.zero_hold && self.cx.now - sent.sent >= MIN_HOLD {
            // The hold had worked until it broke, so the streak of failures ends.
            self.connect.broken_polls = 0;
        }
        if self.cx.config.resume == Resume::FreshHandshake {
            // The server may still hold this connect, or receive it only now, and would answer it
            // into a dead connection.
            return self.lose_session(cause);
        }
        self.connect.broken_polls += 1;
        let wait = super::recovery::retry_after(&cause);
        if self.connect.broken_polls == 1 && wait.is_none() {
            self.mark_gap(cause);
            self.schedule_connect(self.cx.now);
        } else {
            self.retry_session(cause);
        }
    }

    pub(super) fn connect_overdue(&mut self) {
        let allowance = self.cx.config.network_allowance;
        let lane = self.connect.outstanding.map(|sent| sent.lane);
        let last_bytes = lane.and_then(|lane| self.last_bytes(lane));
        let Some(sent) = &mut self.connect.outstanding else {
            return;
        };
        if !sent.deadline.is_over(self.cx.now, last_bytes, allowance) {
            return;
        }
        let over_socket = self.cx.transport == Transport::WebSocket;
        let active = self.subscriptions.any_active();
        if let Some(channel) = active.filter(|_| over_socket && self.cx.config.probe)
            && sent.overdue_step != OverdueStep::Probed
        {
            sent.overdue_step = OverdueStep::Probed;
            self.connect.probed_at = self.cx.now;
            let at = self.cx.now + self.cx.config.request_timeout + allowance;
            sent.deadline = AnswerDeadline::new(at, &self.cx.config);
            self.requests.probe(channel.clone());
            return;
        }
        // A server may hold a connect that asks for no hold. Over a websocket a ping shows whether
        // the server is there; over HTTP the preceding handshake did, unless this server is known
        // to answer such connects at once.
        let may_ignore_zero_hold =
            over_socket || self.connect.zero_hold_support != ZeroHoldSupport::Honoured;
        if sent.zero_hold && sent.overdue_step == OverdueStep::None && may_ignore_zero_hold {
            sent.overdue_step = OverdueStep::FullHold;
            let hold = self.cx.server_hold();
            // Counted from `now` if the machine slept in between.
            let at = (sent.sent + hold).max(self.cx.now) + allowance;
            sent.deadline = AnswerDeadline::new(at, &self.cx.config);
            if let Some(socket) = &mut self.socket {
                socket.suspect();
            }
            return;
        }
        if !over_socket {
            let sent = *sent;
            self.connect.outstanding = None;
            self.lanes.close(sent.lane);
            return self.held_connect_lost(sent, Cause::Silence(Timer::Connect));
        }
        let last_received = self
            .socket
            .as_ref()
            .map(Socket::last_received)
            .unwrap_or_default();
        let may_extend = matches!(sent.overdue_step, OverdueStep::None | OverdueStep::FullHold);
        if may_extend && last_received + allowance > self.cx.now {
            sent.overdue_step = OverdueStep::Extended;
            sent.deadline = AnswerDeadline::new(self.cx.now + allowance, &self.cx.config);
            return;
        }
        self.drop_socket(Cause::Silence(Timer::Connect));
    }

    /// Records that a probe was answered: the session lives although its connect is not answered,
    /// which some servers never do. The connect stays outstanding, and the next check comes after
    /// another hold.
    pub(super) fn probe_answered(&mut self) {
        let server_hold = self.cx.server_hold();
        let hold = self.asked_hold(server_hold).unwrap_or(server_hold);
        if let Some(sent) = &mut self.connect.outstanding {
            sent.overdue_step = OverdueStep::None;
            let at = self.cx.now + hold + self.cx.config.network_allowance;
            sent.deadline = AnswerDeadline::new(at, &self.cx.config);
        }
        self.recovery.extend_proof(self.connect.probed_at);
        self.mark_up(true);
    }

    /// Clears the outstanding connect of a lost socket. Returns whether that socket was to replace
    /// long-polling.
    pub(super) fn connect_lost(&mut self) -> bool {
        self.connect.outstanding = None;
        core::mem::take(&mut self.connect.upgrading)
    }

    /// Schedules a connect with a hold of zero.
    pub(super) fn schedule_connect(&mut self, at: Instant) {
        self.connect.due = at;
        self.connect.zero_hold_next = true;
    }

    /// Makes a waiting connect due now.
    pub(super) fn expedite_connect(&mut self) {
        if self.stage == Stage::Live && !self.recovery.up {
            self.connect.due = self.connect.due.min(self.cx.now);
        }
    }

    /// Returns when the next connect can be sent; `None` while something else has to happen first.
    fn connect_due(&self) -> Option<Instant> {
        let opening = self.cx.transport == Transport::WebSocket
            && self.socket.as_ref().is_some_and(|socket| !socket.is_open());
        let blocked = self.stage != Stage::Live
            || self.connects_paused
            || opening
            || self.connect.outstanding.is_some();
        (!blocked).then(|| {
            let due = self.connect.due.max(self.cx.interval_end());
            due.max(self.connect.bucket.ready(&self.cx.config))
        })
    }

    pub(super) fn connect_deadline(&self) -> (Option<Instant>, Timer) {
        match &self.connect.outstanding {
            Some(sent) if self.stage == Stage::Live => (Some(sent.deadline.at()), Timer::Connect),
            _ if self.recovery.up => (self.connect_due(), Timer::NextConnect),
            _ => (self.connect_due(), Timer::Retry),
        }
    }
}

/// Minimum hold, below which a cut connect counts as a failure and not as an intermediary's
/// timeout.
const MIN_HOLD: Duration = Duration::from_secs(1);
