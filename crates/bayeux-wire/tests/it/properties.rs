//! Generated JSON is read as by `serde_json`.

use core::fmt::Write as _;

use proptest::{collection::vec, prelude::*};
use serde_json::{Map, Number, Value as Json};

use crate::oracle::{agrees, decode, decode_value};

pub(crate) fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_filter_map("finite", |float| Number::from_f64(float).map(Json::Number)),
        text().prop_map(Json::String),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Json::Array),
            vec((text(), inner), 0..8)
                .prop_map(|members| Json::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Generates texts with many characters to escape, some longer than one vector.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => proptest::char::range('a', 'z'),
        1 => proptest::char::range('\0', '\u{1f}'),
        1 => prop_oneof![Just('"'), Just('\\'), Just('/'), Just('\u{2028}')],
        1 => any::<char>(),
    ];
    vec(character, 0..80).prop_map(String::from_iter)
}

/// Writes UTF-16 as a JSON string with every unit escaped.
fn escaped(units: impl IntoIterator<Item = u16>) -> String {
    let mut literal = String::from("\"");
    for unit in units {
        write!(literal, "\\u{unit:04x}").unwrap();
    }
    literal + "\""
}

proptest! {
    #[test]
    fn any_json_is_read_as_it_was_written(json in json()) {
        for written in [json.to_string(), serde_json::to_string_pretty(&json).unwrap()] {
            let frame = decode_value(&written).unwrap();
            prop_assert!(agrees(frame.root().unwrap(), &json), "{}", written);
        }
    }

    #[test]
    fn any_json_survives_printing_and_serde(json in json()) {
        let frame = decode_value(json.to_string()).unwrap();
        let root = frame.root().unwrap();
        prop_assert_eq!(&serde_json::from_str::<Json>(&root.to_string()).unwrap(), &json);
        prop_assert_eq!(&serde_json::to_value(root).unwrap(), &json);
        let again = decode_value(root.to_string()).unwrap();
        prop_assert_eq!(again.root().unwrap(), root);
    }

    #[test]
    fn any_text_can_be_escaped_throughout(text in text()) {
        let frame = decode_value(escaped(text.encode_utf16())).unwrap();
        prop_assert_eq!(frame.root().unwrap().as_str(), Some(text.as_str()));
    }

    #[test]
    fn any_utf16_is_read_with_its_halves_replaced(units in vec(
        prop_oneof![0xd7f0u16..0xe010, any::<u16>()], 0..40,
    )) {
        let frame = decode_value(escaped(units.iter().copied())).unwrap();
        prop_assert_eq!(frame.root().unwrap().as_str(), Some(&*String::from_utf16_lossy(&units)));
    }

    #[test]
    fn any_bytes_are_decoded_without_a_panic(bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(frame) = decode(&bytes) {
            for message in frame.messages() {
                let _ = message.envelope();
            }
        }
    }

    #[test]
    fn any_members_make_an_envelope(members in vec((
        prop_oneof![
            Just("channel"), Just("id"), Just("clientId"), Just("successful"), Just("error"),
            Just("subscription"), Just("advice"), Just("supportedConnectionTypes"),
            Just("version"), Just("data"), Just("ext"),
        ],
        json(),
    ), 0..12)) {
        let body: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        let frame = decode(format!("{{{}}}", body.join(","))).unwrap();
        let envelope = frame.message(0).unwrap().envelope();
        let last = |key: &str| members.iter().rfind(|(name, _)| *name == key).map(|(_, json)| json);
        prop_assert_eq!(envelope.channel, last("channel").and_then(Json::as_str).unwrap_or(""));
        prop_assert_eq!(envelope.client_id, last("clientId").and_then(Json::as_str));
        prop_assert_eq!(envelope.successful, last("successful").and_then(Json::as_bool));
        prop_assert_eq!(envelope.advice.is_some(), last("advice").is_some_and(Json::is_object));
        prop_assert_eq!(envelope.has_data, last("data").is_some());
    }
}
