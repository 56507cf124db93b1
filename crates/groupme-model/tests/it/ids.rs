//! Ids are text, whether they were sent as strings or numbers.

use std::collections::BTreeSet;

use groupme_model::{MessageId, MessageRef, UserId, UserIdRef};

use crate::payload::Payload;

#[test]
fn an_id_is_the_same_as_text_and_as_a_number() {
    for (json, text) in [
        (r#"{"id":"175141257527047935"}"#, "175141257527047935"),
        (r#"{"id":175141257527047935}"#, "175141257527047935"),
        (r#"{"id":0}"#, "0"),
        (r#"{"id":-1}"#, "-1"),
        (r#"{"id":9223372036854775807}"#, "9223372036854775807"),
        (r#"{"id":-9223372036854775808}"#, "-9223372036854775808"),
        (r#"{"id":18446744073709551615}"#, "18446744073709551615"),
    ] {
        let payload = Payload::new(json);
        let message = MessageRef::from_value(payload.value()).expect("a message");
        assert_eq!(message.id(), text);
        assert_eq!(message.id().to_string(), text);
        let owned = message.id().into_owned();
        assert_eq!(owned, message.id());
        assert_eq!(
            serde_json::to_string(&owned).unwrap(),
            format!("\"{text}\"")
        );
    }
}

#[test]
fn a_number_that_is_not_an_exact_integer_is_not_an_id() {
    for json in [
        r#"{"id":1.0}"#,
        r#"{"id":18446744073709551616}"#,
        r#"{"id":true}"#,
    ] {
        assert!(
            MessageRef::from_value(Payload::new(json).value()).is_none(),
            "{json}"
        );
    }
}

#[test]
fn ids_are_read_by_serde_from_text_and_numbers_and_from_nothing_else() {
    assert_eq!(
        serde_json::from_str::<UserId>("\"system\"").unwrap(),
        "system"
    );
    assert_eq!(serde_json::from_str::<UserId>("185").unwrap(), "185");
    assert_eq!(serde_json::from_str::<UserId>("-1").unwrap(), "-1");
    assert!(serde_json::from_str::<UserId>("1.5").is_err());
    assert!(serde_json::from_str::<UserId>("null").is_err());
}

#[test]
fn message_ids_are_in_the_order_of_their_numbers() {
    let ids = [
        "175141257527047935",
        "99",
        "0100",
        "100",
        "system",
        "",
        "18446744073709551616",
    ];
    let sorted: BTreeSet<MessageId> = ids.into_iter().map(MessageId::from).collect();
    let sorted: Vec<&str> = sorted.iter().map(MessageId::as_str).collect();
    assert_eq!(
        sorted,
        [
            "99",
            "0100",
            "100",
            "175141257527047935",
            "18446744073709551616",
            "",
            "system"
        ]
    );
}

#[test]
fn messages_are_in_the_order_of_their_ids_and_then_of_their_times() {
    let payload = Payload::new(
        r#"[{"id":"1000","created_at":1},{"id":"999","created_at":2},{"id":"0999","created_at":1}]"#,
    );
    let mut messages: Vec<_> = payload
        .value()
        .items()
        .filter_map(MessageRef::from_value)
        .collect();
    messages.sort_by(MessageRef::chronological);
    let ids: Vec<String> = messages
        .iter()
        .map(|message| message.id().to_string())
        .collect();
    assert_eq!(ids, ["0999", "999", "1000"]);
}

#[test]
fn special_user_ids_are_recognised() {
    assert!(UserId::from("system").is_system());
    assert!(UserIdRef::from(-1_i64).is_everyone());
    assert!(UserId::default().is_empty());
    assert!(!UserId::from("185").is_system());
    assert_eq!(format!("{:?}", UserId::from("185")), r#"UserId("185")"#);
}
