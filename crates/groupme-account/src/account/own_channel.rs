//! The account's own channel, without which almost nothing is received, and the meaning of its
//! refusal.

use core::time::Duration;

use bayeux_proto::{Backoff, Channel, Instant, ServerError};

use super::Account;
use crate::ClientEnd;

/// The account's own channel.
#[derive(Debug)]
pub(super) struct OwnChannel {
    pub(super) channel: Channel,
    /// Whether the current session delivers it.
    pub(super) is_active: bool,
    /// Number of consecutive refusals for its credentials.
    credential_refusals: u32,
    /// Number of consecutive refusals for other reasons.
    other_refusals: u32,
    /// Time at which it is subscribed again after another refusal.
    subscribe_at: Option<Instant>,
}

impl OwnChannel {
    pub(super) fn new(channel: Channel) -> Self {
        Self {
            channel,
            is_active: false,
            credential_refusals: 0,
            other_refusals: 0,
            subscribe_at: None,
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.subscribe_at
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.subscribe_at.is_some_and(|at| at <= now)
    }

    /// Notes that the server has confirmed the subscription.
    pub(super) fn confirm(&mut self) {
        self.credential_refusals = 0;
        self.other_refusals = 0;
        self.subscribe_at = None;
    }
}

impl Account {
    /// Handles a refusal of the account's own channel. One that concerns the credentials is
    /// repeated once, since the token may have been renewed meanwhile, and then ends the account.
    pub(super) fn own_channel_refused(&mut self, error: &ServerError) {
        if !concerns_credentials(error) {
            self.own.other_refusals = self.own.other_refusals.saturating_add(1);
            let delay = RESUBSCRIBE.ceiling(self.own.other_refusals);
            self.own.subscribe_at = Some(self.latest.now + delay);
            return;
        }
        self.own.credential_refusals += 1;
        if self.own.credential_refusals > 1 {
            self.end_override = Some(ClientEnd::Unauthorized(error.clone()));
            self.session.disconnect();
        } else {
            self.subscribe_own_again();
        }
    }

    pub(super) fn subscribe_own_again(&mut self) {
        self.own.subscribe_at = None;
        let channel = self.own.channel.clone();
        // Fails only if the session is ending. Its events are taken by the caller, after the status
        // of a refusal.
        let _ = self.request_subscription(&channel);
    }
}

/// Returns whether a refusal means that the token is invalid, or lacks permission.
fn concerns_credentials(error: &ServerError) -> bool {
    let text = error.text.to_ascii_lowercase();
    matches!(error.code, Some(401 | 403))
        || ["auth", "token", "credential", "denied", "forbidden"]
            .iter()
            .any(|word| text.contains(word))
}

/// Delays before a refused channel is subscribed again.
pub(super) const RESUBSCRIBE: Backoff =
    Backoff::new(Duration::from_secs(1), Duration::from_mins(5));
