//! Limits, each exceeded by one.
//!
//! A comment such as `S001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::server::{Overflow, Profile};

use super::stage::{Sent, Stage, connect, handshake, publish, subscribe};

// S040
#[test]
fn an_event_beyond_the_limit_ends_the_session_so_that_its_client_learns_of_the_loss() {
    let mut stage = Stage::with(Profile::faye(), |config| config.limits.queue = 10);
    let (slow, other) = (stage.handshake(), stage.handshake());
    stage.subscribe(&slow, "/foo");
    for number in 0..10 {
        stage.publish("/foo", &number.to_string());
    }
    assert_eq!(stage.server.sessions().count(), 2);
    stage.publish("/foo", "10");
    assert_eq!(stage.server.sessions().collect::<Vec<_>>(), [&*other]);
    assert!(stage.ask(&[connect(&slow, "2")]).contains("Unknown client"));
}

// S040
#[test]
fn drop_oldest_drops_the_oldest_event() {
    let mut stage = Stage::with(Profile::faye(), |config| {
        (config.limits.queue, config.overflow) = (2, Overflow::DropOldest);
    });
    let client = stage.handshake();
    stage.subscribe(&client, "/foo");
    for number in 1..=4 {
        stage.publish("/foo", &number.to_string());
    }
    let answer = stage.ask(&[connect(&client, "2")]);
    let events = r#",{"channel":"/foo","data":3},{"channel":"/foo","data":4}]"#;
    assert!(answer.ends_with(events), "{answer}");
}

// S040
#[test]
fn bytes_are_bounded_as_well_as_events() {
    for overflow in [Overflow::EndSession, Overflow::DropOldest] {
        let mut stage = Stage::with(Profile::faye(), |config| {
            (config.limits.queue_bytes, config.overflow) = (1_000, overflow);
        });
        let client = stage.handshake();
        stage.subscribe(&client, "/foo");
        let big = format!("\"{}\"", "x".repeat(400));
        for _ in 0..3 {
            stage.publish("/foo", &big);
        }
        let answer = stage.ask(&[connect(&client, "2")]);
        let kept = answer.matches("\"data\"").count();
        let expected = if overflow == Overflow::DropOldest {
            2
        } else {
            0
        };
        assert_eq!(kept, expected);
    }
}

// S058
#[test]
fn a_session_beyond_the_limit_is_refused_with_the_advice_to_wait() {
    for profile in [Profile::faye(), Profile::cometd()] {
        let mut stage = Stage::with(profile, |config| config.limits.sessions = 2);
        let (first, _) = (stage.handshake(), stage.handshake());
        let answer = stage.ask(&[handshake("1")]);
        assert!(
            answer.contains(r#""error":"503::Too many sessions""#),
            "{answer}"
        );
        assert!(
            answer.contains(r#""advice":{"reconnect":"handshake","interval":5000}"#),
            "{answer}"
        );
        let answer = stage.ask(&[connect(&first, "2").hold(0)]);
        assert!(answer.contains(r#""successful":true"#), "{answer}");
        stage.ask(&[super::stage::disconnect(&first, "3")]);
        stage.handshake();
    }
}

// S058
#[test]
fn a_subscription_beyond_the_limit_is_refused_and_the_others_stay() {
    for profile in [Profile::faye(), Profile::cometd()] {
        let mut stage = Stage::with(profile, |config| config.limits.subscriptions = 2);
        let client = stage.handshake();
        stage.subscribe(&client, "/a");
        stage.subscribe(&client, "/b");
        let answer = stage.ask(&[subscribe(&client, &["/c"], "2")]);
        assert!(
            answer.contains(r#""error":"403:/c:Too many subscriptions""#),
            "{answer}"
        );
        stage.subscribe(&client, "/a");
        assert_eq!(
            (stage.server.listeners("/a"), stage.server.listeners("/c")),
            (1, 0)
        );
    }
}

// S058
#[test]
fn a_batch_too_large_is_refused_whole() {
    let mut stage = Stage::with(Profile::faye(), |config| config.limits.batch = 3);
    let (socket, client) = stage.listener("/foo");
    let batch: Vec<_> = (0..4).map(|_| publish("/foo", &client, "1", "2")).collect();
    let lane = stage.post(&batch);
    assert_eq!(stage.output(lane), [Sent::Status(413)]);
    assert_eq!(stage.output(socket), [], "nothing was published");
    stage.send(socket, &batch);
    assert_eq!(stage.output(socket), [Sent::Closed(1009)]);
    let answer = stage.ask(&batch[..3]);
    assert_eq!(answer.matches("successful").count(), 3);
}

// S058
#[test]
fn a_message_too_large_is_refused_alone() {
    let mut stage = Stage::with(Profile::faye(), |config| config.limits.message = 1_000);
    let (socket, client) = stage.listener("/foo");
    let big = format!("\"{}\"", "x".repeat(1_000));
    let answer = stage.ask(&[
        publish("/foo", &client, &big, "2"),
        publish("/foo", &client, "1", "3"),
    ]);
    assert!(
        answer.starts_with(r#"[{"id":"2","error":"413::Message too large","successful":false},"#),
        "{answer}"
    );
    assert_eq!(stage.output(socket).len(), 1);
}

#[test]
fn the_number_of_simultaneously_held_connects_is_bounded() {
    let mut stage = Stage::with(Profile::faye_0_7(), |config| config.limits.connects = 2);
    let client = stage.handshake();
    let polls: Vec<_> = (0..4)
        .map(|_| stage.post(&[connect(&client, "2")]))
        .collect();
    stage.pass(5_000);
    let answered: Vec<_> = polls.iter().map(|poll| stage.output(*poll).len()).collect();
    assert_eq!(answered, [0, 0, 1, 1]);
}
