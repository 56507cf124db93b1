//! Invalid and unusual messages.
//!
//! A comment such as `S001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::server::{Element, Payload, Profile, Request};

use super::stage::{Ask, Sent, Stage, handshake, publish, subscribe, text};

// S051
#[test]
fn messages_without_a_channel_or_without_anything_are_answered_with_an_error() {
    let mut stage = Stage::new(Profile::faye());
    let missing = |name: &str| {
        format!(r#"[{{"successful":false,"error":"402:{name}:Missing required parameter"}}]"#)
    };
    for element in [Element::Other, Element::Object(Request::default())] {
        let lane = stage.post_elements(&[element]);
        assert_eq!(stage.text(lane), missing("data"));
    }
    let lane = stage.post_elements(&[Element::Null]);
    assert_eq!(stage.text(lane), "[]");
    let ask = Ask::default().with("id", "\"2\"").with("data", "1");
    assert_eq!(
        stage.ask(&[ask]),
        r#"[{"id":"2","successful":false,"error":"405::Invalid channel"}]"#
    );
    let ask = Ask::default().with("channel", "7").with("data", "1");
    assert_eq!(
        stage.ask(&[ask]),
        r#"[{"channel":7,"successful":false,"error":"405:7:Invalid channel"}]"#
    );

    let mut stage = Stage::new(Profile::cometd());
    assert_eq!(
        stage.ask(&[Ask::default()]),
        r#"[{"error":"400::channel_missing","successful":false}]"#
    );
    let lane = stage.post_elements(&[Element::Other]);
    assert_eq!(stage.output(lane), [Sent::Status(400)]);
}

// S051
#[test]
fn a_payload_that_is_not_bayeux_is_a_bad_request() {
    for (profile, answers) in [
        (
            Profile::faye(),
            [Sent::Status(400), text("[]"), Sent::Status(400)],
        ),
        (
            Profile::faye_0_8(),
            [
                text(r#"[{"successful":false,"error":"405::Invalid channel"}]"#),
                text("[]"),
                Sent::Status(400),
            ],
        ),
        (
            Profile::faye_0_7(),
            [text("[]"), text("[]"), Sent::Status(400)],
        ),
        (
            Profile::cometd(),
            [Sent::Status(400), Sent::Status(400), Sent::Status(400)],
        ),
    ] {
        let mut stage = Stage::new(profile);
        for (payload, answer) in [Payload::Primitive, Payload::Null, Payload::Malformed]
            .iter()
            .zip(answers)
        {
            let lane = stage.open(bayeux_proto::server::LaneKind::Exchange);
            stage.payload(lane, payload);
            assert_eq!(stage.output(lane), [answer], "{payload:?}");
        }
    }
}

// S052
#[test]
fn names_that_are_special_in_javascript_are_ordinary_names() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    stage.subscribe(&client, "/__proto__");
    stage.ask(&[publish("/__proto__", "__proto__", "1", "constructor")]);
    let answer = stage.ask(&[super::stage::connect(&client, "2")]);
    assert!(
        answer.contains(r#"{"channel":"/__proto__","data":1,"id":"constructor"}"#),
        "{answer}"
    );
    let answer = stage.ask(&[super::stage::connect("__proto__", "2")]);
    assert!(answer.contains("401:__proto__:Unknown client"), "{answer}");
}

// S052
#[test]
fn a_name_of_a_megabyte_or_with_a_nul_is_refused() {
    for profile in [Profile::faye(), Profile::cometd()] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        for name in [
            "/".to_owned() + &"x".repeat(1 << 20),
            "/a".repeat(600),
            "/a\0".to_owned(),
        ] {
            for ask in [
                subscribe(&client, &[&name], "2"),
                publish(&name, &client, "1", "3"),
            ] {
                let answer = stage.ask(&[ask]);
                assert!(answer.contains(r#""successful":false"#));
                assert!(answer.len() < 4_096, "no echo of a megabyte");
            }
        }
        let long = handshake(&"1".repeat(1 << 20));
        assert_eq!(
            stage.ask(&[long]),
            r#"[{"channel":"/meta/handshake","error":"413::Message too large","successful":false}]"#
        );
    }
}

// S053
#[test]
fn every_message_of_a_batch_is_answered_with_its_id() {
    for profile in [
        Profile::faye(),
        Profile::faye_0_8(),
        Profile::faye_0_7(),
        Profile::cometd(),
    ] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        let batch: Vec<Ask> = (0..50)
            .map(|number| match number % 3 {
                0 => publish("/foo", &client, "1", &number.to_string()),
                1 => subscribe(&client, &["/bar"], &number.to_string()),
                _ => subscribe(&client, &["no name"], &number.to_string()),
            })
            .collect();
        let answer = stage.ask(&batch);
        for number in 0..50 {
            assert_eq!(
                answer.matches(&format!(r#""id":"{number}""#)).count(),
                1,
                "{answer}"
            );
        }
        assert_eq!(answer.matches("successful").count(), 50);
    }
}

#[test]
fn an_exchange_takes_one_batch_and_a_lane_opens_once() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    let poll = stage.post(&[super::stage::connect(&client, "2")]);
    stage.send(poll, &[handshake("3")]);
    stage
        .server
        .handle_open(stage.now, poll, bayeux_proto::server::LaneKind::Socket);
    assert_eq!(stage.output(poll), []);
    stage.pass(5_000);
    assert!(stage.text(poll).contains(r#""id":"2""#));
    stage.send(poll, &[handshake("4")]);
    assert_eq!(stage.output(poll), []);
}
