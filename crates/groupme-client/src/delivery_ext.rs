//! The age of an event, by this machine's clock.

use core::time::Duration;

use groupme_account::Delivery;

use crate::unix_time;

/// Age of an event. Part of the [`prelude`](crate::prelude).
pub trait DeliveryExt {
    /// Returns the age of the event, by the clock of this machine; zero if the clocks differ.
    /// `None` where nothing says when the event happened; see [`Delivery::time`].
    fn age(&self) -> Option<Duration>;

    /// Returns whether the event is at most this old, by the clock of this machine, or of unknown age.
    /// Unlike [`is_live`](Delivery::is_live), this holds for what was said a second ago while the client
    /// was not connected.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use groupme_client::prelude::*;
    /// fn is_for_now(delivery: &Delivery) -> bool {
    ///     delivery.is_recent(Duration::from_secs(300))
    /// }
    /// ```
    fn is_recent(&self, within: Duration) -> bool {
        self.age().is_none_or(|age| age <= within)
    }
}

impl DeliveryExt for Delivery {
    fn age(&self) -> Option<Duration> {
        self.age_at(unix_time::now())
    }
}
