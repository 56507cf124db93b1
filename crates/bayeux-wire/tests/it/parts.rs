//! Frames made of values of other frames.

use bayeux_wire::{Frame, Part};
use proptest::prelude::*;
use serde_json::Value as Json;

use crate::{
    oracle::{agrees, decode_value, fixtures},
    properties::json,
};

/// Returns the frame of a message that carries a value.
fn carried(value: bayeux_wire::Value<'_>) -> Frame {
    let subject = [
        ("type", Part::Text("line.create")),
        ("subject", Part::Value(value)),
    ];
    Frame::from_part(Part::Array(&[Part::Object(&[
        ("channel", Part::Text("/user/185")),
        ("data", Part::Object(&subject)),
    ])]))
    .unwrap()
}

/// Checks that every part of a document is the same in a frame of its own, also when it is copied
/// from there once more.
fn check(json: &str) {
    let frame = decode_value(json).unwrap();
    let mut values = vec![frame.root().unwrap()];
    while let Some(value) = values.pop() {
        values.extend(value.items());
        values.extend(value.entries().map(|(_, value)| value));
        let expected: Json = serde_json::from_str(&value.to_string()).unwrap();
        let once = carried(value);
        let message = once.message(0).unwrap();
        assert_eq!(message.channel(), "/user/185");
        let subject = message.data().unwrap().get("subject").unwrap();
        assert!(agrees(subject, &expected), "{subject}, not {expected}");
        assert_eq!(subject.to_string(), value.to_string());
        let twice = carried(subject);
        let subject = twice.root().unwrap().at(0).unwrap().get("data").unwrap();
        assert_eq!(
            subject.get("subject").unwrap().to_string(),
            value.to_string()
        );
    }
}

#[test]
fn every_value_of_every_recording_can_be_copied_into_a_frame() {
    for (_, json) in fixtures() {
        check(&json);
    }
}

#[test]
fn strings_with_escapes_are_copied_from_where_they_stand() {
    check(r#"[{"a\n":"\u00e9","b":"","c":["\"","plain","\\"]},1.5,-0,null,true,{},[],"\ud83d"]"#);
}

proptest! {
    #[test]
    fn every_value_of_any_document_can_be_copied(json in json()) {
        check(&json.to_string());
    }
}

#[test]
fn a_frame_of_parts_has_messages_only_if_it_is_a_batch() {
    let frame = Frame::from_part(Part::Text("hello")).unwrap();
    assert_eq!(frame.messages().len(), 0);
    assert_eq!(frame.root().unwrap().as_str(), Some("hello"));
    let one = Frame::from_part(Part::Object(&[("channel", Part::Text("/a"))])).unwrap();
    assert_eq!(one.messages().len(), 1);
    let mixed = [Part::Text("no message"), Part::Object(&[])];
    let mixed = Frame::from_part(Part::Array(&mixed)).unwrap();
    assert_eq!((mixed.messages().len(), mixed.rejected()), (1, 1));
}

#[test]
fn a_place_finds_its_value_again_and_null_in_a_frame_without_it() {
    let frame = decode_value(r#"{"a":[1,{"b":"c"}],"d":2}"#).unwrap();
    let value = frame.root().unwrap().get("a").unwrap().at(1).unwrap();
    let index = value.index();
    assert_eq!(frame.value(index), value);
    assert_eq!(frame.clone().value(index), value);
    assert!(Frame::new().value(index).is_null());
    let null = Frame::from_part(Part::Value(Frame::new().value(index))).unwrap();
    assert!(null.root().unwrap().is_null());
}
