//! Numbers: their syntax is checked here, and their value is read on demand.

use core::cmp::Ordering;

use super::{Next, Parser};
use crate::{
    node::{Node, Shape},
    unreadable::Unreadable,
};

impl Parser<'_> {
    /// Parses a number; `start` is the offset of its sign or first digit.
    #[inline]
    pub(super) fn number(&mut self, start: usize) -> Next {
        let first = start + usize::from(self.byte(start) == b'-');
        let end = self.digits(first);
        let is_whole = match self.byte(first) {
            b'0' => end == first + 1,
            _ => end > first,
        };
        if !is_whole {
            return Err(self.error(start, MALFORMED));
        }
        if matches!(self.byte(end), b'.' | b'e' | b'E') {
            return self.decimal(start, end);
        }
        let node = Node::new(Shape::Integer, start, end - start);
        if end - start > ALWAYS_FINITE {
            self.push_if_finite(node);
        } else {
            self.nodes.push(node);
        }
        Ok(end)
    }

    /// Parses the rest of a number from its fraction or exponent on.
    #[inline(never)]
    fn decimal(&mut self, start: usize, whole: usize) -> Next {
        let mut end = whole;
        if self.byte(end) == b'.' {
            let fraction = end + 1;
            end = self.digits(fraction);
            if end == fraction {
                return Err(self.error(start, MALFORMED));
            }
        }
        let has_exponent = matches!(self.byte(end), b'e' | b'E');
        if has_exponent {
            let sign = end + 1;
            let exponent = sign + usize::from(matches!(self.byte(sign), b'+' | b'-'));
            end = self.digits(exponent);
            if end == exponent {
                return Err(self.error(start, MALFORMED));
            }
        }
        let node = Node::new(Shape::Decimal, start, end - start);
        if has_exponent || end - start > ALWAYS_FINITE {
            self.push_if_finite(node);
        } else {
            self.nodes.push(node);
        }
        Ok(end)
    }

    /// Adds the node of a number, or an unreadable one if no `f64` is near the number.
    fn push_if_finite(&mut self, node: Node) {
        let number = self.text.get(node.range()).unwrap_or_default();
        self.nodes.push(if is_finite(number) {
            node
        } else {
            Node::unreadable(Unreadable::OutOfRange)
        });
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

/// Returns whether a number is finite as an `f64`.
///
/// Short numbers are judged by their digits and not parsed: the standard library can be made to
/// take twenty microseconds for thirty characters, and a frame has room for thousands of such
/// numbers.
fn is_finite(number: &str) -> bool {
    if number.len() > MAX_JUDGED {
        return number.parse().is_ok_and(f64::is_finite);
    }
    let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let limit = if exponent.starts_with('-') {
        isize::MIN
    } else {
        isize::MAX
    };
    let exponent = exponent.parse().unwrap_or(limit);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('-');
    let digits = whole.bytes().chain(fraction.bytes());
    let zeros = digits.clone().take_while(|digit| *digit == b'0').count();
    let mut digits = digits.skip(zeros);
    // The number is 0.DIGITS times ten to this power.
    let power = exponent
        .saturating_add_unsigned(whole.len())
        .saturating_sub_unsigned(zeros);
    match power.cmp(&309) {
        Ordering::Less => true,
        Ordering::Equal => digits.lt(OVERFLOW.bytes()),
        Ordering::Greater => digits.next().is_none(),
    }
}

const MALFORMED: &str = "a malformed number";

/// Length in characters up to which a number without an exponent is below 10^308.
const ALWAYS_FINITE: usize = 308;

/// Leading digits of 1.797…e308 from which on numbers are unreadable: enough of them to stay below
/// 1.79769313486231580793…e308, where parsing no longer rounds down to the largest float.
const OVERFLOW: &str = "17976931348623158079";

/// Maximum length in characters of a number that is judged by its digits alone. Parsing a longer
/// one costs little for each of its bytes, and only parsing shows how the standard library treats
/// an exponent that cancels a million digits.
const MAX_JUDGED: usize = 800;
