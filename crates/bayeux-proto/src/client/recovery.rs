//! Failure and recovery: down, back-off, up again, gaps, and the end of the session.

use core::time::Duration;

use super::{
    Session, Stage,
    connect::Connect,
    retry::{HEALTHY_UPTIME, QuickRetries, RetrySchedule},
};
use crate::{
    Cause, Close, End, Exchange, Instant, LaneId, Message, Reconnect, SessionEvent, Timer,
    Transport, Unexpected, Verdict,
};

#[derive(Debug, Default)]
pub(super) struct Recovery {
    /// Whether messages flow, as far as the client knows.
    pub(super) up: bool,
    /// Whether [`SessionEvent::Connecting`] was emitted for the current attempt.
    pub(super) announced: bool,
    /// Consecutive failures.
    attempts: u32,
    /// HTTP statuses 401 and 403 in a row, without a message in between.
    refusals: u32,
    /// Time of the first of the consecutive failures, if there are any.
    failing_since: Instant,
    quick_retries: QuickRetries,
    /// Whether long-polling replaced the websocket since the last success.
    fell_back: bool,
    /// Start of the current period of being up.
    up_since: Instant,
    /// Time of the last successful connect reply.
    last_connect_ok: Option<Instant>,
    /// Latest instant up to which no event can be missing.
    last_safe: Instant,
    /// Time at which the latest answered connect or probe was sent.
    proved_until: Instant,
    /// Time of the last event.
    last_event: Option<Instant>,
    /// Start and cause of a gap that is not reported yet.
    pending_gap: Option<(Instant, Cause)>,
    former: FormerSession,
}

/// Session that the next handshake replaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum FormerSession {
    /// None, or one that the server may still have.
    #[default]
    Unknown,
    /// The server has ended or forgotten it.
    Gone,
}

impl Recovery {
    /// Creates the state of an ended session. Events after its last safe instant may be missed until
    /// the next session is up.
    fn after_end(ended: &mut Self) -> Self {
        let gap = ended.pending_gap.take();
        Self {
            pending_gap: gap.or_else(|| ended.up.then_some((ended.last_safe, Cause::Ended))),
            ..Self::default()
        }
    }

    /// Records an event: everything that the server sent before it has arrived, too.
    pub(super) fn event_delivered(&mut self, now: Instant) {
        self.last_safe = now;
        self.last_event = Some(now);
    }

    /// Records that the server sent a message.
    pub(super) fn message_received(&mut self) {
        self.refusals = 0;
    }

    /// Records a successful connect that was sent at `sent`. No later instant is safe: a server
    /// that drops a session while it holds a connect may still answer it. Other replies prove
    /// nothing about events, which over HTTP use another connection.
    pub(super) fn extend_safe(&mut self, sent: Instant) {
        self.last_safe = self.last_safe.max(sent);
    }

    /// Records the answer to a connect or a probe that was sent at `sent`.
    pub(super) fn extend_proof(&mut self, sent: Instant) {
        self.proved_until = self.proved_until.max(sent);
    }

    pub(super) fn proved_until(&self) -> Instant {
        self.proved_until
    }

    /// Records a successful connect. Only one with a full hold ends a streak of failures: otherwise
    /// a server that accepts and breaks at once would reset the back-off each time.
    pub(super) fn connect_ok(&mut self, now: Instant, at_once: bool) {
        self.last_connect_ok = Some(now);
        if !at_once {
            self.end_streak();
        }
    }

    /// Forgets the consecutive failures.
    fn end_streak(&mut self) {
        self.attempts = 0;
        self.fell_back = false;
    }

    /// Restarts the clock of the outage, because connectivity is back: the delays that follow are
    /// short again.
    pub(super) fn restart_outage(&mut self, now: Instant) {
        self.failing_since = now;
    }

    /// Returns the time since the session is up; zero if it is down.
    fn uptime(&self, now: Instant) -> Duration {
        if self.up {
            now - self.up_since
        } else {
            Duration::ZERO
        }
    }

