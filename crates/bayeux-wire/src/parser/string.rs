//! Strings and their escapes.

use wide::u8x16;

use super::{Failed, Next, Parser};
use crate::node::{Node, Shape};

impl Parser<'_> {
    /// Parses a string; `at` is the offset of its opening quote.
    #[inline]
    pub(super) fn string(&mut self, at: usize) -> Next {
        let start = at + 1;
        let end = self.plain(start);
        if self.byte(end) == b'"' {
            self.nodes.push(Node::new(Shape::Text, start, end - start));
            return Ok(end + 1);
        }
        self.escaped(start, end)
    }

    /// Skips bytes that need no unescaping.
    #[inline]
    fn plain(&self, mut at: usize) -> usize {
        while let Some(bytes) = self.ahead(at) {
            let found = special(*bytes);
            if found != 0 {
                return at + found.trailing_zeros() as usize;
            }
            at += 16;
        }
        at
    }

    /// Parses the rest of a string from its first byte that needs attention on.
    #[inline(never)]
    fn escaped(&mut self, start: usize, end: usize) -> Next {
        let begin = self.unescaped.len();
        let (mut from, mut at) = (start, end);
        loop {
            // Both ends are next to ASCII, so they are character boundaries.
            self.unescaped
                .push_str(self.text.get(from..at).unwrap_or_default());
            match self.byte(at) {
                b'"' => {
                    let size = self.unescaped.len() - begin;
                    self.nodes
                        .push(Node::new(Shape::Text, self.len + begin, size));
                    return Ok(at + 1);
                }
                b'\\' if at + 1 < self.len => {
                    from = self.escape(at)?;
                    at = self.plain(from);
                }
                byte if byte == b'\\' || at >= self.len => {
                    return Err(self.error(start - 1, "an unclosed string"));
                }
                _ => return Err(self.error(at, "a control character inside a string")),
            }
        }
    }

    /// Parses the escape that begins at `at`.
    fn escape(&mut self, at: usize) -> Next {
        let character = match self.byte(at + 1) {
            byte @ (b'"' | b'\\' | b'/') => byte.into(),
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => return self.unicode(at),
            _ => {
                return Err(self.error(at, "an unknown escape"));
            }
        };
        self.unescaped.push(character);
        Ok(at + 2)
    }

    /// Parses `\u` and four digits, or a surrogate pair of two such escapes. An unpaired surrogate
    /// becomes U+FFFD: JavaScript servers send them when they cut a string in the middle of an
    /// emoji, and RFC 8259 (section 8.2) leaves their meaning open.
    fn unicode(&mut self, at: usize) -> Next {
        let unit = self.unit(at)?;
        let after = at + 6;
        let is_high = (0xd800..0xdc00).contains(&unit);
        if is_high && self.ahead(after) == Some(b"\\u") {
            let low = self.unit(after)?;
            let pair = char::decode_utf16([unit, low]).next();
            if let Some(Ok(character)) = pair {
                self.unescaped.push(character);
                return Ok(after + 6);
            }
        }
        let character = char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.unescaped.push(character);
        Ok(after)
    }

    /// Parses the UTF-16 code unit of the escape at `at`.
    fn unit(&mut self, at: usize) -> Result<u16, Failed> {
        let digits = self.ahead::<4>(at + 2).copied().unwrap_or_default();
        let unit = digits.iter().try_fold(0, |unit, digit| {
            Some(unit << 4 | char::from(*digit).to_digit(16)?)
        });
        match unit.and_then(|unit| u16::try_from(unit).ok()) {
            Some(unit) => Ok(unit),
            None => Err(self.error(at, "a \\u without four hexadecimal digits")),
        }
    }
}

/// Returns a bit mask of the bytes that end a run of plain string content: quotes, backslashes and
/// control characters.
#[inline]
fn special(bytes: [u8; 16]) -> u32 {
    let bytes = u8x16::new(bytes);
    let quotes = bytes.simd_eq(u8x16::splat(b'"'));
    let backslashes = bytes.simd_eq(u8x16::splat(b'\\'));
    let controls = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
    (quotes | backslashes | controls).to_bitmask()
}
