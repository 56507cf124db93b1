//! Choice between websocket and long-polling: fallback, and the way back.

use core::time::Duration;

use super::{context::Context, step::Step};
use crate::{Cause, Close, ConnectionTypes, Instant, Resume, SessionEvent, Transport};

/// Experience with websockets to this server, and the plan to return to them. Emits the event
/// `Moved`.
#[derive(Debug, Default)]
pub(super) struct TransportChoice {
    is_proven: bool,
    failures: u32,
    is_disabled: bool,
    upgrade_at: Option<Instant>,
    upgrade_wait: Duration,
    /// Whether the outstanding connect is the first over a websocket that replaces long-polling.
    is_upgrading: bool,
}

impl TransportChoice {
    /// Records a successful handshake or connect over the transport in use.
    pub(super) fn succeeded(&mut self, cx: &mut Context) {
        if cx.transport != Transport::WebSocket {
            return;
        }
        if self.is_upgrading {
            cx.emit(SessionEvent::Moved {
                transport: cx.transport,
            });
        }
        *self = Self {
            is_proven: true,
            ..Self::default()
        };
    }

    pub(super) fn websocket_failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// Records that long-polling replaced the websocket. During an outage the websocket is again
    /// tried as often before the next replacement.
    pub(super) fn switched_to_long_polling(&mut self) {
        self.failures = 0;
    }

    /// Returns the transport to continue with among those that the server offers; `None` if there is
    /// none.
    pub(super) fn negotiate(
        &mut self,
        cx: &Context,
        offered: ConnectionTypes,
    ) -> Option<Transport> {
        let mut common = cx.config.transports.iter().copied();
        let first = common.find(|transport| offered.contains(*transport))?;
        self.is_disabled |= !offered.websocket;
        Some(if offered.contains(cx.transport) {
            cx.transport
        } else {
            first
        })
    }

    /// Returns whether to try long-polling instead of the websocket. An address that cannot be
    /// reached cannot be reached by POST either.
    pub(super) fn may_fall_back(&self, cx: &Context, cause: &Cause) -> bool {
        let tried_enough = !self.is_proven || self.failures >= cx.config.websocket_attempts;
        cx.transport == Transport::WebSocket
            && cx.config.transports.contains(&Transport::LongPolling)
            && !matches!(
                cause,
                Cause::Lane(Close::ConnectionRefused | Close::Unreachable | Close::Tls)
            )
            && tried_enough
    }

    /// Decides after a handshake that was not answered.
    pub(super) fn handshake_failed(&self, cx: &Context, cause: Cause) -> Step {
        if self.may_fall_back(cx, &cause) {
            return Step::FallBack(cause);
        }
        let over = match cx.transport {
            Transport::LongPolling if !self.is_disabled => cx.preferred(),
            transport => transport,
        };
        Step::RetryHandshake { cause, over }
    }

    /// Decides after the loss of the websocket that an established session used. If it was to
    /// replace long-polling, long-polling takes over again.
    pub(super) fn socket_lost(&mut self, cx: &Context, cause: Cause) -> Step {
        // A server that has not noticed continues delivering into the dead socket, and no connect
        // over HTTP replaces it: a fallback to long-polling needs a new session.
        let resumes = cx.config.resume == Resume::SameSession;
        if core::mem::take(&mut self.is_upgrading) || resumes && self.may_fall_back(cx, &cause) {
            Step::FallBack(cause)
        } else if resumes {
            Step::Resume(cause)
        } else {
            Step::Restart(cause)
        }
    }

    /// Schedules the next attempt to return from long-polling to the websocket.
    pub(super) fn schedule_upgrade(&mut self, cx: &Context) {
        let is_wanted = cx.transport == Transport::LongPolling
            && cx.preferred() == Transport::WebSocket
            && !self.is_disabled;
        let least = cx.config.upgrade_interval;
        let wait = self.upgrade_wait.saturating_mul(2);
        self.upgrade_wait = wait.clamp(least, least.saturating_mul(16));
        self.upgrade_at = is_wanted.then(|| cx.now + self.upgrade_wait);
    }

    /// Returns whether the server offers no websocket.
    pub(super) fn is_disabled(&self) -> bool {
        self.is_disabled
    }

    /// Continues a session of an earlier process, over the transport in use.
    pub(super) fn restore(&mut self, cx: &Context, has_websocket: bool) {
        self.is_disabled = !has_websocket;
        self.is_proven = cx.transport == Transport::WebSocket;
        self.schedule_upgrade(cx);
    }

    /// Records that the connect loop moves to a websocket beside long-polling.
    pub(super) fn upgrade(&mut self) {
        self.is_upgrading = true;
    }

    /// Forgets the session, but no experience.
    pub(super) fn start_session(&mut self) {
        self.is_upgrading = false;
    }

    /// Returns when to open a websocket beside long-polling.
    pub(super) fn upgrade_at(&self) -> Option<Instant> {
        self.upgrade_at
    }
}
