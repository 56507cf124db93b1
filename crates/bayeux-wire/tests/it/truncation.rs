//! Truncated frames.

use bayeux_wire::{Decoder, Frame};

use crate::oracle::fixtures;

/// Escapes, wide characters, long strings and every kind of value, so that each cut is a new case.
const RICH: &str = r#"[{"channel":"/a","data":{"t":"é\n\ud83d\ude00\ud83d 😀\"\\","n":[0,-1,2.5e-3,
    18446744073709551615,123456789012345678901],"b":[true,false,null],"":{},"long":
    "0123456789012345678901234567890123456789012345678901234567890123456789\u00e9"}},null]"#;

#[test]
fn no_proper_prefix_of_a_frame_is_a_frame() {
    let mut decoder = Decoder::new();
    let mut frame = Frame::new();
    let mut decode = |bytes: &[u8]| {
        frame.clear();
        frame.extend_from_slice(bytes);
        let outcome = decoder.decode(&mut frame);
        assert_eq!(outcome.is_err(), frame.is_empty());
        outcome
    };
    let texts = fixtures().into_iter().map(|(_, text)| text);
    for text in texts.chain([RICH.to_owned()]) {
        for end in 0..text.len() {
            assert!(decode(&text.as_bytes()[..end]).is_err(), "{}", &text[..end]);
        }
        // The decoder has failed many times since its last success, and still works.
        decode(text.as_bytes()).unwrap();
    }
}
