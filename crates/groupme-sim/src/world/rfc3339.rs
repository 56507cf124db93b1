//! Format of the only date that GroupMe pushes as text: the time of a deletion.

use core::time::Duration;

/// Formats a time since 1970 as RFC 3339 with four decimals: `2025-07-01T23:40:22.8912Z`.
pub(super) fn rfc3339(since_epoch: Duration) -> String {
    let seconds = since_epoch.as_secs();
    let (year, month, day) = civil(seconds / DAY);
    let (hour, minute, second) = (seconds % DAY / 3600, seconds % 3600 / 60, seconds % 60);
    let decimals = since_epoch.subsec_micros() / 100;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{decimals:04}Z")
}

/// Returns year, month and day of a day counted from 1970-01-01.
fn civil(mut day: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if day < length {
            break;
        }
        day -= length;
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
