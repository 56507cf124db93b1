//! Types of fields: reading, checking, reporting and writing them.
//!
//! A [`Kind`] is the type of a JSON value: text, a time, an id, another model. A [`Field`] is a
//! member of an object and adds to a kind whether the member is [`Optional`], [`Required`] or a
//! [`ListOrEmpty`]. The `model!` macro turns each `name: kind` line into a field.
//!
//! For example, the id of a message is `Required<Id<kind::Message>>`. Making a `MessageRef` calls
//! `cache`, which finds the member, checks that it is an id, and returns what the view keeps of it
//! ([`Cached`](Field::Cached)): nothing for an id, because reading it again is cheap, and the whole
//! inner view for an object, because checking it has already walked its members. The getter
//! `MessageRef::id` calls `view` and returns the [`View`](Field::View), an `IdRef`. `into_owned`
//! and serde call `decode`, which copies the value into the [`Owned`](Field::Owned) form, an `Id`.
//! Only kinds that implement [`RequiredKind`] can be required.

#[cfg(feature = "serde")]
use serde::ser::{Serialize, SerializeMap, Serializer};

use bayeux_wire::Value;

use crate::diagnostics::Diagnostics;
use crate::json::Extra;
use crate::json_source::{JsonSource, Shape};
use crate::list::List;

pub(crate) use boxed::Boxed;
pub(crate) use list::{LenientList, StrictList};
pub(crate) use scalar::{Decimal, Flag, Integer, Number, Pair, Raw, Text};
pub(crate) use time::{DateTime, LocalTime, Millis, Seconds};

mod boxed;
mod list;
mod scalar;
mod time;

/// Type of a JSON value. Sealed: only this crate can name the trait.
pub trait Kind {
    /// Value as a view returns it, borrowed from the frame.
    type View<'f>;
    /// Value as the owned type holds it.
    type Owned;

    /// Description of the expected value, for [`Problem`](crate::Problem)s.
    const EXPECTED: &'static str;

    /// Reads the value from a frame. `None` if it is of another kind.
    fn view(value: Value<'_>) -> Option<Self::View<'_>>;

    /// Reads and copies the value. `None` if it is of another kind.
    fn decode<'s, S: JsonSource<'s>>(source: S) -> Option<Self::Owned>;

    /// Returns `true` if the two forms hold the same value.
    fn matches(view: Self::View<'_>, owned: &Self::Owned) -> bool;

    /// Returns `true` if the value is of this kind.
    fn accepts<'s, S: JsonSource<'s>>(source: S) -> bool;

    /// Returns `true` if the value stands for an absent one, as `null` does.
    #[inline]
    fn is_absent<'s, S: JsonSource<'s>>(source: S) -> bool {
        source.is_null()
    }

    /// Reports the parts of the value that cannot be read or are unknown.
    fn report<'s, S: JsonSource<'s>>(source: S, diagnostics: &mut Diagnostics) {
        if !Self::accepts(source) {
            diagnostics.problem(Self::EXPECTED, source.shape());
        }
    }

    /// Writes the value in the form that GroupMe uses.
    ///
    /// # Errors
    ///
    /// Errors of the serializer.
    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Self::Owned, serializer: S) -> Result<S::Ok, S::Error>;
}

/// Kind that can be a [`Required`] field.
pub(crate) trait RequiredKind: Kind {
    /// Part of the checked value that a view keeps, so that a getter need not check it again.
    type Cached<'f>: Copy;

    /// Checks the value. `None` if it is of another kind.
    fn cache(value: Value<'_>) -> Option<Self::Cached<'_>>;

    /// Returns the value that [`cache`](Self::cache) has checked.
    fn view_cached<'f>(
        cached: Self::Cached<'f>,
        find: impl FnOnce() -> Option<Value<'f>>,
    ) -> Self::View<'f>;
}

/// Adapter that serializes a value with [`Kind::write`].
#[cfg(feature = "serde")]
pub(crate) struct WriteAs<'o, K: Kind>(pub(crate) &'o K::Owned);

