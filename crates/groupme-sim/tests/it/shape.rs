//! The shape of a JSON value: members and types, without what they say.

use serde_json::{Value, json};

/// Replaces each leaf by the name of its type, and keeps one element of each array. Members are
/// sorted: GroupMe does not promise an order.
pub(crate) fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("bool"),
        Value::Number(number) if number.is_u64() => json!("integer"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("string"),
        Value::Array(elements) => elements.first().map(shape).into_iter().collect(),
        Value::Object(members) => {
            let mut shapes: Vec<_> = members
                .iter()
                .map(|(name, value)| (name.clone(), shape(value)))
                .collect();
            shapes.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(shapes.into_iter().collect())
        }
    }
}

#[track_caller]
pub(crate) fn assert_same_shape(ours: &Value, recorded: &str) {
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    assert_eq!(shape(ours), shape(&recorded), "{ours:#}");
}

#[test]
fn tells_a_missing_member_and_another_type() {
    let of = |text: &str| shape(&serde_json::from_str(text).unwrap());
    assert_eq!(of(r#"{"a":1,"b":["x","y"]}"#), of(r#"{"b":["z"],"a":7}"#));
    assert_ne!(of(r#"{"a":1}"#), of(r#"{"a":"1"}"#));
    assert_ne!(of(r#"{"a":null}"#), of("{}"));
    assert_ne!(of(r#"{"a":[]}"#), of(r#"{"a":[1]}"#));
}
