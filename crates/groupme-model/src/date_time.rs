//! Points in time with the offset of the place in which they were written.

use core::fmt;

use crate::timestamp::{ParseTimestampError, Timestamp, rfc3339};

/// Point in time with an offset from UTC: the start of a calendar event at its place.
///
/// The offset decides the day on which an event is: midnight in New York is another day in UTC.
/// Written as RFC 3339, with the offset, as GroupMe's own apps write it.
///
/// ```
/// use groupme_model::{DateTime, Timestamp};
///
/// let start: DateTime = "2021-08-30T01:00:00-04:00".parse()?;
/// assert_eq!(start.offset_minutes(), -240);
/// assert_eq!(start.timestamp(), Timestamp::from_secs(1_630_299_600));
/// assert_eq!(start.to_string(), "2021-08-30T01:00:00-04:00");
/// # Ok::<(), groupme_model::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    time: Timestamp,
    /// Minutes east of UTC.
    offset: i16,
}

impl DateTime {
    /// Creates a point in time with an offset, in minutes east of UTC: -240 in New York in summer.
    /// Offsets of a day and more count as none.
    pub const fn new(time: Timestamp, offset_minutes: i16) -> Self {
        let offset = if offset_minutes.unsigned_abs() < MINUTES_PER_DAY {
            offset_minutes
        } else {
            0
        };
        Self { time, offset }
    }

    /// Returns the point in time.
    pub const fn timestamp(self) -> Timestamp {
        self.time
    }

    /// Returns the offset, in minutes east of UTC.
    pub const fn offset_minutes(self) -> i16 {
        self.offset
    }

    /// Returns whether the year at the place has four digits, as RFC 3339 wants.
    pub(crate) fn has_four_digit_year(self) -> bool {
        let offset = i64::from(self.offset) * 60_000;
        rfc3339::is_representable(self.time.as_millis().saturating_add(offset))
    }
}

const MINUTES_PER_DAY: u16 = 24 * 60;

/// The same point in time, in UTC.
impl From<Timestamp> for DateTime {
    fn from(time: Timestamp) -> Self {
        Self::new(time, 0)
    }
}

impl From<DateTime> for Timestamp {
    fn from(time: DateTime) -> Self {
        time.time
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        rfc3339::format(self.time.as_millis(), i64::from(self.offset), f)
    }
}

impl core::str::FromStr for DateTime {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        let (millis, offset) = rfc3339::parse(text).ok_or(ParseTimestampError)?;
        // The parser takes hours up to 23 and minutes up to 59.
        let offset = i16::try_from(offset).unwrap_or(0);
        let time = Self::new(Timestamp::from_millis(millis), offset);
        // The leap second of the last year is in the next one, which has no text.
        Ok(if time.has_four_digit_year() {
            time
        } else {
            time.time.into()
        })
    }
}