#[cfg(feature = "serde")]
impl<K: Kind> Serialize for WriteAs<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        K::write(self.0, serializer)
    }
}

/// Member of an object.
pub(crate) trait Field {
    /// Type that the view's getter returns.
    type View<'f>;
    /// Type of the owned type's field.
    type Owned: Default;

    /// Part of the value that the object's view keeps, besides the member's position.
    type Cached<'f>: Copy;

    /// Checks the member when the view is made. `None` if a required member is absent or
    /// unreadable.
    fn cache<'f>(find: impl FnOnce() -> Option<Value<'f>>) -> Option<Self::Cached<'f>>;

    /// Reads the member for a getter.
    fn view<'f>(
        cached: Self::Cached<'f>,
        find: impl FnOnce() -> Option<Value<'f>>,
    ) -> Self::View<'f>;

    /// Copies the member for the owned type. `None` if a required member is absent or unreadable;
    /// an optional member of another kind goes to `extra`.
    fn decode<'s, S: JsonSource<'s>>(
        key: &str,
        source: Option<S>,
        extra: &mut Extra,
    ) -> Option<Self::Owned>;

    /// Returns `true` if the two forms hold the same value.
    fn matches(view: Self::View<'_>, owned: &Self::Owned) -> bool;

    /// Returns `true` if the object can be used with this member, absent or not.
    fn satisfies<'s, S: JsonSource<'s>>(find: impl FnOnce() -> Option<S>) -> bool;

    /// Reports the parts of the member that cannot be read or are unknown.
    fn report<'s, S: JsonSource<'s>>(key: &str, source: Option<S>, diagnostics: &mut Diagnostics);

    /// Returns `true` if the owned field has a value, which then replaces the one in `extra`.
    #[cfg(feature = "serde")]
    fn is_present(owned: &Self::Owned) -> bool;

    /// Writes the member, unless the field has no value.
    #[cfg(feature = "serde")]
    fn write<M: SerializeMap>(
        key: &'static str,
        owned: &Self::Owned,
        extra: &Extra,
        map: &mut M,
    ) -> Result<(), M::Error>;
}

/// Field that may be absent.
pub(crate) struct Optional<K>(K);

/// Field without which the object cannot be used, such as a message's id or a push's subject.
pub(crate) struct Required<K>(K);

/// List whose absence means that it is empty.
pub(crate) struct ListOrEmpty<K>(K);

/// The value, unless it is absent or stands for an absent one.
fn present<'s, K: Kind, S: JsonSource<'s>>(source: Option<S>) -> Option<S> {
    source.filter(|source| !K::is_absent(*source))
}

/// Copies a value, or keeps it in `extra` if it is of another kind. Of a value that cannot be
/// represented there is nothing to keep.
fn decode_or_keep<'s, K: Kind, S: JsonSource<'s>>(
    key: &str,
    source: Option<S>,
    extra: &mut Extra,
) -> Option<K::Owned> {
    let source = present::<K, S>(source)?;
    let owned = K::decode(source);
    if owned.is_none() && !matches!(source.shape(), Shape::Unreadable(_)) {
        extra.insert(key.to_owned(), source.to_json());
    }
    owned
}

impl<K: Kind> Field for Optional<K> {
    type View<'f> = Option<K::View<'f>>;
    type Owned = Option<K::Owned>;
    type Cached<'f> = ();

