//! Shapes of JSON values: members and types without values.

use serde_json::{Value, json};

/// Replaces each leaf by the name of its type, and keeps one element of each array. Members are
/// sorted, because GroupMe does not promise an order.
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

/// Asserts equal shapes; `null` and empty arrays equal any type, because the recorded message may
/// have no picture where ours has one.
#[track_caller]
pub(crate) fn assert_like(ours: &Value, recorded: &str) {
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    assert!(
        is_like(&shape(ours), &shape(&recorded), false),
        "{ours:#} is not like {recorded:#}"
    );
}

/// Asserts that our shape contains the recorded one, which is older or an extract.
#[track_caller]
pub(crate) fn assert_includes(ours: &Value, recorded: &str) {
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    assert!(
        is_like(&shape(ours), &shape(&recorded), true),
        "{ours:#} does not include {recorded:#}"
    );
}

fn is_like(ours: &Value, theirs: &Value, more: bool) -> bool {
    match (ours, theirs) {
        (Value::String(one), Value::String(other)) => one == other || one == NULL || other == NULL,
        (Value::String(name), _) | (_, Value::String(name)) => name == NULL,
        (Value::Array(one), Value::Array(other)) => one
            .iter()
            .zip(other)
            .all(|(one, other)| is_like(one, other, more)),
        (Value::Object(one), Value::Object(other)) => {
            (more || one.len() == other.len())
                && other
                    .iter()
                    .all(|(name, other)| one.get(name).is_some_and(|one| is_like(one, other, more)))
        }
        _ => false,
    }
}

const NULL: &str = "null";

#[test]
fn null_and_empty_lists_match_any_type_but_a_missing_member_does_not() {
    let like = |one: &str, other: &str, more| {
        let of = |text: &str| shape(&serde_json::from_str(text).unwrap());
        is_like(&of(one), &of(other), more)
    };
    assert!(like(r#"{"a":null,"b":[]}"#, r#"{"a":"x","b":[1]}"#, false));
    assert!(!like(r#"{"a":1}"#, r#"{"a":"x"}"#, false));
    assert!(!like(r#"{"a":1,"b":1}"#, r#"{"a":1}"#, false));
    assert!(like(r#"{"a":1,"b":1}"#, r#"{"a":1}"#, true));
    assert!(!like(r#"{"a":1}"#, r#"{"a":1,"b":1}"#, true));
    assert!(!like(r#"{"a":[1]}"#, r#"{"a":[{}]}"#, true));
}

#[test]
fn reports_a_missing_member_and_another_type() {
    let of = |text: &str| shape(&serde_json::from_str(text).unwrap());
    assert_eq!(of(r#"{"a":1,"b":["x","y"]}"#), of(r#"{"b":["z"],"a":7}"#));
    assert_ne!(of(r#"{"a":1}"#), of(r#"{"a":"1"}"#));
    assert_ne!(of(r#"{"a":null}"#), of("{}"));
    assert_ne!(of(r#"{"a":[]}"#), of(r#"{"a":[1]}"#));
}
