//! Advice, as servers should and should not send it.

use bayeux_proto::{Advice, Reconnect, Timing};

use crate::oracle::decode;

fn advice(json: &str) -> Option<Advice> {
    let frame = decode(format!(r#"{{"channel":"/meta/connect","advice":{json}}}"#)).unwrap();
    frame.message(0).unwrap().envelope().advice
}

#[test]
fn fayes_usual_advice_is_read() {
    assert_eq!(
        advice(r#"{"reconnect":"retry","interval":0,"timeout":30000}"#),
        Some(Advice {
            reconnect: Some(Reconnect::Retry),
            timing: Timing {
                interval: Some(0),
                timeout: Some(30_000),
                max_interval: None
            },
            ..Advice::default()
        })
    );
}

#[test]
fn advice_may_be_empty() {
    assert_eq!(advice("{}"), Some(Advice::default()));
}

#[test]
fn reconnect_values_are_distinguished() {
    for (json, expected) in [
        (r#""retry""#, Some(Reconnect::Retry)),
        (r#""handshake""#, Some(Reconnect::Handshake)),
        (r#""none""#, Some(Reconnect::None)),
        (r#""later""#, Some(Reconnect::Unknown)),
        (r#""Retry""#, Some(Reconnect::Unknown)),
        (r#""""#, Some(Reconnect::Unknown)),
        ("null", None),
        ("true", None),
        ("1", None),
    ] {
        let advice = advice(&format!(r#"{{"reconnect":{json}}}"#)).unwrap();
        assert_eq!(advice.reconnect, expected, "{json}");
    }
}

#[test]
fn times_are_milliseconds_and_saturate() {
    for (json, expected) in [
        ("0", Some(0)),
        ("-1", Some(-1)),
        ("2500", Some(2500)),
        ("2500.0", Some(2500)),
        ("2500.9", Some(2500)),
        ("-0.5", Some(0)),
        ("6e4", Some(60_000)),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", Some(i64::MAX)),
        ("99999999999999999999999999", Some(i64::MAX)),
        ("1e300", Some(i64::MAX)),
        ("-1e300", Some(i64::MIN)),
        ("-9223372036854775808", Some(i64::MIN)),
        (r#""2500""#, None),
        ("null", None),
        ("true", None),
        ("[2500]", None),
        ("{}", None),
    ] {
        let advice = advice(&format!(
            r#"{{"interval":{json},"timeout":{json},"maxInterval":{json}}}"#
        ))
        .unwrap();
        let all = Timing {
            interval: expected,
            timeout: expected,
            max_interval: expected,
        };
        assert_eq!(advice.timing, all, "{json}");
    }
}

#[test]
fn transports_may_have_their_own_entries() {
    let advice = advice(
        r#"{"websocket":{"timeout":1,"interval":2,"maxInterval":3},"timeout":4,
            "long-polling":{"timeout":5},"callback-polling":{"timeout":6}}"#,
    )
    .unwrap();
    assert_eq!(
        advice.websocket,
        Timing {
            timeout: Some(1),
            interval: Some(2),
            max_interval: Some(3)
        }
    );
    assert_eq!(
        advice.timing,
        Timing {
            timeout: Some(4),
            ..Timing::default()
        }
    );
    assert_eq!(
        advice.long_polling,
        Timing {
            timeout: Some(5),
            ..Timing::default()
        }
    );
}

#[test]
fn a_transport_entry_that_is_not_an_object_is_ignored() {
    for json in ["null", "5", "[5]", r#""fast""#] {
        let advice = advice(&format!(r#"{{"websocket":{json},"long-polling":{json}}}"#)).unwrap();
        assert_eq!(advice, Advice::default(), "{json}");
    }
}

#[test]
fn multiple_clients_is_true_only_for_true() {
    for (json, expected) in [
        ("true", true),
        ("false", false),
        ("1", false),
        (r#""true""#, false),
        ("null", false),
    ] {
        let advice = advice(&format!(r#"{{"multiple-clients":{json}}}"#)).unwrap();
        assert_eq!(advice.multiple_clients, expected, "{json}");
    }
}

#[test]
fn unknown_members_of_an_advice_are_ignored() {
    assert_eq!(
        advice(r#"{"hosts":["a","b"],"interval":7,"x":{"interval":8}}"#)
            .unwrap()
            .timing,
        {
            Timing {
                interval: Some(7),
                ..Timing::default()
            }
        }
    );
}
