//! One expression for each thing that can go wrong with delivery.

use groupme_client::{GapCause, LossKind, LossReason};

pub(super) fn cause(cause: GapCause) -> &'static str {
    match cause {
        GapCause::Absence => "not running",
        GapCause::Connection => "not connected",
        GapCause::Overflow => "too slow",
        GapCause::Membership => "not a member",
        _ => "unknown",
    }
}

pub(super) fn what(what: LossKind) -> &'static str {
    match what {
        LossKind::Messages => "messages",
        LossKind::Changes => "changes",
        _ => "something",
    }
}

pub(super) fn why(why: LossReason) -> &'static str {
    match why {
        LossReason::Unavailable => "the REST API does not answer",
        LossReason::Refused => "GroupMe refuses to tell",
        LossReason::Left => "the conversation is gone, or was left",
        LossReason::Unreadable => "it is too large to be read",
        LossReason::Truncated => "the history is not complete",
        _ => "unknown",
    }
}
