//! Ends of sessions, and shutdown of the server.
//!
//! A comment such as `S001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::server::{EndReason, Profile, ServerEvent};

use super::stage::{
    Sent, Stage, connect, connected, disconnect, publish, subscribe, text, unknown,
};

// S034
#[test]
fn a_disconnect_releases_the_held_connect_and_everything_else() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    stage.subscribe(&client, "/foo");
    let poll = stage.post(&[connect(&client, "2")]);
    let answer = stage.ask(&[disconnect(&client, "3")]);
    assert_eq!(
        answer,
        format!(
            r#"[{{"id":"3","clientId":"{client}","channel":"/meta/disconnect","successful":true}}]"#
        )
    );
    assert_eq!(stage.text(poll), format!("[{}]", connected(&client, "2")));
    assert_eq!(stage.server.sessions().count(), 0);
    assert_eq!(stage.server.listeners("/foo"), 0);
    assert_eq!(stage.server.poll_timeout(), None);
}

// S034
#[test]
fn the_socket_of_a_client_that_disconnects_is_closed_after_the_reply() {
    for (profile, closed) in [
        (Profile::faye(), true),
        (Profile::faye_0_8(), true),
        (Profile::faye_0_7(), false),
    ] {
        let mut stage = Stage::new(profile);
        let (socket, client) = stage.listener("/foo");
        stage.send(socket, &[disconnect(&client, "3")]);
        let output = stage.output(socket);
        assert!(matches!(&output[0], Sent::Text(reply) if reply.contains("/meta/disconnect")));
        assert_eq!(output.get(1), closed.then_some(&Sent::Closed(1000)));
    }
}

// S034
#[test]
fn cometd_answers_the_held_connect_with_the_advice_to_stop() {
    let mut stage = Stage::new(Profile::cometd());
    let (socket, client) = stage.listener("/foo");
    stage.send(socket, &[connect(&client, "2")]);
    stage.send(socket, &[disconnect(&client, "3")]);
    assert_eq!(
        stage.output(socket),
        [
            text(r#"[{"id":"3","channel":"/meta/disconnect","successful":true}]"#),
            text(
                r#"[{"id":"2","channel":"/meta/connect","successful":true,"advice":{"reconnect":"none"}}]"#
            ),
        ]
    );
}

// S035
#[test]
fn a_second_disconnect_is_refused_as_unknown_client() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    stage.ask(&[disconnect(&client, "2")]);
    assert_eq!(
        stage.ask(&[disconnect(&client, "3")]),
        format!(
            r#"[{{"id":"3","channel":"/meta/disconnect","successful":false,"error":"401:{client}:Unknown client"}}]"#
        )
    );
    assert_eq!(
        stage.ask(&[disconnect(&client, "4").without("clientId")]),
        r#"[{"id":"4","channel":"/meta/disconnect","successful":false,"error":"402:clientId:Missing required parameter"}]"#
    );
}

