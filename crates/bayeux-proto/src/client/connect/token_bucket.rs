//! Rate limit of connects.

use crate::{Config, Instant};

/// Token bucket that bounds the rate of connects against servers that answer at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenBucket {
    pub(super) tokens: u32,
    pub(super) refilled: Instant,
}

impl TokenBucket {
    pub(super) fn take(&mut self, now: Instant, config: &Config) {
        let spacing = config.connect_spacing.as_micros().max(1);
        let earned = (now - self.refilled).as_micros() / spacing;
        let tokens = u128::from(self.tokens).saturating_add(earned);
        let burst = config.connect_burst.max(1);
        if tokens >= u128::from(burst) {
            (self.tokens, self.refilled) = (burst, now);
        } else {
            let earned = u32::try_from(earned).unwrap_or(u32::MAX);
            self.tokens += earned;
            self.refilled = self.refilled + config.connect_spacing.saturating_mul(earned);
        }
        self.tokens = self.tokens.saturating_sub(1);
    }

    /// Gives a token back: a reply with events is no reason to poll less often.
    pub(super) fn refund(&mut self, config: &Config) {
        self.tokens = self
            .tokens
            .saturating_add(1)
            .min(config.connect_burst.max(1));
    }

    /// Returns when a token is available.
    pub(super) fn ready(&self, config: &Config) -> Instant {
        if self.tokens > 0 {
            Instant::ORIGIN
        } else {
            self.refilled + config.connect_spacing
        }
    }
}
