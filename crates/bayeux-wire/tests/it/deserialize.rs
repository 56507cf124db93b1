//! Values as a source of any type: the same as `serde_json` reads from the text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bayeux_wire::{DeserializeError, Value};
use proptest::prelude::*;
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny, IntoDeserializer as _},
};
use serde_json::Value as Json;

use crate::{
    oracle::{decode_value, fixtures},
    properties::json,
};

#[derive(Debug, Deserialize, PartialEq)]
struct Everything<'f> {
    name: &'f str,
    #[serde(borrow)]
    text: Cow<'f, str>,
    flag: bool,
    small: u8,
    signed: i64,
    large: u64,
    float: f64,
    whole: f32,
    #[serde(default)]
    missing: Option<u8>,
    list: Vec<(i32, String)>,
    unit: (),
    newtype: Newtype,
    kinds: Vec<Kind>,
    by_number: BTreeMap<u64, bool>,
    by_flag: BTreeMap<bool, i8>,
    by_kind: BTreeMap<Kind, u8>,
    by_letter: BTreeMap<char, Newtype>,
    #[serde(flatten)]
    rest: BTreeMap<String, Json>,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Newtype(u16);

#[derive(Debug, Deserialize, PartialEq, PartialOrd, Eq, Ord)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Unit,
    Newtype(u8),
    Tuple(u8, String),
    Struct { a: Option<u8> },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
enum Tagged {
    Flag(bool),
    Text { text: String },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    List(Vec<Self>),
}

const EVERYTHING: &str = r#"{"name":"Rowan","text":"caf\u00e9","flag":true,"small":255,
    "signed":-9223372036854775808,"large":18446744073709551615,"float":0.1,"whole":3,
    "list":[[1,"a"],[-2,"b\n"]],"unit":null,"newtype":7,
    "kinds":["unit",{"unit":null},{"newtype":1},{"tuple":[2,"x"]},{"struct":{"a":3}},{"struct":{}}],
    "by_number":{"1":true,"18446744073709551615":false},"by_flag":{"true":1,"false":-1},
    "by_kind":{"unit":1},"by_letter":{"é":5},"extra":{"n":[1,2,{"m":null}]},"more":1e3}"#;

fn ours<T: DeserializeOwned>(text: &str) -> Result<T, DeserializeError> {
    T::deserialize(decode_value(text).unwrap().root().unwrap())
}

#[test]
fn every_kind_of_field_is_read_as_by_serde_json_and_text_is_borrowed() {
    let frame = decode_value(EVERYTHING).unwrap();
    let root = frame.root().unwrap();
    let ours = Everything::deserialize(root).unwrap();
    assert_eq!(
        ours,
        serde_json::from_str::<Everything<'_>>(EVERYTHING).unwrap()
    );
    // Even a string with escapes, which serde_json has to copy.
    assert!(matches!(ours.text, Cow::Borrowed("café")));
    assert_eq!(<&str>::deserialize(root.get("text").unwrap()), Ok("café"));
    assert_eq!(
        <&[u8]>::deserialize(root.get("name").unwrap()),
        Ok(&b"Rowan"[..])
    );
}

#[test]
fn enums_are_read_by_every_representation() {
    let tagged = r#"[{"type":"flag","data":true},{"data":{"text":"x"},"type":"text"}]"#;
    let expected = serde_json::from_str::<Vec<Tagged>>(tagged).unwrap();
    assert_eq!(ours::<Vec<Tagged>>(tagged), Ok(expected));
    let untagged = r#"[1,"a",[-2,["b"]]]"#;
    let expected = serde_json::from_str::<Untagged>(untagged).unwrap();
    assert_eq!(ours::<Untagged>(untagged), Ok(expected));
}

#[test]
fn a_type_that_does_not_fit_fails_as_with_serde_json_and_quotes_nothing() {
    macro_rules! fails {
        ($( $T:ty: $text:literal; )*) => { $(
            let error = ours::<$T>($text).unwrap_err().to_string();
            assert!(serde_json::from_str::<$T>($text).is_err(), "{}", $text);
            assert!(!error.contains("secret"), "{error}");
        )* };
    }
    fails! {
        u8: "256";
        u8: "-1";
        i64: r#""secret""#;
        i64: "1.5";
        bool: "null";
        String: "7";
        Vec<u8>: r#"{"secret":1}"#;
        (u8, u8): "[1]";
        (u8, u8): "[1,2,3]";
        Newtype: r#"["secret"]"#;
        Kind: r#""secret""#;
        Kind: r#"{"secret":1}"#;
        Kind: r#"{"unit":null,"newtype":1}"#;
        Kind: r#"{"unit":1}"#;
        Kind: r#"{"tuple":"secret"}"#;
        Kind: r#"{"struct":1}"#;
        Kind: "{}";
        Kind: "7";
        BTreeMap<u64, bool>: r#"{"secret":true}"#;
        BTreeMap<bool, bool>: r#"{"secret":true}"#;
        Tagged: r#"{"type":"secret"}"#;
        Untagged: "1.5";
    }
    let error = ours::<BTreeMap<String, u8>>(r#"{"a":"secret"}"#).unwrap_err();
    assert_eq!(error.to_string(), "invalid type: string, expected u8");
}

#[test]
fn an_unreadable_value_is_null() {
    assert_eq!(ours::<Option<f64>>("1e400"), Ok(None));
    assert_eq!(
        ours::<Vec<Json>>("[1e400,1]"),
        Ok(vec![Json::Null, 1.into()])
    );
}

#[test]
fn a_value_is_its_own_deserializer() {
    let frame = decode_value(r#"{"a":[1]}"#).unwrap();
    let root = frame.root().unwrap();
    let value: Value<'_> = root.into_deserializer();
    assert_eq!(value, root);
    IgnoredAny::deserialize(root).unwrap();
}

/// Returns a tree with every `-0.0` as 0, as which it is read here.
fn without_negative_zero(json: Json) -> Json {
    match json {
        Json::Number(number) if number.as_f64() == Some(0.0) && number.is_f64() => 0.into(),
        Json::Array(items) => items.into_iter().map(without_negative_zero).collect(),
        Json::Object(members) => members
            .into_iter()
            .map(|(key, value)| (key, without_negative_zero(value)))
            .collect(),
        other => other,
    }
}

#[test]
fn every_recording_is_read_as_by_serde_json() {
    for (name, text) in fixtures() {
        let expected: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(ours::<Json>(&text), Ok(expected), "{name}");
    }
}

proptest! {
    #[test]
    fn any_json_is_read_as_by_serde_json(json in json()) {
        let text = json.to_string();
        let expected: Json = serde_json::from_str(&text).unwrap();
        // `0.0` stays a float, `-0` does not exist in the generated text.
        let expected = if text.contains("-0") { without_negative_zero(expected) } else { expected };
        let read = ours::<Json>(&text).unwrap();
        let read = if text.contains("-0") { without_negative_zero(read) } else { read };
        prop_assert_eq!(read, expected);
    }
}
