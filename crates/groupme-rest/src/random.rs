//! Randomness from a seed: jitter, and the ids of sent messages.

use core::{
    hash::{BuildHasher as _, Hasher as _},
    time::Duration,
};

use fastrand::Rng;

/// Two generators, so that an id has 128 bits that do not all derive from one state of 64.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    a: Rng,
    b: Rng,
}

impl Random {
    /// Returns generators that always yield the same values for a seed.
    pub(crate) fn from_seed(seed: u64) -> Self {
        let mut a = Rng::with_seed(seed);
        let b = a.fork();
        Self { a, b }
    }

    /// Returns generators with random seeds from the keys of the standard library's hash maps.
    /// `Rng::new` hashes the time and the thread id with fixed keys: two processes on one machine
    /// could draw the same ids.
    pub(crate) fn from_system() -> Self {
        let seed = || std::hash::RandomState::new().build_hasher().finish();
        Self {
            a: Rng::with_seed(seed()),
            b: Rng::with_seed(seed()),
        }
    }

    /// Returns further generators, independent of these.
    pub(crate) fn split(&mut self) -> Self {
        Self {
            a: self.b.fork(),
            b: self.a.fork(),
        }
    }

    /// Returns a duration below `bound`, in whole microseconds.
    pub(crate) fn below(&mut self, bound: Duration) -> Duration {
        let micros = u64::try_from(bound.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.a.u64(..micros.max(1)))
    }

    /// Returns the bytes of an id.
    pub(crate) fn bytes(&mut self) -> [u8; 16] {
        let bits = u128::from(self.a.u64(..)) << 64 | u128::from(self.b.u64(..));
        bits.to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_determines_every_value_and_the_system_none() {
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
