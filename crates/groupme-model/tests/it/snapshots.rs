//! Recorded payloads are typed, have no unknown fields, and match their snapshots.

use bayeux_wire::{Decoder, Frame, Value};
use groupme_model::{
    Attachment, AttachmentRef, Event, EventRef, Message, MessageRef, SystemEvent, SystemEventRef,
    inspect::{self, Inspection},
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::payload::{Payload, assert_snapshot, fixture, fixtures};

#[test]
fn every_push_is_typed_and_its_owned_form_matches_the_snapshot() {
    for name in fixtures("push") {
        let payload = Payload::new(&fixture(&name));
        assert_known(&name, &inspect::push(payload.value()));
        let view = EventRef::from_value(payload.value());
        assert_same_by_serde::<Event>(&name, payload.value(), &view.into_owned());
        assert_eq!(view, view.into_owned(), "{name}");
    }
}

#[test]
fn every_event_in_a_delivery_is_typed_and_its_owned_form_matches_the_snapshot() {
    for name in fixtures("delivery") {
        let mut frame = Frame::from_bytes(fixture(&name).as_bytes());
        Decoder::new().decode(&mut frame).expect("a Bayeux frame");
        let deliveries: Vec<_> = frame
            .messages()
            .filter_map(bayeux_wire::Message::data)
            .collect();
        assert_eq!(deliveries.len(), 1, "{name}");
        assert_known(&name, &inspect::push(deliveries[0]));
        let owned = EventRef::from_value(deliveries[0]).into_owned();
        assert_same_by_serde::<Event>(&name, deliveries[0], &owned);
    }
}

#[test]
fn every_system_event_is_typed_and_its_owned_form_matches_the_snapshot() {
    for name in fixtures("event") {
        let payload = Payload::new(&fixture(&name));
        assert_known(&name, &inspect::event(payload.value()));
        let view = SystemEventRef::from_value(payload.value()).expect("an object");
        assert_same_by_serde::<SystemEvent>(&name, payload.value(), &view.into_owned());
        assert_eq!(
            view.notice().expect("data"),
            view.into_owned().notice().expect("data"),
            "{name}"
        );
    }
}

#[test]
fn every_attachment_is_typed_and_its_owned_form_matches_the_snapshot() {
    for name in fixtures("attachment") {
        let payload = Payload::new(&fixture(&name));
        assert_known(&name, &inspect::attachment(payload.value()));
        let view = AttachmentRef::from_value(payload.value());
        assert_same_by_serde::<Attachment>(&name, payload.value(), &view.into_owned());
    }
}

#[test]
fn every_message_is_typed_and_its_owned_form_matches_the_snapshot() {
    for name in fixtures("message") {
        let payload = Payload::new(&fixture(&name));
        assert_known(&name, &inspect::message(payload.value()));
        let view = MessageRef::from_value(payload.value()).expect("a message");
        assert_same_by_serde::<Message>(&name, payload.value(), &view.into_owned());
    }
}

fn assert_known(name: &str, inspection: &Inspection) {
    assert!(inspection.typed, "{name} is not typed");
    assert_eq!(inspection.unknown_fields, Vec::<String>::new(), "{name}");
    assert_eq!(inspection.problems, [], "{name}");
    assert_snapshot(name, inspection);
}

/// Asserts that deserializing the JSON, and the serialized owned value, gives the owned value.
fn assert_same_by_serde<T>(name: &str, value: Value<'_>, owned: &T)
where
    T: Serialize + DeserializeOwned + PartialEq + core::fmt::Debug,
{
    let parsed: T = serde_json::from_str(&value.to_string()).expect(name);
    assert_eq!(parsed, *owned, "{name}");
    let written = serde_json::to_string(owned).expect(name);
    let again: T = serde_json::from_str(&written).expect(name);
    assert_eq!(again, *owned, "{name}");
}
