//! Times written by people, such as `yesterday` or `2 hours ago`, and positions in a history.

use anyhow::anyhow;
use groupme_model::{MessageId, Timestamp};
use jiff::{
    Span, Zoned,
    civil::{Date, DateTime, Time},
};

/// Position in a history: a message, or a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// Message by its id, or such as `@last`.
    Message(String),
    /// Time, in seconds since 1970.
    Time(i64),
}

impl Position {
    /// Parses a message or a time. Digits alone are a message id.
    pub(crate) fn parse(text: &str) -> Result<Self, anyhow::Error> {
        Self::parse_at(text, &Zoned::now())
    }

    fn parse_at(text: &str, now: &Zoned) -> Result<Self, anyhow::Error> {
        let is_message = text.starts_with('@')
            || !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_message {
            return Ok(Self::Message(text.to_owned()));
        }
        let time = parse(text, now).ok_or_else(|| {
            anyhow!(
                "`{text}` is neither a message id nor a time: expected `@last`, `2026-11-30`, \
                 `2026-11-30 18:00`, `18:00`, `today`, `yesterday`, `2 hours ago`, or RFC 3339"
            )
        })?;
        // Times of messages are whole seconds, rounded down: those of the same second are earlier.
        let is_whole = time.timestamp().subsec_nanosecond() == 0;
        let seconds = time.timestamp().as_second();
        Ok(Self::Time(if is_whole {
            seconds
        } else {
            seconds.saturating_add(1)
        }))
    }
}

/// Returns the first id that a message sent at a time or later can have. Ids begin with the ten digits
/// of the second, and have eight digits more.
pub(crate) fn first_id(seconds: i64) -> MessageId {
    MessageId::from(first_number(seconds).to_string())
}

/// Returns the last id that a message sent before a time can have.
pub(crate) fn last_id_before(seconds: i64) -> MessageId {
    MessageId::from((first_number(seconds) - 1).to_string())
}

fn first_number(seconds: i64) -> i64 {
    // Times with ten digits: from 2001, before GroupMe, to 2286.
    seconds.clamp(1_000_000_000, 9_999_999_999) * 100_000_000
}

/// Returns whether a message was sent at a time or later. A message without a time counts as later.
pub(crate) fn is_since(sent: Option<Timestamp>, seconds: i64) -> bool {
    sent.is_none_or(|sent| sent.as_secs() >= seconds)
}

/// Parses a time in the future. A span without a direction, such as `2 hours`, is one from now.
pub(crate) fn parse_future(text: &str) -> Result<Zoned, anyhow::Error> {
    future_at(text, &Zoned::now())
}

fn future_at(text: &str, now: &Zoned) -> Result<Zoned, anyhow::Error> {
    let time = parse(&format!("in {}", text.trim()), now).or_else(|| parse(text, now));
    let time = time.ok_or_else(|| {
        anyhow!(
            "`{text}` is no time: expected `2 hours`, `tomorrow`, `2026-11-30 18:00`, or RFC 3339"
        )
    })?;
    if time.timestamp() <= now.timestamp() {
        return Err(anyhow!("`{text}` is {time}, which is over"));
    }
    Ok(time)
}

/// Parses a time: a day, a time of today, both, a word, a span before now, or RFC 3339. Times without
/// an offset are those of the system's time zone.
pub(crate) fn parse(text: &str, now: &Zoned) -> Option<Zoned> {
    let text = text.trim();
    let zone = now.time_zone().clone();
    match &*text.to_lowercase() {
        "now" => return Some(now.clone()),
        "today" => return now.start_of_day().ok(),
        "yesterday" => return now.yesterday().ok()?.start_of_day().ok(),
        "tomorrow" => return now.tomorrow().ok()?.start_of_day().ok(),
        _ => {}
    }
    if let Ok(time) = text.parse::<Zoned>() {
        return Some(time);
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.to_zoned(zone));
    }
    if let Some(time) = span(text, now) {
        return Some(time);
    }
    // jiff parses the date of a date and time alone, too.
    if !text.contains([':', 'T', 't'])
        && let Ok(date) = text.parse::<Date>()
    {
        return date.to_zoned(zone).ok();
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return time.to_zoned(zone).ok();
    }
    // Digits alone are no time of day: `12` may be anything.
    let time: Time = text.contains(':').then(|| text.parse().ok())??;
    now.date().to_datetime(time).to_zoned(zone).ok()
}

