//! Sending of a message, or of the parts of a long one, in their order.

use anyhow::Context as _;
use groupme_model::{Draft, SourceGuid};
use groupme_rest::{Conversation, Error, Sent};

use crate::{
    account::Account,
    exit::Failure,
    output::{Row, RowPrinter},
};

/// Messages that belong together.
pub(super) struct Parts<'a> {
    pub(super) account: &'a Account,
    pub(super) conversation: &'a Conversation,
    /// Id of a single message; those of several have their number behind it.
    pub(super) guid: SourceGuid,
    /// Whether no earlier run had the id.
    pub(super) is_new: bool,
    pub(super) rows: RowPrinter,
}

impl Parts<'_> {
    /// Sends one after the other, and prints each.
    pub(super) async fn send(mut self, drafts: Vec<Draft>) -> Result<(), Failure> {
        let count = drafts.len();
        for (before, draft) in drafts.into_iter().enumerate() {
            let guid = if count == 1 {
                self.guid.clone()
            } else {
                SourceGuid::from(format!("{}-{}", self.guid, before + 1))
            };
            if let Err(failure) = self.send_one(draft, &guid).await {
                return Err(if before == 0 {
                    failure
                } else {
                    failure.and(&format!("{before} of {count} parts are sent"))
                });
            }
        }
        Ok(())
    }

    async fn send_one(&mut self, draft: Draft, guid: &SourceGuid) -> Result<(), Failure> {
        let rest = self.account.rest();
        let error = match rest.send_as(self.conversation, draft, guid.clone()).await {
            Ok(sent) => {
                if self.is_new && sent == Sent::DuplicateNotFound {
                    tracing::warn!(
                        "GroupMe refused the message as one that it already has, and does not list it"
                    );
                }
                let printed = self.rows.row(&Row::Sent(&sent, guid));
                let printed = printed.context("the message was sent, but its id cannot be printed");
                return printed.map_err(Failure::Output);
            }
            Err(error) => error,
        };
        let is_unreadable = matches!(error, Error::Unreadable { .. } | Error::Oversize { .. });
        let is_unknown = error.is_transient() && !error.was_not_processed();
        // The id of all parts: a repeated run sends the missing ones only.
        let own = &self.guid;
        let advice = if is_unreadable {
            // An answer that is too large may be that of a proxy.
            let was = if matches!(error, Error::Unreadable { .. }) {
                "was"
            } else {
                "may have been"
            };
            Some(format!(
                "the message {was} sent, but the answer cannot be read; to retry without sending \
                 twice, add --guid {own} within a minute"
            ))
        } else if is_unknown {
            // The message may have arrived: name the id with which a retry cannot send twice.
            Some(format!(
                "to retry without sending twice, add --guid {own} within a minute"
            ))
        } else {
            None
        };
        let failure = self.account.failure(error).await;
        Err(match advice {
            Some(advice) => failure.and(&advice),
            None => failure,
        })
    }
}
