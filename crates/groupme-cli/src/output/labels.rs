//! Labels for causes and losses, used by all formats.

use groupme_client::{GapCause, LossKind, LossReason};

pub(super) fn cause(cause: GapCause) -> &'static str {
    match cause {
        GapCause::Absence => "not running",
        GapCause::Connection => "not connected",
        GapCause::Overflow => "output too slow",
        GapCause::Membership => "not a member",
        _ => "unknown",
    }
}

pub(super) fn loss_kind(kind: LossKind) -> &'static str {
    match kind {
        LossKind::Messages => "messages",
        LossKind::Changes => "changes",
        _ => "events",
    }
}

pub(super) fn loss_reason(reason: LossReason) -> &'static str {
    match reason {
        LossReason::Unavailable => "the REST API does not answer",
        LossReason::Refused => "GroupMe refuses access",
        LossReason::Left => "the conversation was deleted or left",
        LossReason::Unreadable => "the message cannot be read",
        LossReason::Internal => "a request panicked, which is a defect of this program",
        LossReason::Truncated => "the history is incomplete",
        _ => "unknown",
    }
}
