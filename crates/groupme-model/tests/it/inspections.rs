//! What a payload is, told from outside.

use groupme_model::inspect;
use serde_json::json;

use crate::payload::Payload;

#[test]
fn a_push_is_told_with_its_type_its_unknown_fields_and_its_twin() {
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
fn what_is_not_known_is_told_as_it_came() {
    let payload = Payload::new(r#"{"type":"hologram","n":1}"#);
    let told = json!({
        "type": "hologram", "typed": false, "unknown_fields": [],
        "value": {"type": "hologram", "n": 1},
    });
    assert_eq!(
        serde_json::to_value(inspect::push(payload.value())).unwrap(),
        told
    );
    assert_eq!(
        serde_json::to_value(inspect::attachment(payload.value())).unwrap(),
        told
    );
}

#[test]
fn a_system_event_of_an_unknown_type_says_that_its_data_is_unknown() {
    let payload = Payload::new(r#"{"type":"sports.goal","data":{"home_score":1}}"#);
    let inspection = inspect::event(payload.value());
    assert_eq!(
        (inspection.kind.as_str(), inspection.typed),
        ("sports.goal", false)
    );
    assert_eq!(inspection.unknown_fields, ["data"]);
}

#[test]
fn what_is_no_message_is_told_as_such() {
    for json in ["null", "[]", "{}", r#"{"text":"hi"}"#] {
        let payload = Payload::new(json);
        let inspection = inspect::message(payload.value());
        assert!(!inspection.typed, "{json}");
        assert_eq!(serde_json::to_string(&inspection.value).unwrap(), json);
        assert_ne!(inspection.problems, [], "{json}");
    }
}
