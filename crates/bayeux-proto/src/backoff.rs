//! Randomness from a seed, and how long to wait after failures.

use core::time::Duration;

use crate::Config;

/// `SplitMix64`: enough for jitter, and the same everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A duration below `bound`, to the microsecond.
    pub(crate) fn below(&mut self, bound: Duration) -> Duration {
        let micros = u64::try_from(bound.as_micros()).unwrap_or(u64::MAX);
        if micros == 0 {
            Duration::ZERO
        } else {
            Duration::from_micros(self.next() % micros)
        }
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// The wait after `failures` failures in a row: nearly none after the first, because a poll that
/// was cut loses events until the next one arrives; then exponential with full jitter.
pub(crate) fn delay(config: &Config, failures: u32, rng: &mut Rng) -> Duration {
    if failures == 0 {
        return rng.below(FLOOR);
    }
    let doublings = (failures - 1).min(31);
    let ceiling = config
        .backoff_base
        .saturating_mul(1 << doublings)
        .min(config.backoff_cap);
    FLOOR + rng.below(ceiling.saturating_sub(FLOOR))
}

/// Two attempts never follow each other faster, once one has failed.
const FLOOR: Duration = Duration::from_millis(250);
