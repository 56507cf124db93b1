//! Pseudo-random numbers from a seed.
//!
//! Kept here instead of a dependency, so that a seed in a bug report gives the same bytes whatever
//! versions are locked; the generator itself is eight lines.

use core::time::Duration;

/// `SplitMix64` (Steele, Lea, Flood 2014): one addition and three mixing steps for a number.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the generator of one of many things of a kind. Each thing has its own stream.
    pub(crate) fn of(seed: u64, kind: u64, thing: u64) -> Self {
        let kind = Self(seed).next() ^ kind;
        Self(Self(kind).next() ^ thing)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `bound`; 0 if `bound` is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // The bias of the remainder towards small numbers does not matter here.
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// Returns a duration of at most `longest`, in whole microseconds.
    pub(crate) fn up_to(&mut self, longest: Duration) -> Duration {
        let micros = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX);
        Duration::from_micros(self.below(micros.saturating_add(1)))
    }

    /// Picks one element with equal probability; `None` from an empty slice.
    pub(crate) fn pick<'a, T>(&mut self, choice: &'a [T]) -> Option<&'a T> {
        let index = self.below(choice.len() as u64);
        choice.get(usize::try_from(index).unwrap_or(0))
    }

    /// Returns `length` characters out of `alphabet`.
    pub(crate) fn word(&mut self, alphabet: &[u8], length: usize) -> String {
        let letters = alphabet.len() as u64;
        (0..length)
            .map(|_| {
                let letter = usize::try_from(self.next() % letters).unwrap_or(0);
                char::from(alphabet[letter])
            })
            .collect()
    }
}

/// Letters and digits of tokens.
pub(crate) const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Lower-case hexadecimal digits.
pub(crate) const HEX: &[u8] = b"0123456789abcdef";
