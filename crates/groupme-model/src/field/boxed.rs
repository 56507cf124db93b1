//! Kinds whose twin stands on the heap.

use bayeux_wire::Value;
#[cfg(feature = "serde")]
use serde::ser::Serializer;

use crate::field::{Kind, Needed};
use crate::finding::Findings;
use crate::source::{Shape, Source};

/// As `K`, its twin boxed: a message is hundreds of bytes, and would make every event as large.
pub(crate) struct Boxed<K>(K);

impl<K: Kind> Kind for Boxed<K> {
    type Shown<'f> = K::Shown<'f>;
    type Owned = Box<K::Owned>;

    const EXPECTED: &'static str = K::EXPECTED;

    #[inline]
    fn show(value: Value<'_>) -> Option<K::Shown<'_>> {
        K::show(value)
    }

    fn own<'s, S: Source<'s>>(source: S) -> Option<Self::Owned> {
        K::own(source).map(Box::new)
    }

    fn matches(shown: Self::Shown<'_>, owned: &Self::Owned) -> bool {
        K::matches(shown, owned)
    }

    fn accepts<'s, S: Source<'s>>(source: S) -> bool {
        K::accepts(source)
    }

    fn is_absent(shape: Shape<'_>) -> bool {
        K::is_absent(shape)
    }

    fn report<'s, S: Source<'s>>(source: S, findings: &mut Findings) {
        K::report(source, findings);
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Self::Owned, serializer: S) -> Result<S::Ok, S::Error> {
        K::write(owned, serializer)
    }
}

/// The whole view is kept: its members have been walked to see whether the object is usable.
impl<K: Kind> Needed for Boxed<K>
where
    for<'f> K::Shown<'f>: Copy,
{
    type Kept<'f> = K::Shown<'f>;

    #[inline]
    fn keep(value: Value<'_>) -> Option<K::Shown<'_>> {
        K::show(value)
    }

    #[inline]
    fn show_kept<'f>(kept: K::Shown<'f>, _: impl FnOnce() -> Option<Value<'f>>) -> K::Shown<'f> {
        kept
    }
}
