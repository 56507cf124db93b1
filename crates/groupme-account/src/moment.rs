//! The present time by the monotonic clock and the time of day.

use bayeux_proto::Instant;
use groupme_model::Timestamp;

/// The present time by both clocks: deadlines refer to `now`, times of messages to `unix_time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moment {
    /// Monotonic time, for deadlines.
    pub now: Instant,
    /// Time of day. An error of minutes does no harm, except at the very first start, which decides
    /// by the time of day which messages are history: there it should be less than one minute.
    pub unix_time: Timestamp,
}

impl Moment {
    /// Creates a moment from the times of both clocks.
    pub const fn new(now: Instant, unix_time: Timestamp) -> Self {
        Self { now, unix_time }
    }
}
