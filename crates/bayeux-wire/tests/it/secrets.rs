//! Credentials and private texts never reach a log through this crate.

use core::fmt::Write as _;

use bayeux_wire::{Decoder, Frame};

use crate::oracle::decode;

const BATCH: &str = r#"[{"channel":"/meta/connect","clientId":"SECRET1","successful":false,
    "error":"401:SECRET2:Unknown client","ext":{"access_token":"SECRET3"},
    "data":{"text":"SECRET4","SECRET5":1},"id":"9"},{"channel":"/b","data":"SECRET6"}]"#;

#[test]
fn debug_shows_sizes_and_channels_but_no_content() {
    let raw = Frame::from_bytes(BATCH.as_bytes());
    let frame = decode(BATCH).unwrap();
    let mut shown = format!("{raw:?}{raw:#?}{frame:?}{frame:#?}{:?}", Decoder::new());
    write!(shown, "{:?}", frame.messages()).unwrap();
    for message in frame.messages() {
        write!(shown, "{message:?}{message:#?}{:?}", message.envelope()).unwrap();
    }
    assert!(!shown.contains("SECRET"), "{shown}");
    assert!(shown.contains("/meta/connect"), "{shown}");
    assert!(shown.contains("messages: 2"), "{shown}");
}

#[test]
fn errors_never_quote_the_frame() {
    let mut failures = 0;
    for at in 0..BATCH.len() {
        for bad in [b"\xff", b"\"", b"\\", b"]", b"1"] {
            let mut bytes = BATCH.as_bytes().to_vec();
            bytes[at..=at].copy_from_slice(bad);
            if let Err(error) = decode(&bytes) {
                failures += 1;
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains("SECRET"), "{shown}");
                assert!(core::error::Error::source(&error).is_none());
            }
        }
    }
    assert!(failures > 500, "{failures}");
}
