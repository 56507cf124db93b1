//! Ids that can be positions in a history.

use super::{MessageId, MessageIdRef, is_decimal};
use crate::timestamp::Timestamp;

impl MessageIdRef<'_> {
    /// Returns whether the id can be a position in a history: a number and, with the usual 18 digits,
    /// one that begins with the time at which the message was sent, in seconds, to within a day.
    ///
    /// A program that reads on from a position skips everything up to it, so one damaged id beyond
    /// all others would hide them.
    pub fn is_position(&self, sent: Option<Timestamp>) -> bool {
        let id = self.as_str();
        if id.is_empty() || !is_decimal(id) {
            return false;
        }
        let seconds = id
            .len()
            .checked_sub(COUNTER_DIGITS)
            .and_then(|at| id.get(..at));
        match (sent, seconds.filter(|_| id.len() >= USUAL_DIGITS)) {
            (Some(sent), Some(seconds)) => seconds
                .parse::<i64>()
                .is_ok_and(|seconds| seconds.abs_diff(sent.as_secs()) <= MAX_DIFFERENCE),
            (None, _) => id.len() <= USUAL_DIGITS,
            _ => true,
        }
    }
}

impl MessageId {
    /// Returns whether the id has the usual number of digits, and so begins with a time.
    pub fn has_time(&self) -> bool {
        self.as_str().len() >= USUAL_DIGITS
    }

    /// Same as [`MessageIdRef::is_position`].
    pub fn is_position(&self, sent: Option<Timestamp>) -> bool {
        self.as_view().is_position(sent)
    }
}

const USUAL_DIGITS: usize = 18;

/// Digits after those of the time.
const COUNTER_DIGITS: usize = 8;

/// Maximum difference between the time in an id and the time of sending, in seconds.
const MAX_DIFFERENCE: u64 = 24 * 60 * 60;
