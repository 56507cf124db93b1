//! Times as text: in RFC 3339, with four decimals in messages and none in the calendar.

use core::time::Duration;

/// Formats a time since 1970 as RFC 3339 with four decimals: `2025-07-01T23:40:22.8912Z`.
pub(super) fn rfc3339(since_epoch: Duration) -> String {
    let seconds = since_epoch.as_secs();
    let (year, month, day) = civil(seconds / DAY);
    let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
    let decimals = since_epoch.subsec_micros() / 100;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{decimals:04}Z")
}

/// Formats a time in seconds since 1970 as RFC 3339 without decimals.
pub(super) fn rfc3339_seconds(since_epoch: u64) -> String {
    let text = rfc3339(Duration::from_secs(since_epoch));
    text.replace(".0000Z", "Z")
}

/// Parses a time in RFC 3339 as a duration since 1970; `None` for other texts and earlier times.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-')?;
    let (zone, is_behind) = match time.find(['Z', 'z', '+', '-'])? {
        at if time[at..].eq_ignore_ascii_case("z") => (at, None),
        at => (at, Some(time[at..].starts_with('-'))),
    };
    let (clock, offset) = time.split_at(zone);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':')?;
    let in_range = (1..=12).contains(&month) && day > 0 && hour < 24 && minute < 60 && second < 61;
    if !in_range || year < 1970 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let nanos: u64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let mut days = 0;
    for year in 1970..year {
        days += if is_leap(year) { 366 } else { 365 };
    }
    for (length, _) in month_lengths(year).zip(1..month) {
        days += length;
    }
    if day > month_lengths(year).nth(usize::try_from(month - 1).ok()?)? {
        return None;
    }
    let seconds = (days + day - 1) * DAY + hour * 3600 + minute * 60 + second;
    let seconds = match is_behind {
        None => seconds,
        Some(is_behind) => {
            let [hours, minutes] = numbers(offset.get(1..)?, ':')?;
            let offset = hours * 3600 + minutes * 60;
            if is_behind {
                seconds + offset
            } else {
                seconds.checked_sub(offset)?
            }
        }
    };
    Some(Duration::from_secs(seconds) + Duration::from_nanos(nanos))
}

/// Parses `N` numbers of at most four digits with a separator between.
fn numbers<const N: usize>(text: &str, separator: char) -> Option<[u64; N]> {
    let mut found = [0; N];
    let mut parts = text.split(separator);
    for number in &mut found {
        let part = parts.next().filter(|part| (1..=4).contains(&part.len()))?;
        let digits = part.bytes().all(|digit| digit.is_ascii_digit());
        *number = part.parse().ok().filter(|_| digits)?;
    }
    parts.next().is_none().then_some(found)
}

fn month_lengths(year: u64) -> impl Iterator<Item = u64> {
    let february = if is_leap(year) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter()
}

/// Returns year, month and day of a day counted from 1970-01-01.
fn civil(day: u64) -> (u64, u64, u64) {
    // The calendar repeats after 400 years, so that far times take no longer than near ones.
    let (cycles, mut day) = (day / DAYS_OF_400_YEARS, day % DAYS_OF_400_YEARS);
    let mut year = 1970 + 400 * cycles;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if day < length {
            break;
        }
        day -= length;
        year += 1;
    }
    let mut month = 1;
    for length in month_lengths(year) {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    (year, month, day + 1)
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Length of a day, in seconds.
const DAY: u64 = 86_400;
const DAYS_OF_400_YEARS: u64 = 146_097;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_times_that_clients_send() {
        let read = |text: &str| parse(text).map(|time| (time.as_secs(), time.subsec_millis()));
        assert_eq!(
            read("2025-07-01T23:40:22.8912Z"),
            Some((1_751_413_222, 891))
        );
        assert_eq!(read("2021-07-11T20:45:00-05:00"), Some((1_626_054_300, 0)));
        assert_eq!(read("2000-03-01T01:00:00+01:00"), Some((951_868_800, 0)));
        for wrong in [
            "",
            "2021-07-11",
            "2021-02-30T00:00:00Z",
            "2021-13-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2021-07-11T24:00:00Z",
            "2021-07-11T20:45:00",
            "2021-07-11T20:45:00.x5Z",
            "é021-07-11T20:45:00Z",
            "2021-07-11T20:45:00+é",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn writes_dates_as_groupme_does() {
        let deleted = Duration::from_secs(1_751_413_222) + Duration::from_micros(891_299);
        assert_eq!(rfc3339(deleted), "2025-07-01T23:40:22.8912Z");
        assert_eq!(rfc3339(Duration::ZERO), "1970-01-01T00:00:00.0000Z");
        assert_eq!(
            rfc3339(Duration::from_secs(951_827_696)),
            "2000-02-29T12:34:56.0000Z"
        );
        assert_eq!(
            rfc3339(Duration::from_secs(4_107_542_399)),
            "2100-02-28T23:59:59.0000Z"
        );
        assert_eq!(
            rfc3339(Duration::from_secs(4_107_542_401)),
            "2100-03-01T00:00:01.0000Z"
        );
        assert_eq!(
            rfc3339(Duration::from_secs(1_798_761_599)),
            "2026-12-31T23:59:59.0000Z"
        );
    }

    #[test]
    fn writes_far_dates_as_fast_as_near_ones() {
        let day = Duration::from_secs(DAY);
        let in_days = |days| rfc3339(day.saturating_mul(days));
        assert_eq!(in_days(146_096), "2369-12-31T00:00:00.0000Z");
        assert_eq!(in_days(146_097), "2370-01-01T00:00:00.0000Z");
        assert_eq!(in_days(146_097_059), "401970-03-01T00:00:00.0000Z");
        assert_eq!(rfc3339(Duration::MAX), "584554051223-11-09T07:00:15.9999Z");
    }
}
