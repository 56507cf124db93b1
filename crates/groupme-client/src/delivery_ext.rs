//! The age of an event, by this machine's clock.

use core::time::Duration;

use groupme_account::Delivery;

use crate::unix_time;

/// Age of an event. Part of the [`prelude`](crate::prelude).
pub trait DeliveryExt {
    /// Returns the age of the event, by the clock of this machine; zero if the clocks differ.
    /// `None` where nothing says when the event happened; see [`Delivery::time`].
    fn age(&self) -> Option<Duration>;
}

impl DeliveryExt for Delivery {
    fn age(&self) -> Option<Duration> {
        self.age_at(unix_time::now())
    }
}
