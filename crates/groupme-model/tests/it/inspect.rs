//! Inspection of payloads.

use bayeux_wire::Value;
use groupme_model::inspect::{self, Inspection};
use serde_json::json;

use crate::payload::Payload;

#[test]
fn a_push_is_inspected_with_its_type_its_unknown_fields_and_its_owned_form() {
    let payload = Payload::new(r#"{"type":"typing","user_id":7,"started":5,"keyboard":"azerty"}"#);
    assert_eq!(
        serde_json::to_value(inspect::push(payload.value())).unwrap(),
        json!({
            "type": "typing", "typed": true, "unknown_fields": ["keyboard"],
            "value": {"type": "typing", "user_id": "7", "started": 5, "keyboard": "azerty"},
        })
    );
}

#[test]
fn a_value_of_unknown_type_is_returned_as_received() {
    let payload = Payload::new(r#"{"type":"hologram","n":1}"#);
    let expected = json!({
        "type": "hologram", "typed": false, "unknown_fields": [],
        "value": {"type": "hologram", "n": 1},
    });
    assert_eq!(
        serde_json::to_value(inspect::push(payload.value())).unwrap(),
        expected
    );
    assert_eq!(
        serde_json::to_value(inspect::attachment(payload.value())).unwrap(),
        expected
    );
}

#[test]
fn a_system_event_of_an_unknown_type_lists_its_data_as_unknown() {
    let payload = Payload::new(r#"{"type":"sports.goal","data":{"home_score":1}}"#);
    let inspection = inspect::event(payload.value());
    assert_eq!(
        (inspection.kind.as_str(), inspection.typed),
        ("sports.goal", false)
    );
    assert_eq!(inspection.unknown_fields, ["data"]);
}

#[test]
fn a_value_that_is_not_a_message_is_reported_as_such() {
    for json in ["null", "[]", "{}", r#"{"text":"hi"}"#] {
        let payload = Payload::new(json);
        let inspection = inspect::message(payload.value());
        assert!(!inspection.typed, "{json}");
        assert_eq!(serde_json::to_string(&inspection.value).unwrap(), json);
        assert_ne!(inspection.problems, [], "{json}");
    }
}

#[test]
fn an_object_is_inspected_as_the_requested_kind() {
    let payload = Payload::new(r#"{"id":5,"name":"Rowers","members":[{"user_id":7,"oar":1}]}"#);
    assert_eq!(
        serde_json::to_value(inspect::group(payload.value())).unwrap(),
        json!({
            "type": "group", "typed": true, "unknown_fields": ["members[0].oar"],
            "value": {"id": "5", "name": "Rowers", "members": [{"user_id": "7", "oar": 1}]},
        })
    );
    let inspections: [fn(Value<'_>) -> Inspection; 15] = [
        inspect::block,
        inspect::bot,
        inspect::calendar_event,
        inspect::chat,
        inspect::group,
        inspect::member,
        inspect::message,
        inspect::poll,
        inspect::poll_data,
        inspect::profile,
        inspect::read_receipt,
        inspect::relationship,
        inspect::topic,
        inspect::user,
        inspect::event,
    ];
    let nothing = Payload::new("[1]");
    for check in inspections {
        let inspection = check(nothing.value());
        assert!(!inspection.typed, "{}", inspection.kind);
        assert_eq!(serde_json::to_string(&inspection.value).unwrap(), "[1]");
        assert_ne!(inspection.problems, [], "{}", inspection.kind);
    }
}
