//! Acknowledgement extension: unacknowledged events are sent again.
//!
//! A comment such as `S001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::server::{Ack, Profile};

use super::stage::{Stage, client_in, connect, handshake, publish, subscribe, text};

fn stage(profile: Profile) -> (Stage, String) {
    let mut stage = Stage::with(profile, |config| config.ack_extension = true);
    let answer = stage.ask(&[handshake("1").ack(Ack::Offered)]);
    assert!(answer.contains(r#""ext":{"ack":true}"#), "{answer}");
    let client = client_in(&answer);
    let answer = stage.ask(&[subscribe(&client, &["/foo"], "2")]);
    assert!(!answer.contains("\"ack\""), "on no other reply: {answer}");
    let answer = stage.ask(&[connect(&client, "3").hold(0).ack(Ack::Received(0))]);
    assert!(answer.ends_with(r#""ext":{"ack":1}}]"#), "{answer}");
    (stage, client)
}

fn events(answer: &str) -> Vec<&str> {
    answer
        .split(r#""data":""#)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

// S056
#[test]
fn acknowledged_events_are_dropped_and_others_are_sent_again_before_newer_ones() {
    for profile in [Profile::cometd(), Profile::faye()] {
        let (mut stage, client) = stage(profile);
        stage.publish("/foo", "\"one\"");
        stage.publish("/foo", "\"two\"");
        let answer = stage.ask(&[connect(&client, "4").ack(Ack::Received(1))]);
        assert_eq!(events(&answer), ["one", "two"]);
        assert!(answer.contains(r#""ext":{"ack":2}"#), "{answer}");
        // That answer was lost.
        stage.publish("/foo", "\"three\"");
        let answer = stage.ask(&[connect(&client, "5").ack(Ack::Received(1))]);
        assert_eq!(events(&answer), ["one", "two", "three"]);
        assert!(answer.contains(r#""ext":{"ack":3}"#), "{answer}");
        let poll = stage.post(&[connect(&client, "6").ack(Ack::Received(3))]);
        stage.pass(4_999);
        assert_eq!(stage.output(poll), [], "nothing is left to send");
        stage.pass(1);
        assert!(stage.text(poll).contains(r#""ext":{"ack":4}"#));
    }
}

// S056
#[test]
fn a_connect_that_acknowledges_nothing_gets_everything_again() {
    let (mut stage, client) = stage(Profile::cometd());
    stage.publish("/foo", "\"one\"");
    for _ in 0..3 {
        let answer = stage.ask(&[connect(&client, "4")]);
        assert_eq!(events(&answer), ["one"]);
    }
}

// S056
#[test]
fn no_other_answer_brings_events_and_none_is_pushed() {
    let (mut stage, client) = stage(Profile::cometd());
    let answer = stage.ask(&[publish("/foo", &client, "\"one\"", "4")]);
    assert_eq!(answer, r#"[{"id":"4","channel":"/foo","successful":true}]"#);
    let socket = stage.socket();
    stage.send(socket, &[publish("/foo", &client, "\"two\"", "5")]);
    assert_eq!(
        stage.output(socket),
        [text(r#"[{"id":"5","channel":"/foo","successful":true}]"#)]
    );
    stage.send(socket, &[connect(&client, "6").ack(Ack::Received(1))]);
    let answer = stage.text(socket);
    assert_eq!(events(&answer), ["one", "two"]);
    assert!(answer.ends_with(r#""ext":{"ack":2}}]"#), "{answer}");
}

// S056
#[test]
fn a_client_that_does_not_offer_the_extension_does_not_get_it() {
    let mut stage = Stage::with(Profile::cometd(), |config| config.ack_extension = true);
    let client = stage.handshake();
    let answer = stage.ask(&[connect(&client, "2")]);
    assert!(!answer.contains("\"ack\""), "{answer}");
    let mut stage = Stage::new(Profile::cometd());
    let answer = stage.ask(&[handshake("1").ack(Ack::Offered)]);
    assert!(!answer.contains("\"ack\""), "{answer}");
}
