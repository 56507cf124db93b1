//! Positions in the future.

use groupme_model::{MessageId, Timestamp};

/// Returns whether a position has a time well after `now`. With fewer digits than usual, it has none.
pub(crate) fn is_in_future(position: &MessageId, now: Timestamp) -> bool {
    if !position.has_time() {
        return false;
    }
    let position = position.as_str();
    let seconds = position.get(..position.len().saturating_sub(COUNTER_DIGITS));
    let seconds = seconds.and_then(|seconds| seconds.parse::<i64>().ok());
    let latest = now.as_secs().saturating_add_unsigned(MAX_DIFFERENCE);
    seconds.is_none_or(|seconds| seconds > latest)
}

/// Digits after those of the time.
const COUNTER_DIGITS: usize = 8;

/// Maximum difference between the time in an id and the present, in seconds.
const MAX_DIFFERENCE: u64 = 24 * 60 * 60;
