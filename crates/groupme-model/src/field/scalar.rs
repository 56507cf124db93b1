//! Kinds of a single value: text, booleans, numbers, ids.

use bayeux_wire::Value;
#[cfg(feature = "serde")]
use serde::ser::{Serialize, Serializer};

use crate::diagnostics::Diagnostics;
use crate::field::{Kind, RequiredKind};
use crate::id::{Id, IdKind, IdRef};
use crate::json::Json;
use crate::json_source::{JsonSource, Shape};

/// 2^53, the largest number up to which every integer has an `f64` of its own.
pub(super) const EXACT_IN_F64: f64 = 9_007_199_254_740_992.0;

/// Declares kinds whose view and owned form are the same `Copy` type.
macro_rules! scalars {
    ($(
        $(#[$meta:meta])*
        $vis:vis $Kind:ident: $Value:ty, expects $expected:literal,
        reads $read:expr, writes |$owned:ident, $serializer:ident| $write:expr;
    )*) => { $(
        $(#[$meta])*
        $vis struct $Kind;

        impl Kind for $Kind {
            type View<'f> = $Value;
            type Owned = $Value;

            const EXPECTED: &'static str = $expected;

            #[inline]
            fn view(value: Value<'_>) -> Option<$Value> {
                $read(value.shape())
            }

            fn decode<'s, S: JsonSource<'s>>(source: S) -> Option<$Value> {
                $read(source.shape())
            }

            #[allow(clippy::float_cmp, reason = "floats are read from the same digits")]
            fn matches(view: $Value, owned: &$Value) -> bool {
                view == *owned
            }

            fn accepts<'s, S: JsonSource<'s>>(source: S) -> bool {
                $read(source.shape()).is_some()
            }

            // GroupMe sends "" for a coordinate or a year that it does not have.
            #[inline]
            fn is_absent<'s, S: JsonSource<'s>>(source: S) -> bool {
                matches!(source.shape(), Shape::Null | Shape::Text(""))
            }

            #[cfg(feature = "serde")]
            fn write<S: Serializer>($owned: &$Value, $serializer: S) -> Result<S::Ok, S::Error> {
                $write
            }
        }
    )* };
}

scalars! {
    /// Boolean; also `0`, `1` and the same as text.
    pub(crate) Flag: bool, expects "true or false",
        reads flag, writes |owned, serializer| serializer.serialize_bool(*owned);
    /// Whole number; also as text.
    #[derive(Debug)]
    pub Integer: i64, expects "a whole number",
        reads integer, writes |owned, serializer| serializer.serialize_i64(*owned);
    /// Number that GroupMe expects as text, such as a coordinate.
    pub(crate) Decimal: f64, expects "a number, or one as text",
        reads decimal, writes |owned, serializer| serializer.collect_str(owned);
    /// Number; also as text.
    pub(crate) Number: f64, expects "a number, or one as text",
        reads decimal, writes |owned, serializer| write_number(*owned, serializer);
}

fn flag(shape: Shape<'_>) -> Option<bool> {
    match shape {
        Shape::Bool(value) => Some(value),
        Shape::Int(0) | Shape::Text("0" | "false") => Some(false),
        Shape::Int(1) | Shape::Text("1" | "true") => Some(true),
        _ => None,
    }
}

fn integer(shape: Shape<'_>) -> Option<i64> {
    match shape {
        Shape::Int(number) => Some(number),
        Shape::Text(text) => text.parse().ok(),
        _ => None,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a coordinate has fewer digits than a float"
)]
fn decimal(shape: Shape<'_>) -> Option<f64> {
    match shape {
        Shape::Int(number) => Some(number as f64),
        Shape::Uint(number) => Some(number as f64),
        Shape::Float(number) => Some(number),
        // `parse` also accepts "inf" and "nan", which are no coordinates.
        Shape::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// Writes a whole number as an integer, as GroupMe does.
#[cfg(feature = "serde")]
fn write_number<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a whole number of at most 54 bits"
    )]
    if number.fract() == 0.0 && number.abs() <= EXACT_IN_F64 {
        serializer.serialize_i64(number as i64)
    } else {
        serializer.serialize_f64(number)
    }
}

pub(super) use scalars;

/// JSON string.
#[derive(Debug)]
pub struct Text;

impl Kind for Text {
    type View<'f> = &'f str;
    type Owned = String;

    const EXPECTED: &'static str = "text";

    #[inline]
    fn view(value: Value<'_>) -> Option<&str> {
        value.as_str()
    }

    fn decode<'s, S: JsonSource<'s>>(source: S) -> Option<String> {
        match source.shape() {
            Shape::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }

    fn matches(view: &str, owned: &String) -> bool {
        view == owned
    }

    fn accepts<'s, S: JsonSource<'s>>(source: S) -> bool {
        matches!(source.shape(), Shape::Text(_))
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &String, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(owned)
    }
}

/// Any value, kept as received.
pub(crate) struct Raw;

impl Kind for Raw {
    type View<'f> = Value<'f>;
    type Owned = Json;

    const EXPECTED: &'static str = "any value";

    #[inline]
    fn view(value: Value<'_>) -> Option<Value<'_>> {
        Some(value)
    }

    fn decode<'s, S: JsonSource<'s>>(source: S) -> Option<Json> {
        Some(source.to_json())
    }

    fn matches(view: Value<'_>, owned: &Json) -> bool {
        Json::from(view) == *owned
    }

    fn accepts<'s, S: JsonSource<'s>>(_: S) -> bool {
        true
    }

    fn report<'s, S: JsonSource<'s>>(source: S, diagnostics: &mut Diagnostics) {
        diagnostics.unreadable_within(source);
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Json, serializer: S) -> Result<S::Ok, S::Error> {
        owned.serialize(serializer)
    }
}

/// Array of two whole numbers, such as `[start, length]`.
#[derive(Debug)]
pub struct Pair;

impl Kind for Pair {
    type View<'f> = [i64; 2];
    type Owned = [i64; 2];

    const EXPECTED: &'static str = "a list of two whole numbers";

    fn view(value: Value<'_>) -> Option<[i64; 2]> {
        Self::decode(value)
    }

    fn decode<'s, S: JsonSource<'s>>(source: S) -> Option<[i64; 2]> {
        let mut elements = source.elements();
        let pair = [
            Integer::decode(elements.next()?)?,
            Integer::decode(elements.next()?)?,
        ];
        elements.next().is_none().then_some(pair)
    }

    fn matches(view: [i64; 2], owned: &[i64; 2]) -> bool {
        view == *owned
    }

    fn accepts<'s, S: JsonSource<'s>>(source: S) -> bool {
        Self::decode(source).is_some()
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &[i64; 2], serializer: S) -> Result<S::Ok, S::Error> {
        owned.serialize(serializer)
    }
}

impl<T: IdKind> Kind for Id<T> {
    type View<'f> = IdRef<'f, T>;
    type Owned = Self;

    const EXPECTED: &'static str = "an id, as text or an integer";

    #[inline]
    fn view(value: Value<'_>) -> Option<IdRef<'_, T>> {
        id_from(value.shape())
    }

    fn decode<'s, S: JsonSource<'s>>(source: S) -> Option<Self> {
        id_from(source.shape()).map(IdRef::into_owned)
    }

    fn matches(view: IdRef<'_, T>, owned: &Self) -> bool {
        view == *owned
    }

    fn accepts<'s, S: JsonSource<'s>>(source: S) -> bool {
        id_from::<T>(source.shape()).is_some()
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        owned.serialize(serializer)
    }
}

/// Reads an id from a JSON string or integer.
#[inline]
fn id_from<T>(shape: Shape<'_>) -> Option<IdRef<'_, T>> {
    match shape {
        Shape::Text(text) => Some(IdRef::from(text)),
        Shape::Int(number) => Some(IdRef::from(number)),
        Shape::Uint(number) => Some(IdRef::from(number)),
        _ => None,
    }
}

impl<T: IdKind> RequiredKind for Id<T> {
    type Cached<'f> = ();

    #[inline]
    fn cache(value: Value<'_>) -> Option<()> {
        Self::view(value).map(|_| ())
    }

    #[inline]
    fn view_cached<'f>((): (), find: impl FnOnce() -> Option<Value<'f>>) -> IdRef<'f, T> {
        let id = find().and_then(Self::view);
        id.unwrap_or_else(|| IdRef::from(""))
    }
}
