//! Batches: which payloads are accepted, and that a bad element does not affect the others.

use bayeux_wire::DecodeError;

use crate::oracle::decode;

#[test]
fn an_array_of_objects_is_a_batch_in_order() {
    let frame = decode(r#" [ {"channel":"/a"} , {"channel":"/b"},{"channel":"/c"} ] "#).unwrap();
    let channels: Vec<_> = frame
        .messages()
        .map(bayeux_wire::Message::channel)
        .collect();
    assert_eq!(channels, ["/a", "/b", "/c"]);
    assert_eq!(frame.rejected(), 0);
}

#[test]
fn messages_count_down_as_they_are_taken_and_stay_finished() {
    let frame = decode(r#"[{"channel":"/a"},null,{"channel":"/b"}]"#).unwrap();
    let mut messages = frame.messages();
    for left in [1, 0] {
        assert!(messages.next().is_some());
        assert_eq!(messages.len(), left);
    }
    assert!(messages.next().is_none() && messages.next().is_none());
    assert_eq!(messages.len(), 0);
}

#[test]
fn a_single_object_is_a_batch_of_one() {
    let frame = decode(r#"{"channel":"/a","data":[{"channel":"/inner"}]}"#).unwrap();
    assert_eq!(frame.messages().len(), 1);
    assert_eq!(frame.message(0).unwrap().channel(), "/a");
}

#[test]
fn an_empty_array_is_an_empty_batch() {
    let frame = decode("[]").unwrap();
    assert_eq!(frame.messages().len(), 0);
    assert_eq!(frame.rejected(), 0);
}

#[test]
fn an_empty_object_is_a_message_without_a_channel() {
    for json in ["{}", "[{}]"] {
        let frame = decode(json).unwrap();
        assert_eq!(frame.messages().len(), 1, "{json}");
        assert_eq!(frame.message(0).unwrap().channel(), "", "{json}");
        assert_eq!(frame.message(0).unwrap().data(), None, "{json}");
    }
}

#[test]
fn elements_that_are_not_objects_are_counted_and_the_others_kept() {
    for (bad, rejected) in [
        ("null", 1),
        ("1", 1),
        ("-1.5e3", 1),
        (r#""""#, 1),
        (r#""/chat""#, 1),
        ("true", 1),
        ("[]", 1),
        ("[{}]", 1),
        (r#"[[{"channel":"/hidden"}],null]"#, 1),
        ("null,null,0", 3),
    ] {
        let frame = decode(format!(r#"[{{"channel":"/a"}},{bad},{{"channel":"/b"}}]"#)).unwrap();
        let seen: Vec<_> = frame
            .messages()
            .map(|message| (message.index(), message.channel()))
            .collect();
        assert_eq!(seen, [(0, "/a"), (1, "/b")], "{bad}");
        assert_eq!(frame.rejected(), rejected, "{bad}");
    }
}

#[test]
fn elements_after_a_message_are_not_its_members() {
    let frame = decode(r#"[{"x":1},"channel","/stray",{"id":2},"data",[3]]"#).unwrap();
    assert_eq!((frame.messages().len(), frame.rejected()), (2, 4));
    for message in frame.messages() {
        assert_eq!(message.channel(), "");
        assert_eq!(message.data(), None);
    }
}

#[test]
fn batches_without_any_object_are_accepted_and_empty() {
    for (json, rejected) in [("[null]", 1), ("[1]", 1), ("[[{}]]", 1), ("[[],[],0]", 3)] {
        let frame = decode(json).unwrap();
        assert_eq!(
            frame.messages().next().map(bayeux_wire::Message::index),
            None,
            "{json}"
        );
        assert_eq!(frame.rejected(), rejected, "{json}");
    }
}

#[test]
fn a_scalar_is_json_but_not_a_batch() {
    for (json, found) in [
        ("null", "null"),
        (r#""""#, "a string"),
        (r#""x""#, "a string"),
        ("1", "a number"),
        ("18446744073709551615", "a number"),
        ("0.5", "a number"),
        ("false", "a boolean"),
    ] {
        assert_eq!(
            decode(json).unwrap_err(),
            DecodeError::NotBayeux { found },
            "{json}"
        );
    }
}

#[test]
fn falsy_data_is_delivered_as_it_is() {
    for json in [r#""""#, "0", "false", "null", "[]", "{}"] {
        let frame = decode(format!(r#"[{{"channel":"/a","data":{json}}}]"#)).unwrap();
        let message = frame.message(0).unwrap();
        assert_eq!(message.data().unwrap().to_string(), json);
        assert!(message.envelope().has_data, "{json}");
    }
}

#[test]
fn unknown_members_and_ext_can_be_read() {
    let frame = decode(
        r#"{"channel":"/a","authenticated":true,"extra":{"x":[1]},"ext":{"token":"t"},"data":1}"#,
    )
    .unwrap();
    let message = frame.message(0).unwrap();
    assert_eq!(
        message.value().get("authenticated").unwrap().as_bool(),
        Some(true)
    );
    let extra = message.value().get("extra").unwrap();
    assert_eq!(extra.get("x").unwrap().at(0).unwrap().as_i64(), Some(1));
    assert_eq!(
        message.ext().unwrap().get("token").unwrap().as_str(),
        Some("t")
    );
}

#[test]
fn a_message_is_found_again_by_its_index() {
    let frame = decode(r#"[0,{"channel":"/a"},0,{"channel":"/b"}]"#).unwrap();
    for message in frame.messages() {
        assert_eq!(
            frame.message(message.index()).unwrap().channel(),
            message.channel()
        );
    }
    assert!(frame.message(2).is_none());
    assert!(frame.message(usize::MAX).is_none());
}
