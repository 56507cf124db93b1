//! Numbers that look random and depend on nothing but a seed.

/// `SplitMix64` (Steele, Lea, Flood 2014): one addition and three mixing steps for a number.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A word of `length` characters out of `alphabet`.
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

/// Small hexadecimal digits.
pub(crate) const HEX: &[u8] = b"0123456789abcdef";
