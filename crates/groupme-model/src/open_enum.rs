//! The values of open enums that have no name.

/// A value without a name of its own. Nobody but the enums can make one, so none of these ever
/// holds a text that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Custom<T>(pub(crate) T);