// S036
#[test]
fn a_session_that_does_not_connect_for_its_lifetime_expires() {
    for (profile, life, asked) in [
        (Profile::faye(), 10_000, None),
        (Profile::faye(), 8_000, Some(Duration::from_secs(8))),
        (Profile::cometd(), 10_000, None),
    ] {
        let mut stage = Stage::with(profile, |config| config.session_lifetime = asked);
        let client = stage.handshake();
        stage.ask(&[connect(&client, "2").hold(0)]);
        stage.pass(life - 1);
        stage.ask(&[connect(&client, "3").hold(0)]);
        stage.pass(life);
        let answer = stage.ask(&[connect(&client, "4")]);
        assert!(answer.contains(r#""reconnect":"handshake""#), "{answer}");
        assert_eq!(stage.server.sessions().count(), 0);
    }
}

// S036
#[test]
fn a_session_of_cometd_does_not_expire_while_its_connect_is_held() {
    let mut stage = Stage::with(Profile::cometd(), |config| {
        config.hold = Duration::from_mins(1);
    });
    let client = stage.handshake();
    stage.ask(&[connect(&client, "2")]);
    let poll = stage.post(&[connect(&client, "3")]);
    stage.pass(60_000);
    assert!(stage.text(poll).contains(r#""successful":true"#));
    stage.pass(9_999);
    assert_eq!(stage.server.sessions().count(), 1);
    stage.pass(1);
    assert_eq!(stage.server.sessions().count(), 0);
}

// S037
#[test]
fn other_messages_keep_a_session_alive_with_cometd_but_not_with_faye() {
    for (profile, alive) in [(Profile::faye(), 0), (Profile::cometd(), 1)] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        for _ in 0..3 {
            stage.pass(4_000);
            stage.ask(&[publish("/foo", &client, "1", "2")]);
        }
        assert_eq!(stage.server.sessions().count(), alive);
    }
}

// S038
#[test]
fn the_held_connect_of_a_session_that_the_server_ends_is_answered() {
    let end = |profile: Profile| {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        stage.ask(&[connect(&client, "1").hold(0)]);
        let poll = stage.post(&[connect(&client, "2")]);
        stage.pass(1_000);
        assert!(stage.server.end_session(stage.now, &client));
        stage.drain();
        let at_once = stage.output(poll);
        stage.pass(4_000);
        let in_time = stage.output(poll);
        assert!(!stage.server.end_session(stage.now, &client));
        assert_eq!(stage.server.poll_timeout(), None);
        (at_once, in_time, format!("[{}]", connected(&client, "2")))
    };
    let (at_once, in_time, reply) = end(Profile::faye());
    assert_eq!((at_once, in_time), (vec![text(&reply)], vec![]));
    for profile in [Profile::faye_0_7(), Profile::faye_0_8()] {
        let (at_once, in_time, reply) = end(profile);
        assert_eq!((at_once, in_time), (vec![], vec![text(&reply)]));
    }
    let (at_once, _, _) = end(Profile::cometd());
    let reported = r#"[{"channel":"/meta/disconnect","successful":true},{"id":"2","channel":"/meta/connect","successful":true,"advice":{"reconnect":"none"}}]"#;
    assert_eq!(at_once, [text(reported)]);
}

// S038
#[test]
fn the_socket_of_a_session_that_the_server_ends_is_closed_without_a_message() {
    let mut stage = Stage::new(Profile::faye());
    let (socket, client) = stage.listener("/foo");
    assert!(stage.server.end_session(stage.now, &client));
    stage.drain();
    assert_eq!(stage.output(socket), [Sent::Closed(1000)]);
}

// S039
#[test]
fn a_cut_poll_loses_an_event_with_faye_but_not_with_cometd() {
    for (profile, kept) in [
        (Profile::faye(), false),
        (Profile::faye_0_8(), false),
        (Profile::faye_0_7(), false),
        (Profile::cometd(), true),
    ] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        stage.subscribe(&client, "/foo");
        stage.ask(&[connect(&client, "1").hold(0)]);
        let poll = stage.post(&[connect(&client, "2")]);
        stage.close(poll);
        stage.publish("/foo", "\"first\"");
        stage.publish("/foo", "\"second\"");
        let answer = stage.ask(&[connect(&client, "3")]);
        assert_eq!(answer.contains("first"), kept, "{answer}");
        assert!(answer.contains("second"), "{answer}");
        assert_eq!(stage.output(poll), []);
    }
}

// S057
#[test]
fn a_shutdown_answers_every_connect_closes_every_socket_and_rejects_new_lanes() {
    for profile in [
        Profile::faye(),
        Profile::faye_0_8(),
        Profile::faye_0_7(),
        Profile::cometd(),
    ] {
        let mut stage = Stage::new(profile);
        let (socket, _) = stage.listener("/foo");
        let idle = stage.socket();
        let client = stage.handshake();
        stage.ask(&[connect(&client, "1").hold(0)]);
        let poll = stage.post(&[connect(&client, "2")]);
        stage.server.shut_down(stage.now);
        stage.drain();
        assert!(stage.text(poll).contains(r#""id":"2""#));
        assert!(matches!(stage.output(socket)[..], [.., Sent::Closed(_)]));
        assert_eq!(stage.output(idle), [Sent::Closed(1001)]);
        assert_eq!(stage.server.sessions().count(), 0);
        assert_eq!(stage.server.poll_timeout(), None);

        let late = stage.socket();
        assert_eq!(stage.output(late), [Sent::Closed(1001)]);
        let late = stage.post(&[super::stage::handshake("1")]);
        assert_eq!(stage.output(late), [Sent::Status(503)]);
    }
}

#[test]
fn forget_sessions_sends_nothing_and_refuses_every_later_request() {
    let mut stage = Stage::new(Profile::faye());
    let (socket, client) = stage.listener("/foo");
    stage.server.forget_sessions(stage.now);
    stage.publish("/foo", "1");
    assert_eq!(stage.output(socket), []);
    stage.pass(5_000);
    assert_eq!(stage.text(socket), format!("[{}]", connected(&client, "c")));
    stage.send(socket, &[connect(&client, "d")]);
    assert_eq!(stage.text(socket), format!("[{}]", unknown(&client, "d")));
    assert_eq!(stage.server.poll_timeout(), None);
}

#[test]
fn events_are_emitted_to_an_embedder_that_enables_them() {
    let mut stage = Stage::with(Profile::faye(), |config| config.emit_events = true);
    let client = stage.handshake();
    for _ in 0..2 {
        stage.ask(&[subscribe(&client, &["/foo"], "2")]);
    }
    stage.ask(&[super::stage::unsubscribe(&client, &["/foo", "/never"], "3")]);
    stage.ask(&[disconnect(&client, "4")]);
    let name = || client.as_str().into();
    let mut reported = Vec::new();
    while let Some(event) = stage.server.poll_event() {
        assert!(!format!("{event:?}").contains(&client), "a credential");
        reported.push(event);
    }
    let channel = || "/foo".into();
    let reason = EndReason::Disconnected;
    assert_eq!(reported.len(), 4);
    for (reported, expected) in reported.iter().zip([
        "Opened",
        "Subscribed(/foo)",
        "Unsubscribed(/foo)",
        "Ended(Disconnected)",
    ]) {
        assert_eq!(format!("{reported:?}"), expected);
    }
    assert_eq!(
        reported[1],
        ServerEvent::Subscribed {
            client: name(),
            channel: channel()
        }
    );
    assert_eq!(
        reported[3],
        ServerEvent::Ended {
            client: name(),
            reason
        }
    );
}
