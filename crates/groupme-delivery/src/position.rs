//! Ids that can be positions in a history.

use groupme_model::Timestamp;

/// Returns whether the id of a message can be a position in its history: a number and, with the
/// usual 18 digits, one that begins with the time at which the message was sent, in seconds.
///
/// Everything up to a position counts as delivered. One damaged id beyond all others would hide all
/// later messages for good.
pub(crate) fn is_position(id: &str, sent: Option<Timestamp>) -> bool {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let seconds = id
        .len()
        .checked_sub(COUNTER_DIGITS)
        .and_then(|at| id.get(..at));
    match (sent, seconds.filter(|_| has_time(id))) {
        (Some(sent), Some(seconds)) => seconds
            .parse::<i64>()
            .is_ok_and(|seconds| seconds.abs_diff(sent.as_secs()) <= MAX_DIFFERENCE),
        (None, _) => id.len() <= USUAL_DIGITS,
        _ => true,
    }
}

/// Returns whether a position has the usual number of digits, and so a time.
pub(crate) fn has_time(position: &str) -> bool {
    position.len() >= USUAL_DIGITS
}

/// Returns whether a position has a time well after `now`. With fewer digits than usual, it has none.
pub(crate) fn is_in_future(position: &str, now: Timestamp) -> bool {
    if !has_time(position) {
        return false;
    }
    let seconds = position.get(..position.len() - COUNTER_DIGITS);
    let seconds = seconds.and_then(|seconds| seconds.parse::<i64>().ok());
    let latest = now.as_secs().saturating_add_unsigned(MAX_DIFFERENCE);
    seconds.is_none_or(|seconds| seconds > latest)
}

const USUAL_DIGITS: usize = 18;

/// Digits after those of the time.
const COUNTER_DIGITS: usize = 8;

/// Maximum difference between the time in an id and the time of sending, or the present, in seconds.
const MAX_DIFFERENCE: u64 = 24 * 60 * 60;
