//! The account's own channel, without which almost nothing is received, and the meaning of its
//! refusal.

use bayeux_proto::{Channel, ServerError};

use super::{Account, resubscription::Resubscription};
use crate::ClientEnd;

/// The account's own channel.
#[derive(Debug)]
pub(super) struct OwnChannel {
    pub(super) channel: Channel,
    /// Whether the current session delivers it.
    pub(super) is_active: bool,
    /// Number of consecutive refusals for its credentials.
    credential_refusals: u32,
    /// Next attempt after a refusal for another reason.
    pub(super) next: Resubscription,
}

impl OwnChannel {
    pub(super) fn new(channel: Channel) -> Self {
        Self {
            channel,
            is_active: false,
            credential_refusals: 0,
            next: Resubscription::default(),
        }
    }

    /// Notes that the server has confirmed the subscription.
    pub(super) fn confirm(&mut self) {
        self.credential_refusals = 0;
        self.next.confirmed();
    }
}

impl Account {
    /// Handles a refusal of the account's own channel. One that concerns the credentials is
    /// repeated once, since the token may have been renewed meanwhile, and then ends the account.
    pub(super) fn own_channel_refused(&mut self, error: &ServerError) {
        if !concerns_credentials(error) {
            self.own.next.refused(self.latest.now);
            return;
        }
        self.own.credential_refusals += 1;
        if self.own.credential_refusals > 1 {
            self.end_override = Some(ClientEnd::Unauthorized(error.clone()));
            self.session.disconnect(self.latest.now);
        } else {
            self.subscribe_own_again();
        }
    }

    pub(super) fn subscribe_own_again(&mut self) {
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
