//! Reading values.

use bayeux_wire::{Frame, Kind, Value};

use crate::oracle::decode_value;

fn value(json: &str) -> Frame {
    decode_value(json).unwrap()
}

#[test]
fn integers_of_64_bits_are_exact() {
    for number in [
        0,
        1,
        -1,
        i64::MAX,
        i64::MIN,
        1 << 53,
        (1 << 53) + 1,
        -(1 << 53) - 1,
    ] {
        let frame = value(&number.to_string());
        let root = frame.root().unwrap();
        assert!(
            matches!(root.kind(), Kind::Int(read) if read == number),
            "{number}"
        );
        assert_eq!(root.as_i64(), Some(number));
        assert_eq!(root.as_u64(), u64::try_from(number).ok());
    }
    for number in [i64::MAX as u64 + 1, u64::MAX - 1, u64::MAX] {
        let frame = value(&number.to_string());
        let root = frame.root().unwrap();
        assert!(
            matches!(root.kind(), Kind::Uint(read) if read == number),
            "{number}"
        );
        assert_eq!(root.as_i64(), None);
        assert_eq!(root.as_u64(), Some(number));
    }
}

#[test]
fn integers_beyond_64_bits_are_the_nearest_float_and_cost_nobody_else() {
    for (json, nearest) in [
        ("18446744073709551616", 18_446_744_073_709_551_616.0),
        ("-9223372036854775809", -9_223_372_036_854_775_809.0),
        ("123456789012345678901234567890", 1.234_567_890_123_456_8e29),
    ] {
        let frame = value(&format!("[1,{json},2]"));
        let root = frame.root().unwrap();
        assert_eq!(root.at(1).unwrap().as_f64(), Some(nearest), "{json}");
        assert_eq!(root.at(1).unwrap().as_u64(), None, "{json}");
        assert_eq!(root.at(1).unwrap().as_i64(), None, "{json}");
        assert_eq!(root.at(2).unwrap().as_i64(), Some(2), "{json}");
    }
}

#[test]
fn a_fraction_or_an_exponent_makes_a_float() {
    for (json, number) in [
        ("1.0", 1.0),
        ("1e2", 100.0),
        ("-2.5", -2.5),
        ("5e-324", 5e-324),
        ("-0.0", 0.0),
    ] {
        let frame = value(json);
        let root = frame.root().unwrap();
        assert_eq!(root.as_f64(), Some(number), "{json}");
        assert_eq!(root.as_i64(), None, "{json}");
        assert_eq!(root.as_u64(), None, "{json}");
    }
}

#[test]
fn integers_can_be_read_as_floats() {
    assert_eq!(value("-7").root().unwrap().as_f64(), Some(-7.0));
    assert_eq!(
        value("18446744073709551615").root().unwrap().as_f64(),
        Some(2f64.powi(64))
    );
}