/// Parses a span such as `2 hours ago`, `90m`, `3 days` or `in 2 hours`. Without a direction, the span
/// is one before now.
fn span(text: &str, now: &Zoned) -> Option<Zoned> {
    // In ISO 8601, `P1M` is a month and `PT1M` a minute; people mean neither.
    if text.starts_with(['P', 'p', '-', '+']) {
        return None;
    }
    if let Some(ahead) = text.strip_prefix("in ") {
        return now.checked_add(ahead.parse::<Span>().ok()?).ok();
    }
    let span: Span = text.parse().ok()?;
    if span.is_negative() {
        now.checked_add(span).ok()
    } else {
        now.checked_sub(span).ok()
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// Returns half past twelve of a day on which the clocks of Berlin went back by an hour at 03:00.
    fn noon() -> Zoned {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        jiff::civil::date(2026, 10, 25)
            .at(12, 30, 15, 0)
            .to_zoned(berlin)
            .unwrap()
    }

    fn at(text: &str) -> Option<String> {
        let now = noon();
        parse(text, &now).map(|time| time.strftime("%F %T %:z").to_string())
    }

    #[test]
    fn days_and_times_are_those_of_the_time_zone() {
        for (text, time) in [
            ("2026-10-25", "2026-10-25 00:00:00 +02:00"),
            ("2026-10-24", "2026-10-24 00:00:00 +02:00"),
            ("2026-11-01", "2026-11-01 00:00:00 +01:00"),
            ("2026-10-24 18:05", "2026-10-24 18:05:00 +02:00"),
            ("2026-10-24T18:05:09", "2026-10-24 18:05:09 +02:00"),
            ("18:00", "2026-10-25 18:00:00 +01:00"),
            ("now", "2026-10-25 12:30:15 +01:00"),
            ("today", "2026-10-25 00:00:00 +02:00"),
            ("Yesterday", "2026-10-24 00:00:00 +02:00"),
        ] {
            assert_eq!(at(text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn spans_go_back_by_the_clock_or_the_calendar() {
        for (text, time) in [
            ("2 hours ago", "2026-10-25 10:30:15 +01:00"),
            ("90m", "2026-10-25 11:00:15 +01:00"),
            ("12h", "2026-10-25 01:30:15 +02:00"),
            ("1 day ago", "2026-10-24 12:30:15 +02:00"),
            ("1 week ago", "2026-10-18 12:30:15 +02:00"),
            ("in 2 hours", "2026-10-25 14:30:15 +01:00"),
        ] {
            assert_eq!(at(text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn rfc_3339_has_its_own_offset() {
        assert_eq!(
            at("2026-10-24T18:00:00Z").as_deref(),
            Some("2026-10-24 20:00:00 +02:00")
        );
        assert_eq!(
            at("2026-10-24T18:00:00-05:00").as_deref(),
            Some("2026-10-25 01:00:00 +02:00")
        );
    }

    #[test]
    fn a_text_of_another_kind_is_no_time() {
        for text in [
            "",
            "soon",
            "P1M",
            "-2h",
            "25:00",
            "2026-13-01",
            "2026-10",
            "12",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_to_come_lies_ahead() {
        let now = noon();
        let future =
            |text: &str| future_at(text, &now).map(|time| time.strftime("%F %T").to_string());
        for (text, time) in [
            ("2 hours", "2026-10-25 14:30:15"),
            ("in 2 hours", "2026-10-25 14:30:15"),
            ("tomorrow", "2026-10-26 00:00:00"),
            ("18:00", "2026-10-25 18:00:00"),
        ] {
            assert_eq!(future(text).unwrap(), time, "{text}");
        }
        for text in ["yesterday", "2 hours ago", "12:00", "soon"] {
            assert!(future(text).is_err(), "{text}");
        }
    }

    #[test]
    fn digits_and_names_of_messages_are_no_times() {
        let now = noon();
        let position = |text: &str| Position::parse_at(text, &now).unwrap();
        for text in ["20261025", "179573141902049869", "@last-2"] {
            assert_eq!(position(text), Position::Message(text.to_owned()));
        }
        assert_eq!(
            position("2026-10-25T00:00:00Z"),
            Position::Time(1_792_886_400)
        );
        assert_eq!(
            position("2026-10-25T00:00:00.1Z"),
            Position::Time(1_792_886_401)
        );
        assert_eq!(last_id_before(1_792_886_400), *"179288639999999999");
        assert_eq!(first_id(1_792_886_400), *"179288640000000000");
    }
}
