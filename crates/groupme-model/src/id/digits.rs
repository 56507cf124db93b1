//! Decimal text of an integer, without allocation.

/// Decimal text of up to twenty characters: the longest are `u64::MAX`, and `i64::MIN` with its
/// sign.
#[derive(Clone, Copy)]
pub(super) struct Digits {
    bytes: [u8; LEN as usize],
    start: u8,
}

const LEN: u8 = 20;

impl Digits {
    pub(super) fn new(mut magnitude: u64, negative: bool) -> Self {
        let mut bytes = [0; LEN as usize];
        let mut start = LEN;
        loop {
            start -= 1;
            // The remainder is below ten.
            bytes[usize::from(start)] = b'0' + (magnitude % 10) as u8;
            magnitude /= 10;
            if magnitude == 0 {
                break;
            }
        }
        if negative {
            start -= 1;
            bytes[usize::from(start)] = b'-';
        }
        Self { bytes, start }
    }

    pub(super) fn as_str(&self) -> &str {
        let text = self
            .bytes
            .get(usize::from(self.start)..)
            .unwrap_or_default();
        // Digits and a sign are ASCII, so this never falls back.
        core::str::from_utf8(text).unwrap_or_default()
    }
}
