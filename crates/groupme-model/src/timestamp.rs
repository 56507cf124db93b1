//! Points in time, in milliseconds since the Unix epoch.

use core::fmt;
use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) mod rfc3339;

/// Point in time: milliseconds since the Unix epoch (1970-01-01T00:00Z), without leap seconds.
///
/// GroupMe sends seconds in most fields, milliseconds in a few and RFC 3339 text in others. Each
/// field declares its unit, so a number is never guessed to be one or the other from its size.
/// Fractions finer than a millisecond are cut off. `253402300800` seconds (the first second of the
/// year 10000), which GroupMe sends for "forever", is an ordinary value.
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

/// Error for text that is not an RFC 3339 date and time.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time: expected RFC 3339, such as 2025-07-01T23:40:22.891Z")]
#[non_exhaustive]
pub struct ParseTimestampError;

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Timestamp {
    /// Unix epoch, 1970-01-01T00:00Z.
    pub const EPOCH: Self = Self(0);

    /// Creates a timestamp from seconds since the Unix epoch. Saturates at the limits of 64 bits of
    /// milliseconds.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(MILLIS_PER_SECOND))
    }

    /// Creates a timestamp from milliseconds since the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the whole seconds since the Unix epoch, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(MILLIS_PER_SECOND)
    }

    /// Returns the same time as a [`SystemTime`], or `None` if that cannot hold it.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_millis(self.0.unsigned_abs());
        if self.0 < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        }
    }

    /// Returns `true` if the year has four digits, so that RFC 3339 can express it.
    #[cfg(feature = "serde")]
    pub(crate) fn has_four_digit_year(self) -> bool {
        rfc3339::is_representable(self.0)
    }
}

/// Cuts off fractions of a millisecond. Saturates at the limits of 64 bits of milliseconds.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let millis = |distance: Duration| i64::try_from(distance.as_millis()).unwrap_or(i64::MAX);
        Self(match time.duration_since(UNIX_EPOCH) {
            Ok(after) => millis(after),
            Err(before) => millis(before.duration()).saturating_neg(),
        })
    }
}

const MILLIS_PER_SECOND: i64 = 1000;

/// Writes RFC 3339 in UTC, with milliseconds unless they are zero: `2025-07-01T23:40:22.891Z`.
/// Years outside 0 to 9999 are written with as many digits as they need.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        rfc3339::format(self.0, 0, f)
    }
}

impl core::str::FromStr for Timestamp {
    type Err = ParseTimestampError;

    /// Parses RFC 3339 with any number of fractional digits and any offset, and also the offset
    /// without a colon (`+0000`) that GroupMe's directory sends. A leap second becomes the first
    /// second of the next minute.
    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        let parsed = rfc3339::parse(text);
        parsed
            .map(|(millis, _)| Self(millis))
            .ok_or(ParseTimestampError)
    }
}
