//! Frames and decoders that are reused.

use bayeux_wire::{Decoder, Frame};

use crate::oracle::decode;

#[test]
fn a_frame_can_be_filled_in_pieces() {
    let mut frame = Frame::new();
    assert!(frame.is_empty());
    for piece in [&br#"[{"chan"#[..], br#"nel":"/"#, b"", "é\"}]".as_bytes()] {
        frame.extend_from_slice(piece);
    }
    assert_eq!(frame.len(), 19);
    assert_eq!(frame.messages().len(), 0);
    assert!(frame.root().is_none());
    Decoder::new().decode(&mut frame).unwrap();
    assert_eq!(frame.message(0).unwrap().channel(), "/é");
    assert_eq!(frame.len(), 19);
}

#[test]
fn a_cleared_frame_is_empty() {
    let mut frame = decode(r#"[{"channel":"/a"},null]"#).unwrap();
    frame.clear();
    assert!(frame.is_empty());
    assert_eq!(frame.messages().len(), 0);
    assert_eq!(frame.rejected(), 0);
    assert!(frame.root().is_none());
    frame.extend_from_slice(b"[]");
    Decoder::new().decode(&mut frame).unwrap();
    assert_eq!(frame.root().unwrap().to_string(), "[]");
}

#[test]
fn bytes_appended_to_a_decoded_frame_are_the_next_frame() {
    let mut frame = decode(r#"[{"channel":"/a"},null]"#).unwrap();
    frame.extend_from_slice(br#"{"channel":"/b"}"#);
    assert_eq!(frame.messages().len(), 0);
    assert_eq!(frame.rejected(), 0);
    Decoder::new().decode(&mut frame).unwrap();
    assert_eq!(frame.messages().len(), 1);
    assert_eq!(frame.message(0).unwrap().channel(), "/b");
}

#[test]
fn decoding_twice_changes_nothing() {
    let mut decoder = Decoder::new();
    let mut frame = Frame::from_bytes(br#"[{"channel":"\/a\u00e9\"","data":"\\n"},0]"#);
    decoder.decode(&mut frame).unwrap();
    let first = frame.root().unwrap().to_string();
    decoder.decode(&mut frame).unwrap();
    assert_eq!(frame.root().unwrap().to_string(), first);
    assert_eq!((frame.messages().len(), frame.rejected()), (1, 1));
}

#[test]
fn a_decoded_document_can_still_be_read_as_a_batch() {
    let mut decoder = Decoder::new();
    let mut frame = Frame::from_bytes(br#"[{"channel":"/a"},0]"#);
    decoder.decode_value(&mut frame).unwrap();
    assert_eq!((frame.messages().len(), frame.rejected()), (0, 0));
    decoder.decode(&mut frame).unwrap();
    assert_eq!((frame.messages().len(), frame.rejected()), (1, 1));
}

#[test]
fn a_failed_frame_is_empty_and_can_be_reused() {
    let mut decoder = Decoder::new();
    let mut frame = Frame::from_bytes(br#"[{"channel":"/a","data":"\u00e9"},"#);
    for bad in [&b"[1"[..], b"7", b"[\"\xff\"]"] {
        assert!(decoder.decode(&mut frame).is_err());
        assert!(frame.is_empty());
        assert_eq!(frame.messages().len(), 0);
        assert!(frame.root().is_none());
        frame.extend_from_slice(bad);
    }
    frame.clear();
    frame.extend_from_slice(br#"{"channel":"/b"}"#);
    decoder.decode(&mut frame).unwrap();
    assert_eq!(frame.message(0).unwrap().channel(), "/b");
}

#[test]
fn a_clone_is_independent() {
    let json =
        r#"[{"channel":"/a","id":7,"data":["\n","","\ud83d\ude00",1.5,-1,true,null,{"é":{}}]},3]"#;
    let mut frame = decode(json).unwrap();
    let printed = frame.root().unwrap().to_string();
    let copy = frame.clone();
    frame.clear();
    // The place where the first frame's strings were.
    frame.extend_from_slice(&vec![b'x'; json.len()]);
    let again = copy.clone();
    for copy in [copy, again] {
        assert_eq!(copy.root().unwrap().to_string(), printed);
        assert_eq!(copy.message(0).unwrap().channel(), "/a");
        assert_eq!((copy.len(), copy.rejected()), (json.len(), 1));
    }
}

#[test]
fn a_clone_of_bytes_that_are_not_decoded_can_be_decoded() {
    let frame = Frame::from_bytes(br#"{"channel":"/a"}"#);
    let mut copy = frame.clone();
    assert!(copy.root().is_none());
    Decoder::new().decode(&mut copy).unwrap();
    assert_eq!(copy.message(0).unwrap().channel(), "/a");
    assert!(frame.root().is_none());
}
