//! Values that are valid JSON and cannot be represented.

use core::fmt;

/// Reason why a value of a frame cannot be read. The value counts as `null`, and the rest of the
/// frame is unaffected: whoever can put a value into a message must not be able to suppress the
/// messages beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreadable {
    /// An array or object lies deeper than [`Limits::max_depth`](crate::Limits::max_depth).
    TooDeep,
    /// A number is outside the range of `f64`, such as `1e400`.
    OutOfRange,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooDeep => "a value nested too deeply",
            Self::OutOfRange => "a number outside the range of a float",
        })
    }
}
