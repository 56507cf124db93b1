//! Failure and what follows: down, back-off, up again, the gap in between, and the end.

use core::time::Duration;

use super::{Session, Stage, connect::Connect};
use crate::{
    Cause, Close, End, Exchange, Instant, LaneId, Message, Reconnect, SessionEvent, Timer,
    Transport, Unexpected, Verdict, backoff,
};

#[derive(Debug, Default)]
pub(super) struct Recovery {
    /// Whether messages flow, as far as we know.
    pub(super) up: bool,
    /// Whether the attempt under way has been announced.
    pub(super) announced: bool,
    /// Failures in a row.
    attempts: u32,
    /// Since when messages flow over the present lane.
    since: Instant,
    /// The last successful connect reply.
    confirmed: Option<Instant>,
    /// When delivery was last known to work.
    known: Instant,
    /// The last event.
    heard: Option<Instant>,
    /// Where a gap began, and why, until it is told.
    gap: Option<(Instant, Cause)>,
}

impl Recovery {
    /// An event came: whatever the server sent before it has come, too.
    pub(super) fn delivered(&mut self, now: Instant) {
        self.known = now;
        self.heard = Some(now);
    }

    /// A connect succeeded that was sent at `sent`. No later moment is known to have been good: a
    /// server that forgets a session while it holds a connect may still answer it. Nor do other
    /// replies say anything of events, which over HTTP come by another connection.
    pub(super) fn vouched(&mut self, sent: Instant) {
        self.known = self.known.max(sent);
    }

    /// A connect succeeded. Only one that the server was free to hold ends a streak of failures:
    /// otherwise a server that accepts and breaks at once would reset the back-off each time.
    pub(super) fn confirmed(&mut self, now: Instant, at_once: bool) {
        self.confirmed = Some(now);
        if !at_once {
            self.attempts = 0;
        }
    }

    /// Whether the time of being up was long enough for its end to be no failure. Some servers never
    /// answer a connect, and close the socket all the same when it is old enough; but where it is the
    /// silence that ends it, nothing has shown that anybody is there. Where events come, less is
    /// enough: to wait longer and longer would cost more of them than the server's peace is worth.
    fn was_healthy(&self, now: Instant, end: &Cause) -> bool {
        let confirmed = self.confirmed >= Some(self.since);
        let silent = matches!(end, Cause::Silence(_));
        let lived = now - self.since >= HEALTHY && (confirmed || !silent);
        let served = self.heard >= Some(self.since + BRIEF) && !silent;
        self.up && (lived || served)
    }
}

impl Session {
    /// Something failed: tells so, and says when to try again.
    pub(super) fn failed(&mut self, cause: Cause) -> Instant {
        if self.recovery.was_healthy(self.now, &cause) {
            self.recovery.attempts = 0;
        }
        let refused = matches!(cause, Cause::Refused(_) | Cause::Violation(_));
        let failures = self.recovery.attempts.max(u32::from(refused));
        let delay = backoff::delay(&self.config, failures, &mut self.rng);
        let wait = asked_wait(&cause).unwrap_or_default();
        let retry_at = self.interval_end().max(self.now + delay.max(wait));
        self.recovery.attempts = self.recovery.attempts.saturating_add(1);
        self.report_failure(cause, retry_at);
        retry_at
    }

    /// The websocket failed, and long-polling is tried at once in the same attempt.
    pub(super) fn fell_back(&mut self, cause: Cause) -> Instant {
        let retry_at = self.now + asked_wait(&cause).unwrap_or_default();
        self.report_failure(cause, retry_at);
        retry_at
    }

    fn report_failure(&mut self, cause: Cause, retry_at: Instant) {
        self.recovery.announced = false;
        if self.recovery.up {
            self.mark_gap(cause.clone());
            self.recovery.up = false;
            self.events
                .push_back(SessionEvent::Down { cause, retry_at });
        } else {
            let attempts = self.recovery.attempts;
            self.events.push_back(SessionEvent::AttemptFailed {
                cause,
                attempts,
                retry_at,
            });
        }
    }

    /// Events may be missed from the last moment at which delivery was known to work.
    pub(super) fn mark_gap(&mut self, cause: Cause) {
        if self.recovery.up && self.recovery.gap.is_none() {
            self.recovery.gap = Some((self.recovery.known, cause));
        }
    }

    /// An event is about to be delivered behind a gap that is not told yet. It is told first, so that
    /// nobody takes the event for the next one; and again once messages are known to flow, for what
    /// is missing until then.
    pub(super) fn tell_gap_before_event(&mut self) {
        if !self.recovery.up {
            return;
        }
        if let Some((since, cause)) = self.recovery.gap.take() {
            self.recovery.gap = Some((self.now, cause.clone()));
            self.events.push_back(SessionEvent::Gap { since, cause });
        }
    }

    /// Messages flow (again).
    pub(super) fn restored(&mut self, resumed: bool) {
        if !self.recovery.up {
            self.recovery.up = true;
            self.recovery.since = self.now;
            if !resumed {
                self.recovery.known = self.now;
            }
            self.events.push_back(SessionEvent::Up {
                transport: self.carrier,
                resumed,
            });
        }
        if let Some((since, cause)) = self.recovery.gap.take() {
            self.events.push_back(SessionEvent::Gap { since, cause });
        }
    }

    /// The road broke, the session may live on: connect again, unless it must be gone by then.
    pub(super) fn suspended(&mut self, cause: Cause) {
        let retry_at = self.failed(cause);
        let life = self.advised.life(self.carrier, &self.config);
        // A confirmation older than the present session says nothing about it.
        let known = self.recovery.confirmed.unwrap_or_default();
        if retry_at - known.max(self.recovery.since) > life {
            self.start_over(retry_at);
        } else {
            self.connect_again(retry_at);
        }
    }

