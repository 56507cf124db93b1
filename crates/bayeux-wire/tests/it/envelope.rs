//! Envelopes, as the session reads them from a message.

use bayeux_proto::{BayeuxId, ConnectionTypes};

use crate::oracle::decode;

/// Decodes a message and passes its envelope to `check`.
fn with_envelope(json: &str, check: impl FnOnce(bayeux_proto::Message<'_>)) {
    let frame = decode(json).unwrap();
    check(frame.message(0).unwrap().envelope());
}

#[test]
fn every_member_of_a_handshake_reply_is_read() {
    with_envelope(
        r#"[{"id":"1","channel":"/meta/handshake","successful":true,"version":"1.0",
            "supportedConnectionTypes":["long-polling","callback-polling","websocket"],
            "clientId":"abc","error":"","subscription":"/foo","data":null}]"#,
        |envelope| {
            assert_eq!(envelope.channel, "/meta/handshake");
            assert_eq!(envelope.id, Some(BayeuxId::Text("1")));
            assert_eq!(envelope.successful, Some(true));
            assert_eq!(envelope.version, Some("1.0"));
            assert_eq!(envelope.client_id, Some("abc"));
            assert_eq!(envelope.error, Some(""));
            assert_eq!(envelope.subscription, Some("/foo"));
            assert_eq!(
                envelope.supported_connection_types,
                Some(ConnectionTypes {
                    websocket: true,
                    long_polling: true
                })
            );
            assert!(envelope.has_data);
            assert_eq!(envelope.advice, None);
        },
    );
}

#[test]
fn an_empty_message_has_an_empty_envelope() {
    with_envelope("{}", |envelope| {
        assert_eq!(envelope.channel, "");
        assert_eq!(envelope.id, None);
        assert_eq!(envelope.client_id, None);
        assert_eq!(envelope.successful, None);
        assert_eq!(envelope.error, None);
        assert_eq!(envelope.subscription, None);
        assert_eq!(envelope.supported_connection_types, None);
        assert_eq!(envelope.version, None);
        assert!(!envelope.has_data);
    });
}

#[test]
fn members_of_an_unexpected_type_are_absent() {
    for wrong in ["null", "{}", "[]", "-1", "1.5", r#"["/a"]"#, r#"{"a":"b"}"#] {
        let json = format!(
            r#"{{"channel":{wrong},"id":{wrong},"clientId":{wrong},"successful":{wrong},
                "error":{wrong},"subscription":{wrong},"version":{wrong},"advice":{scalar},
                "supportedConnectionTypes":{scalar}}}"#,
            scalar = if wrong.starts_with(['[', '{']) {
                "7"
            } else {
                wrong
            },
        );
        with_envelope(&json, |envelope| {
            assert_eq!(envelope.channel, "", "{wrong}");
            assert_eq!(envelope.id, None, "{wrong}");
            assert_eq!(envelope.client_id, None, "{wrong}");
            assert_eq!(envelope.successful, None, "{wrong}");
            assert_eq!(envelope.error, None, "{wrong}");
            assert_eq!(envelope.subscription, None, "{wrong}");
            assert_eq!(envelope.version, None, "{wrong}");
            assert_eq!(envelope.advice, None, "{wrong}");
            assert_eq!(envelope.supported_connection_types, None, "{wrong}");
        });
    }
}

#[test]
fn successful_is_read_from_a_boolean_only() {
    for (json, expected) in [
        ("true", Some(true)),
        ("false", Some(false)),
        (r#""true""#, None),
        ("1", None),
    ] {
        with_envelope(&format!(r#"{{"successful":{json}}}"#), |envelope| {
            assert_eq!(envelope.successful, expected, "{json}");
        });
    }
}

#[test]
fn ids_are_strings_or_unsigned_integers() {
    for (json, expected) in [
        (r#""7""#, Some(BayeuxId::Text("7"))),
        (r#""""#, Some(BayeuxId::Text(""))),
        ("7", Some(BayeuxId::Number(7))),
        ("0", Some(BayeuxId::Number(0))),
        ("18446744073709551615", Some(BayeuxId::Number(u64::MAX))),
        ("18446744073709551616", None),
        ("-7", None),
        ("7.0", None),
        ("true", None),
    ] {
        with_envelope(&format!(r#"{{"id":{json}}}"#), |envelope| {
            assert_eq!(envelope.id, expected, "{json}");
        });
    }
}

#[test]
fn error_texts_arrive_as_they_were_sent() {
    for error in [
        "401:id:Unknown client",
        "402::x",
        "403:a,/b:Denied",
        "Authentication failed",
        "400::URI format: '/cometd/60.0'",
        "",
        "40:x:y",
    ] {
        with_envelope(&format!(r#"{{"error":"{error}"}}"#), |envelope| {
            assert_eq!(envelope.error, Some(error));
        });
    }
}

#[test]
fn unknown_connection_types_are_ignored() {
    for (json, websocket, long_polling) in [
        ("[]", false, false),
        (r#"["eventsource","in-process"]"#, false, false),
        (r#"["websocket"]"#, true, false),
        (
            r#"[null,7,["websocket"],"long-polling","long-polling"]"#,
            false,
            true,
        ),
    ] {
        with_envelope(
            &format!(r#"{{"supportedConnectionTypes":{json}}}"#),
            |envelope| {
                let expected = Some(ConnectionTypes {
                    websocket,
                    long_polling,
                });
                assert_eq!(envelope.supported_connection_types, expected, "{json}");
            },
        );
    }
}

#[test]
fn keys_and_values_may_be_escaped() {
    with_envelope(
        r#"{"\u0063hannel":"\/meta\/connect","client\u0049d":"a\"b"}"#,
        |envelope| {
            assert_eq!(envelope.channel, "/meta/connect");
            assert_eq!(envelope.client_id, Some("a\"b"));
        },
    );
}

#[test]
fn the_envelope_outlives_the_message_it_was_read_from() {
    let frame = decode(r#"{"channel":"/a"}"#).unwrap();
    let channel = {
        let message = frame.message(0).unwrap();
        message.envelope().channel
    };
    assert_eq!(channel, "/a");
}
