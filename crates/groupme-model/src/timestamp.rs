//! Points in time, in milliseconds.

use core::fmt;
use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::source::Shape;

mod rfc3339;

/// A point in time: milliseconds since 1970-01-01T00:00Z, leap seconds not counted.
///
/// GroupMe sends seconds in most fields, milliseconds in some and RFC 3339 text in others; which of
/// the first two is settled where a field is declared, never guessed from the size of the number.
/// Fractions finer than a millisecond are cut off. `253402300800` seconds (the year 10000), which
/// GroupMe has for "forever", is a value like any other.
///
/// ```
/// use groupme_model::Timestamp;
///
/// let deleted: Timestamp = "2025-07-01T23:40:22.8912Z".parse()?;
/// assert_eq!(deleted.as_millis(), 1_751_413_222_891);
/// assert_eq!(deleted.to_string(), "2025-07-01T23:40:22.891Z");
/// # Ok::<(), groupme_model::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 date and time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time: expected RFC 3339, such as 2025-07-01T23:40:22.891Z")]
#[non_exhaustive]
pub struct ParseTimestampError;

/// What the integers of a field count.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Seconds,
    Millis,
}

/// How a timestamp is written in a field: as an integer where that is exact.
#[cfg(feature = "serde")]
pub(crate) enum Written {
    Integer(i64),
    Text(String),
    Float(f64),
}

impl Timestamp {
    /// 1970-01-01T00:00Z.
    pub const EPOCH: Self = Self(0);

    /// A time in seconds since the epoch; the nearest that 64 bits of milliseconds can hold.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(MILLIS_PER_SECOND))
    }

    /// A time in milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(MILLIS_PER_SECOND)
    }

    /// The same time of the system's clock, if that can hold it.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_millis(self.0.unsigned_abs());
        if self.0 < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        }
    }

    /// Reads a number in `unit`, or text: such a number, or RFC 3339.
    pub(crate) fn read(shape: Shape<'_>, unit: Unit) -> Option<Self> {
        match shape {
            Shape::Int(number) => Self::from_integer(number, unit),
            Shape::Float(number) => Self::from_float(number, unit),
            Shape::Text(text) => match text.parse() {
                Ok(number) => Self::from_integer(number, unit),
                Err(_) => text.parse().ok(),
            },
            _ => None,
        }
    }

    fn from_integer(number: i64, unit: Unit) -> Option<Self> {
        number.checked_mul(unit.millis()).map(Self)
    }

    fn from_float(number: f64, unit: Unit) -> Option<Self> {
        let millis = match unit {
            Unit::Seconds => (number * 1e3).round(),
            Unit::Millis => number.round(),
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a whole number of at most 54 bits"
        )]
        (millis.abs() <= EXACT_IN_F64).then_some(Self(millis as i64))
    }

    /// How to write this time so that reading it in `unit` gives it back.
    #[cfg(feature = "serde")]
    pub(crate) fn written(self, unit: Unit) -> Written {
        if self.0 % unit.millis() == 0 {
            Written::Integer(self.0 / unit.millis())
        } else if rfc3339::can_tell(self.0) {
            Written::Text(self.to_string())
        } else {
            #[expect(
                clippy::cast_precision_loss,
                reason = "seconds with a fraction were a float"
            )]
            Written::Float(self.0 as f64 / 1e3)
        }
    }

    /// How to write this time in a field that is RFC 3339 as a rule.
    #[cfg(feature = "serde")]
    pub(crate) fn written_as_text(self) -> Written {
        if rfc3339::can_tell(self.0) {
            Written::Text(self.to_string())
        } else {
            self.written(Unit::Seconds)
        }
    }
}

impl Unit {
    const fn millis(self) -> i64 {
        match self {
            Self::Seconds => MILLIS_PER_SECOND,
            Self::Millis => 1,
        }
    }
}

const MILLIS_PER_SECOND: i64 = 1000;

/// 2^53: up to here every integer has its own `f64`.
pub(crate) const EXACT_IN_F64: f64 = 9_007_199_254_740_992.0;

/// RFC 3339 in UTC, with milliseconds if there are any: `2025-07-01T23:40:22.891Z`. Years outside
/// 0 to 9999 are written with as many digits as they need.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        rfc3339::format(self.0, f)
    }
}

impl core::str::FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Reads RFC 3339 with any number of fractional digits and any offset. Also the offset without
    /// a colon (`+0000`) that GroupMe's directory sends.
    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        rfc3339::parse(text).map(Self).ok_or(ParseTimestampError)
    }
}
