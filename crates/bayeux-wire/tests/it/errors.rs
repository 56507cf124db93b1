//! Errors of decoding: kind, offset and text.

use bayeux_wire::DecodeError;

use crate::oracle::{decode, decode_value, syntax_error};

#[test]
fn an_empty_frame_has_an_error_of_its_own() {
    for json in ["", " ", "\n\t \r\n"] {
        assert_eq!(decode(json).unwrap_err(), DecodeError::Empty, "{json:?}");
    }
}

#[test]
fn syntax_errors_name_offset_and_kind() {
    let found: Vec<_> = [
        &b"[1,2"[..],
        b"[1 2]",
        b"{\"a\" 1}",
        b"{\"a\":1 \"b\":2}",
        b"{1:2}",
        b"{\"a\":1,}",
        b"[tru]",
        b"[0,fals]",
        b"[1,]",
        b"[1]]",
        b"{\"a\":1}x",
        b"7 7",
        b"[01]",
        b"<html>",
        b"[\"a\xff\"]",
        b"[\"a",
        b"[\"a\nb\"]",
        b"[\"\\x\"]",
        b"[\"\\u12\"]",
    ]
    .map(syntax_error)
    .into();
    assert_eq!(
        found,
        [
            (4, "an unexpected end of the document"),
            (3, "neither a comma nor the end of an array"),
            (5, "no colon after a key"),
            (7, "neither a comma nor the end of an object"),
            (1, "no key where one is expected"),
            (7, "no key where one is expected"),
            (1, "a word that is not true, false or null"),
            (3, "a word that is not true, false or null"),
            (3, "no value where one is expected"),
            (3, "more text after the document"),
            (7, "more text after the document"),
            (2, "more text after the document"),
            (1, "a malformed number"),
            (0, "no value where one is expected"),
            (3, "text that is not UTF-8"),
            (1, "an unclosed string"),
            (3, "a control character inside a string"),
            (2, "an unknown escape"),
            (2, "a \\u without four hexadecimal digits"),
        ]
    );
}

#[test]
fn error_texts_name_the_problem_and_the_limit() {
    let found: Vec<_> = [
        decode("").unwrap_err(),
        decode("7").unwrap_err(),
        decode("[1 2]").unwrap_err(),
        decode("[\"a").unwrap_err(),
        DecodeError::TooManyValues { limit: 7 },
        DecodeError::TooManyObjects { limit: 7 },
        decode(" ".repeat(262_145)).unwrap_err(),
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    assert_eq!(
        found,
        [
            "the peer sent an empty frame instead of a JSON document",
            "the peer sent a number instead of a Bayeux message or an array of messages",
            "the peer sent a frame that is not JSON: neither a comma nor the end of an array at \
             byte 3",
            "the peer sent a frame that is not JSON: an unclosed string at byte 1",
            "the peer sent a frame of more than 7 values (`Limits::max_values`)",
            "the peer sent a frame of more than 7 objects (`Limits::max_objects`)",
            "the peer sent a frame of 262145 bytes; the limit is 262144 (`Limits::max_frame`)",
        ]
    );
}

#[test]
fn invalid_json_is_rejected() {
    for json in [
        "[1,2,]",
        "[,1]",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "[1}",
        "{\"a\":1]",
        "[NaN]",
        "[Infinity]",
        "[.5]",
        "[5.]",
        "[+1]",
        "[-]",
        "[1e]",
        "[0x1]",
        "[--1]",
        "[1.2.3]",
        "[\"\t\"]",
        "[\"\\'\"]",
        "[truee]",
        "[\"a\"\"b\"]",
        "[]{}",
        "// c\n[]",
        "\u{feff}[]",
        "]",
        "}",
        ":",
        ",",
        "\"",
        "\\",
        "[\0]",
    ] {
        let error = decode_value(json).unwrap_err();
        assert!(
            matches!(error, DecodeError::Syntax { .. }),
            "{json}: {error}"
        );
    }
}
