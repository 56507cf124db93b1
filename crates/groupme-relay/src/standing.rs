//! Standing of an account at a node: running, or when to try again.

use core::time::Duration;

/// Reason for which a node stopped running an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// Another node has claimed the account, or the broker lost the last entries.
    Fenced,
    /// The relay asked for it: the account is paused, removed or changed, or the node drains.
    Asked,
    /// GroupMe refuses the token. Only a new generation of the account is tried.
    Refused,
    /// The gateway does not admit the client, or told it to stop.
    Turned,
    /// A defect: a panic, or a state that cannot be read.
    Broken,
}

impl Stop {
    /// Returns the reason as a word, for logs and figures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fenced => "fenced",
            Self::Asked => "asked",
            Self::Refused => "refused",
            Self::Turned => "turned",
            Self::Broken => "broken",
        }
    }
}

/// Standing of an account at a node. Time is measured from the start of the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Generation of the account's record that the standing is about.
    generation: u64,
    is_running: bool,
    /// Stops of the same reason in a row.
    stops: u32,
    reason: Option<Stop>,
    /// Time before which the account is not claimed again; `None` for never in this generation.
    next: Option<Duration>,
    /// Time of the last start.
    started: Duration,
}

impl Standing {
    /// Returns the standing of an account that was never run here.
    pub const fn new(generation: u64) -> Self {
        Self {
            generation,
            is_running: false,
            stops: 0,
            reason: None,
            next: Some(Duration::ZERO),
            started: Duration::ZERO,
        }
    }

    /// Returns the generation.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns whether the account runs here.
    pub const fn is_running(&self) -> bool {
        self.is_running
    }

    /// Returns the reason of the last stop.
    pub const fn reason(&self) -> Option<Stop> {
        self.reason
    }

    /// Returns whether the account may be claimed now.
    pub fn may_start(&self, now: Duration) -> bool {
        !self.is_running && self.next.is_some_and(|next| now >= next)
    }

    /// Notes that the account runs.
    pub fn start(&mut self, now: Duration) {
        self.is_running = true;
        self.started = now;
    }

    /// Notes that the account has stopped.
    pub fn stop(&mut self, now: Duration, reason: Stop) {
        self.is_running = false;
        // A long life is no part of a quarrel or of a series of crashes.
        let is_repeated = self.reason == Some(reason) && now.saturating_sub(self.started) < CALM;
        self.stops = if is_repeated { self.stops + 1 } else { 1 };
        self.reason = Some(reason);
        let exponent = self.stops.saturating_sub(1).min(16);
        let growing = |first: u64, longest: u64| {
            let wait = first.saturating_mul(1 << exponent).min(longest);
            Some(now + Duration::from_secs(wait))
        };
        self.next = match reason {
            Stop::Asked => Some(now),
            Stop::Turned => growing(60, 3600),
            Stop::Broken if self.stops >= MAX_BREAKS => None,
            Stop::Fenced | Stop::Broken => growing(1, 300),
            Stop::Refused => None,
        };
    }
}

/// Life after which a stop counts as the first of its kind.
const CALM: Duration = Duration::from_mins(10);

/// Stops by a defect in a row after which the account is left alone.
const MAX_BREAKS: u32 = 10;
