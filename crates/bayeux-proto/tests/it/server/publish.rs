//! Publishes and their delivery.
//!
//! A comment such as `S001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::server::{Member, Profile};

use super::stage::{Stage, connect, publish, text};

// S026
#[test]
fn a_publish_is_answered_and_reaches_every_matching_session_once() {
    let mut stage = Stage::unguarded(Profile::faye());
    let publisher = stage.handshake();
    let mut sockets = Vec::new();
    for patterns in [
        &["/foo/bar"][..],
        &["/foo/*"],
        &["/foo/**"],
        &["/**"],
        &["/foo/bar", "/foo/*", "/**"],
    ] {
        let (socket, client) = stage.listener("/nothing");
        for pattern in patterns {
            stage.subscribe(&client, pattern);
        }
        sockets.push(socket);
    }
    let (downtime, client) = stage.listener("/foo");
    for pattern in ["/foo/bar/*", "/bar/**", "/*"] {
        stage.subscribe(&client, pattern);
    }
    assert_eq!(
        stage.ask(&[publish("/foo/bar", &publisher, "{\"a\":1}", "2")]),
        format!(
            r#"[{{"id":"2","clientId":"{publisher}","channel":"/foo/bar","successful":true}}]"#
        )
    );
    for socket in sockets {
        let event = r#"[{"channel":"/foo/bar","data":{"a":1},"id":"2"}]"#;
        assert_eq!(stage.output(socket), [text(event)]);
    }
    assert_eq!(stage.output(downtime), []);
}

