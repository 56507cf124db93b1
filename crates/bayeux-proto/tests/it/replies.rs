//! Matching of replies to requests, and messages that only look like replies.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{BayeuxId, Message, Outcome, ServerError, SessionEvent, Unexpected, Verdict};

use crate::world::{World, event};

const STRAY: Verdict = Verdict::Unexpected(Unexpected::UnexpectedReply);

// C049
#[test]
fn an_event_that_looks_like_a_publish_reply_leaves_the_publish_outstanding() {
    for mut world in [World::established(), World::established_over_http()] {
        world.subscribe("/foo");
        let subscribe = world.last("/meta/subscribe");
        world.answer(&subscribe, &[subscribe.ok()]);
        let publish = world.publish("/foo", r#"{"a":1}"#);
        let sent = world.last("/foo");
        let echo = Message {
            id: Some(BayeuxId::Text(&sent.id)),
            ..event("/foo")
        };
        let verdicts = world.receive(sent.lane, &[echo, echo]);
        assert_eq!(verdicts, [Verdict::Deliver; 2]);
        let settled = SessionEvent::Published(publish, Outcome::Accepted);
        assert_eq!(world.reported(&settled), 0);
        assert_eq!(world.answer(&sent, &[sent.ok()]), [Verdict::Handled]);
        assert_eq!(world.reported(&settled), 1);
    }
}

// C051
#[test]
fn a_reply_on_another_channel_answers_nothing() {
    let mut world = World::established();
    let publish = world.publish("/foo", "1");
    let sent = world.last("/foo");
    for channel in ["/bar", "/foo/bar", "/meta/subscribe", "/meta/connect", ""] {
        let reply = Message {
            channel,
            ..sent.ok()
        };
        assert_eq!(world.receive(sent.lane, &[reply]), [STRAY], "{channel}");
    }
    world.answer(&sent, &[sent.ok()]);
    assert_eq!(
        world.reported(&SessionEvent::Published(publish, Outcome::Accepted)),
        1
    );
}

// C051
#[test]
fn a_reply_to_another_id_answers_nothing() {
    let mut world = World::established();
    world.publish("/foo", "1");
    let sent = world.last("/foo");
    let number: u64 = sent.id.parse().unwrap();
    let padded = format!("0{}", sent.id);
    let signed = format!("+{}", sent.id);
    for id in [
        BayeuxId::Number(number + 1),
        BayeuxId::Text("x"),
        BayeuxId::Text(""),
        BayeuxId::Text(&padded),
        BayeuxId::Text(&signed),
    ] {
        let reply = Message {
            id: Some(id),
            ..sent.ok()
        };
        assert_eq!(world.receive(sent.lane, &[reply]), [STRAY], "{id:?}");
    }
}

// C052
#[test]
fn an_id_that_comes_back_as_a_number_is_the_same_id() {
    let mut world = World::handshaking();
    for channel in [
        "/meta/handshake",
        "/meta/connect",
        "/meta/subscribe",
        "/foo",
    ] {
        match channel {
            "/meta/subscribe" => drop(world.subscribe("/foo")),
            "/foo" => drop(world.publish("/foo", "1")),
            _ => {}
        }
        let sent = world.last(channel);
        let reply = Message {
            id: Some(BayeuxId::Number(sent.id.parse().unwrap())),
            ..sent.handshake_ok("alice")
        };
        let verdicts = world.receive(sent.lane, &[reply]);
        assert_eq!(verdicts, [Verdict::Handled], "{channel}");
    }
    let settled = |e: &SessionEvent| matches!(e, SessionEvent::Published(_, Outcome::Accepted));
    assert!(settled(world.last_event()));
}

// C053
#[test]
fn a_reply_without_an_id_is_matched_by_channel_and_subscription() {
    let mut world = World::established();
    let [a, b] = ["/a", "/b"].map(|name| world.subscribe(name));
    let requests: Vec<_> = world.sent("/meta/subscribe").cloned().collect();
    let nameless = |index: usize| Message {
        id: None,
        ..requests[index].ok()
    };
    let elsewhere = Message {
        subscription: Some("/c"),
        ..nameless(0)
    };
    assert_eq!(world.receive(requests[0].lane, &[elsewhere]), [STRAY]);
    world.receive(requests[0].lane, &[nameless(1)]);
    assert_eq!(world.reported(&SessionEvent::Subscribed(b)), 1);
    assert_eq!(world.reported(&SessionEvent::Subscribed(a)), 0);
    world.receive(requests[0].lane, &[nameless(0)]);
    assert_eq!(world.reported(&SessionEvent::Subscribed(a)), 1);
    assert_eq!(world.receive(requests[0].lane, &[nameless(0)]), [STRAY]);
}

// C070
#[test]
fn errors_are_read_as_far_as_they_follow_the_grammar() {
    let read = |error: &str| {
        let read = ServerError::parse(error);
        (read.code, read.args.join("|"), read.text)
    };
    let plain = |text: &str| (None, String::new(), text.to_owned());
    assert_eq!(read("402::x"), (Some(402), String::new(), "x".to_owned()));
    assert_eq!(
        read("403:a,/b:Denied"),
        (Some(403), "a|/b".to_owned(), "Denied".to_owned())
    );
    assert_eq!(
        read("400::URI format: '/cometd/60.0'"),
        (
            Some(400),
            String::new(),
            "URI format: '/cometd/60.0'".to_owned()
        )
    );
    for text in [
        "Authentication failed",
        "",
        "40:x:y",
        "+40:x:y",
        "4444:x:y",
        "403",
        "403:",
        "403:x",
        "é:::",
    ] {
        assert_eq!(read(text), plain(text));
    }
}

// C070: the argument of a 401 is a clientId, which is a credential.
#[test]
fn the_argument_of_unknown_client_is_dropped() {
    let error = ServerError::parse("401:1lhg38m0:Unknown client");
    assert_eq!(error.code, Some(401));
    assert_eq!(error.args, [""; 0]);
    assert_eq!(error.text, "Unknown client");
    assert!(error.is_unknown_client());
}

// C038
#[test]
fn unknown_client_is_recognised_by_code_and_text() {
    let unknown = |error| ServerError::parse(error).is_unknown_client();
    for error in [
        "401:x:Unknown client",
        "402::session_unknown",
        "402::Unknown client",
        "403::Unknown client",
        "402::UNKNOWN CLIENT",
        "invalid clientId",
    ] {
        assert!(unknown(error), "{error}");
    }
    for error in [
        "401::Authentication invalid",
        "403:/private:Forbidden",
        "404::Unknown client",
        "Unknown client",
        "404::invalid clientId",
        "an invalid clientId was given",
        "",
    ] {
        assert!(!unknown(error), "{error}");
    }
}

#[test]
fn a_reply_that_was_settled_already_settles_nothing_again() {
    let mut world = World::established();
    let publish = world.publish("/foo", "1");
    let sent = world.last("/foo");
    let verdicts = world.receive(sent.lane, &[sent.refused("403::no"), sent.ok()]);
    assert_eq!(verdicts, [Verdict::Handled, STRAY]);
    let settled = |e: &SessionEvent| matches!(e, SessionEvent::Published(id, _) if *id == publish);
    assert_eq!(world.events.iter().filter(|(_, e)| settled(e)).count(), 1);
}
