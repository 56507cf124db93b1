//! Kinds of lists.

use bayeux_wire::Value;
#[cfg(feature = "serde")]
use serde::ser::Serializer;

use crate::diagnostics::Diagnostics;
use crate::field::Kind;
#[cfg(feature = "serde")]
use crate::field::WriteAs;
use crate::json_source::{JsonSource, Shape};
use crate::list::List;

/// List that skips elements it cannot read.
pub(crate) struct LenientList<K>(K);

/// List whose elements have meaning by their position, so one unreadable element makes the whole
/// list unreadable.
pub(crate) struct StrictList<K>(K);

impl<K: Kind> Kind for LenientList<K> {
    type View<'f> = List<'f, K>;
    type Owned = Vec<K::Owned>;

    const EXPECTED: &'static str = "a list";

    #[inline]
    fn view(value: Value<'_>) -> Option<List<'_, K>> {
        Self::accepts(value).then(|| List::new(value))
    }

    fn decode<'s, S: JsonSource<'s>>(source: S) -> Option<Self::Owned> {
        Self::accepts(source).then(|| source.elements().filter_map(K::decode).collect())
    }

    fn matches(view: List<'_, K>, owned: &Self::Owned) -> bool {
        view.clone().count() == owned.len() && view.zip(owned).all(|(a, b)| K::matches(a, b))
    }

    #[inline]
    fn accepts<'s, S: JsonSource<'s>>(source: S) -> bool {
        matches!(source.shape(), Shape::List)
    }

    fn report<'s, S: JsonSource<'s>>(source: S, diagnostics: &mut Diagnostics) {
        if !Self::accepts(source) {
            diagnostics.problem(Self::EXPECTED, source.shape());
        }
        for (index, element) in source.elements().enumerate() {
            diagnostics.element(index, |diagnostics| K::report(element, diagnostics));
        }
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Self::Owned, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(owned.iter().map(WriteAs::<K>))
    }
}

impl<K: Kind> Kind for StrictList<K> {
    type View<'f> = List<'f, K>;
    type Owned = Vec<K::Owned>;

    const EXPECTED: &'static str = "a list";

    #[inline]
    fn view(value: Value<'_>) -> Option<List<'_, K>> {
        Self::accepts(value).then(|| List::new(value))
    }

    fn decode<'s, S: JsonSource<'s>>(source: S) -> Option<Self::Owned> {
        Self::accepts(source).then(|| source.elements().filter_map(K::decode).collect())
    }

    fn matches(view: List<'_, K>, owned: &Self::Owned) -> bool {
        LenientList::<K>::matches(view, owned)
    }

    fn accepts<'s, S: JsonSource<'s>>(source: S) -> bool {
        LenientList::<K>::accepts(source) && source.elements().all(K::accepts)
    }

    fn report<'s, S: JsonSource<'s>>(source: S, diagnostics: &mut Diagnostics) {
        LenientList::<K>::report(source, diagnostics);
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Self::Owned, serializer: S) -> Result<S::Ok, S::Error> {
        LenientList::<K>::write(owned, serializer)
    }
}