    /// Returns whether the session was up for long enough that its end does not count as a failure.
    /// Some servers never answer a connect and close the socket after a while, so the time alone
    /// suffices, except if the session ended in silence: then only a confirmed connect, an
    /// acknowledged subscription or an event shows that the server was there. If a subscription is
    /// active (`subscribed`) or an event arrived, `HEALTHY_UPTIME_SERVED` is enough: backing off
    /// would lose more events than it saves load. A server that accepts, acknowledges and breaks at
    /// once is still backed off from, and one that breaks every few seconds once [`QuickRetries`]
    /// are spent.
    fn was_healthy(&self, now: Instant, end: &Cause, subscribed: bool) -> bool {
        let uptime = self.uptime(now);
        let served = subscribed || self.last_event >= Some(self.up_since);
        let confirmed = served || self.last_connect_ok >= Some(self.up_since);
        let silent = matches!(end, Cause::Silence(_));
        let lived = uptime >= HEALTHY_UPTIME && (confirmed || !silent);
        self.up && (lived || served && uptime >= HEALTHY_UPTIME_SERVED && !silent)
    }
}

impl Session {
    /// Reports a failure, and returns when to try again.
    pub(super) fn record_failure(&mut self, cause: Cause) -> Instant {
        let subscribed = self.subscriptions.any_active().is_some();
        if self.recovery.was_healthy(self.cx.now, &cause, subscribed) {
            self.recovery.end_streak();
        }
        let uptime = self.recovery.uptime(self.cx.now);
        let is_first = self.recovery.attempts == 0 && self.recovery.quick_retries.grant(uptime);
        if is_first {
            self.recovery.failing_since = self.cx.now;
        }
        let refused = matches!(cause, Cause::Refused(_) | Cause::Violation(_));
        let delay = if is_first && !refused {
            RetrySchedule::first_delay(&mut self.cx.jitter)
        } else {
            let outage = self.cx.now - self.recovery.failing_since;
            RetrySchedule::new(&self.cx.config, &cause).delay(outage, &mut self.cx.jitter)
        };
        let wait = retry_after(&cause).unwrap_or_default();
        let retry_at = self.cx.interval_end().max(self.cx.now + delay.max(wait));
        self.recovery.attempts = self.recovery.attempts.saturating_add(1);
        self.report_failure(cause, retry_at);
        retry_at
    }

    /// Reports that the websocket failed, and returns when to try long-polling. The first time
    /// since the last success it is tried at once, in the same attempt. Later it is an attempt of
    /// its own, because a server that refuses both would see twice as many requests.
    pub(super) fn report_fallback(&mut self, cause: Cause) -> Instant {
        if core::mem::replace(&mut self.recovery.fell_back, true) {
            return self.record_failure(cause);
        }
        let retry_at = self.cx.now + retry_after(&cause).unwrap_or_default();
        self.report_failure(cause, retry_at);
        retry_at
    }

    fn report_failure(&mut self, cause: Cause, retry_at: Instant) {
        self.recovery.announced = false;
        if self.recovery.up {
            self.mark_gap(cause.clone());
            self.recovery.up = false;
            self.cx.emit(SessionEvent::Down { cause, retry_at });
        } else {
            // A fallback to the other transport is not counted, and is a failed attempt all the same.
            let attempts = self.recovery.attempts.max(1);
            self.cx.emit(SessionEvent::AttemptFailed {
                cause,
                attempts,
                retry_at,
            });
        }
    }

    /// Records a gap from the last safe instant on.
    pub(super) fn mark_gap(&mut self, cause: Cause) {
        if self.recovery.up && self.recovery.pending_gap.is_none() {
            self.recovery.pending_gap = Some((self.recovery.last_safe, cause));
        }
    }

    /// Reports a pending gap before an event is delivered, so that nobody takes the event for the
    /// next one in sequence. The gap is reported again once messages are known to flow, for events
    /// missed until then.
    pub(super) fn report_gap_before_event(&mut self) {
        if !self.recovery.up {
            return;
        }
        if let Some((since, cause)) = self.recovery.pending_gap.take() {
            self.recovery.pending_gap = Some((self.cx.now, cause.clone()));
            self.cx.emit(SessionEvent::Gap { since, cause });
        }
    }

