//! Strings, and what their escapes stand for.

use wide::u8x16;

use super::{Next, Parser, Refused};
use crate::node::{Node, Shape};

impl Parser<'_> {
    /// Reads a string; `at` is its opening quote.
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

    /// Skips bytes that stand for themselves.
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

    /// Reads on from the first byte that does not stand for itself.
    #[inline(never)]
    fn escaped(&mut self, start: usize, end: usize) -> Next {
        let begin = self.unescaped.len();
        let (mut from, mut at) = (start, end);
        loop {
            // Both ends are next to ASCII, so they are between characters.
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
                    return Err(self.refuse(start - 1, "an unclosed string"));
                }
                _ => return Err(self.refuse(at, "a control character inside a string")),
            }
        }
    }

    /// Reads the escape that begins at `at`.
    fn escape(&mut self, at: usize) -> Next {
        let stands_for = match self.byte(at + 1) {
            byte @ (b'"' | b'\\' | b'/') => byte.into(),
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => return self.unicode(at),
            _ => {
                let what = "a backslash before a character that takes none";
                return Err(self.refuse(at, what));
            }
        };
        self.unescaped.push(stands_for);
        Ok(at + 2)
    }

    /// Reads `\u` and four digits, or two of them that stand for one character. Half a pair becomes
    /// U+FFFD: JavaScript servers send halves when they cut a text in the middle of an emoji, and RFC
    /// 8259 (section 8.2) leaves their meaning open.
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

    /// The UTF-16 code unit that the escape at `at` spells.
    fn unit(&mut self, at: usize) -> Result<u16, Refused> {
        let digits = self.ahead::<4>(at + 2).copied().unwrap_or_default();
        let unit = digits.iter().try_fold(0, |unit, digit| {
            Some(unit << 4 | char::from(*digit).to_digit(16)?)
        });
        match unit.and_then(|unit| u16::try_from(unit).ok()) {
            Some(unit) => Ok(unit),
            None => Err(self.refuse(at, "a \\u without four hexadecimal digits")),
        }
    }
}

/// Which of the bytes do not stand for themselves in a string: quotes, backslashes, control
/// characters.
#[inline]
fn special(bytes: [u8; 16]) -> u32 {
    let bytes = u8x16::new(bytes);
    let quotes = bytes.simd_eq(u8x16::splat(b'"'));
    let backslashes = bytes.simd_eq(u8x16::splat(b'\\'));
    let controls = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
    (quotes | backslashes | controls).to_bitmask()
}
