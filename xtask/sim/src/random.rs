//! Random choices that depend on a seed alone.

use core::time::Duration;

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(fastrand::Rng);

impl Random {
    /// Creates the stream of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Returns the next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0.u64(..)
    }

    /// Splits off an independent stream.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.0.fork())
    }

    /// Returns an index into a list of this length; 0 for an empty list.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        self.0.usize(..length.max(1))
    }

    /// Returns true in `percent` of 100 cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.0.u64(..100) < percent
    }

    /// Returns one of the choices, of which there must be some.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.index(choices.len())]
    }

    /// Returns a duration between the two, in whole microseconds.
    pub(crate) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let span = u64::try_from(most.saturating_sub(least).as_micros()).unwrap_or(u64::MAX);
        least + Duration::from_micros(self.0.u64(..=span))
    }

    /// Returns a number between `-most` and `most`.
    pub(crate) fn signed(&mut self, most: i64) -> i64 {
        self.0.i64(-most..=most)
    }

    /// Returns a duration between two numbers of milliseconds, inclusive.
    pub(crate) fn millis(&mut self, least: u64, most: u64) -> Duration {
        self.between(Duration::from_millis(least), Duration::from_millis(most))
    }
}