    #[inline]
    fn cache<'f>(_: impl FnOnce() -> Option<Value<'f>>) -> Option<()> {
        Some(())
    }

    #[inline]
    fn view<'f>((): (), find: impl FnOnce() -> Option<Value<'f>>) -> Self::View<'f> {
        present::<K, _>(find()).and_then(K::view)
    }

    fn decode<'s, S: JsonSource<'s>>(
        key: &str,
        source: Option<S>,
        extra: &mut Extra,
    ) -> Option<Self::Owned> {
        Some(decode_or_keep::<K, S>(key, source, extra))
    }

    fn matches(view: Self::View<'_>, owned: &Self::Owned) -> bool {
        match (view, owned) {
            (Some(view), Some(owned)) => K::matches(view, owned),
            (view, owned) => view.is_none() && owned.is_none(),
        }
    }

    fn satisfies<'s, S: JsonSource<'s>>(_: impl FnOnce() -> Option<S>) -> bool {
        true
    }

    fn report<'s, S: JsonSource<'s>>(key: &str, source: Option<S>, diagnostics: &mut Diagnostics) {
        if let Some(source) = present::<K, S>(source) {
            diagnostics.member(key, |diagnostics| K::report(source, diagnostics));
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
        owned.as_ref().map_or(Ok(()), |owned| {
            map.serialize_entry(key, &WriteAs::<K>(owned))
        })
    }
}

impl<K: RequiredKind> Field for Required<K>
where
    K::Owned: Default,
{
    type View<'f> = K::View<'f>;
    type Owned = K::Owned;
    type Cached<'f> = K::Cached<'f>;

    #[inline]
    fn cache<'f>(find: impl FnOnce() -> Option<Value<'f>>) -> Option<K::Cached<'f>> {
        find().and_then(K::cache)
    }

    #[inline]
    fn view<'f>(cached: K::Cached<'f>, find: impl FnOnce() -> Option<Value<'f>>) -> K::View<'f> {
        K::view_cached(cached, find)
    }

    fn decode<'s, S: JsonSource<'s>>(
        _: &str,
        source: Option<S>,
        _: &mut Extra,
    ) -> Option<Self::Owned> {
        source.and_then(K::decode)
    }

    fn matches(view: Self::View<'_>, owned: &Self::Owned) -> bool {
        K::matches(view, owned)
    }

    fn satisfies<'s, S: JsonSource<'s>>(find: impl FnOnce() -> Option<S>) -> bool {
        find().is_some_and(K::accepts)
    }

    fn report<'s, S: JsonSource<'s>>(key: &str, source: Option<S>, diagnostics: &mut Diagnostics) {
        diagnostics.member(key, |diagnostics| match source {
            Some(source) => K::report(source, diagnostics),
            None => diagnostics.missing(K::EXPECTED),
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
        map.serialize_entry(key, &WriteAs::<K>(owned))
    }
}

impl<K: Kind> Field for ListOrEmpty<K> {
    type View<'f> = List<'f, K>;
    type Owned = Vec<K::Owned>;
    type Cached<'f> = ();

    #[inline]
    fn cache<'f>(_: impl FnOnce() -> Option<Value<'f>>) -> Option<()> {
        Some(())
    }

    #[inline]
    fn view<'f>((): (), find: impl FnOnce() -> Option<Value<'f>>) -> List<'f, K> {
        find().map_or_else(List::empty, List::new)
    }

    fn decode<'s, S: JsonSource<'s>>(
        key: &str,
        source: Option<S>,
        extra: &mut Extra,
    ) -> Option<Self::Owned> {
        Some(decode_or_keep::<LenientList<K>, S>(key, source, extra).unwrap_or_default())
    }

    fn matches(view: List<'_, K>, owned: &Self::Owned) -> bool {
        LenientList::<K>::matches(view, owned)
    }

    fn satisfies<'s, S: JsonSource<'s>>(_: impl FnOnce() -> Option<S>) -> bool {
        true
    }

    fn report<'s, S: JsonSource<'s>>(key: &str, source: Option<S>, diagnostics: &mut Diagnostics) {
        Optional::<LenientList<K>>::report(key, source, diagnostics);
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
        map.serialize_entry(key, &WriteAs::<LenientList<K>>(owned))
    }
}
