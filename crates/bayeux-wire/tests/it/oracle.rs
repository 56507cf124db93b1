//! Comparison with `serde_json`, which reads the same bytes and has to see the same values.

use bayeux_wire::{DecodeError, Decoder, Frame, Kind, Unreadable, Value};
use serde::de::IgnoredAny;
use serde_json::Value as Json;

/// Decodes a batch with a new decoder.
pub(crate) fn decode(json: impl AsRef<[u8]>) -> Result<Frame, DecodeError> {
    let mut frame = Frame::from_bytes(json.as_ref());
    Decoder::new().decode(&mut frame).map(|()| frame)
}

/// Decodes any document with a new decoder.
pub(crate) fn decode_value(json: impl AsRef<[u8]>) -> Result<Frame, DecodeError> {
    let mut frame = Frame::from_bytes(json.as_ref());
    Decoder::new().decode_value(&mut frame).map(|()| frame)
}

/// Returns offset and description of a syntax error.
pub(crate) fn syntax_error(json: impl AsRef<[u8]>) -> (usize, &'static str) {
    match decode_value(json.as_ref()).unwrap_err() {
        DecodeError::Syntax { offset, what } => (offset, what),
        error => panic!("{}: {error}", String::from_utf8_lossy(json.as_ref())),
    }
}

/// Returns whether `value` and `json` are the same. Known differences are accepted: `-0` is an
/// integer here and a float there, repeated keys are all kept here, and an array or object beyond
/// the depth limit is unreadable here.
pub(crate) fn agrees(value: Value<'_>, json: &Json) -> bool {
    if value.unreadable() == Some(Unreadable::TooDeep) {
        return json.is_array() || json.is_object();
    }
    match (value.kind(), json) {
        (Kind::Null, Json::Null) => true,
        (Kind::Bool(a), Json::Bool(b)) => a == *b,
        (Kind::Int(0), Json::Number(b)) => b.as_f64() == Some(0.0),
        (Kind::Int(a), Json::Number(b)) => b.as_i64() == Some(a),
        (Kind::Uint(a), Json::Number(b)) => b.as_i64().is_none() && b.as_u64() == Some(a),
        (Kind::Float(a), Json::Number(b)) => {
            b.is_f64() && b.as_f64().map(f64::to_bits) == Some(a.to_bits())
        }
        (Kind::Str(a), Json::String(b)) => a == b,
        (Kind::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.zip(b).all(|(a, b)| agrees(a, b))
        }
        (Kind::Object(mut a), Json::Object(b)) => {
            a.len() >= b.len()
                && a.all(|(key, _)| b.contains_key(key))
                && b.iter()
                    .all(|(key, b)| value.get(key).is_some_and(|a| agrees(a, b)))
        }
        _ => false,
    }
}

/// Returns whether `serde_json` refuses the text for nothing but a number that is too large.
pub(crate) fn is_out_of_range(text: &[u8]) -> bool {
    let error = serde_json::from_slice::<Json>(text).unwrap_err();
    // Ignored numbers are checked for their syntax only.
    error.to_string().starts_with("number out of range")
        && serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// Returns the nesting depth of `json`; a scalar has 0.
pub(crate) fn depth(json: &Json) -> usize {
    match json {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Returns every JSON text of the fixtures, minified, with the name of its file.
pub(crate) fn fixtures() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let json: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                json.to_string(),
            )
        })
        .collect();
    files.sort();
    assert!(files.len() > 30, "the fixtures are there");
    files
}
