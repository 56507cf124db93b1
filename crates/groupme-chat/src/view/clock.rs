//! Formats of times and days.

use groupme_client::Timestamp;
use jiff::{Zoned, civil::Date, tz::TimeZone};

fn zoned(time: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    let time = jiff::Timestamp::from_millisecond(time.as_millis()).ok()?;
    Some(time.to_zoned(zone.clone()))
}

/// Returns the time of day, such as `15:04`.
pub(crate) fn hour(time: Timestamp, zone: &TimeZone) -> String {
    zoned(time, zone).map_or_else(
        || "--:--".to_owned(),
        |time| time.strftime("%H:%M").to_string(),
    )
}

/// Returns the day of a time.
pub(crate) fn day(time: Timestamp, zone: &TimeZone) -> Option<Date> {
    zoned(time, zone).map(|time| time.date())
}

/// Returns the name of a day for the line above its messages.
pub(crate) fn day_name(day: Date, now: Timestamp, zone: &TimeZone) -> String {
    let name = day.strftime("%A, %-d %B %Y").to_string();
    let today = self::day(now, zone);
    if today == Some(day) {
        format!("Today, {name}")
    } else if today.and_then(|today| today.yesterday().ok()) == Some(day) {
        format!("Yesterday, {name}")
    } else {
        name
    }
}

/// Returns date and time to the second, such as `2025-12-31 15:04:05`.
pub(crate) fn full(time: Timestamp, zone: &TimeZone) -> String {
    zoned(time, zone).map_or_else(
        || "?".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}