    /// Enters the up state, or stays in it, and reports a pending gap.
    pub(super) fn mark_up(&mut self, resumed: bool) {
        if !self.recovery.up {
            self.recovery.up = true;
            self.recovery.up_since = self.cx.now;
            if !resumed {
                self.recovery.last_safe = self.cx.now;
            }
            self.cx.emit(SessionEvent::Up {
                transport: self.cx.transport,
                resumed,
            });
        }
        if let Some((since, cause)) = self.recovery.pending_gap.take() {
            self.cx.emit(SessionEvent::Gap { since, cause });
        }
    }

    /// Connects again in the same session after a transport failure, unless the session must have
    /// expired by then.
    pub(super) fn retry_session(&mut self, cause: Cause) {
        let retry_at = self.record_failure(cause);
        let session_lifetime = self.cx.session_lifetime();
        // A confirmation from before the present session does not count.
        let confirmed = self.recovery.last_connect_ok.unwrap_or_default();
        if retry_at - confirmed.max(self.recovery.up_since) > session_lifetime {
            self.restart_handshake(retry_at);
        } else {
            self.schedule_connect(retry_at);
        }
    }

    /// Starts a new session with a handshake. All lanes are closed, so late messages of the old
    /// session have no effect.
    pub(super) fn lose_session(&mut self, cause: Cause) {
        match self.stage {
            Stage::Live => {
                let falls_back = self.may_fall_back(&cause) && matches!(cause, Cause::Lane(_));
                if !matches!(cause, Cause::Lane(_) | Cause::Silence(_)) {
                    self.cx.start_interval();
                }
                let is_gone = cause == Cause::SessionLost;
                let retry_at = self.record_failure(cause);
                if falls_back {
                    self.cx.transport = Transport::LongPolling;
                }
                self.restart_handshake(retry_at);
                if is_gone {
                    self.recovery.former = FormerSession::Gone;
                }
            }
            Stage::Closing { .. } => self.finish(End::Requested),
            Stage::Idle | Stage::Handshake { .. } | Stage::Ended => {}
        }
    }

    /// Handles the rest of the payload that ended the session: events, and advice about the next
    /// step.
    pub(super) fn handle_message_on_closing_lane(&mut self, message: &Message<'_>) -> Verdict {
        let is_reply = message.successful.is_some() && !message.is_answer();
        if message.channel == "/meta/disconnect" || is_reply {
            if let Stage::Handshake { due, sent: None } = self.stage
                && let Some(advice) = &message.advice
            {
                self.cx.merge_advice(Some(advice));
                let is_gone = self.recovery.former == FormerSession::Gone;
                let replaced = is_gone && self.cx.config.replace_lost_session;
                let stop = matches!(advice.reconnect, Some(Reconnect::None | Reconnect::Unknown))
                    && !replaced;
                if stop {
                    self.end_by_advice(message);
                } else if !self.cx.start_interval() {
                    self.end_by_interval(message);
                } else {
                    let due = due.max(self.cx.interval_end());
                    self.stage = Stage::Handshake { due, sent: None };
                }
            }
            return Verdict::Unexpected(Unexpected::DeadLane);
        }
        self.handle_event(message)
    }

    pub(super) fn restart_handshake(&mut self, due: Instant) {
        self.drop_lanes();
        self.requests_reset();
        self.cx.client_id.clear();
        self.connect = Connect::after(&self.connect, due);
        self.recovery.former = FormerSession::Unknown;
        self.stage = Stage::Handshake { due, sent: None };
    }

    /// Ends the session because the server advises `reconnect: none`.
    pub(super) fn end_by_advice(&mut self, message: &Message<'_>) {
        let end = self.cx.end_by_advice(message);
        self.finish(end);
    }

    /// Ends the session because the advised interval is negative.
    pub(super) fn end_by_interval(&mut self, message: &Message<'_>) {
        let end = self.cx.end_by_interval(message);
        self.finish(end);
    }

