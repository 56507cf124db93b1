//! Limits of size and depth.

use bayeux_wire::{DecodeError, Decoder, Frame, Limits, Unreadable};

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
fn the_sixty_fifth_level_is_unreadable_and_all_around_it_is_read() {
    for (open, close) in [("[", "]"), (r#"{"a":["#, "]}")] {
        let per_turn = if open == "[" { 1 } else { 2 };
        let json = nested(64 / per_turn, open, close);
        assert!(
            !decode_value(&json)
                .unwrap()
                .root()
                .unwrap()
                .has_unreadable()
        );
        let frame = decode_value(format!("[1,{json},2]")).unwrap();
        let root = frame.root().unwrap();
        assert!(root.has_unreadable());
        let ends = [0, 2].map(|at| root.at(at).unwrap().as_u64());
        assert_eq!(ends, [Some(1), Some(2)]);
        let innermost = if open == "[" { "[[]]" } else { r#"{"a":[]}"# };
        let beyond = if open == "[" {
            "[null]"
        } else {
            r#"{"a":null}"#
        };
        let expected = format!("[1,{},2]", json.replacen(innermost, beyond, 1));
        assert_eq!(root.to_string(), expected);
    }
}

#[test]
fn the_content_of_an_unreadable_value_is_checked_and_leaves_nothing_behind() {
    let mut shallow = decoder(|limits| limits.max_depth = 1);
    for inside in [
        r#"[[],{},"a\n",1.5e3,1e999,true,false,null]"#,
        r#"{"a\u00e9":[1,{"b":"\""}],"c" : [ [ ] ] , "d":{}}"#,
        "[]",
        "{}",
        " [ 1 , 2 ] ",
    ] {
        let json = format!(r#"["\t",{inside},"x\ty"]"#);
        let mut frame = Frame::from_bytes(json.as_bytes());
        shallow.decode_value(&mut frame).unwrap();
        let root = frame.root().unwrap();
        assert_eq!(root.to_string(), r#"["\t",null,"x\ty"]"#, "{inside}");
        assert_eq!(root.at(1).unwrap().unreadable(), Some(Unreadable::TooDeep));
        for cut in 1..json.len() - 1 {
            let mut frame = Frame::from_bytes(&json.as_bytes()[..cut]);
            let error = shallow.decode_value(&mut frame).unwrap_err();
            assert!(
                matches!(error, DecodeError::Syntax { .. }),
                "{inside} cut at {cut}"
            );
        }
    }
    for wrong in [
        "[1,]",
        "{1:2}",
        "[1}",
        "{\"a\":1]",
        "[[1 2]]",
        "[{\"a\" 1}]",
        "[,]",
        "[tru]",
    ] {
        let json = format!("[{wrong}]");
        let theirs = serde_json::from_str::<serde_json::Value>(&json).unwrap_err();
        assert_eq!(theirs.line(), 1);
        let ours = shallow.decode_value(&mut Frame::from_bytes(json.as_bytes()));
        assert!(matches!(ours, Err(DecodeError::Syntax { .. })), "{wrong}");
    }
}

#[test]
fn a_long_run_of_brackets_is_read_without_recursion() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let open_only = decode_value(open.repeat(40_000)).unwrap_err();
        assert!(
            matches!(open_only, DecodeError::Syntax { .. }),
            "{open_only}"
        );
        let json = nested(30_000, open, close).replace(":}", ":0}");
        let frame = decode_value(&json).unwrap();
        assert!(frame.root().unwrap().has_unreadable());
    }
}

#[test]
fn the_depth_limit_cannot_exceed_the_stack() {
    let mut shallow = decoder(|limits| limits.max_depth = 2);
    let mut frame = Frame::from_bytes(b"[[[7]],[8]]");
    shallow.decode(&mut frame).unwrap();
    assert_eq!(frame.root().unwrap().to_string(), "[[null],[8]]");

    let mut deep = decoder(|limits| limits.max_depth = usize::MAX);
    let json = nested(Limits::DEEPEST, "[", "]");
    let mut frame = Frame::from_bytes(json.as_bytes());
    deep.decode_value(&mut frame).unwrap();
    assert_eq!(frame.root().unwrap().to_string(), json);
    let mut frame = Frame::from_bytes(format!("[{json}]").as_bytes());
    deep.decode_value(&mut frame).unwrap();
    let expected = format!("[{}]", json.replacen("[[]]", "[null]", 1));
    assert_eq!(frame.root().unwrap().to_string(), expected);
}

#[test]
fn keys_and_values_are_counted_and_objects_too() {
    let mut few = decoder(|limits| (limits.max_values, limits.max_objects) = (5, 2));
    let mut read = |json: &str| few.decode_value(&mut Frame::from_bytes(json.as_bytes()));
    assert_eq!(read(r#"{"a":[1,2]}"#), Ok(()));
    let too_many = |limit| Err(DecodeError::TooManyValues { limit });
    assert_eq!(read("[1,2,3,4,5,6]"), too_many(5));
    assert_eq!(read(r#"{"a":1,"b":2,"c":3}"#), too_many(5));
    assert_eq!(read("[[{}],{}]"), Ok(()));
    assert_eq!(
        read("[{},{},{}]"),
        Err(DecodeError::TooManyObjects { limit: 2 })
    );
    assert_eq!(read(r#"[[["a",{}]]]"#), Ok(()));
    assert_eq!(read(r#"[[["a",[[]]]]]"#), too_many(5));
    // Nodes of a skipped value are not kept, so they do not count.
    let mut shallow = decoder(|limits| (limits.max_depth, limits.max_values) = (1, 5));
    let json = format!("[[1{}]]", ",1".repeat(1000));
    shallow
        .decode_value(&mut Frame::from_bytes(json.as_bytes()))
        .unwrap();
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
        decoder.decode(&mut frame).unwrap();
        assert!(frame.root().unwrap().has_unreadable());
        let mut frame = Frame::from_bytes(nested(64, "[", "]").as_bytes());
        assert!(decoder.decode(&mut frame).is_ok());
        // About the largest accepted size.
        let mut frame = Frame::from_bytes(format!("[{}1]", "1,".repeat(100_000)).as_bytes());
        assert!(decoder.decode(&mut frame).is_ok());
        assert_eq!(frame.rejected(), 100_001);
    }
}
