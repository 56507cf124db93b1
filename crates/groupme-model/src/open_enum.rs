//! Values of open enums without a variant of their own.

/// Text of a value that has no variant. Only the enums can make one, so it never holds the text of
/// a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Custom<T>(pub(crate) T);
