//! Sending of a message, or of the parts of a long one in order.

use anyhow::Context as _;
use groupme_model::{Draft, SourceGuid};
use groupme_rest::{Conversation, Error, Sent};

use crate::{
    account::Account,
    exit::Failure,
    output::{Row, RowPrinter},
};

/// Sender of one message, or of the parts of one text.
pub(super) struct Parts<'a> {
    pub(super) account: &'a Account,
    pub(super) conversation: &'a Conversation,
    /// `source_guid` of a single message; that of a part is this, a hyphen, and the part's number.
    pub(super) guid: SourceGuid,
    /// Whether the id is new, and not from `--guid`.
    pub(super) is_new: bool,
    pub(super) rows: RowPrinter,
}

/// Failure of one message, and whether GroupMe may have it.
struct Failed {
    failure: Failure,
    state: SendState,
}

/// Knowledge about a message after a failure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SendState {
    NotSent,
    /// GroupMe may have the message.
    Unknown,
    /// The answer is too large, and may be that of a proxy.
    Oversize,
    /// Sent, and the answer cannot be read.
    Unreadable,
    /// Sent, and the answer cannot be printed.
    NotPrinted,
}

impl Parts<'_> {
    /// Sends the drafts from an index on, one after the other, and prints each.
    ///
    /// # Errors
    ///
    /// The first failure, with the options that continue without sending a part twice.
    pub(super) async fn send(mut self, drafts: Vec<Draft>, from: usize) -> Result<(), Failure> {
        let count = drafts.len();
        for (index, draft) in drafts.into_iter().enumerate().skip(from) {
            let guid = if count == 1 {
                self.guid.clone()
            } else {
                SourceGuid::from(format!("{}-{}", self.guid, index + 1))
            };
            if let Err(Failed { failure, state }) = self.send_one(draft, &guid).await {
                let advice = if count == 1 {
                    self.advice(state)
                } else {
                    Some(self.advice_for_part(state, index, count))
                };
                return Err(match advice {
                    Some(advice) => failure.and(&advice),
                    None => failure,
                });
            }
        }
        Ok(())
    }

    /// Returns how to repeat a single message.
    fn advice(&self, state: SendState) -> Option<String> {
        let guid = &self.guid;
        match state {
            SendState::NotSent | SendState::NotPrinted => None,
            // The message may have arrived: name the id with which a retry cannot send twice.
            SendState::Unknown => Some(format!(
                "to retry without sending twice, add --guid {guid} within a minute"
            )),
            SendState::Oversize => Some(format!(
                "the message may have been sent, but the answer cannot be read; to retry without sending twice, \
                 add --guid {guid} within a minute"
            )),
            SendState::Unreadable => Some(format!(
                "the message was sent, but the answer cannot be read; to retry without sending twice, add \
                 --guid {guid} within a minute"
            )),
        }
    }

    /// Returns how to continue with the parts of a text. GroupMe remembers an id for a minute only, so
    /// the parts sent before must be left out.
    fn advice_for_part(&self, state: SendState, index: usize, count: usize) -> String {
        let is_sent = matches!(state, SendState::Unreadable | SendState::NotPrinted);
        let sent = if is_sent { index + 1 } else { index };
        if sent == count {
            return format!("all {count} parts are sent");
        }
        let (guid, next) = (&self.guid, sent + 1);
        let doubt = match state {
            SendState::Unknown | SendState::Oversize => {
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
                    state: SendState::NotPrinted,
                });
            }
            Err(error) => error,
        };
        let state = match &error {
            Error::Unreadable { .. } => SendState::Unreadable,
            Error::Oversize { .. } => SendState::Oversize,
            error if !error.was_not_processed() => SendState::Unknown,
            _ => SendState::NotSent,
        };
        let failure = self.account.failure(error).await;
        Err(Failed { failure, state })
    }
}