// S027
#[test]
fn a_subscribed_publisher_gets_its_event_and_its_reply() {
    let mut stage = Stage::new(Profile::faye());
    let (socket, client) = stage.listener("/foo");
    stage.send(socket, &[publish("/foo", &client, "1", "2")]);
    let reply =
        format!(r#"[{{"id":"2","clientId":"{client}","channel":"/foo","successful":true}}]"#);
    let event = text(r#"[{"channel":"/foo","data":1,"id":"2"}]"#);
    assert_eq!(stage.output(socket), [event, text(&reply)]);
}

// S028
#[test]
fn only_old_faye_shows_the_client_id_of_the_publisher() {
    for (profile, shown) in [
        (Profile::faye(), false),
        (Profile::faye_0_8(), true),
        (Profile::faye_0_7(), true),
        (Profile::cometd(), false),
    ] {
        let mut stage = Stage::new(profile);
        let (listener, publisher) = (stage.handshake(), stage.handshake());
        stage.subscribe(&listener, "/foo");
        stage.ask(&[publish("/foo", &publisher, "1", "2")]);
        let answer = stage.ask(&[connect(&listener, "3").hold(0)]);
        assert!(answer.contains("\"data\":1"), "{answer}");
        assert_eq!(answer.contains(&publisher), shown, "{answer}");
    }
}

// S029
#[test]
fn ext_of_a_publish_is_dropped_by_default_and_other_members_are_kept() {
    for kept in [false, true] {
        let mut profile = Profile::faye();
        profile.events_carry_ext = kept;
        let mut stage = Stage::new(profile);
        let (socket, client) = stage.listener("/foo");
        let ask = publish("/foo", &client, "1", "2")
            .with("ext", r#"{"access_token":"secret"}"#)
            .with("authenticated", "true")
            .with("extra \"1\"", "[1]");
        stage.ask(&[ask]);
        let ext = if kept {
            r#""ext":{"access_token":"secret"},"#
        } else {
            ""
        };
        let event = format!(
            r#"[{{"channel":"/foo","data":1,"id":"2",{ext}"authenticated":true,"extra \"1\"":[1]}}]"#
        );
        assert_eq!(stage.output(socket), [text(&event)]);
    }
}

// S030
#[test]
fn a_publish_without_data_or_to_an_invalid_channel_is_refused() {
    let mut stage = Stage::unguarded(Profile::faye());
    let (socket, client) = stage.listener("/**");
    let without = publish("/foo", &client, "1", "2").without("data");
    for (ask, error) in [
        (without, "402:data:Missing required parameter"),
        (
            publish("/foo/*", &client, "1", "2"),
            "405:/foo/*:Invalid channel",
        ),
        (publish("foo", &client, "1", "2"), "405:foo:Invalid channel"),
        (
            publish("/meta/bogus", &client, "1", "2"),
            "403:/meta/bogus:Forbidden channel",
        ),
    ] {
        let answer = stage.ask(&[ask]);
        let error = format!(r#""successful":false,"error":"{error}""#);
        assert!(answer.contains(&error), "{answer}");
    }
    assert_eq!(stage.output(socket), []);
}

// S031
#[test]
fn only_faye_accepts_a_publish_without_a_session() {
    let mut stage = Stage::new(Profile::faye());
    let (socket, _) = stage.listener("/foo");
    let ghost = publish("/foo", "nosuch", "1", "2");
    let answer = stage.ask(core::slice::from_ref(&ghost));
    assert_eq!(
        answer,
        r#"[{"id":"2","clientId":"nosuch","channel":"/foo","successful":true}]"#
    );
    stage.ask(&[ghost.clone().without("clientId")]);
    assert_eq!(stage.output(socket).len(), 2);

    let mut strict = Profile::faye();
    strict.anonymous_publishes = false;
    for (profile, error) in [
        (strict, "401:nosuch:Unknown client"),
        (Profile::cometd(), "402::session_unknown"),
    ] {
        let mut stage = Stage::new(profile);
        let (socket, _) = stage.listener("/foo");
        let answer = stage.ask(core::slice::from_ref(&ghost));
        assert!(answer.contains(error), "{answer}");
        assert_eq!(stage.output(socket), []);
    }
}

// S031
#[test]
fn faye_0_7_accepts_anonymous_publishes_without_a_reply() {
    let mut stage = Stage::new(Profile::faye_0_7());
    let listener = stage.handshake();
    stage.subscribe(&listener, "/foo");
    assert_eq!(
        stage.ask(&[publish("/foo", "x", "1", "2").without("clientId")]),
        "[]"
    );
    let answer = stage.ask(&[connect(&listener, "3")]);
    assert!(
        answer.contains(r#"{"channel":"/foo","data":1,"id":"2"}"#),
        "{answer}"
    );
}

// S032
#[test]
fn data_may_be_any_json_value() {
    let mut stage = Stage::new(Profile::faye());
    let (socket, client) = stage.listener("/foo");
    for data in ["null", "\"\"", "0", "false", "[]", "\"\\u2028\""] {
        stage.ask(&[publish("/foo", &client, data, "2")]);
        let event = format!(r#"[{{"channel":"/foo","data":{data},"id":"2"}}]"#);
        assert_eq!(stage.output(socket), [text(&event)]);
    }
}

// S033
#[test]
fn a_service_message_reaches_only_the_policy_if_the_profile_says_so() {
    for (profile, heard) in [(Profile::faye(), true), (Profile::cometd(), false)] {
        let mut stage = Stage::unguarded(profile);
        let (socket, client) = stage.listener("/**");
        stage.ask(&[publish("/service/zz", &client, "1", "2")]);
        assert_eq!(stage.policy.served, ["/service/zz"]);
        assert_eq!(!stage.output(socket).is_empty(), heard);
    }
}

// S033
#[test]
fn the_answer_of_a_service_goes_to_its_client_alone() {
    let mut stage = Stage::unguarded(Profile::cometd());
    let (socket, client) = stage.listener("/foo");
    let (other, _) = stage.listener("/**");
    let members = [Member::new("data", "\"pong\"")];
    assert!(
        stage
            .server
            .deliver(stage.now, &client, "/service/ping", &members)
    );
    stage.drain();
    assert_eq!(
        stage.output(socket),
        [text(r#"[{"channel":"/service/ping","data":"pong"}]"#)]
    );
    assert_eq!(stage.output(other), []);
    assert!(
        !stage
            .server
            .deliver(stage.now, "nosuch", "/service/ping", &members)
    );
}

#[test]
fn of_duplicate_members_only_the_validated_one_is_passed_on() {
    let mut stage = Stage::new(Profile::faye());
    let (socket, client) = stage.listener("/foo");
    // {"channel":"/private/x","channel":"/foo","data":1,"data":2}: the last of each counts.
    let ask = publish("/private/x", &client, "1", "2")
        .with("channel", "\"/foo\"")
        .with("data", "2");
    stage.ask(&[super::stage::Ask::reading(ask, "/foo")]);
    let event = r#"[{"id":"2","channel":"/foo","data":2}]"#;
    assert_eq!(stage.output(socket), [text(event)]);
}
