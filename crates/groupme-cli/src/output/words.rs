//! One expression for each thing that can go wrong with delivery.

use groupme_client::{GapCause, Missing, Why};

pub(super) fn cause(cause: GapCause) -> &'static str {
    match cause {
        GapCause::Absence => "not running",
        GapCause::Connection => "not connected",
        GapCause::Overflow => "too slow",
        GapCause::Membership => "not a member",
        _ => "unknown",
    }
}

pub(super) fn what(what: Missing) -> &'static str {
    match what {
        Missing::Messages => "messages",
        Missing::Changes => "changes",
        _ => "something",
    }
}

pub(super) fn why(why: Why) -> &'static str {
    match why {
        Why::Unavailable => "the REST API does not answer",
        Why::Refused => "GroupMe refuses to tell",
        Why::Left => "the conversation is gone, or was left",
        Why::Unreadable => "it is too large to be read",
        Why::Truncated => "the history is not complete",
        _ => "unknown",
    }
}