    /// The session is gone: shake hands again. All lanes go with it, and everything late that was
    /// still to come over them.
    pub(super) fn lose_session(&mut self, cause: Cause) {
        match self.stage {
            Stage::Live => {
                let falls_back = self.may_fall_back(&cause) && matches!(cause, Cause::Lane(_));
                if !matches!(cause, Cause::Lane(_) | Cause::Silence(_)) {
                    self.begin_interval();
                }
                let retry_at = self.failed(cause);
                if falls_back {
                    self.carrier = Transport::LongPolling;
                }
                self.start_over(retry_at);
            }
            Stage::Closing { .. } => self.finish(End::Requested),
            Stage::Idle | Stage::Handshake { .. } | Stage::Ended => {}
        }
    }

    /// The payload that ended the session may hold more behind the bad news: events, and what the
    /// server advises to do next.
    pub(super) fn handle_last_words(&mut self, message: &Message<'_>) -> Verdict {
        if message.channel == "/meta/disconnect" || message.successful.is_some() {
            if let Stage::Handshake { due, sent: None } = self.stage
                && let Some(advice) = &message.advice
            {
                self.advised.merge(advice);
                let stop = matches!(advice.reconnect, Some(Reconnect::None | Reconnect::Unknown));
                if stop || !self.begin_interval() {
                    self.stopped(message);
                } else {
                    let due = due.max(self.interval_end());
                    self.stage = Stage::Handshake { due, sent: None };
                }
            }
            return Verdict::Unexpected(Unexpected::DeadLane);
        }
        self.handle_event(message)
    }

    pub(super) fn start_over(&mut self, due: Instant) {
        self.drop_lanes();
        self.requests_reset();
        self.client_id.clear();
        self.connect = Connect::after(&self.connect, due);
        self.stage = Stage::Handshake { due, sent: None };
    }

    /// The server advises to stop.
    pub(super) fn stopped(&mut self, message: &Message<'_>) {
        let error = message.error.filter(|error| !error.is_empty());
        let end = match self.stage {
            Stage::Closing { .. } => End::Requested,
            _ => End::Stopped(error.map(|_| self.server_error(message))),
        };
        self.finish(end);
    }

    pub(super) fn finish(&mut self, end: End) {
        if matches!(self.stage, Stage::Idle | Stage::Ended) {
            return;
        }
        self.drop_lanes();
        self.requests_cancelled();
        self.client_id.clear();
        self.connect = Connect::after(&self.connect, self.now);
        self.recovery = Recovery::default();
        self.stage = Stage::Ended;
        self.events.push_back(SessionEvent::Ended(end));
    }

    pub(super) fn drop_lanes(&mut self) {
        if let Some(socket) = self.socket.take() {
            self.condemned.push_back(socket.lane());
        }
        self.condemned
            .extend(self.exchanges.drain(..).map(|(lane, _)| lane));
    }

    pub(super) fn drop_exchange(&mut self, lane: LaneId) {
        self.exchanges.retain(|(known, _)| *known != lane);
        self.condemned.push_back(lane);
    }

    /// An HTTP exchange ended, well or not.
    pub(super) fn exchange_ended(&mut self, lane: LaneId, why: Close) {
        if let Close::Status {
            status: status @ (401 | 403),
            ..
        } = why
        {
            return self.finish(match self.stage {
                Stage::Closing { .. } => End::Requested,
                _ => End::Unauthorized { status },
            });
        }
        self.handshake_exchange_ended(lane, why);
        self.held_exchange_ended(lane, why);
        self.requests_lost(lane, &Cause::Lane(why));
        if let Stage::Closing { .. } = self.stage
            && self.carrier == Transport::LongPolling
            && why != Close::Complete
            && !self.ordinary_in_flight()
        {
            self.finish(End::Requested);
        }
    }

    pub(super) fn ordinary_in_flight(&self) -> bool {
        self.exchanges
            .iter()
            .any(|(_, kind)| *kind == Exchange::Ordinary)
    }

    /// Whether the road to the server stands, as far as we know.
    pub(super) fn is_reachable(&self) -> bool {
        match self.carrier {
            Transport::WebSocket => self.open_socket_lane().is_some(),
            Transport::LongPolling => self.recovery.up,
        }
    }

    /// Whether a command could be written now, or as soon as the exchange before it ends.
    pub(super) fn can_write(&self) -> bool {
        matches!(self.stage, Stage::Live | Stage::Closing { .. })
            && match self.carrier {
                Transport::WebSocket => self.open_socket_lane().is_some(),
                Transport::LongPolling => !self.ordinary_in_flight(),
            }
    }

    /// A request was not answered in time: over a websocket that condemns the road, over HTTP only
    /// the exchange.
    pub(super) fn doubt(&mut self, lane: LaneId, timer: Timer) {
        if self.open_socket_lane() == Some(lane) {
            self.drop_socket(Cause::Silence(timer));
        } else {
            self.drop_exchange(lane);
            self.requests_lost(lane, &Cause::Silence(timer));
        }
    }
}

/// How long the peer asked to be left alone, within reason.
pub(super) fn asked_wait(cause: &Cause) -> Option<Duration> {
    match cause {
        Cause::Lane(Close::Status { retry_after, .. }) => {
            retry_after.map(|wait| wait.min(LONGEST_WAIT))
        }
        _ => None,
    }
}

/// A connection that lived this long and then ended is not a failure.
const HEALTHY: Duration = Duration::from_secs(10);

/// A connection that brought an event after this time and then ended is not one either.
const BRIEF: Duration = Duration::from_secs(1);

/// The longest `Retry-After` to obey.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
