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
    /// Id of a single message; those of several parts have their number behind it.
    pub(super) guid: SourceGuid,
    /// Whether no earlier run had the id.
    pub(super) is_new: bool,
    pub(super) rows: RowPrinter,
}

/// Failure of one message, and whether GroupMe may have it.
struct Failed {
    failure: Failure,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    NotSent,
    Unknown,
    /// An answer that is too large, and may be that of a proxy.
    Oversize,
    /// Sent, and the answer cannot be read.
    Unreadable,
    /// Sent, and the answer cannot be printed.
    NotPrinted,
}

impl Parts<'_> {
    /// Sends one after the other, from the one with an index on, and prints each.
    pub(super) async fn send(mut self, drafts: Vec<Draft>, from: usize) -> Result<(), Failure> {
        let count = drafts.len();
        for (index, draft) in drafts.into_iter().enumerate().skip(from) {
            let guid = if count == 1 {
                self.guid.clone()
            } else {
                SourceGuid::from(format!("{}-{}", self.guid, index + 1))
            };
            if let Err(Failed { failure, fate }) = self.send_one(draft, &guid).await {
                let advice = if count == 1 {
                    self.advice(fate)
                } else {
                    Some(self.advice_for_part(fate, index, count))
                };
                return Err(match advice {
                    Some(advice) => failure.and(&advice),
                    None => failure,
                });
            }
        }
        Ok(())
    }

    /// Returns the way to try a single message again.
    fn advice(&self, fate: Fate) -> Option<String> {
        let guid = &self.guid;
        match fate {
            Fate::NotSent | Fate::NotPrinted => None,
            // The message may have arrived: name the id with which a retry cannot send twice.
            Fate::Unknown => Some(format!(
                "to retry without sending twice, add --guid {guid} within a minute"
            )),
            Fate::Oversize => Some(format!(
                "the message may have been sent, but the answer cannot be read; to retry without sending twice, \
                 add --guid {guid} within a minute"
            )),
            Fate::Unreadable => Some(format!(
                "the message was sent, but the answer cannot be read; to retry without sending twice, add \
                 --guid {guid} within a minute"
            )),
        }
    }

    /// Returns the way to go on with the parts of a text. GroupMe knows an id for a minute only, so the parts
    /// before have to be left out.
    fn advice_for_part(&self, fate: Fate, index: usize, count: usize) -> String {
        let is_sent = matches!(fate, Fate::Unreadable | Fate::NotPrinted);
        let sent = if is_sent { index + 1 } else { index };
        if sent == count {
            return format!("all {count} parts are sent");
        }
        let (guid, next) = (&self.guid, sent + 1);
        let doubt = match fate {
            Fate::Unknown | Fate::Oversize => {
                format!(", and part {next} may be, which is told within a minute only")
            }
            _ => String::new(),
        };
        format!(
            "{sent} of {count} parts are sent{doubt}; to send the others, run the command with the same text and \
             --guid {guid} --from-part {next}"
        )
    }

    async fn send_one(&mut self, draft: Draft, guid: &SourceGuid) -> Result<(), Failed> {
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
                return printed.map_err(|error| Failed {
                    failure: Failure::Output(error),
                    fate: Fate::NotPrinted,
                });
            }
            Err(error) => error,
        };
        let fate = match &error {
            Error::Unreadable { .. } => Fate::Unreadable,
            Error::Oversize { .. } => Fate::Oversize,
            error if error.is_transient() && !error.was_not_processed() => Fate::Unknown,
            _ => Fate::NotSent,
        };
        let failure = self.account.failure(error).await;
        Err(Failed { failure, fate })
    }
}
