//! The clock of a client's machine, which may jump.

use core::time::Duration;

use bayeux_proto::Instant;

/// Clock whose error is `ahead` minus `behind`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    ahead: Duration,
    behind: Duration,
}

impl Clock {
    /// Lets the clock jump.
    pub(super) fn jump(&mut self, forward: bool, by: Duration) {
        let Self { ahead, behind } = self;
        *(if forward { ahead } else { behind }) += by;
    }

    /// Returns the time that the clock shows at this true time.
    pub(super) fn shown(self, now: Instant) -> Instant {
        let ahead = now + self.ahead;
        Instant::ORIGIN + (ahead - (Instant::ORIGIN + self.behind))
    }

    /// Returns the true time at which the clock shows this time.
    pub(super) fn true_time(self, shown: Instant) -> Instant {
        let at = shown + self.behind;
        Instant::ORIGIN + (at - (Instant::ORIGIN + self.ahead))
    }
}
