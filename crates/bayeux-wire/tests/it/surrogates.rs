//! Unpaired surrogates, which JavaScript servers send when they cut a text in the middle of an
//! emoji.

use crate::oracle::{decode, decode_value};

/// Decodes a JSON string literal.
fn text(literal: &str) -> String {
    let frame = decode_value(literal).unwrap();
    frame.root().unwrap().as_str().unwrap().to_owned()
}

#[test]
fn a_lone_surrogate_becomes_the_replacement_character() {
    for literal in [
        r#""\ud83d""#,
        r#""\uD83D""#,
        r#""\uDbFf""#,
        r#""\ud800""#,
        r#""\udc00""#,
        r#""\uDFFF""#,
        r#""\uDeAd""#,
    ] {
        assert_eq!(text(literal), "\u{fffd}", "{literal}");
    }
}

#[test]
fn complete_pairs_are_kept() {
    assert_eq!(text(r#""\ud83d\ude00""#), "😀");
    assert_eq!(text(r#""\uD83D\uDE00\ud83d\ude01""#), "😀😁");
    assert_eq!(text(r#""\ud800\udc00\udbff\udfff""#), "\u{10000}\u{10ffff}");
}

#[test]
fn lone_surrogates_next_to_pairs_do_not_affect_them() {
    assert_eq!(text(r#""\ud83d\ud83d\ude00""#), "\u{fffd}😀");
    assert_eq!(text(r#""\ud83d\ude00\ude00""#), "😀\u{fffd}");
    assert_eq!(text(r#""\ude00\ud83d""#), "\u{fffd}\u{fffd}");
    assert_eq!(text(r#""\ud83d\ud83d\ud83d""#), "\u{fffd}\u{fffd}\u{fffd}");
    assert_eq!(text(r#""\ud83dx\ude00""#), "\u{fffd}x\u{fffd}");
    assert_eq!(text(r#""\ud83d\n\ude00""#), "\u{fffd}\n\u{fffd}");
    assert_eq!(text(r#""\ud83d\u0041""#), "\u{fffd}A");
    assert_eq!(text(r#""\ud83d\\ude00""#), "\u{fffd}\\ude00");
}

#[test]
fn escaped_backslashes_are_not_taken_for_escapes() {
    assert_eq!(text(r#""\\ud83d""#), r"\ud83d");
    assert_eq!(text(r#""\\\\ud83d""#), r"\\ud83d");
    assert_eq!(text(r#""\\\ud83d""#), "\\\u{fffd}");
    assert_eq!(text(r#""\"\\ud83d\"""#), r#""\ud83d""#);
}

#[test]
fn characters_next_to_the_surrogate_range_are_ordinary() {
    assert_eq!(
        text(r#""\ud7ff\ue000\u00d8\u0d83""#),
        "\u{d7ff}\u{e000}\u{d8}\u{d83}"
    );
}

#[test]
fn a_truncated_text_does_not_affect_the_batch() {
    let frame =
        decode(r#"[{"channel":"/a","data":{"alert":"cut: \ud83d","\udc00":1}},{"channel":"/b"}]"#)
            .unwrap();
    assert_eq!(frame.messages().len(), 2);
    let data = frame.message(0).unwrap().data().unwrap();
    assert_eq!(data.get("alert").unwrap().as_str(), Some("cut: \u{fffd}"));
    assert_eq!(data.get("\u{fffd}").unwrap().as_i64(), Some(1));
}

#[test]
fn malformed_unicode_escapes_are_errors() {
    for literal in [
        r#""\ud83""#,
        r#""\ud8gg""#,
        r#""\ud83d"#,
        r"\ud83d",
        r#""\ud83d\u""#,
    ] {
        assert!(decode_value(literal).is_err(), "{literal}");
    }
}

#[test]
fn other_escapes_around_wide_characters_keep_their_text() {
    let tail = "é€😀".repeat(20);
    assert_eq!(text(&format!(r#""{tail}\n{tail}\"\/\b\f\r\t\\{tail}""#)), {
        format!("{tail}\n{tail}\"/\u{8}\u{c}\r\t\\{tail}")
    });
    assert_eq!(text(r#""\u0000\u001f\u007f""#), "\0\u{1f}\u{7f}");
}