    pub(super) fn finish(&mut self, end: End) {
        let end = match self.stage {
            Stage::Idle | Stage::Ended => return,
            Stage::Closing { .. } => End::Requested,
            Stage::Handshake { .. } | Stage::Live => end,
        };
        self.drop_lanes();
        self.requests_cancelled();
        self.cx.client_id.clear();
        self.connect = Connect::after(&self.connect, self.cx.now);
        self.recovery = Recovery::after_end(&mut self.recovery);
        self.stage = Stage::Ended;
        self.cx.emit(SessionEvent::Ended(end));
    }

    pub(super) fn drop_lanes(&mut self) {
        if let Some(socket) = self.socket.take() {
            self.lanes.close(socket.lane());
        }
        self.lanes.close_exchanges();
    }

    /// Counts the failure of an attempt to connect, and ends the session if the endpoint has refused
    /// too many of them. Returns whether it did.
    pub(super) fn gives_up(&mut self, cause: &Cause) -> bool {
        let Cause::Lane(Close::Status {
            status: status @ (401 | 403),
            ..
        }) = *cause
        else {
            self.recovery.refusals = 0;
            return false;
        };
        self.recovery.refusals = self.recovery.refusals.saturating_add(1);
        let limit = if status == 401 {
            self.cx.config.unauthorized_limit
        } else {
            self.cx.config.forbidden_limit
        };
        let is_over = limit.is_some_and(|limit| self.recovery.refusals >= limit);
        if is_over {
            self.finish(End::Unauthorized { status });
        }
        is_over
    }

    /// Reports a gap if an ordinary exchange may have lost events: a server may put events into
    /// whichever response goes next.
    fn ordinary_exchange_lost(&mut self, cause: &Cause) {
        let may_have_had_events = match cause {
            Cause::Lane(close) => close.may_have_had_events(),
            _ => true,
        };
        if may_have_had_events && self.stage == Stage::Live && self.recovery.up {
            self.mark_gap(cause.clone());
            self.mark_up(true);
        }
    }

    /// Handles the end of an HTTP exchange, successful or not.
    pub(super) fn exchange_ended(&mut self, lane: LaneId, kind: Exchange, why: Close) {
        if kind == Exchange::Ordinary {
            self.ordinary_exchange_lost(&Cause::Lane(why));
        }
        self.handshake_exchange_ended(lane, why);
        self.held_exchange_ended(lane, why);
        self.requests_lost(lane, &Cause::Lane(why));
        if let Stage::Closing { .. } = self.stage
            && self.cx.transport == Transport::LongPolling
            && why != Close::Complete
            && !self.lanes.has_ordinary()
        {
            self.finish(End::Requested);
        }
    }

    /// Returns whether the server can be reached, as far as the client knows.
    pub(super) fn is_reachable(&self) -> bool {
        match self.cx.transport {
            Transport::WebSocket => self.open_socket_lane().is_some(),
            Transport::LongPolling => self.recovery.up,
        }
    }

    /// Returns whether a command can be written now, or as soon as the current exchange ends.
    pub(super) fn can_write(&self) -> bool {
        matches!(self.stage, Stage::Live | Stage::Closing { .. })
            && match self.cx.transport {
                Transport::WebSocket => self.open_socket_lane().is_some(),
                Transport::LongPolling => !self.lanes.has_ordinary(),
            }
    }

    /// Handles an overdue request: over a websocket it closes the socket, over HTTP only the
    /// exchange.
    pub(super) fn on_request_overdue(&mut self, lane: LaneId, timer: Timer) {
        if self.open_socket_lane() == Some(lane) {
            self.drop_socket(Cause::Silence(timer));
        } else {
            self.lanes.close(lane);
            self.ordinary_exchange_lost(&Cause::Silence(timer));
            self.requests_lost(lane, &Cause::Silence(timer));
        }
    }
}

/// Returns the wait that the peer asked for with `Retry-After`, capped.
pub(super) fn retry_after(cause: &Cause) -> Option<Duration> {
    match cause {
        Cause::Lane(Close::Status { retry_after, .. }) => {
            retry_after.map(|wait| wait.min(MAX_RETRY_AFTER))
        }
        _ => None,
    }
}

/// Minimum uptime, if a subscription is active or an event arrived, after which the end of a
/// connection is not a failure.
const HEALTHY_UPTIME_SERVED: Duration = Duration::from_secs(1);

/// Maximum `Retry-After` to honour.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);