#[test]
fn each_getter_accepts_its_own_kind_only() {
    let frame = value(r#"[null,true,7,"7",[7],{"7":7},1.5]"#);
    let kinds: Vec<_> = frame
        .root()
        .unwrap()
        .items()
        .map(|value| {
            [
                value.is_null(),
                value.as_bool().is_some(),
                value.as_i64().is_some(),
                value.as_u64().is_some(),
                value.as_f64().is_some(),
                value.as_str().is_some(),
                value.items().len() > 0,
                value.entries().len() > 0,
            ]
            .map(u8::from)
        })
        .collect();
    assert_eq!(
        kinds,
        [
            [1, 0, 0, 0, 0, 0, 0, 0],
            [0, 1, 0, 0, 0, 0, 0, 0],
            [0, 0, 1, 1, 1, 0, 0, 0],
            [0, 0, 0, 0, 0, 1, 0, 0],
            [0, 0, 0, 0, 0, 0, 1, 0],
            [0, 0, 0, 0, 0, 0, 0, 1],
            [0, 0, 0, 0, 1, 0, 0, 0],
        ]
    );
}

#[test]
fn iterators_skip_nested_values() {
    let frame = value(r#"{"a":[[1,[2,{"x":3}]],4],"b":{"a":{"b":5}},"c":6}"#);
    let root = frame.root().unwrap();
    let keys: Vec<_> = root.entries().map(|(key, _)| key).collect();
    assert_eq!(keys, ["a", "b", "c"]);
    assert_eq!(root.get("a").unwrap().at(1).unwrap().as_i64(), Some(4));
    assert_eq!(
        root.get("b")
            .unwrap()
            .get("a")
            .unwrap()
            .get("b")
            .unwrap()
            .as_i64(),
        Some(5)
    );
    assert_eq!(root.get("c").unwrap().as_i64(), Some(6));
    assert_eq!(root.get("x"), None);
    assert_eq!(root.get("a").unwrap().at(2), None);
    assert_eq!(root.get("c").unwrap().get("a"), None);
    assert_eq!(root.get("c").unwrap().at(0), None);
}

#[test]
fn iterators_are_exact_and_fused() {
    let frame = value(r#"[{"a":1,"b":2},[],{}]"#);
    let root = frame.root().unwrap();
    let mut items = root.items();
    assert_eq!(items.len(), 3);
    let mut entries = items.next().unwrap().entries();
    assert_eq!((items.len(), entries.len()), (2, 2));
    let again = entries.clone();
    assert_eq!(entries.by_ref().count(), 2);
    assert_eq!((entries.len(), again.len()), (0, 2));
    assert!(entries.next().is_none());
    assert!(items.clone().all(Value::is_empty));
    assert_eq!(items.by_ref().count(), 2);
    assert!(items.next().is_none());
}

#[test]
fn only_arrays_and_objects_have_a_length() {
    let json = r#"[null,false,true,12345,1.5e3,"a text that is long","\n",[],{}]"#;
    let frame = value(json);
    for value in frame.root().unwrap().items() {
        assert_eq!((value.len(), value.is_empty()), (0, true), "{value}");
    }
    assert_eq!(Value::default().len(), 0);
}

#[test]
fn the_default_value_is_null() {
    let nothing = Value::default();
    assert!(nothing.is_null());
    assert_eq!(nothing, value("null").root().unwrap());
    assert_eq!(nothing.to_string(), "null");
    assert_eq!((nothing.get("a"), nothing.at(0)), (None, None));
    assert_eq!((nothing.entries().count(), nothing.items().count()), (0, 0));
}

#[test]
fn equality_compares_content() {
    let same = [
        (r#"{"a":1,"b":[2,3]}"#, r#" { "b" : [ 2 , 3 ] , "a" : 1 } "#),
        (r#"{"a":0,"a":1}"#, r#"{"a":1}"#),
        (r#""\u0061\/""#, r#""a/""#),
        ("1e2", "100.0"),
        ("-0", "0"),
        ("[]", "[ ]"),
    ];
    for (a, b) in same {
        assert_eq!(value(a).root().unwrap(), value(b).root().unwrap());
    }
    let different = [
        (r#"{"a":1}"#, r#"{"a":2}"#),
        (r#"{"a":1}"#, r#"{"b":1}"#),
        (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#),
        ("[1,2]", "[2,1]"),
        ("[1]", "[1,1]"),
        ("1", "1.0"),
        ("1", r#""1""#),
        ("null", "false"),
        ("[]", "{}"),
    ];
    for (a, b) in different {
        assert_ne!(value(a).root().unwrap(), value(b).root().unwrap());
    }
}

#[test]
fn comparing_deep_values_that_differ_at_the_bottom_is_quick() {
    let nest = |leaf: &str| format!("{}{leaf}{}", r#"{"a":"#.repeat(60), "}".repeat(60));
    assert_ne!(
        value(&nest("1")).root().unwrap(),
        value(&nest("2")).root().unwrap()
    );
}
