//! Moments by both clocks.

use bayeux_proto::Instant;
use groupme_model::Timestamp;

/// Moment by both clocks: deadlines refer to `now`, texts and GroupMe to `unix_time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moment {
    /// Monotonic time.
    pub now: Instant,
    /// Time of day. An error of some minutes does no harm; at the very first start it should be
    /// less than one minute.
    pub unix_time: Timestamp,
}

impl Moment {
    /// Returns a moment.
    pub const fn new(now: Instant, unix_time: Timestamp) -> Self {
        Self { now, unix_time }
    }
}
