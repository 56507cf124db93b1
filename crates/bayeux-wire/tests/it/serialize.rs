//! Serialization of values.

use serde_json::Value as Json;

use crate::oracle::decode_value;

#[test]
fn display_is_compact_json_without_loss() {
    for (json, printed) in [
        (" [ 1 , 2.50 , { \"a\" : null } ] ", r#"[1,2.5,{"a":null}]"#),
        ("9007199254740993", "9007199254740993"),
        ("18446744073709551615", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("0.1", "0.1"),
        ("100.0", "100.0"),
        ("1E+300", "1e300"),
        ("5e-324", "5e-324"),
        ("1.7976931348623157e308", "1.7976931348623157e308"),
        (r#"{"a":1,"a":2}"#, r#"{"a":1,"a":2}"#),
        (r#"{"":{}}"#, r#"{"":{}}"#),
        ("[true,false,[]]", "[true,false,[]]"),
    ] {
        let frame = decode_value(json).unwrap();
        assert_eq!(frame.root().unwrap().to_string(), printed);
        assert_eq!(format!("{:?}", frame.root().unwrap()), printed);
    }
}

#[test]
fn strings_have_only_the_required_escapes() {
    for (json, printed) in [
        (r#""a\"b\\c\/d""#, r#""a\"b\\c/d""#),
        (
            r#""\b\f\n\r\t\u0000\u001f\u007f""#,
            "\"\\u0008\\u000c\\n\\r\\t\\u0000\\u001f\u{7f}\"",
        ),
        (r#""\u00e9\ud83d\ude00\u2028""#, "\"é😀\u{2028}\""),
        (r#"{"\"":"\n\n"}"#, r#"{"\"":"\n\n"}"#),
    ] {
        let frame = decode_value(json).unwrap();
        assert_eq!(frame.root().unwrap().to_string(), printed);
    }
}

#[test]
fn debug_of_an_iterator_shows_the_remaining_items() {
    let frame = decode_value(r#"{"list":[1,"a",[2.50]],"b":{}}"#).unwrap();
    let root = frame.root().unwrap();
    let mut entries = root.entries();
    assert_eq!(
        format!("{entries:?}"),
        r#"{"list": [1,"a",[2.5]], "b": {}}"#
    );
    let (_, list) = entries.next().unwrap();
    assert_eq!(format!("{entries:?}"), r#"{"b": {}}"#);
    let mut items = list.items();
    assert_eq!(format!("{items:?}"), r#"[1, "a", [2.5]]"#);
    items.next();
    assert_eq!(format!("{items:?}"), r#"["a", [2.5]]"#);
    assert_eq!(format!("{:?}", list.kind()), r#"Array([1, "a", [2.5]])"#);
}

#[test]
fn serde_serializes_the_same_value() {
    let json = r#"{"a":[1,-2,18446744073709551615,0.5,null,true,"é\n"],"b":{"c":{}},"d":1e300}"#;
    let frame = decode_value(json).unwrap();
    let written = serde_json::to_string(&frame.root().unwrap()).unwrap();
    let expected: Json = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::from_str::<Json>(&written).unwrap(), expected);
    assert_eq!(
        serde_json::to_value(frame.root().unwrap()).unwrap(),
        expected
    );
}
