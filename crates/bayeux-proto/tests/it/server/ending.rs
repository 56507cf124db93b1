//! How sessions end, and the server with them.

use core::time::Duration;

use bayeux_proto::server::{EndReason, Profile, ServerEvent};

use super::stage::{
    Said, Stage, connect, connected, disconnect, publish, subscribe, text, unknown,
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
fn the_socket_of_a_client_that_disconnects_is_closed_behind_the_reply() {
    for (profile, closed) in [
        (Profile::faye(), true),
        (Profile::faye_0_8(), true),
        (Profile::faye_0_7(), false),
    ] {
        let mut stage = Stage::new(profile);
        let (socket, client) = stage.listener("/foo");
        stage.send(socket, &[disconnect(&client, "3")]);
        let said = stage.said(socket);
        assert!(matches!(&said[0], Said::Text(reply) if reply.contains("/meta/disconnect")));
        assert_eq!(said.get(1), closed.then_some(&Said::Closed(1000)));
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
        stage.said(socket),
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
fn a_second_disconnect_finds_nobody() {
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
fn a_session_that_does_not_connect_for_its_life_is_gone() {
    for (profile, life, asked) in [
        (Profile::faye(), 10_000, None),
        (Profile::faye(), 8_000, Some(Duration::from_secs(8))),
        (Profile::cometd(), 10_000, None),
    ] {
        let mut stage = Stage::with(profile, |config| config.life = asked);
        let client = stage.handshake();
        stage.ask(&[connect(&client, "2").hold(0.0)]);
        stage.pass(life - 1);
        stage.ask(&[connect(&client, "3").hold(0.0)]);
        stage.pass(life);
        let answer = stage.ask(&[connect(&client, "4")]);
        assert!(answer.contains(r#""reconnect":"handshake""#), "{answer}");
        assert_eq!(stage.server.sessions().count(), 0);
    }
}

// S036
#[test]
fn a_session_of_cometd_does_not_age_while_its_connect_is_held() {
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
fn other_messages_keep_a_session_of_cometd_alive_and_none_of_faye() {
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
fn a_session_that_the_server_ends_lets_go_of_its_connect() {
    let end = |profile: Profile| {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        stage.ask(&[connect(&client, "1").hold(0.0)]);
        let poll = stage.post(&[connect(&client, "2")]);
        stage.pass(1_000);
        assert!(stage.server.end_session(stage.now, &client));
        stage.drain();
        let at_once = stage.said(poll);
        stage.pass(4_000);
        let in_time = stage.said(poll);
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
    let told = r#"[{"channel":"/meta/disconnect","successful":true},{"id":"2","channel":"/meta/connect","successful":true,"advice":{"reconnect":"none"}}]"#;
    assert_eq!(at_once, [text(told)]);
}

// S038
#[test]
fn the_socket_of_a_session_that_is_ended_is_closed_without_a_word() {
    let mut stage = Stage::new(Profile::faye());
    let (socket, client) = stage.listener("/foo");
    assert!(stage.server.end_session(stage.now, &client));
    stage.drain();
    assert_eq!(stage.said(socket), [Said::Closed(1000)]);
}

// S039
#[test]
fn a_cut_poll_swallows_an_event_of_faye_and_none_of_cometd() {
    for (profile, kept) in [
        (Profile::faye(), false),
        (Profile::faye_0_8(), false),
        (Profile::faye_0_7(), false),
        (Profile::cometd(), true),
    ] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        stage.subscribe(&client, "/foo");
        stage.ask(&[connect(&client, "1").hold(0.0)]);
        let poll = stage.post(&[connect(&client, "2")]);
        stage.close(poll);
        stage.publish("/foo", "\"first\"");
        stage.publish("/foo", "\"second\"");
        let answer = stage.ask(&[connect(&client, "3")]);
        assert_eq!(answer.contains("first"), kept, "{answer}");
        assert!(answer.contains("second"), "{answer}");
        assert_eq!(stage.said(poll), []);
    }
}

// S057
#[test]
fn a_shutdown_releases_every_connect_closes_every_socket_and_turns_others_away() {
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
        stage.ask(&[connect(&client, "1").hold(0.0)]);
        let poll = stage.post(&[connect(&client, "2")]);
        stage.server.shut_down(stage.now);
        stage.drain();
        assert!(stage.text(poll).contains(r#""id":"2""#));
        assert!(matches!(stage.said(socket)[..], [.., Said::Closed(_)]));
        assert_eq!(stage.said(idle), [Said::Closed(1001)]);
        assert_eq!(stage.server.sessions().count(), 0);
        assert_eq!(stage.server.poll_timeout(), None);

        let late = stage.socket();
        assert_eq!(stage.said(late), [Said::Closed(1001)]);
        let late = stage.post(&[super::stage::handshake("1")]);
        assert_eq!(stage.said(late), [Said::Status(503)]);
    }
}

#[test]
fn a_server_that_forgets_everybody_goes_silent_and_refuses_the_next_request() {
    let mut stage = Stage::new(Profile::faye());
    let (socket, client) = stage.listener("/foo");
    stage.server.forget_sessions(stage.now);
    stage.publish("/foo", "1");
    assert_eq!(stage.said(socket), []);
    stage.pass(5_000);
    assert_eq!(stage.text(socket), format!("[{}]", connected(&client, "c")));
    stage.send(socket, &[connect(&client, "d")]);
    assert_eq!(stage.text(socket), format!("[{}]", unknown(&client, "d")));
    assert_eq!(stage.server.poll_timeout(), None);
}

#[test]
fn who_comes_and_goes_is_told_to_an_embedder_that_wants_to_know() {
    let mut stage = Stage::with(Profile::faye(), |config| config.tells = true);
    let client = stage.handshake();
    for _ in 0..2 {
        stage.ask(&[subscribe(&client, &["/foo"], "2")]);
    }
    stage.ask(&[super::stage::unsubscribe(&client, &["/foo", "/never"], "3")]);
    stage.ask(&[disconnect(&client, "4")]);
    let name = || client.as_str().into();
    let mut told = Vec::new();
    while let Some(event) = stage.server.poll_event() {
        assert!(!format!("{event:?}").contains(&client), "a credential");
        told.push(event);
    }
    let channel = || "/foo".into();
    let reason = EndReason::Disconnected;
    assert_eq!(told.len(), 4);
    for (told, expected) in told.iter().zip([
        "Opened",
        "Subscribed(/foo)",
        "Unsubscribed(/foo)",
        "Ended(Disconnected)",
    ]) {
        assert_eq!(format!("{told:?}"), expected);
    }
    assert_eq!(
        told[1],
        ServerEvent::Subscribed {
            client: name(),
            channel: channel()
        }
    );
    assert_eq!(
        told[3],
        ServerEvent::Ended {
            client: name(),
            reason
        }
    );
}
