//! Health of the message flow: up and down, failures and their delays, gaps.

use core::time::Duration;

use super::{
    context::Context,
    retry::{HEALTHY_UPTIME, QuickRetries, RetrySchedule, retry_after},
};
use crate::{Cause, Close, End, Instant, SessionEvent};

/// Knowledge about the message flow. Emits the events `Connecting`, `Up`, `Gap`, `Down` and
/// `AttemptFailed`.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// Whether messages flow, as far as the client knows.
    up: bool,
    /// Whether [`SessionEvent::Connecting`] was emitted for the current attempt.
    announced: bool,
    streak: Streak,
    /// HTTP statuses 401 and 403 in a row, without a message in between.
    refusals: u32,
    /// Time of the first of the consecutive failures, if there are any.
    failing_since: Instant,
    quick_retries: QuickRetries,
    /// Start of the current period of being up.
    up_since: Instant,
    /// Time of the last successful connect reply.
    last_connect_ok: Option<Instant>,
    /// Latest instant up to which no event can be missing.
    last_safe: Instant,
    /// Time at which the latest answered connect, probe or disconnect was sent.
    proved_until: Instant,
    /// Time of the last event.
    last_event: Option<Instant>,
    /// Start and cause of a gap that is not reported yet.
    pending_gap: Option<(Instant, Cause)>,
}

/// Failures since the last success.
#[derive(Debug, Default)]
struct Streak {
    /// Consecutive failures.
    attempts: u32,
    /// Whether long-polling replaced the websocket.
    fell_back: bool,
    /// Whether the server has reported the loss of a session.
    lost_session: bool,
}

/// Signs of life.
impl Health {
    pub(super) fn is_up(&self) -> bool {
        self.up
    }

    pub(super) fn proved_until(&self) -> Instant {
        self.proved_until
    }

    /// Records that the server sent a message.
    pub(super) fn message_received(&mut self) {
        self.refusals = 0;
    }

    /// Records an event: everything that the server sent before it has arrived, too. Reports a
    /// pending gap first, so that nobody takes the event for the next one in sequence. The gap is
    /// reported again once messages are known to flow, for events missed until then.
    pub(super) fn event_delivered(&mut self, cx: &mut Context) {
        if self.up
            && let Some((since, cause)) = self.pending_gap.take()
        {
            self.pending_gap = Some((cx.now, cause.clone()));
            cx.emit(SessionEvent::Gap { since, cause });
        }
        self.last_safe = cx.now;
        self.last_event = Some(cx.now);
    }

    /// Records a successful connect that was sent at `sent`. No later instant is safe: a server
    /// that drops a session while it holds a connect may still answer it. Other replies prove
    /// nothing about events, which over HTTP use another connection.
    ///
    /// Only a connect with a full hold ends a streak of failures: otherwise a server that accepts
    /// and breaks at once would reset the back-off each time.
    pub(super) fn connect_ok(&mut self, cx: &Context, sent: Instant, zero_hold: bool) {
        self.last_connect_ok = Some(cx.now);
        if !zero_hold {
            self.end_streak();
        }
        self.last_safe = self.last_safe.max(sent);
        self.extend_proof(sent);
    }

    /// Records the answer to a connect or a probe that was sent at `sent`.
    pub(super) fn extend_proof(&mut self, sent: Instant) {
        self.proved_until = self.proved_until.max(sent);
    }

    /// Forgets the consecutive failures.
    fn end_streak(&mut self) {
        self.streak = Streak::default();
    }

    /// Restarts the clock of the outage, because connectivity is back: the delays that follow are
    /// short again.
    pub(super) fn restart_outage(&mut self, now: Instant) {
        self.failing_since = now;
    }
}

/// Up, down and gaps.
impl Health {
    /// Reports the start of an attempt, once.
    pub(super) fn announce(&mut self, cx: &mut Context) {
        if !core::mem::replace(&mut self.announced, true) {
            cx.emit(SessionEvent::Connecting);
        }
    }

    /// Enters the up state, or stays in it, and reports a pending gap.
    pub(super) fn mark_up(&mut self, cx: &mut Context, resumed: bool) {
        if !self.up {
            self.up = true;
            self.up_since = cx.now;
            if !resumed {
                self.last_safe = cx.now;
            }
            cx.emit(SessionEvent::Up {
                transport: cx.transport,
                resumed,
            });
        }
        if let Some((since, cause)) = self.pending_gap.take() {
            cx.emit(SessionEvent::Gap { since, cause });
        }
    }

    /// Records a gap from the last safe instant on.
    pub(super) fn mark_gap(&mut self, cause: Cause) {
        if self.up && self.pending_gap.is_none() {
            self.pending_gap = Some((self.last_safe, cause));
        }
    }

    /// Reports a gap that ends now, unless one is pending: that one continues until messages are known
    /// to flow, and is reported then.
    pub(super) fn report_gap(&mut self, cx: &mut Context, cause: &Cause) {
        if self.up && self.pending_gap.is_none() {
            let (since, cause) = (self.last_safe, cause.clone());
            cx.emit(SessionEvent::Gap { since, cause });
        }
    }

