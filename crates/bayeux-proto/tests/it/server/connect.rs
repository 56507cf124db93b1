//! `/meta/connect`: the hold, and the reasons to end it.
//!
//! A comment such as `S001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::server::Profile;

use super::stage::{Sent, Stage, connect, connected, publish, subscribe, text, unknown};

// S008
#[test]
fn a_connect_is_held_for_the_whole_hold_and_then_answered() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    for id in ["2", "3"] {
        let poll = stage.post(&[connect(&client, id)]);
        stage.pass(4_999);
        assert_eq!(stage.output(poll), []);
        stage.pass(1);
        assert_eq!(stage.text(poll), format!("[{}]", connected(&client, id)));
    }
}

// S009
#[test]
fn cometd_answers_the_first_connect_at_once_and_holds_the_next() {
    let mut stage = Stage::new(Profile::cometd());
    let client = stage.handshake();
    let answer = stage.ask(&[connect(&client, "2")]);
    assert_eq!(
        answer,
        r#"[{"id":"2","channel":"/meta/connect","successful":true}]"#
    );
    let poll = stage.post(&[connect(&client, "3")]);
    stage.pass(4_999);
    assert_eq!(stage.output(poll), []);
    stage.pass(1);
    assert!(stage.text(poll).contains(r#""id":"3""#));
}

// S010
#[test]
fn a_client_that_wants_no_hold_is_answered_at_once_with_advice() {
    for profile in [Profile::faye(), Profile::faye_0_7(), Profile::cometd()] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        let answer = stage.ask(&[connect(&client, "2").hold(0)]);
        assert!(answer.contains(r#""timeout":5000"#), "{answer}");
    }
}

// S011
#[test]
fn the_hold_a_client_asks_for_is_kept_as_far_as_the_profile_goes() {
    for (profile, longest) in [(Profile::faye(), 8_000), (Profile::cometd(), 5_000)] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        stage.ask(&[connect(&client, "1").hold(0)]);
        for (asked, time) in [(1_500, 1_500), (8_000, longest)] {
            let poll = stage.post(&[connect(&client, "2").hold(asked)]);
            stage.pass(time - 1);
            assert_eq!(stage.output(poll), []);
            stage.pass(1);
            assert!(stage.text(poll).contains(r#""successful":true"#));
        }
        for nonsense in [-1, i64::MIN] {
            stage.ask(&[connect(&client, "3").hold(nonsense)]);
        }
        stage.post(&[connect(&client, "4").hold(i64::MAX)]);
        // A string is not a number: the embedder reports no hold, and the server's own applies.
        let odd = connect(&client, "5").with("advice", r#"{"timeout":"1000"}"#);
        let poll = stage.post(&[odd]);
        stage.pass(1_000);
        assert_eq!(stage.output(poll), []);
    }
}

// S012
#[test]
fn waiting_events_answer_a_connect_at_once_and_in_order() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    stage.subscribe(&client, "/foo");
    for number in 1..=3 {
        stage.publish("/foo", &number.to_string());
    }
    let events =
        r#"{"channel":"/foo","data":1},{"channel":"/foo","data":2},{"channel":"/foo","data":3}"#;
    let answer = stage.ask(&[connect(&client, "2")]);
    assert_eq!(answer, format!("[{},{events}]", connected(&client, "2")));

    let mut stage = Stage::new(Profile::cometd());
    let client = stage.handshake();
    stage.subscribe(&client, "/foo");
    for number in 1..=3 {
        stage.publish("/foo", &number.to_string());
    }
    let answer = stage.ask(&[connect(&client, "2")]);
    let reply = r#"{"id":"2","channel":"/meta/connect","successful":true}"#;
    assert_eq!(answer, format!("[{events},{reply}]"));
}

// S013
#[test]
fn an_event_ends_the_hold_and_its_answer_carries_all_simultaneous_events() {
    let mut stage = Stage::new(Profile::faye());
    let (mine, yours) = (stage.handshake(), stage.handshake());
    stage.subscribe(&mine, "/foo");
    let poll = stage.post(&[connect(&mine, "2")]);
    stage.ask(&[
        publish("/foo", &yours, "1", "p"),
        publish("/foo", &yours, "2", "q"),
    ]);
    assert_eq!(
        stage.text(poll),
        format!(
            r#"[{},{{"channel":"/foo","data":1,"id":"p"}},{{"channel":"/foo","data":2,"id":"q"}}]"#,
            connected(&mine, "2")
        )
    );
}

// S014
#[test]
fn a_connect_without_a_session_or_a_type_is_refused_with_handshake_advice() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    let refused = |error: &str| {
        format!(
            r#"[{{"id":"2","channel":"/meta/connect","successful":false,"error":"{error}","advice":{{"reconnect":"handshake"}}}}]"#
        )
    };
    let ask = connect("nosuch", "2");
    assert_eq!(stage.ask(&[ask]), format!("[{}]", unknown("nosuch", "2")));
    let missing = |name: &str| refused(&format!("402:{name}:Missing required parameter"));
    for name in ["clientId", "connectionType"] {
        let ask = connect(&client, "2").without(name);
        assert_eq!(stage.ask(&[ask]), missing(name));
    }
    let ask = connect(&client, "2")
        .without("connectionType")
        .connection_type("flash");
    assert_eq!(
        stage.ask(&[ask]),
        refused("301:flash:Connection types not supported")
    );

    let mut stage = Stage::new(Profile::cometd());
    let answer = stage.ask(&[connect("nosuch", "2")]);
    assert_eq!(
        answer,
        r#"[{"id":"2","channel":"/meta/connect","advice":{"reconnect":"handshake","interval":0},"error":"402::session_unknown","successful":false}]"#
    );
}

// S015
#[test]
fn of_two_connects_the_first_is_dropped_answered_or_failed() {
    let two = |profile: Profile| {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        stage.subscribe(&client, "/foo");
        stage.ask(&[connect(&client, "1").hold(0)]);
        let first = stage.post(&[connect(&client, "2")]);
        stage.pass(2_000);
        let second = stage.post(&[connect(&client, "3")]);
        stage.pass(2_999);
        let early = (stage.output(first), stage.output(second));
        stage.pass(1);
        (early, stage.output(first), stage.output(second), client)
    };
    // The second connect inherits the hold of the first.
    let (early, first, second, client) = two(Profile::faye());
    assert_eq!((early.0, early.1, first), (vec![], vec![], vec![]));
    assert_eq!(second, [text(&format!("[{}]", connected(&client, "3")))]);

    for profile in [Profile::faye_0_7(), Profile::faye_0_8()] {
        let (_, first, second, client) = two(profile);
        assert_eq!(first, [text(&format!("[{}]", connected(&client, "2")))]);
        assert_eq!(second, [text(&format!("[{}]", connected(&client, "3")))]);
    }

    let (early, _, second, _) = two(Profile::cometd());
    assert_eq!(early, (vec![Sent::Status(500)], vec![]));
    assert_eq!(second, [], "the second connect has a hold of its own");
}

// S015
#[test]
fn old_faye_answers_both_connects_with_the_same_events() {
    let mut stage = Stage::new(Profile::faye_0_7());
    let client = stage.handshake();
    stage.subscribe(&client, "/foo");
    let polls = [
        stage.post(&[connect(&client, "2")]),
        stage.post(&[connect(&client, "3")]),
    ];
    stage.publish("/foo", "1");
    for poll in polls {
        assert!(
            stage
                .text(poll)
                .ends_with(r#",{"channel":"/foo","data":1}]"#)
        );
    }
}

// S016
#[test]
fn a_connect_among_others_is_held_by_faye_and_not_by_cometd() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    let poll = stage.post(&[connect(&client, "2"), subscribe(&client, &["/foo"], "3")]);
    stage.pass(4_999);
    assert_eq!(stage.output(poll), []);
    stage.pass(1);
    let answer = stage.text(poll);
    assert!(answer.starts_with(r#"[{"id":"3","#), "{answer}");
    assert!(
        answer.ends_with(&format!(",{}]", connected(&client, "2"))),
        "{answer}"
    );

    let mut stage = Stage::new(Profile::cometd());
    let client = stage.handshake();
    stage.ask(&[connect(&client, "1")]);
    let answer = stage.ask(&[connect(&client, "2"), subscribe(&client, &["/foo"], "3")]);
    assert!(answer.starts_with(r#"[{"id":"2","#), "{answer}");
}

#[test]
fn a_server_may_leave_idle_connects_without_an_answer() {
    let mut profile = Profile::faye();
    profile.answers_idle_connects = false;
    let mut stage = Stage::new(profile);
    let client = stage.handshake();
    stage.subscribe(&client, "/foo");
    let poll = stage.post(&[connect(&client, "2").hold(0)]);
    stage.pass(9_000);
    assert_eq!(stage.output(poll), []);
    stage.publish("/foo", "1");
    assert!(stage.text(poll).contains(r#""data":1"#));
}
