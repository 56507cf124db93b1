//! Strings are read sixteen bytes at a time: an end, an escape or an error may be at any place
//! among them.

use bayeux_wire::DecodeError;

use crate::oracle::{decode_value, syntax_error};

/// Twice the number of bytes that are read at a time.
const PLACES: usize = 40;

/// Returns texts without characters that need escaping.
fn plain(len: usize) -> [String; 3] {
    ["a", "é", "😀"].map(|character| character.repeat(len.div_ceil(character.len())))
}

#[test]
fn a_string_of_any_length_ends_where_its_quote_is() {
    for text in (0..PLACES).flat_map(plain) {
        let frame = decode_value(format!(r#"["{text}","{text}"]"#)).unwrap();
        let read: Vec<_> = frame.root().unwrap().items().collect();
        assert_eq!(read.len(), 2);
        assert!(read.iter().all(|value| value.as_str() == Some(&text)));
    }
}

#[test]
fn an_escape_may_stand_anywhere() {
    for (written, meant) in [
        (r#"\""#, "\""),
        (r"\\", "\\"),
        (r"\/", "/"),
        (r"\b\f\n\r\t", "\u{8}\u{c}\n\r\t"),
        (r"\u0000", "\0"),
        (r"\u00E9\u00e9", "éé"),
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d", "\u{fffd}"),
        (r"\ude00\ud83dx", "\u{fffd}\u{fffd}x"),
        (r"\ud83d\u0041", "\u{fffd}A"),
        (r"\ud83d\n", "\u{fffd}\n"),
    ] {
        for text in (0..PLACES).flat_map(plain) {
            let json = format!(r#"{{"{written}{text}":"{text}{written}{text}","next":"{text}"}}"#);
            let frame = decode_value(&json).unwrap();
            let root = frame.root().unwrap();
            let value = root.get(&format!("{meant}{text}")).unwrap();
            assert_eq!(value.as_str(), Some(&*format!("{text}{meant}{text}")));
            assert_eq!(root.get("next").unwrap().as_str(), Some(&*text));
        }
    }
}

#[test]
fn a_control_character_is_refused_at_its_place() {
    for text in (0..PLACES).flat_map(plain) {
        for control in '\0'..' ' {
            let json = format!(r#"["{text}{control}"]"#);
            let place = 2 + text.len();
            assert_eq!(
                syntax_error(json),
                (place, "a control character inside a string")
            );
        }
    }
}

#[test]
fn nul_bytes_do_not_end_a_string() {
    for zeros in 1..PLACES {
        let zeros = "\0".repeat(zeros);
        let found =
            ["", "[", "[1", "\"a", "[1]"].map(|json| syntax_error(format!("{json}{zeros}")));
        assert_eq!(
            found,
            [
                (0, "no value where one is expected"),
                (1, "no value where one is expected"),
                (2, "neither a comma nor the end of an array"),
                (2, "a control character inside a string"),
                (3, "more text after the document"),
            ]
        );
    }
}

#[test]
fn an_unclosed_string_is_reported_at_its_start() {
    for text in (0..PLACES).flat_map(plain) {
        let unclosed = "an unclosed string";
        assert_eq!(syntax_error(format!(r#"["{text}"#)), (1, unclosed));
        assert_eq!(syntax_error(format!(r#"["\n{text}"#)), (1, unclosed));
        assert_eq!(syntax_error(format!(r#"{{"a":1,"{text}"#)), (7, unclosed));
        assert_eq!(syntax_error(format!(r#"["{text}\"#)), (1, unclosed));
    }
}

#[test]
fn text_that_is_cut_in_mid_character_is_not_utf_8() {
    for text in (0..PLACES).flat_map(plain) {
        for end in 1..4 {
            let mut json = format!(r#"["{text}"#).into_bytes();
            let place = json.len();
            json.extend_from_slice(&"😀".as_bytes()[..end]);
            json.extend_from_slice(br#""]"#);
            assert_eq!(syntax_error(json), (place, "text that is not UTF-8"));
        }
    }
}

#[test]
fn an_error_does_not_affect_the_next_frame() {
    let mut decoder = bayeux_wire::Decoder::new();
    let mut frame = bayeux_wire::Frame::from_bytes(br#"["half \n of","it"#);
    assert!(matches!(
        decoder.decode_value(&mut frame),
        Err(DecodeError::Syntax { .. })
    ));
    frame.extend_from_slice(br#"["the \"next\" one"]"#);
    decoder.decode_value(&mut frame).unwrap();
    let next = frame.root().unwrap().at(0).unwrap();
    assert_eq!(next.as_str(), Some("the \"next\" one"));
}
