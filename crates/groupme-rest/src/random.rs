//! Randomness from a seed: for jitter, and for the ids of what is sent.

use core::{
    hash::{BuildHasher as _, Hasher as _},
    time::Duration,
};

/// Two streams of `SplitMix64`, so that an id has 128 bits that are not all derived from 64.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    a: u64,
    b: u64,
}

impl Random {
    pub(crate) fn from_seed(seed: u64) -> Self {
        Self {
            a: seed,
            b: mix(seed ^ GAMMA),
        }
    }

    /// Another one each time, from the source that the standard library keys its hash maps with.
    pub(crate) fn from_system() -> Self {
        let draw = || std::hash::RandomState::new().build_hasher().finish();
        Self {
            a: draw(),
            b: draw(),
        }
    }

    /// Another one, which goes its own way.
    pub(crate) fn split(&mut self) -> Self {
        Self {
            a: next(&mut self.b),
            b: next(&mut self.a),
        }
    }

    /// A duration below `bound`, to the microsecond.
    pub(crate) fn below(&mut self, bound: Duration) -> Duration {
        let micros = u64::try_from(bound.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(next(&mut self.a).checked_rem(micros).unwrap_or_default())
    }

    pub(crate) fn bytes(&mut self) -> [u8; 16] {
        let bits = u128::from(next(&mut self.a)) << 64 | u128::from(next(&mut self.b));
        bits.to_be_bytes()
    }
}

fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(GAMMA);
    mix(*state)
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_fixes_everything_and_the_system_nothing() {
        let draw = |mut random: Random| (random.bytes(), random.below(Duration::from_secs(9)));
        assert_eq!(draw(Random::from_seed(7)), draw(Random::from_seed(7)));
        assert_ne!(draw(Random::from_seed(7)).0, draw(Random::from_seed(8)).0);
        assert_ne!(draw(Random::from_system()).0, draw(Random::from_system()).0);
    }

    #[test]
    fn durations_fill_their_bound_and_stay_below_it() {
        let mut random = Random::from_seed(1);
        let bound = Duration::from_micros(10);
        let drawn: BTreeSet<_> = (0..1000).map(|_| random.below(bound)).collect();
        assert_eq!(drawn.len(), 10);
        assert!(drawn.iter().all(|duration| *duration < bound));
        assert_eq!(random.below(Duration::ZERO), Duration::ZERO);
    }
}
