//! Exponential back-off with full jitter.

use core::time::Duration;

/// Exponential back-off with full jitter: the delay before the next attempt, from the number of
/// failures in a row.
///
/// The ceiling doubles with each failure, from a base up to a cap; the delay is uniformly
/// distributed below that ceiling. For requests that a server answers with a refusal: a
/// [`Session`](crate::Session) reaches for a lost server by a denser schedule, see
/// [`Config::backoff_base`](crate::Config::backoff_base). The policy holds no clock and no counter: the caller counts failures,
/// resets the count after a success and supplies the randomness.
///
/// ```
/// use core::time::Duration;
/// use bayeux_proto::{Backoff, Jitter};
///
/// let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
/// assert_eq!(backoff.ceiling(0), Duration::ZERO);
/// assert_eq!(backoff.ceiling(1), Duration::from_secs(1));
/// assert_eq!(backoff.ceiling(4), Duration::from_secs(8));
/// assert_eq!(backoff.ceiling(50), Duration::from_secs(60));
///
/// let mut jitter = Jitter::new(42);
/// assert!(backoff.delay(4, &mut jitter) < Duration::from_secs(8));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
}

impl Backoff {
    /// Creates a policy whose ceiling is `base` after the first failure and never above `cap`.
    pub const fn new(base: Duration, cap: Duration) -> Self {
        Self { base, cap }
    }

    /// Returns the upper bound of the delay after `failures` failures in a row, without jitter.
    pub fn ceiling(&self, failures: u32) -> Duration {
        let Some(doublings) = failures.checked_sub(1) else {
            return Duration::ZERO;
        };
        let ceiling = self.base.saturating_mul(1 << doublings.min(31));
        ceiling.min(self.cap)
    }

    /// Returns the delay before the next attempt after `failures` failures in a row.
    pub fn delay(&self, failures: u32, jitter: &mut Jitter) -> Duration {
        jitter.below(self.ceiling(failures))
    }
}

/// Deterministic pseudo-random numbers from a seed (`SplitMix64`), for jitter. Not suitable for
/// secrets.
#[derive(Clone, Debug)]
pub struct Jitter(u64);

impl Jitter {
    /// Creates a generator; equal seeds give equal sequences.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a duration below `bound`, in whole microseconds; zero for a bound below one
    /// microsecond.
    pub fn below(&mut self, bound: Duration) -> Duration {
        let micros = u64::try_from(bound.as_micros()).unwrap_or(u64::MAX);
        if micros == 0 {
            Duration::ZERO
        } else {
            Duration::from_micros(self.next_u64() % micros)
        }
    }
}
