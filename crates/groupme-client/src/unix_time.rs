//! The wall clock: for times shown to people and sent to GroupMe, never for deadlines.

use std::time::{SystemTime, UNIX_EPOCH};

use groupme_model::Timestamp;

/// Returns the current time.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where this crate reads the wall clock"
)]
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
