//! Payloads in pieces, as a socket delivers them.

use std::sync::Arc;

use bayeux_wire::{DecodeError, Decoder, Frame, Limits, Pool};

fn received(chunks: &[&[u8]]) -> Result<Frame, DecodeError> {
    let mut frame = Frame::new();
    Decoder::new().receive(&mut frame, chunks)?;
    Ok(frame)
}

#[test]
fn pieces_are_one_payload_for_any_cut() {
    let whole = r#"[{"channel":"/a","data":"\"h\u00e9 \ud83d\ude00"},{"channel":"/b"}]"#.as_bytes();
    let expected = received(&[whole]).unwrap();
    for at in 0..=whole.len() {
        let (one, other) = whole.split_at(at);
        let frame = received(&[one, b"", other]).unwrap();
        assert_eq!(frame.root(), expected.root(), "cut at {at}");
        assert_eq!(frame.messages().len(), 2);
        assert_eq!(frame.len(), whole.len());
    }
}

#[test]
fn pieces_may_end_within_a_character() {
    let whole = r#"[{"channel":"/é€","data":"😀é\n€😀"}]"#;
    let mut decoder = Decoder::new();
    for at in 0..=whole.len() {
        let (one, other) = whole.as_bytes().split_at(at);
        let received = received(&[one, other]).unwrap();
        let mut filled = Frame::from_bytes(one);
        filled.extend_from_slice(other);
        decoder.decode(&mut filled).unwrap();
        for frame in [received, filled] {
            let message = frame.message(0).unwrap();
            assert_eq!(message.channel(), "/é€", "cut at {at}");
            assert_eq!(message.data().unwrap().as_str(), Some("😀é\n€😀"));
        }
    }
}

#[test]
fn no_pieces_are_an_empty_payload() {
    for none in [&[][..], &[&b""[..]], &[b"", b""], &[b" ", b"", b"\n"]] {
        let mut frame = Frame::from_bytes(b"[1");
        let refused = Decoder::new().receive(&mut frame, none);
        assert_eq!(refused, Err(DecodeError::Empty));
        assert!(frame.is_empty() && frame.root().is_none());
    }
}

#[test]
fn escapes_and_lone_surrogates_are_read_from_pieces() {
    let whole = r#"{"channel":"\/a\"b","data":"x\ud83d"}"#.as_bytes();
    let frame = received(&whole.chunks(5).collect::<Vec<_>>()).unwrap();
    let message = frame.message(0).unwrap();
    assert_eq!(message.channel(), "/a\"b");
    assert_eq!(message.data().unwrap().as_str(), Some("x\u{fffd}"));
}

#[test]
fn the_previous_content_of_the_frame_is_replaced() {
    let (mut decoder, mut frame) = (Decoder::new(), Frame::from_bytes(b"garbage"));
    decoder
        .receive(&mut frame, &[br#"{"channel":"/a"}"#])
        .unwrap();
    assert_eq!(frame.message(0).unwrap().channel(), "/a");
    for refused in [&b"nonsense"[..], b"7", b"[\"\xff\"]", &vec![b' '; 300_000]] {
        frame = received(&[br#"{"channel":"/a"}"#]).unwrap();
        assert!(decoder.receive(&mut frame, &[refused]).is_err());
        assert!(frame.is_empty() && frame.root().is_none() && frame.message(0).is_none());
    }
}

#[test]
fn the_size_limit_applies_to_the_sum_of_the_pieces() {
    let mut limits = Limits::default();
    limits.max_frame = 14;
    let refused =
        Decoder::with_limits(limits).receive(&mut Frame::new(), &["[{\"channel", "\":1}]"]);
    assert_eq!(refused, Err(DecodeError::TooLarge { len: 15, limit: 14 }));
}

#[test]
fn a_pool_receives_into_free_frames_and_keeps_them_after_an_error() {
    let (mut pool, mut decoder) = (Pool::new(2), Decoder::new());
    let first = pool
        .receive(&mut decoder, &[br#"{"channel":"/a"}"#])
        .unwrap();
    pool.recycle(&first);
    let other = pool
        .receive(&mut decoder, &[br#"{"channel":"/b"}"#])
        .unwrap();
    assert!(!Arc::ptr_eq(&first, &other), "the first is still held");
    let address = Arc::as_ptr(&first);
    drop(first);
    assert!(pool.receive(&mut decoder, &[b"[1"]).is_err());
    let again = pool
        .receive(&mut decoder, &[br#"{"channel":"/c"}"#])
        .unwrap();
    assert_eq!(Arc::as_ptr(&again), address);
    assert_eq!(again.message(0).unwrap().channel(), "/c");
}
