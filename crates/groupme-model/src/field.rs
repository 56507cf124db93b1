//! How the fields of a model are read, kept, reported and written.
//!
//! A [`Kind`] is what a value can be: text, a time, an id, another model. A [`Field`] is a kind in
//! an object: there or not, required or not, one or a list. The `model!` macro puts fields together.

#[cfg(feature = "serde")]
use serde::ser::{Serialize, SerializeMap, Serializer};

use bayeux_wire::Value;

use crate::finding::Findings;
use crate::json::Extra;
use crate::list::List;
use crate::source::Source;

pub(crate) use boxed::Boxed;
pub(crate) use scalar::{
    DateTime, Decimal, Flag, Integer, Millis, Number, Pair, Raw, Seconds, Text,
};

mod boxed;
mod list;
mod scalar;

pub(crate) use list::{All, Some as Listed};

/// What a value can be. Sealed: the trait can be named by the crate only.
pub trait Kind {
    /// The value as a view shows it.
    type Shown<'f>;
    /// The value as a twin holds it.
    type Owned;

    /// What belongs here, for reports.
    const EXPECTED: &'static str;

    /// Reads the value from a frame, unless it is of another kind.
    fn show(value: Value<'_>) -> Option<Self::Shown<'_>>;

    /// Reads the value and copies it, unless it is of another kind.
    fn own<'s, S: Source<'s>>(source: S) -> Option<Self::Owned>;

    /// Whether what a view shows is what a twin holds.
    fn matches(shown: Self::Shown<'_>, owned: &Self::Owned) -> bool;

    /// Whether the value is of this kind.
    fn accepts<'s, S: Source<'s>>(source: S) -> bool;

    /// Whether a value means that there is none.
    #[inline]
    fn is_absent<'s, S: Source<'s>>(source: S) -> bool {
        source.is_null()
    }

    /// Reports what in the value cannot be read, or is not known.
    fn report<'s, S: Source<'s>>(source: S, findings: &mut Findings) {
        if !Self::accepts(source) {
            findings.problem(Self::EXPECTED, source.shape());
        }
    }

    /// Writes the value as GroupMe does.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Self::Owned, serializer: S) -> Result<S::Ok, S::Error>;
}

/// A kind of value that an object can need.
pub(crate) trait Needed: Kind {
    /// What a view keeps of the value from when it was found to be of this kind.
    type Kept<'f>: Copy;

    /// Looks whether the value is of this kind.
    fn keep(value: Value<'_>) -> Option<Self::Kept<'_>>;

    /// Reads the value, which is of this kind: what was kept of it shows that.
    fn show_kept<'f>(
        kept: Self::Kept<'f>,
        find: impl FnOnce() -> Option<Value<'f>>,
    ) -> Self::Shown<'f>;
}

/// A value to be written as its kind is.
#[cfg(feature = "serde")]
pub(crate) struct As<'o, K: Kind>(pub(crate) &'o K::Owned);

#[cfg(feature = "serde")]
impl<K: Kind> Serialize for As<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        K::write(self.0, serializer)
    }
}

/// A member of an object.
pub(crate) trait Field {
    type Shown<'f>;
    type Owned: Default;

    /// What a view of the object keeps of it, besides its place.
    type Kept<'f>: Copy;

    /// Looks at it when a view is made. `None` if the object is unusable without.
    fn keep<'f>(find: impl FnOnce() -> Option<Value<'f>>) -> Option<Self::Kept<'f>>;

    /// Reads it from an object that is usable with what is found there.
    fn show<'f>(kept: Self::Kept<'f>, find: impl FnOnce() -> Option<Value<'f>>) -> Self::Shown<'f>;

    /// `None` if the object is unusable without. A value of another kind goes to `extra`.
    fn own<'s, S: Source<'s>>(
        key: &str,
        source: Option<S>,
        extra: &mut Extra,
    ) -> Option<Self::Owned>;

    /// Whether what a view shows is what a twin holds.
    fn matches(shown: Self::Shown<'_>, owned: &Self::Owned) -> bool;

    /// Whether the object is usable with this.
    fn completes<'s, S: Source<'s>>(find: impl FnOnce() -> Option<S>) -> bool;

    fn report<'s, S: Source<'s>>(key: &str, source: Option<S>, findings: &mut Findings);

    /// Whether there is something to write, so that what `extra` has of it is outdated.
    #[cfg(feature = "serde")]
    fn is_present(owned: &Self::Owned) -> bool;

    #[cfg(feature = "serde")]
    fn write<M: SerializeMap>(
        key: &'static str,
        owned: &Self::Owned,
        extra: &Extra,
        map: &mut M,
    ) -> Result<(), M::Error>;
}

/// A field that may be absent.
pub(crate) struct Maybe<K>(K);

/// A field that must be there, such as a message's id or the subject of a push.
pub(crate) struct Key<K>(K);

/// A list for which absent and empty are the same.
pub(crate) struct ListOf<K>(K);

fn present<'s, K: Kind, S: Source<'s>>(source: Option<S>) -> Option<S> {
    source.filter(|source| !K::is_absent(*source))
}

fn read_or_keep<'s, K: Kind, S: Source<'s>>(
    key: &str,
    source: Option<S>,
    extra: &mut Extra,
) -> Option<K::Owned> {
    let source = present::<K, S>(source)?;
    let owned = K::own(source);
    if owned.is_none() {
        extra.insert(key.to_owned(), source.to_json());
    }
    owned
}

