//! Kind whose owned form is on the heap.

use bayeux_wire::Value;
#[cfg(feature = "serde")]
use serde::ser::Serializer;

use crate::diagnostics::Diagnostics;
use crate::field::{Kind, RequiredKind};
use crate::json_source::JsonSource;

/// The kind `K` with its owned form boxed: a message has hundreds of bytes and would make every
/// event as large.
pub(crate) struct Boxed<K>(K);

impl<K: Kind> Kind for Boxed<K> {
    type View<'f> = K::View<'f>;
    type Owned = Box<K::Owned>;

    const EXPECTED: &'static str = K::EXPECTED;

    #[inline]
    fn view(value: Value<'_>) -> Option<K::View<'_>> {
        K::view(value)
    }

    fn decode<'s, S: JsonSource<'s>>(source: S) -> Option<Self::Owned> {
        K::decode(source).map(Box::new)
    }

    fn matches(view: Self::View<'_>, owned: &Self::Owned) -> bool {
        K::matches(view, owned)
    }

    fn accepts<'s, S: JsonSource<'s>>(source: S) -> bool {
        K::accepts(source)
    }

    fn is_absent<'s, S: JsonSource<'s>>(source: S) -> bool {
        K::is_absent(source)
    }

    fn report<'s, S: JsonSource<'s>>(source: S, diagnostics: &mut Diagnostics) {
        K::report(source, diagnostics);
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Self::Owned, serializer: S) -> Result<S::Ok, S::Error> {
        K::write(owned, serializer)
    }
}

/// Caches the whole view, since checking the object has already walked its members.
impl<K: Kind> RequiredKind for Boxed<K>
where
    for<'f> K::View<'f>: Copy,
{
    type Cached<'f> = K::View<'f>;

    #[inline]
    fn cache(value: Value<'_>) -> Option<K::View<'_>> {
        K::view(value)
    }

    #[inline]
    fn view_cached<'f>(cached: K::View<'f>, _: impl FnOnce() -> Option<Value<'f>>) -> K::View<'f> {
        cached
    }
}
