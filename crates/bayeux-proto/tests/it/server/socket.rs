//! WebSockets: when events are pushed, and over which socket.
//!
//! A comment such as `S001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::server::{Element, LaneKind, Payload, Profile};

use super::stage::{Sent, Stage, connect, connected, publish, text};

// S041
#[test]
fn the_first_connect_of_a_socket_pushes_waiting_events_before_its_reply() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    stage.subscribe(&client, "/foo");
    let socket = stage.socket();
    stage.send(socket, &[publish("/foo", &client, "1", "2")]);
    let reply =
        format!(r#"[{{"id":"2","clientId":"{client}","channel":"/foo","successful":true}}]"#);
    assert_eq!(
        stage.output(socket),
        [text(&reply)],
        "no event before the first connect"
    );
    stage.send(socket, &[connect(&client, "3")]);
    assert_eq!(
        stage.output(socket),
        [text(r#"[{"channel":"/foo","data":1,"id":"2"}]"#)]
    );
    stage.pass(5_000);
    assert_eq!(stage.text(socket), format!("[{}]", connected(&client, "3")));
}

// S041
#[test]
fn other_profiles_push_from_the_first_message_or_from_the_handshake() {
    let mut stage = Stage::new(Profile::faye_0_8());
    let client = stage.handshake();
    stage.subscribe(&client, "/foo");
    let socket = stage.socket();
    stage.send(socket, &[publish("/foo", &client, "1", "2")]);
    assert_eq!(stage.output(socket).len(), 2);

    let mut stage = Stage::new(Profile::cometd());
    let socket = stage.socket();
    stage.send(socket, &[super::stage::handshake("1")]);
    let client = super::stage::client_in(&stage.text(socket));
    stage.subscribe(&client, "/foo");
    stage.publish("/foo", "1");
    assert_eq!(
        stage.output(socket),
        [text(r#"[{"channel":"/foo","data":1}]"#)]
    );
}

// S042
#[test]
fn all_profiles_but_faye_0_7_push_events_between_connects() {
    let event = r#"{"channel":"/foo","data":1}"#;
    for profile in [Profile::faye(), Profile::faye_0_8(), Profile::cometd()] {
        let mut stage = Stage::new(profile);
        let (socket, _) = stage.listener("/foo");
        stage.pass(5_000);
        stage.output(socket);
        stage.publish("/foo", "1");
        assert_eq!(stage.output(socket), [text(&format!("[{event}]"))]);
    }
    let mut stage = Stage::new(Profile::faye_0_7());
    let (socket, client) = stage.listener("/foo");
    stage.pass(5_000);
    stage.output(socket);
    stage.publish("/foo", "1");
    assert_eq!(stage.output(socket), []);
    stage.send(socket, &[connect(&client, "3")]);
    assert_eq!(
        stage.text(socket),
        format!("[{},{event}]", connected(&client, "3"))
    );
}

// S043
#[test]
fn the_newest_socket_that_connected_gets_the_events() {
    let mut stage = Stage::new(Profile::faye());
    let (first, client) = stage.listener("/foo");
    let second = stage.socket();
    stage.send(second, &[connect(&client, "3")]);
    stage.publish("/foo", "1");
    assert_eq!(stage.output(first), []);
    assert_eq!(
        stage.output(second),
        [text(r#"[{"channel":"/foo","data":1}]"#)]
    );
}

// S044
#[test]
fn only_faye_closes_the_new_socket_when_the_old_one_closes() {
    for (profile, closed) in [
        (Profile::faye(), true),
        (Profile::faye_0_7(), false),
        (Profile::cometd(), false),
    ] {
        let mut stage = Stage::new(profile);
        let (first, client) = stage.listener("/foo");
        let second = stage.socket();
        stage.send(second, &[connect(&client, "3")]);
        stage.output(second);
        stage.close(first);
        assert_eq!(stage.output(second) == [Sent::Closed(1000)], closed);
        stage.publish("/foo", "1");
        assert_eq!(stage.output(second).is_empty(), closed);
    }
}

// S045
#[test]
fn malformed_frames_are_ignored_by_faye_and_close_a_socket_of_cometd() {
    let odd = [
        (Payload::Malformed, true),
        (Payload::Primitive, true),
        (Payload::Messages(&[Element::Null]), true),
        (Payload::Messages(&[Element::Other]), true),
        // In the recordings, these two profiles close nothing.
        (Payload::Empty, false),
        (Payload::Null, false),
    ];
    for (payload, closes) in odd {
        let mut stage = Stage::new(Profile::cometd());
        let (socket, _) = stage.listener("/foo");
        stage.payload(socket, &payload);
        let closed = stage.output(socket) == [Sent::Closed(1011)];
        assert_eq!(closed, closes, "{payload:?}");
    }
    let mut stage = Stage::new(Profile::faye());
    let (socket, _) = stage.listener("/foo");
    for payload in [Payload::Malformed, Payload::Primitive, Payload::Empty] {
        stage.payload(socket, &payload);
        assert_eq!(stage.output(socket), [], "{payload:?}");
    }
    stage.publish("/foo", "1");
    assert_eq!(stage.output(socket).len(), 1, "still open");
}

#[test]
fn a_payload_that_is_too_large_is_refused_with_its_reason() {
    for profile in [Profile::faye(), Profile::cometd()] {
        let mut stage = Stage::new(profile);
        let socket = stage.socket();
        stage.payload(socket, &Payload::TooLarge);
        assert_eq!(stage.output(socket), [Sent::Closed(1009)]);
        let lane = stage.open(LaneKind::Exchange);
        stage.payload(lane, &Payload::TooLarge);
        assert_eq!(stage.output(lane), [Sent::Status(413)]);
    }
}

// S046
#[test]
fn an_empty_array_is_answered_with_one_or_closes_the_socket() {
    for (profile, answer) in [
        (Profile::faye(), text("[]")),
        (Profile::faye_0_7(), text("[]")),
        (Profile::faye_0_8(), Sent::Closed(1000)),
        (Profile::cometd(), Sent::Closed(1011)),
    ] {
        let mut stage = Stage::new(profile);
        let socket = stage.socket();
        stage.send(socket, &[]);
        assert_eq!(stage.output(socket), [answer]);
    }
}

#[test]
fn events_published_without_a_socket_wait_for_the_next_one() {
    for profile in [Profile::faye(), Profile::faye_0_8(), Profile::cometd()] {
        let mut stage = Stage::new(profile);
        let (socket, client) = stage.listener("/foo");
        stage.close(socket);
        stage.publish("/foo", "1");
        let next = stage.socket();
        stage.send(next, &[connect(&client, "3")]);
        assert_eq!(
            stage.output(next),
            [text(r#"[{"channel":"/foo","data":1}]"#)]
        );
    }
}

#[test]
fn a_sticky_session_keeps_pushing_to_its_dead_socket() {
    let mut profile = Profile::faye();
    profile.sticky_sockets = true;
    let mut stage = Stage::new(profile);
    let (socket, client) = stage.listener("/foo");
    stage.close(socket);
    let next = stage.socket();
    stage.send(next, &[connect(&client, "3").hold(0)]);
    stage.publish("/foo", "1");
    stage.pass(5_000);
    assert_eq!(stage.text(next), format!("[{}]", connected(&client, "3")));
}

#[test]
fn a_socket_that_the_server_closes_leaves_the_session_alive() {
    let mut stage = Stage::new(Profile::faye());
    let (socket, client) = stage.listener("/foo");
    stage.server.close(stage.now, socket);
    stage.drain();
    assert_eq!(stage.output(socket), [Sent::Closed(1000)]);
    stage.publish("/foo", "1");
    assert!(stage.ask(&[connect(&client, "3")]).contains("\"data\":1"));
}
