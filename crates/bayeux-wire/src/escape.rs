//! Escapes that the parser rejects a whole frame for.

use memchr::memchr;

/// Replaces each escaped surrogate that has no partner (`\ud83d` alone) by `\ufffd`, which has the
/// same length. Answers whether there was one.
///
/// JavaScript servers send halves when they cut a text in the middle of an emoji. RFC 8259
/// (section 8.2) leaves their meaning open.
pub(crate) fn mend_surrogates(json: &mut [u8]) -> bool {
    let (mut at, mut mended) = (0, false);
    // From backslash to backslash, and past the byte behind it, so that in `\\ud83d` the `u` is
    // seen as plain text.
    while let Some(skipped) = json.get(at..).and_then(|rest| memchr(b'\\', rest)) {
        at += skipped;
        at += match surrogate(json, at) {
            Some(Surrogate::High) if surrogate(json, at + 6) == Some(Surrogate::Low) => 12,
            Some(_) => {
                json[at + 2..at + 6].copy_from_slice(b"fffd");
                mended = true;
                6
            }
            None => 2,
        };
    }
    mended
}

/// Which half of a pair an escape spells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Surrogate {
    /// `\ud800` to `\udbff`
    High,
    /// `\udc00` to `\udfff`
    Low,
}

/// Reads the escape that begins at byte `at`, if it is one for half a pair.
fn surrogate(json: &[u8], at: usize) -> Option<Surrogate> {
    let escape: &[u8; 6] = json.get(at..)?.first_chunk()?;
    let [b'\\', b'u', b'd' | b'D', half, third, fourth] = escape else {
        return None;
    };
    if !third.is_ascii_hexdigit() || !fourth.is_ascii_hexdigit() {
        return None;
    }
    match half.to_ascii_lowercase() {
        b'8' | b'9' | b'a' | b'b' => Some(Surrogate::High),
        b'c'..=b'f' => Some(Surrogate::Low),
        _ => None,
    }
}
