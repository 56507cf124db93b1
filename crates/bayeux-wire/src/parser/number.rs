//! Numbers: their form is checked, and their value read when somebody asks for it.

use super::{Next, Parser, Refused};
use crate::node::{Node, Shape};

impl Parser<'_> {
    /// Reads a number; `start` is its sign or first digit.
    #[inline]
    pub(super) fn number(&mut self, start: usize) -> Next {
        let first = start + usize::from(self.byte(start) == b'-');
        let end = self.digits(first);
        let is_whole = match self.byte(first) {
            b'0' => end == first + 1,
            _ => end > first,
        };
        if !is_whole {
            return Err(self.refuse(start, MALFORMED));
        }
        if matches!(self.byte(end), b'.' | b'e' | b'E') {
            return self.decimal(start, end);
        }
        if end - start > ALWAYS_FINITE {
            self.check_finite(start, end)?;
        }
        self.nodes
            .push(Node::new(Shape::Integer, start, end - start));
        Ok(end)
    }

    /// Reads on from a fraction or exponent.
    #[inline(never)]
    fn decimal(&mut self, start: usize, whole: usize) -> Next {
        let mut end = whole;
        if self.byte(end) == b'.' {
            let fraction = end + 1;
            end = self.digits(fraction);
            if end == fraction {
                return Err(self.refuse(start, MALFORMED));
            }
        }
        if matches!(self.byte(end), b'e' | b'E') {
            let sign = end + 1;
            let exponent = sign + usize::from(matches!(self.byte(sign), b'+' | b'-'));
            end = self.digits(exponent);
            if end == exponent {
                return Err(self.refuse(start, MALFORMED));
            }
            self.check_finite(start, end)?;
        } else if end - start > ALWAYS_FINITE {
            self.check_finite(start, end)?;
        }
        self.nodes
            .push(Node::new(Shape::Decimal, start, end - start));
        Ok(end)
    }

    fn check_finite(&mut self, start: usize, end: usize) -> Result<(), Refused> {
        let number = self
            .text
            .get(start..end)
            .and_then(|text| text.parse::<f64>().ok());
        if number.is_some_and(f64::is_finite) {
            return Ok(());
        }
        Err(self.refuse(start, "a number beyond all that a float can hold"))
    }

    /// Skips digits.
    #[inline]
    fn digits(&self, mut at: usize) -> usize {
        while self.byte(at).is_ascii_digit() {
            at += 1;
        }
        at
    }
}

const MALFORMED: &str = "a malformed number";

/// A number of so many characters, or fewer, and without an exponent is below 10^308.
const ALWAYS_FINITE: usize = 308;