impl<K: Kind> Field for Maybe<K> {
    type Shown<'f> = Option<K::Shown<'f>>;
    type Owned = Option<K::Owned>;
    type Kept<'f> = ();

    #[inline]
    fn keep<'f>(_: impl FnOnce() -> Option<Value<'f>>) -> Option<()> {
        Some(())
    }

    #[inline]
    fn show<'f>((): (), find: impl FnOnce() -> Option<Value<'f>>) -> Self::Shown<'f> {
        present::<K, _>(find()).and_then(K::show)
    }

    fn own<'s, S: Source<'s>>(
        key: &str,
        source: Option<S>,
        extra: &mut Extra,
    ) -> Option<Self::Owned> {
        Some(read_or_keep::<K, S>(key, source, extra))
    }

    fn matches(shown: Self::Shown<'_>, owned: &Self::Owned) -> bool {
        match (shown, owned) {
            (Some(shown), Some(owned)) => K::matches(shown, owned),
            (shown, owned) => shown.is_none() && owned.is_none(),
        }
    }

    fn completes<'s, S: Source<'s>>(_: impl FnOnce() -> Option<S>) -> bool {
        true
    }

    fn report<'s, S: Source<'s>>(key: &str, source: Option<S>, findings: &mut Findings) {
        if let Some(source) = present::<K, S>(source) {
            findings.member(key, |findings| K::report(source, findings));
        }
    }

    #[cfg(feature = "serde")]
    fn is_present(owned: &Self::Owned) -> bool {
        owned.is_some()
    }

    #[cfg(feature = "serde")]
    fn write<M: SerializeMap>(
        key: &'static str,
        owned: &Self::Owned,
        _: &Extra,
        map: &mut M,
    ) -> Result<(), M::Error> {
        owned
            .as_ref()
            .map_or(Ok(()), |owned| map.serialize_entry(key, &As::<K>(owned)))
    }
}

impl<K: Needed> Field for Key<K>
where
    K::Owned: Default,
{
    type Shown<'f> = K::Shown<'f>;
    type Owned = K::Owned;
    type Kept<'f> = K::Kept<'f>;

    #[inline]
    fn keep<'f>(find: impl FnOnce() -> Option<Value<'f>>) -> Option<K::Kept<'f>> {
        find().and_then(K::keep)
    }

    #[inline]
    fn show<'f>(kept: K::Kept<'f>, find: impl FnOnce() -> Option<Value<'f>>) -> K::Shown<'f> {
        K::show_kept(kept, find)
    }

    fn own<'s, S: Source<'s>>(_: &str, source: Option<S>, _: &mut Extra) -> Option<Self::Owned> {
        source.and_then(K::own)
    }

    fn matches(shown: Self::Shown<'_>, owned: &Self::Owned) -> bool {
        K::matches(shown, owned)
    }

    fn completes<'s, S: Source<'s>>(find: impl FnOnce() -> Option<S>) -> bool {
        find().is_some_and(K::accepts)
    }

    fn report<'s, S: Source<'s>>(key: &str, source: Option<S>, findings: &mut Findings) {
        findings.member(key, |findings| match source {
            Some(source) => K::report(source, findings),
            None => findings.missing(K::EXPECTED),
        });
    }

    #[cfg(feature = "serde")]
    fn is_present(_: &Self::Owned) -> bool {
        true
    }

    #[cfg(feature = "serde")]
    fn write<M: SerializeMap>(
        key: &'static str,
        owned: &Self::Owned,
        _: &Extra,
        map: &mut M,
    ) -> Result<(), M::Error> {
        map.serialize_entry(key, &As::<K>(owned))
    }
}

impl<K: Kind> Field for ListOf<K> {
    type Shown<'f> = List<'f, K>;
    type Owned = Vec<K::Owned>;
    type Kept<'f> = ();

    #[inline]
    fn keep<'f>(_: impl FnOnce() -> Option<Value<'f>>) -> Option<()> {
        Some(())
    }

    #[inline]
    fn show<'f>((): (), find: impl FnOnce() -> Option<Value<'f>>) -> List<'f, K> {
        find().map_or_else(List::empty, List::new)
    }

    fn own<'s, S: Source<'s>>(
        key: &str,
        source: Option<S>,
        extra: &mut Extra,
    ) -> Option<Self::Owned> {
        Some(read_or_keep::<Listed<K>, S>(key, source, extra).unwrap_or_default())
    }

    fn matches(shown: List<'_, K>, owned: &Self::Owned) -> bool {
        Listed::<K>::matches(shown, owned)
    }

    fn completes<'s, S: Source<'s>>(_: impl FnOnce() -> Option<S>) -> bool {
        true
    }

    fn report<'s, S: Source<'s>>(key: &str, source: Option<S>, findings: &mut Findings) {
        Maybe::<Listed<K>>::report(key, source, findings);
    }

    #[cfg(feature = "serde")]
    fn is_present(owned: &Self::Owned) -> bool {
        !owned.is_empty()
    }

    #[cfg(feature = "serde")]
    fn write<M: SerializeMap>(
        key: &'static str,
        owned: &Self::Owned,
        extra: &Extra,
        map: &mut M,
    ) -> Result<(), M::Error> {
        if owned.is_empty() && extra.contains_key(key) {
            return Ok(());
        }
        map.serialize_entry(key, &As::<Listed<K>>(owned))
    }
}
