//! Sessions tied to a cookie, as with `CometD`.
//!
//! A comment such as `S001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{
    LaneId,
    server::{LaneKind, Profile},
};

use super::stage::{Ask, Sent, Stage, client_in, connect, handshake, text};

fn stage() -> Stage {
    Stage::with(Profile::cometd(), |config| config.cookies = true)
}

/// Posts messages with a cookie.
fn post(stage: &mut Stage, cookie: &str, ask: Ask) -> LaneId {
    let lane = stage.open(LaneKind::Exchange);
    stage.server.handle_cookie(stage.now, lane, cookie);
    stage.send(lane, &[ask]);
    lane
}

/// Sends a handshake without a cookie, and returns the new cookie and the client id.
fn handshake_with_cookie(stage: &mut Stage) -> (String, String) {
    let lane = stage.post(&[handshake("1")]);
    match &stage.output(lane)[..] {
        [Sent::Text(cookie), Sent::Text(answer)] => {
            let cookie = cookie.strip_prefix("cookie ").expect("a cookie");
            (cookie.to_owned(), client_in(answer))
        }
        other => panic!("{other:?}"),
    }
}

// S054
#[test]
fn a_session_requires_the_cookie_of_its_handshake() {
    let mut stage = stage();
    let (cookie, client) = handshake_with_cookie(&mut stage);
    let (foreign, _) = handshake_with_cookie(&mut stage);
    assert_ne!(cookie, foreign);
    let unknown = r#"[{"id":"2","channel":"/meta/connect","advice":{"reconnect":"handshake","interval":0},"error":"402::session_unknown","successful":false}]"#;
    assert_eq!(stage.ask(&[connect(&client, "2")]), unknown);
    let lane = post(&mut stage, &foreign, connect(&client, "2"));
    assert_eq!(stage.output(lane), [text(unknown)]);
    let lane = post(&mut stage, &cookie, connect(&client, "2"));
    assert!(stage.text(lane).contains(r#""successful":true"#));
}

// S054
#[test]
fn a_socket_with_another_cookie_cannot_use_a_session() {
    let mut stage = stage();
    let (cookie, client) = handshake_with_cookie(&mut stage);
    for (sent, known) in [
        (Some("another"), false),
        (Some(&*cookie), true),
        (None, true),
    ] {
        let socket = stage.socket();
        if let Some(sent) = sent {
            stage.server.handle_cookie(stage.now, socket, sent);
        }
        stage.send(socket, &[connect(&client, "2").hold(0)]);
        assert_eq!(stage.text(socket).contains(r#""successful":true"#), known);
    }
}

// S054
#[test]
fn a_cookie_is_set_once_and_cannot_be_exchanged() {
    let mut stage = stage();
    let (cookie, _) = handshake_with_cookie(&mut stage);
    let lane = stage.open(LaneKind::Exchange);
    stage.server.handle_cookie(stage.now, lane, &cookie);
    stage.server.handle_cookie(stage.now, lane, "another");
    stage.send(lane, &[handshake("1")]);
    let answer = stage.text(lane);
    let lane = post(&mut stage, &cookie, connect(&client_in(&answer), "2"));
    assert!(stage.text(lane).contains(r#""successful":true"#));
}

// S055
#[test]
fn a_second_session_with_the_same_cookie_is_advised_to_wait_instead_of_being_held() {
    let mut stage = stage();
    let (cookie, first) = handshake_with_cookie(&mut stage);
    let lane = post(&mut stage, &cookie, handshake("1"));
    let second = client_in(&stage.text(lane));
    for client in [&first, &second] {
        let lane = post(&mut stage, &cookie, connect(client, "2"));
        stage.text(lane);
    }
    let held = post(&mut stage, &cookie, connect(&first, "3"));
    let crowded = post(&mut stage, &cookie, connect(&second, "4"));
    let advice = r#"{"multiple-clients":true,"reconnect":"retry","interval":2000}"#;
    let answer = stage.text(crowded);
    assert!(answer.contains(advice), "{answer}");
    assert_eq!(stage.output(held), []);
    stage.pass(5_000);
    assert!(!stage.text(held).contains("multiple-clients"));
    // The first session has ended, so the second one is held.
    let held = post(&mut stage, &cookie, connect(&second, "5"));
    assert_eq!(stage.output(held), []);
}
