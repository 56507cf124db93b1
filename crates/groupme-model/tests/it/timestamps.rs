//! Timestamps, in every form that GroupMe sends.

use groupme_model::{DateTime, MessagePushRef, MessageRef, Timestamp, TypingRef};
use proptest::prelude::*;

use crate::payload::Payload;

#[test]
fn a_time_of_the_system_keeps_its_milliseconds_before_the_epoch_too() {
    for millis in [0, 1, 1_751_413_222_891, -1, -86_400_500] {
        let time = Timestamp::from_millis(millis);
        let system = time.to_system_time().expect("a time that the system has");
        assert_eq!(Timestamp::from(system), time);
    }
}

fn created_at(json: &str) -> Option<Timestamp> {
    let payload = Payload::new(&format!(r#"{{"id":"1","created_at":{json}}}"#));
    MessageRef::from_value(payload.value())
        .expect("a message")
        .created_at()
}

#[test]
fn seconds_are_read_from_integers_text_fractions_and_rfc_3339() {
    let time = Some(Timestamp::from_millis(1_751_413_222_000));
    assert_eq!(created_at("1751413222"), time);
    assert_eq!(created_at("\"1751413222\""), time);
    assert_eq!(created_at("1751413222.0"), time);
    assert_eq!(created_at("\"2025-07-01T23:40:22Z\""), time);
    assert_eq!(
        created_at("1751413222.5"),
        Some(Timestamp::from_millis(1_751_413_222_500))
    );
    assert_eq!(created_at("-1"), Some(Timestamp::from_secs(-1)));
}

#[test]
fn a_value_that_is_not_a_time_is_none() {
    for json in [
        "null",
        "\"\"",
        "true",
        "[]",
        "\"soon\"",
        "1e300",
        "9223372036854775807",
        "{}",
    ] {
        assert_eq!(created_at(json), None, "{json}");
    }
}

#[test]
fn the_unit_belongs_to_the_field_and_is_not_guessed_from_the_number() {
    let payload = Payload::new(
        r#"{"started":1700000000,"received_at":1700000000,"subject":{"id":"1","created_at":1700000000}}"#,
    );
    let millis = Some(Timestamp::from_millis(1_700_000_000));
    assert_eq!(
        TypingRef::from_value(payload.value())
            .expect("an object")
            .started(),
        millis
    );
    let push = MessagePushRef::from_value(payload.value()).expect("a message");
    assert_eq!(push.received_at(), millis);
    assert_eq!(
        push.message().created_at(),
        Some(Timestamp::from_secs(1_700_000_000))
    );
}

#[test]
fn forever_is_an_ordinary_time() {
    let forever = created_at("253402300800").expect("a time");
    assert_eq!(forever.as_secs(), 253_402_300_800);
    assert_eq!(forever.to_string(), "10000-01-01T00:00:00Z");
    assert!(forever.to_system_time().is_some());
}

#[test]
fn rfc_3339_is_read_with_any_fraction_and_any_offset() {
    for (text, millis) in [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:00z", 0),
        ("1970-01-01 00:00:00.001+00:00", 1),
        ("2025-07-01T23:40:22.8912Z", 1_751_413_222_891),
        ("2025-07-01T23:40:22.8Z", 1_751_413_222_800),
        (
            "2025-07-01T23:40:22.891299999999999999999999Z",
            1_751_413_222_891,
        ),
        ("2025-07-02T01:40:22+02:00", 1_751_413_222_000),
        ("2025-07-01T18:10:22-05:30", 1_751_413_222_000),
        ("2022-08-24T17:52:38+0000", 1_661_363_558_000),
        ("2000-02-29T00:00:00Z", 951_782_400_000),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000),
    ] {
        assert_eq!(
            text.parse::<Timestamp>().map(Timestamp::as_millis),
            Ok(millis),
            "{text}"
        );
    }
}

#[test]
fn text_that_is_not_rfc_3339_is_refused() {
    for text in [
        "",
        "2025",
        "2025-07-01",
        "2025-07-01T23:40:22",
        "2025-13-01T00:00:00Z",
        "2025-00-01T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2025-04-31T00:00:00Z",
        "2025-07-01T24:00:00Z",
        "2025-07-01T23:60:00Z",
        "2025-07-01T23:40:61Z",
        "2025-07-01T23:40:22.Z",
        "2025-07-01T23:40:22+24:00",
        "2025-07-01T23:40:22+2:00",
        "2025-07-01T23:40:22Zulu",
        "+025-07-01T23:40:22Z",
        "2025-07-01T23:40:22\u{661}Z",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
}

#[test]
fn an_offset_is_kept_where_it_decides_the_day() {
    for text in [
        "2021-07-13T00:00:00-05:00",
        "2021-07-13T00:00:00.250+05:45",
        "2021-07-13T00:00:00Z",
        "0000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
    ] {
        assert_eq!(text.parse::<DateTime>().unwrap().to_string(), text);
    }
    let leap: DateTime = "9999-12-31T23:59:60-04:00".parse().unwrap();
    assert_eq!(leap.offset_minutes(), 0);
    assert_eq!(DateTime::new(Timestamp::EPOCH, 1440).offset_minutes(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_time_that_is_written_reads_back(millis in -62_167_219_200_000_i64..253_402_300_800_000) {
        let time = Timestamp::from_millis(millis);
        prop_assert_eq!(time.to_string().parse::<Timestamp>(), Ok(time));
    }

    #[test]
    fn a_time_with_an_offset_reads_back(
        millis in -62_167_219_200_000_i64..253_402_300_800_000,
        offset in -1439_i16..1440,
    ) {
        let time = DateTime::new(Timestamp::from_millis(millis), offset);
        let text = time.to_string();
        // Near the year 10000, the year at the place may have five digits.
        if text.len() == text.trim_start_matches(['-', '+']).len() && text.as_bytes()[4] == b'-' {
            prop_assert_eq!(text.parse::<DateTime>(), Ok(time));
            prop_assert_eq!(text.parse::<Timestamp>(), Ok(time.timestamp()));
        }
    }

    #[test]
    fn any_time_at_all_can_be_written(millis in any::<i64>()) {
        prop_assert!(Timestamp::from_millis(millis).to_string().ends_with('Z'));
        let there = DateTime::new(Timestamp::from_millis(millis), -240).to_string();
        prop_assert!(there.ends_with("-04:00"));
    }
}