    /// Returns the start of the gap that an interruption now would lead to; `None` if the session
    /// has never been up.
    pub(super) fn gap_since(&self) -> Option<Instant> {
        let pending = self.pending_gap.as_ref().map(|(since, _)| *since);
        pending.or_else(|| self.up.then_some(self.last_safe))
    }

    /// Continues a session of an earlier process, with a gap.
    pub(super) fn restore(
        &mut self,
        gap_since: Option<Instant>,
        proved_until: Instant,
        cause: Cause,
    ) {
        self.last_safe = gap_since.unwrap_or_default();
        self.proved_until = proved_until;
        self.pending_gap = gap_since.map(|since| (since, cause));
    }

    /// Forgets an ended session. Events after its last safe instant may be missed until the next
    /// session is up.
    pub(super) fn end_session(&mut self) {
        let gap = self.pending_gap.take();
        *self = Self {
            pending_gap: gap.or_else(|| self.up.then_some((self.last_safe, Cause::Ended))),
            proved_until: self.proved_until,
            ..Self::default()
        };
    }
}

/// Failures.
impl Health {
    /// Reports a failure, and returns when to try again. `subscribed` says whether the server has
    /// acknowledged a subscription.
    pub(super) fn failed(&mut self, cx: &mut Context, cause: Cause, subscribed: bool) -> Instant {
        if self.was_healthy(cx.now, &cause, subscribed) {
            self.end_streak();
        }
        let uptime = self.uptime(cx.now);
        // A server that no longer knows the session is back, and its first answer of that kind ends
        // the outage.
        let is_back =
            cause == Cause::SessionLost && !core::mem::replace(&mut self.streak.lost_session, true);
        let is_first = is_back || self.streak.attempts == 0 && self.quick_retries.grant(uptime);
        if is_first {
            self.failing_since = cx.now;
        }
        let refused = matches!(cause, Cause::Refused(_) | Cause::Violation(_));
        let delay = if is_first && !refused {
            RetrySchedule::first_delay(&mut cx.jitter)
        } else {
            let outage = cx.now - self.failing_since;
            RetrySchedule::new(&cx.config, &cause).delay(outage, &mut cx.jitter)
        };
        let wait = retry_after(&cause).unwrap_or_default();
        let retry_at = cx.interval_end().max(cx.now + delay.max(wait));
        self.streak.attempts = self.streak.attempts.saturating_add(1);
        self.report_failure(cx, cause, retry_at);
        retry_at
    }

    /// Reports that the websocket failed, and returns when to try long-polling. The first time
    /// since the last success it is tried at once, in the same attempt. Later it is an attempt of
    /// its own, because a server that refuses both would see twice as many requests.
    pub(super) fn report_fallback(
        &mut self,
        cx: &mut Context,
        cause: Cause,
        subscribed: bool,
    ) -> Instant {
        if core::mem::replace(&mut self.streak.fell_back, true) {
            return self.failed(cx, cause, subscribed);
        }
        let retry_at = cx.now + retry_after(&cause).unwrap_or_default();
        self.report_failure(cx, cause, retry_at);
        retry_at
    }

    fn report_failure(&mut self, cx: &mut Context, cause: Cause, retry_at: Instant) {
        self.announced = false;
        if self.up {
            self.mark_gap(cause.clone());
            self.up = false;
            cx.emit(SessionEvent::Down { cause, retry_at });
        } else {
            // A fallback to the other transport is not counted, but is still a failed attempt.
            let attempts = self.streak.attempts.max(1);
            cx.emit(SessionEvent::AttemptFailed {
                cause,
                attempts,
                retry_at,
            });
        }
    }

    /// Counts the failure of an attempt to connect. Returns the end of the session if the endpoint
    /// has refused too many of them.
    pub(super) fn gives_up(&mut self, cx: &Context, cause: &Cause) -> Option<End> {
        let Cause::Lane(Close::Status {
            status: status @ (401 | 403),
            ..
        }) = *cause
        else {
            self.refusals = 0;
            return None;
        };
        self.refusals = self.refusals.saturating_add(1);
        let limit = if status == 401 {
            cx.config.unauthorized_limit
        } else {
            cx.config.forbidden_limit
        };
        let is_over = limit.is_some_and(|limit| self.refusals >= limit);
        is_over.then_some(End::Unauthorized { status })
    }

    /// Returns whether the server must have dropped the session by `at`.
    pub(super) fn has_expired_by(&self, cx: &Context, at: Instant) -> bool {
        at - self.confirmed_at() > cx.session_lifetime()
    }

    /// Returns when the server last confirmed the session. A confirmation from before the present
    /// session does not count.
    pub(super) fn confirmed_at(&self) -> Instant {
        let confirmed = self.last_connect_ok.unwrap_or_default();
        confirmed.max(self.up_since)
    }

    /// Records the confirmation of a session of an earlier process.
    pub(super) fn restore_confirmation(&mut self, at: Instant) {
        self.last_connect_ok = Some(at);
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

/// Minimum uptime, if a subscription is active or an event arrived, after which the end of a
/// connection is not a failure.
const HEALTHY_UPTIME_SERVED: Duration = Duration::from_secs(1);
