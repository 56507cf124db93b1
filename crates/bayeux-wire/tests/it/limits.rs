//! Limits of size and depth.

use bayeux_wire::{DecodeError, Decoder, Frame, Limits};

use crate::oracle::decode_value;

fn nested(depth: usize, open: &str, close: &str) -> String {
    format!("{}{}", open.repeat(depth), close.repeat(depth))
}

/// Returns a decoder with one limit changed.
fn decoder(change: impl FnOnce(&mut Limits)) -> Decoder {
    let mut limits = Limits::default();
    change(&mut limits);
    Decoder::with_limits(limits)
}

#[test]
fn a_frame_above_the_limit_is_rejected_before_parsing() {
    let mut decoder = decoder(|limits| limits.max_frame = 10);
    let mut frame = Frame::from_bytes(b"not json at all");
    let error = decoder.decode(&mut frame).unwrap_err();
    assert_eq!(error, DecodeError::TooLarge { len: 15, limit: 10 });
    assert!(frame.is_empty());
}

#[test]
fn a_frame_at_the_limit_is_decoded() {
    let mut decoder = decoder(|limits| limits.max_frame = 10);
    let mut frame = Frame::from_bytes(b"[1,2,3,45]");
    decoder.decode(&mut frame).unwrap();
    assert_eq!(frame.rejected(), 4);
    let mut frame = Frame::from_bytes(b"[1,2,3,456]");
    assert!(decoder.decode(&mut frame).is_err());
}

#[test]
fn the_default_limit_is_256_kib() {
    let exactly = format!(r#"["{}"]"#, "x".repeat(256 * 1024 - 4));
    assert!(decode_value(&exactly).is_ok());
    assert_eq!(
        decode_value(format!(" {exactly}")).unwrap_err(),
        DecodeError::TooLarge {
            len: 256 * 1024 + 1,
            limit: 256 * 1024
        }
    );
}

#[test]
fn no_limit_reaches_beyond_256_mib() {
    let mut decoder = decoder(|limits| limits.max_frame = usize::MAX);
    // One piece many times over: sizes are added up before any of it is copied.
    let piece = vec![b' '; 1024 * 1024];
    let mut pieces = vec![&piece[..]; 256];
    pieces.push(b" ");
    let limit = 256 * 1024 * 1024;
    assert_eq!(
        decoder.receive(&mut Frame::new(), &pieces).unwrap_err(),
        DecodeError::TooLarge {
            len: limit + 1,
            limit
        }
    );
}

#[test]
fn sixty_four_levels_are_accepted_and_sixty_five_rejected() {
    for (open, close) in [("[", "]"), (r#"{"a":["#, "]}")] {
        let per_turn = if open == "[" { 1 } else { 2 };
        let json = nested(64 / per_turn, open, close);
        assert!(decode_value(&json).is_ok(), "{json}");
        let error = decode_value(format!("[{json}]")).unwrap_err();
        assert_eq!(error, DecodeError::TooDeep { limit: 64 }, "{json}");
    }
}

#[test]
fn a_long_run_of_brackets_is_rejected_without_recursion() {
    for open in ["[", "{\"a\":"] {
        let error = decode_value(open.repeat(40_000)).unwrap_err();
        assert_eq!(error, DecodeError::TooDeep { limit: 64 });
    }
}

#[test]
fn the_depth_limit_cannot_exceed_the_stack() {
    let mut shallow = decoder(|limits| limits.max_depth = 2);
    assert!(shallow.decode(&mut Frame::from_bytes(b"[[]]")).is_ok());
    assert_eq!(
        shallow
            .decode(&mut Frame::from_bytes(b"[[[]]]"))
            .unwrap_err(),
        DecodeError::TooDeep { limit: 2 }
    );

    let mut deep = decoder(|limits| limits.max_depth = usize::MAX);
    let json = nested(Limits::DEEPEST, "[", "]");
    let mut frame = Frame::from_bytes(json.as_bytes());
    deep.decode_value(&mut frame).unwrap();
    assert_eq!(frame.root().unwrap().to_string(), json);
    let mut frame = Frame::from_bytes(format!("[{json}]").as_bytes());
    assert_eq!(
        deep.decode_value(&mut frame).unwrap_err(),
        DecodeError::TooDeep {
            limit: Limits::DEEPEST
        }
    );
}

#[test]
fn the_deepest_values_are_printed_and_compared_on_half_of_a_stack() {
    let mut deep = decoder(|limits| limits.max_depth = usize::MAX);
    let mut read = |leaf: &str| {
        let json =
            nested(Limits::DEEPEST, r#"{"a":"#, "}").replacen(":}", &format!(":{leaf}}}"), 1);
        let mut frame = Frame::from_bytes(json.as_bytes());
        deep.decode_value(&mut frame).unwrap();
        (frame, json)
    };
    let ((one, json), (same, _), (other, _)) = (read("1"), read("1"), read("2"));
    let visit = move || {
        let (one, same, other) = (
            one.root().unwrap(),
            same.root().unwrap(),
            other.root().unwrap(),
        );
        assert!(one == same && one != other);
        assert_eq!(one.to_string(), json);
        assert_eq!(serde_json::to_string(&one).unwrap(), json);
    };
    // Threads have 2 MiB by default.
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    small.spawn(visit).unwrap().join().unwrap();
}

#[test]
fn limits_apply_to_each_frame_of_a_decoder() {
    let mut decoder = Decoder::new();
    for _ in 0..3 {
        let mut frame = Frame::from_bytes(nested(65, "[", "]").as_bytes());
        assert!(decoder.decode(&mut frame).is_err());
        let mut frame = Frame::from_bytes(nested(64, "[", "]").as_bytes());
        assert!(decoder.decode(&mut frame).is_ok());
        // About the largest accepted size.
        let mut frame = Frame::from_bytes(format!("[{}1]", "1,".repeat(100_000)).as_bytes());
        assert!(decoder.decode(&mut frame).is_ok());
        assert_eq!(frame.rejected(), 100_001);
    }
}
