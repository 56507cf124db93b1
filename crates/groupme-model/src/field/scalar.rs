//! Kinds that are one value: text, numbers, times, ids.

use bayeux_wire::Value;
#[cfg(feature = "serde")]
use serde::ser::{Serialize, Serializer};

use crate::field::{Kind, Needed};
use crate::id::{Id, IdKind, IdRef};
use crate::json::Json;
use crate::source::{Shape, Source};
#[cfg(feature = "serde")]
use crate::timestamp::{EXACT_IN_F64, Written};
use crate::timestamp::{Timestamp, Unit};

macro_rules! scalars {
    ($(
        $(#[$meta:meta])*
        $vis:vis $Kind:ident: $Value:ty, expects $expected:literal,
        reads $read:expr, writes |$owned:ident, $serializer:ident| $write:expr;
    )*) => { $(
        $(#[$meta])*
        $vis struct $Kind;

        impl Kind for $Kind {
            type Shown<'f> = $Value;
            type Owned = $Value;

            const EXPECTED: &'static str = $expected;

            #[inline]
            fn show(value: Value<'_>) -> Option<$Value> {
                $read(value.shape())
            }

            fn own<'s, S: Source<'s>>(source: S) -> Option<$Value> {
                $read(source.shape())
            }

            #[allow(clippy::float_cmp, reason = "floats are read from the same digits")]
            fn matches(shown: $Value, owned: &$Value) -> bool {
                shown == *owned
            }

            fn accepts<'s, S: Source<'s>>(source: S) -> bool {
                $read(source.shape()).is_some()
            }

            // Coordinates, years and the like are "" where GroupMe has none.
            #[inline]
            fn is_absent(shape: Shape<'_>) -> bool {
                matches!(shape, Shape::Null | Shape::Text(""))
            }

            #[cfg(feature = "serde")]
            fn write<S: Serializer>($owned: &$Value, $serializer: S) -> Result<S::Ok, S::Error> {
                $write
            }
        }
    )* };
}

scalars! {
    /// A truth: also `0`, `1` and the same as text.
    pub(crate) Flag: bool, expects "true or false",
        reads flag, writes |owned, serializer| serializer.serialize_bool(*owned);
    /// A whole number: also as text.
    #[derive(Debug)]
    pub Integer: i64, expects "a whole number",
        reads integer, writes |owned, serializer| serializer.serialize_i64(*owned);
    /// A number that GroupMe writes as text (coordinates), or as a number.
    pub(crate) Decimal: f64, expects "a number, or one as text",
        reads decimal, writes |owned, serializer| serializer.collect_str(owned);
    /// A number, or the same as text.
    pub(crate) Number: f64, expects "a number, or one as text",
        reads decimal, writes |owned, serializer| write_number(*owned, serializer);
    /// A time whose integers are seconds.
    pub(crate) Seconds: Timestamp, expects "a time in seconds, or as RFC 3339",
        reads |shape| Timestamp::read(shape, Unit::Seconds),
        writes |owned, serializer| write_time(owned.written(Unit::Seconds), serializer);
    /// A time whose integers are milliseconds.
    pub(crate) Millis: Timestamp, expects "a time in milliseconds, or as RFC 3339",
        reads |shape| Timestamp::read(shape, Unit::Millis),
        writes |owned, serializer| write_time(owned.written(Unit::Millis), serializer);
    /// A time as RFC 3339; integers are seconds.
    pub(crate) DateTime: Timestamp, expects "a time as RFC 3339, or in seconds",
        reads |shape| Timestamp::read(shape, Unit::Seconds),
        writes |owned, serializer| write_time(owned.written_as_text(), serializer);
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
    reason = "a place has fewer digits than a float"
)]
fn decimal(shape: Shape<'_>) -> Option<f64> {
    match shape {
        Shape::Int(number) => Some(number as f64),
        Shape::Uint(number) => Some(number as f64),
        Shape::Float(number) => Some(number),
        // `parse` also takes "inf" and "nan", which are no place on Earth.
        Shape::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// Whole numbers as integers, since GroupMe does so.
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

#[cfg(feature = "serde")]
fn write_time<S: Serializer>(written: Written, serializer: S) -> Result<S::Ok, S::Error> {
    match written {
        Written::Integer(number) => serializer.serialize_i64(number),
        Written::Text(text) => serializer.serialize_str(&text),
        Written::Float(number) => serializer.serialize_f64(number),
    }
}

/// Text.
#[derive(Debug)]
pub struct Text;

impl Kind for Text {
    type Shown<'f> = &'f str;
    type Owned = String;

    const EXPECTED: &'static str = "text";

    #[inline]
    fn show(value: Value<'_>) -> Option<&str> {
        value.as_str()
    }

    fn own<'s, S: Source<'s>>(source: S) -> Option<String> {
        match source.shape() {
            Shape::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }

    fn matches(shown: &str, owned: &String) -> bool {
        shown == owned
    }

    fn accepts<'s, S: Source<'s>>(source: S) -> bool {
        matches!(source.shape(), Shape::Text(_))
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &String, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(owned)
    }
}

/// Any value, as it is.
pub(crate) struct Raw;

impl Kind for Raw {
    type Shown<'f> = Value<'f>;
    type Owned = Json;

    const EXPECTED: &'static str = "any value";

    #[inline]
    fn show(value: Value<'_>) -> Option<Value<'_>> {
        Some(value)
    }

    fn own<'s, S: Source<'s>>(source: S) -> Option<Json> {
        Some(source.to_json())
    }

    fn matches(shown: Value<'_>, owned: &Json) -> bool {
        Json::from(shown) == *owned
    }

    fn accepts<'s, S: Source<'s>>(_: S) -> bool {
        true
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Json, serializer: S) -> Result<S::Ok, S::Error> {
        owned.serialize(serializer)
    }
}

/// Two whole numbers, such as `[start, length]`.
#[derive(Debug)]
pub struct Pair;

impl Kind for Pair {
    type Shown<'f> = [i64; 2];
    type Owned = [i64; 2];

    const EXPECTED: &'static str = "a list of two whole numbers";

    fn show(value: Value<'_>) -> Option<[i64; 2]> {
        Self::own(value)
    }

    fn own<'s, S: Source<'s>>(source: S) -> Option<[i64; 2]> {
        let mut elements = source.elements();
        let pair = [
            Integer::own(elements.next()?)?,
            Integer::own(elements.next()?)?,
        ];
        elements.next().is_none().then_some(pair)
    }

    fn matches(shown: [i64; 2], owned: &[i64; 2]) -> bool {
        shown == *owned
    }

    fn accepts<'s, S: Source<'s>>(source: S) -> bool {
        Self::own(source).is_some()
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &[i64; 2], serializer: S) -> Result<S::Ok, S::Error> {
        owned.serialize(serializer)
    }
}

impl<T: IdKind> Kind for Id<T> {
    type Shown<'f> = IdRef<'f, T>;
    type Owned = Self;

    const EXPECTED: &'static str = "an id, as text or an integer";

    #[inline]
    fn show(value: Value<'_>) -> Option<IdRef<'_, T>> {
        IdRef::read(value.shape())
    }

    fn own<'s, S: Source<'s>>(source: S) -> Option<Self> {
        IdRef::read(source.shape()).map(IdRef::into_owned)
    }

    fn matches(shown: IdRef<'_, T>, owned: &Self) -> bool {
        shown == *owned
    }

    fn accepts<'s, S: Source<'s>>(source: S) -> bool {
        IdRef::<T>::read(source.shape()).is_some()
    }

    #[cfg(feature = "serde")]
    fn write<S: Serializer>(owned: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        owned.serialize(serializer)
    }
}

impl<T: IdKind> Needed for Id<T> {
    type Kept<'f> = ();

    #[inline]
    fn keep(value: Value<'_>) -> Option<()> {
        Self::show(value).map(|_| ())
    }

    #[inline]
    fn show_kept<'f>((): (), find: impl FnOnce() -> Option<Value<'f>>) -> IdRef<'f, T> {
        let id = find().and_then(Self::show);
        id.unwrap_or_else(|| IdRef::from(""))
    }
}
