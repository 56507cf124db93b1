//! `/meta/handshake`.
//!
//! A comment such as `S001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::server::Profile;

use super::stage::{Ask, RETRY, Stage, client_in, handshake, subscribe};

const TYPES: &str = r#"["long-polling","cross-origin-long-polling","callback-polling","websocket","eventsource","in-process"]"#;

// S001
#[test]
fn a_handshake_creates_a_session_with_an_unpredictable_client_id() {
    let mut stage = Stage::new(Profile::faye());
    let answer = stage.ask(&[handshake("1")]);
    let client = client_in(&answer);
    assert_eq!(
        answer,
        format!(
            r#"[{{"id":"1","channel":"/meta/handshake","successful":true,"version":"1.0","supportedConnectionTypes":{TYPES},"clientId":"{client}","advice":{RETRY}}}]"#
        )
    );
    // 36^31 > 2^160: the id contains all of the 20 random bytes.
    assert_eq!(client.len(), 31);
    assert!(
        client
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    );
    let other = stage.handshake();
    assert_ne!(client, other);
    assert_eq!(stage.server.sessions().count(), 2);
}

// S002
#[test]
fn without_a_common_connection_type_the_error_names_the_offered_types() {
    let mut stage = Stage::new(Profile::faye());
    let refused = |args: &str| {
        format!(
            r#"[{{"id":"1","channel":"/meta/handshake","successful":false,"version":"1.0","supportedConnectionTypes":{TYPES},"error":"301:{args}:Connection types not supported","advice":{{"reconnect":"handshake"}}}}]"#
        )
    };
    let answer = stage.ask(&[handshake("1").types(&["flash", "iframe"])]);
    assert_eq!(answer, refused("flash,iframe"));
    let answer = stage.ask(&[handshake("1").types(&[])]);
    assert_eq!(answer, refused(""));
    assert_eq!(stage.server.sessions().count(), 0);
}

// S003
#[test]
fn version_and_connection_types_are_required() {
    let mut stage = Stage::new(Profile::faye());
    for name in ["version", "supportedConnectionTypes"] {
        let answer = stage.ask(&[handshake("1").without(name)]);
        let error = format!(r#""error":"402:{name}:Missing required parameter""#);
        assert!(answer.contains(&error), "{answer}");
        assert!(
            answer.contains(r#""advice":{"reconnect":"handshake"}"#),
            "{answer}"
        );
    }
    let mut stage = Stage::new(Profile::cometd());
    let answer = stage.ask(&[Ask::to("/meta/handshake")]);
    assert!(answer.contains(r#""successful":true"#), "{answer}");
}

// S004
#[test]
fn any_version_is_accepted_and_answered_with_1_0() {
    let mut stage = Stage::new(Profile::faye());
    for version in ["\"0.1\"", "\"99.0\""] {
        let answer = stage.ask(&[handshake("1").without("version").with("version", version)]);
        assert!(
            answer.contains(r#""successful":true,"version":"1.0""#),
            "{answer}"
        );
    }
}

// S005
#[test]
fn messages_beside_a_handshake_are_processed_by_faye_and_ignored_by_cometd() {
    for (profile, replies) in [(Profile::faye(), 2), (Profile::cometd(), 1)] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        let answer = stage.ask(&[handshake("2"), subscribe(&client, &["/foo"], "3")]);
        assert_eq!(answer.matches("successful").count(), replies, "{answer}");
        assert_eq!(stage.server.listeners("/foo"), replies - 1);
    }
}

// S006
#[test]
fn the_id_is_echoed_unchanged_or_left_out() {
    let mut stage = Stage::new(Profile::faye());
    let bare = handshake("1").without("id");
    for (id, echo) in [("7", r#"[{"id":7,"#), ("\"7\"", r#"[{"id":"7","#)] {
        let answer = stage.ask(&[bare.clone().with("id", id)]);
        assert!(answer.starts_with(echo), "{answer}");
    }
    // Values that are falsy in JavaScript are not echoed.
    for nothing in [
        bare.clone(),
        bare.clone().with("id", "0"),
        bare.with("id", "\"\""),
    ] {
        let answer = stage.ask(&[nothing]);
        assert!(answer.starts_with(r#"[{"channel":"#), "{answer}");
    }
}

// S007
#[test]
fn the_policy_may_refuse_a_handshake_and_the_profile_selects_the_advice() {
    for (profile, advice) in [(Profile::faye(), "handshake"), (Profile::cometd(), "none")] {
        let mut stage = Stage::new(profile);
        stage.policy.refuses_handshakes = true;
        let answer = stage.ask(&[handshake("1")]);
        assert!(answer.contains(r#""error":"403::Go away""#), "{answer}");
        let advice = format!(r#""advice":{{"reconnect":"{advice}"}}"#);
        assert!(answer.contains(&advice), "{answer}");
        assert!(!answer.contains("clientId"), "{answer}");
        assert_eq!(stage.server.sessions().count(), 0);
    }
}
