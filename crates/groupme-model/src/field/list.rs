//! Lists as kinds.

use bayeux_wire::Value;
#[cfg(feature = "serde")]
use serde::ser::Serializer;

#[cfg(feature = "serde")]
use crate::field::As;
use crate::field::Kind;
use crate::finding::Findings;
use crate::list::List;
use crate::source::{Shape, Source};

/// A list of which the elements that can be read count, and the others do not.
pub(crate) struct Some<K>(K);

/// A list in which every element counts by its place: one that cannot be read spoils it.
pub(crate) struct All<K>(K);

impl<K: Kind> Kind for Some<K> {
    type Shown<'f> = List<'f, K>;
    type Owned = Vec<K::Owned>;

    const EXPECTED: &'static str = "a list";

    #[inline]
    fn show(value: Value<'_>) -> Option<List<'_, K>> {
        Self::accepts(value).then(|| List::new(value))
    }

    fn own<'s, S: Source<'s>>(source: S) -> Option<Self::Owned> {
        Self::accepts(source).then(|| source.elements().filter_map(K::own).collect())
    }

    fn matches(shown: List<'_, K>, owned: &Self::Owned) -> bool {
        shown.clone().count() == owned.len() && shown.zip(owned).all(|(a, b)| K::matches(a, b))
    }

    #[inline]
    fn accepts<'s, S: Source<'s>>(source: S) -> bool {
        matches!(source.shape(), Shape::List)
    }

    fn report<'s, S: Source<'s>>(source: S, findings: &mut Findings) {
        if !Self::accepts(source) {
            findings.problem(Self::EXPECTED, source.shape());
        }
        for (index, element) in source.elements().enumerate() {
            findings.element(index, |findings| K::report(element, findings));
        }
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Self::Owned, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(owned.iter().map(As::<K>))
    }
}

impl<K: Kind> Kind for All<K> {
    type Shown<'f> = List<'f, K>;
    type Owned = Vec<K::Owned>;

    const EXPECTED: &'static str = "a list";

    #[inline]
    fn show(value: Value<'_>) -> Option<List<'_, K>> {
        Self::accepts(value).then(|| List::new(value))
    }

    fn own<'s, S: Source<'s>>(source: S) -> Option<Self::Owned> {
        Self::accepts(source).then(|| source.elements().filter_map(K::own).collect())
    }

    fn matches(shown: List<'_, K>, owned: &Self::Owned) -> bool {
        Some::<K>::matches(shown, owned)
    }

    fn accepts<'s, S: Source<'s>>(source: S) -> bool {
        Some::<K>::accepts(source) && source.elements().all(K::accepts)
    }

    fn report<'s, S: Source<'s>>(source: S, findings: &mut Findings) {
        Some::<K>::report(source, findings);
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Self::Owned, serializer: S) -> Result<S::Ok, S::Error> {
        Some::<K>::write(owned, serializer)
    }
}
