//! Values as trees of other crates: the same as these crates parse from the text.

use proptest::prelude::*;

use crate::{
    oracle::{decode_value, fixtures},
    properties::json,
};

/// Checks both directions that are enabled.
fn check(text: &str) {
    let frame = decode_value(text).unwrap();
    let root = frame.root().unwrap();
    #[cfg(feature = "serde_json")]
    assert_eq!(
        serde_json::Value::from(root),
        serde_json::from_str::<serde_json::Value>(text).unwrap()
    );
    #[cfg(feature = "simd-json")]
    {
        let mut bytes = text.as_bytes().to_vec();
        let owned = simd_json::to_owned_value(&mut bytes).unwrap();
        assert_eq!(simd_json::OwnedValue::from(root), owned);
        let mut bytes = text.as_bytes().to_vec();
        let borrowed = simd_json::to_borrowed_value(&mut bytes).unwrap();
        assert_eq!(simd_json::BorrowedValue::from(root), borrowed);
    }
}

#[test]
fn every_recording_is_the_same_tree() {
    for (_, text) in fixtures() {
        check(&text);
    }
}

proptest! {
    #[test]
    fn any_json_is_the_same_tree(json in json()) {
        let text = json.to_string();
        // `-0` and `-0.0` are integers for some and floats for others.
        prop_assume!(!text.contains("-0.0"));
        check(&text);
    }
}

#[cfg(feature = "simd-json")]
#[test]
fn a_borrowed_tree_of_simd_json_borrows_from_the_frame() {
    use std::borrow::Cow;

    use simd_json::{BorrowedValue, prelude::*};

    let frame = decode_value(r#"{"a":"caf\u00e9"}"#).unwrap();
    let tree = BorrowedValue::from(frame.root().unwrap());
    let BorrowedValue::String(Cow::Borrowed(text)) = tree.get("a").unwrap() else {
        panic!("copied");
    };
    let place = frame.root().unwrap().get("a").unwrap().as_str().unwrap();
    assert!(core::ptr::eq(*text, place));
}
