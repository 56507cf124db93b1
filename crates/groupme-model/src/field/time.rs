//! Times as GroupMe sends them: integers in seconds or milliseconds, and RFC 3339 text.
//!
//! The unit of an integer is declared with the field and never guessed from its size.

use bayeux_wire::Value;
#[cfg(feature = "serde")]
use serde::ser::Serializer;

use super::scalar::{EXACT_IN_F64, scalars};
use crate::date_time;
use crate::field::Kind;
use crate::json_source::{JsonSource, Shape};
use crate::timestamp::Timestamp;

scalars! {
    /// Time in seconds since the Unix epoch.
    pub(crate) Seconds: Timestamp, expects "a time in seconds, or as RFC 3339",
        reads |shape| read(shape, Unit::Seconds),
        writes |owned, serializer| write(*owned, Unit::Seconds, serializer);
    /// Time in milliseconds since the Unix epoch.
    pub(crate) Millis: Timestamp, expects "a time in milliseconds, or as RFC 3339",
        reads |shape| read(shape, Unit::Millis),
        writes |owned, serializer| write(*owned, Unit::Millis, serializer);
    /// RFC 3339 text; an integer counts seconds.
    pub(crate) DateTime: Timestamp, expects "a time as RFC 3339, or in seconds",
        reads |shape| read(shape, Unit::Seconds),
        writes |owned, serializer| write_as_text(*owned, serializer);
    /// RFC 3339 text with its offset; an integer counts seconds.
    pub(crate) LocalTime: date_time::DateTime, expects "a time as RFC 3339, or in seconds",
        reads |shape| read_local(shape),
        writes |owned, serializer| write_local(*owned, serializer);
}

/// Unit of a field's integers.
#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Millis,
}

impl Unit {
    const fn millis(self) -> i64 {
        match self {
            Self::Seconds => 1000,
            Self::Millis => 1,
        }
    }
}

/// Reads a number in `unit`, the same number as text, or RFC 3339 text.
fn read(shape: Shape<'_>, unit: Unit) -> Option<Timestamp> {
    match shape {
        Shape::Int(number) => from_integer(number, unit),
        Shape::Float(number) => from_float(number, unit),
        Shape::Text(text) => match text.parse() {
            Ok(number) => from_integer(number, unit),
            Err(_) => text.parse().ok(),
        },
        _ => None,
    }
}

/// Reads RFC 3339 text with its offset, or a time in UTC.
fn read_local(shape: Shape<'_>) -> Option<date_time::DateTime> {
    if let Shape::Text(text) = shape
        && let Ok(time) = text.parse()
    {
        return Some(time);
    }
    read(shape, Unit::Seconds).map(date_time::DateTime::from)
}

fn from_integer(number: i64, unit: Unit) -> Option<Timestamp> {
    number
        .checked_mul(unit.millis())
        .map(Timestamp::from_millis)
}

fn from_float(number: f64, unit: Unit) -> Option<Timestamp> {
    let millis = match unit {
        Unit::Seconds => (number * 1e3).round(),
        Unit::Millis => number.round(),
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a whole number of at most 54 bits"
    )]
    (millis.abs() <= EXACT_IN_F64).then_some(Timestamp::from_millis(millis as i64))
}

/// Writes an integer where that is exact, else RFC 3339, else (years beyond 9999 with a fraction
/// of a second) a float. [`read`] gives back the same time from each.
#[cfg(feature = "serde")]
fn write<S: Serializer>(time: Timestamp, unit: Unit, serializer: S) -> Result<S::Ok, S::Error> {
    let millis = time.as_millis();
    if millis % unit.millis() == 0 {
        serializer.serialize_i64(millis / unit.millis())
    } else if time.has_four_digit_year() {
        serializer.collect_str(&time)
    } else {
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds with a fraction were a float"
        )]
        serializer.serialize_f64(millis as f64 / 1e3)
    }
}

/// Writes RFC 3339, or seconds for a year that RFC 3339 has no digits for.
#[cfg(feature = "serde")]
fn write_as_text<S: Serializer>(time: Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    if time.has_four_digit_year() {
        serializer.collect_str(&time)
    } else {
        write(time, Unit::Seconds, serializer)
    }
}

/// Writes RFC 3339 with the offset, or seconds for a year that RFC 3339 has no digits for.
#[cfg(feature = "serde")]
fn write_local<S: Serializer>(time: date_time::DateTime, serializer: S) -> Result<S::Ok, S::Error> {
    if time.has_four_digit_year() {
        serializer.collect_str(&time)
    } else {
        write(time.timestamp(), Unit::Seconds, serializer)
    }
}
