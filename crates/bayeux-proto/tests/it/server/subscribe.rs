//! `/meta/subscribe` and `/meta/unsubscribe`.
//!
//! A comment such as `S001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{Channel, server::Profile};

use super::stage::{Ask, Stage, connect, subscribe, unsubscribe};

// S017
#[test]
fn a_name_a_pattern_or_a_list_is_subscribed_and_echoed_in_its_form() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    let forms: [(&[&str], &str); 3] = [
        (&["/foo"], r#""/foo""#),
        (&["/foo/*"], r#""/foo/*""#),
        (&["/a", "/a/*", "/a/**"], r#"["/a","/a/*","/a/**"]"#),
    ];
    for (channels, form) in forms {
        assert_eq!(
            stage.ask(&[subscribe(&client, channels, "2")]),
            format!(
                r#"[{{"id":"2","clientId":"{client}","channel":"/meta/subscribe","successful":true,"subscription":{form}}}]"#
            )
        );
        for channel in channels {
            assert_eq!(stage.server.listeners(channel), 1);
        }
    }
}

// S018
#[test]
fn a_list_with_a_forbidden_name_fails_and_cometd_subscribes_none_of_it() {
    for (profile, kept) in [(Profile::faye(), 1), (Profile::cometd(), 0)] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        let answer = stage.ask(&[subscribe(&client, &["/a", "/meta/connect", "/b"], "2")]);
        assert!(answer.contains(r#""successful":false"#), "{answer}");
        assert_eq!(stage.server.listeners("/a"), kept);
        assert_eq!(stage.server.listeners("/b"), 0);
    }
}

// S019
#[test]
fn meta_and_service_channels_cannot_be_subscribed() {
    for name in ["/meta", "/meta/x", "/meta/**", "/service", "/service/x"] {
        let mut stage = Stage::new(Profile::faye());
        let client = stage.handshake();
        let answer = stage.ask(&[subscribe(&client, &[name], "2")]);
        let error = format!(r#""error":"403:{name}:Forbidden channel""#);
        assert!(answer.contains(&error), "{answer}");

        let mut stage = Stage::new(Profile::cometd());
        let client = stage.handshake();
        let answer = stage.ask(&[subscribe(&client, &[name], "2")]);
        let accepted = answer.contains(r#""successful":true"#);
        assert_eq!(accepted, name.starts_with("/service"), "{answer}");
        assert_eq!(stage.server.listeners(name), 0);
    }
}

// S020
#[test]
fn names_outside_the_grammar_are_invalid() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    for name in [
        "foo",
        "/foo/",
        "/",
        "/a b",
        "/a/*/b",
        "/a+b",
        "/é",
        "/a.b",
        "/a:b",
        "/a\\u0000",
    ] {
        let answer = stage.ask(&[subscribe(&client, &[name], "2")]);
        assert!(answer.contains(r#""error":"405:"#), "{answer}");
        assert!(answer.contains(":Invalid channel"), "{answer}");
        assert_eq!(stage.server.listeners(name), 0);
    }
}

// S021
#[test]
fn the_error_names_the_missing_member() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    let failed = |id: &str, error: &str, subscription: &str| {
        format!(
            r#"[{{"id":"2",{id}"channel":"/meta/subscribe","successful":false,"error":"{error}","subscription":{subscription}}}]"#
        )
    };
    let own = format!(r#""clientId":"{client}","#);
    let missing = "402:subscription:Missing required parameter";
    let ask = subscribe(&client, &["/foo"], "2").without("subscription");
    assert_eq!(stage.ask(&[ask]), failed(&own, missing, "[]"));
    let ask = subscribe(&client, &["/foo"], "2").without("clientId");
    let missing = "402:clientId:Missing required parameter";
    assert_eq!(stage.ask(&[ask]), failed("", missing, "\"/foo\""));
    let ask = subscribe("nosuch", &["/foo"], "2");
    let unknown = failed(
        r#""clientId":"nosuch","#,
        "401:nosuch:Unknown client",
        "\"/foo\"",
    );
    assert_eq!(stage.ask(&[ask]), unknown);
}

// S022
#[test]
fn subscribing_twice_gives_one_copy() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    for _ in 0..2 {
        stage.subscribe(&client, "/foo");
    }
    stage.publish("/foo", "1");
    let answer = stage.ask(&[connect(&client, "2")]);
    assert_eq!(answer.matches("\"data\"").count(), 1, "{answer}");
}

// S023
#[test]
fn unsubscribing_succeeds_whether_there_was_a_subscription_or_not() {
    for profile in [Profile::faye(), Profile::cometd()] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        stage.subscribe(&client, "/foo");
        for channel in ["/foo", "/never"] {
            let answer = stage.ask(&[unsubscribe(&client, &[channel], "2")]);
            assert!(answer.contains(r#""successful":true"#), "{answer}");
        }
        assert_eq!(stage.server.listeners("/foo"), 0);
    }
}

// S024
#[test]
fn the_policy_sees_every_channel_of_a_list_and_every_pattern() {
    for profile in [Profile::faye(), Profile::cometd()] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        let list = ["/a", "/private/x", "/private/*", "/**"];
        let answer = stage.ask(&[subscribe(&client, &list, "2")]);
        assert_eq!(stage.policy.asked, list);
        assert!(
            answer.contains(r#""error":"403:/private/x:Not for you""#),
            "{answer}"
        );
        for channel in list {
            assert_eq!(stage.server.listeners(channel), 0);
        }
        for pattern in ["/**", "/*", "/private/**", "/private/x/y"] {
            let answer = stage.ask(&[subscribe(&client, &[pattern], "2")]);
            let refused = answer.contains(r#""successful":false"#);
            assert_eq!(refused, pattern != "/*", "{answer}");
        }
    }
}

// S024
#[test]
fn an_unknown_meta_name_is_forbidden_and_does_not_bypass_the_policy() {
    for profile in [
        Profile::faye(),
        Profile::faye_0_8(),
        Profile::faye_0_7(),
        Profile::cometd(),
    ] {
        let mut stage = Stage::new(profile);
        let client = stage.handshake();
        for name in [
            "/meta/subscribe/x",
            "/meta/subscribe/",
            "/meta/Subscribe",
            "/meta",
        ] {
            let ask = subscribe(&client, &["/private/x"], "2").without("channel");
            let answer = stage.ask(&[Ask::renamed(ask, name)]);
            assert!(answer.contains(r#""error":"403:"#), "{answer}");
        }
        assert_eq!(stage.policy.asked, [""; 0]);
        assert_eq!(stage.server.listeners("/private/x"), 0);
    }
}

// S024
#[test]
fn patterns_overlap_if_some_name_matches_both() {
    let overlaps = [
        ("/a", "/a"),
        ("/a/b", "/a/*"),
        ("/a/b", "/**"),
        ("/a/*", "/a/**"),
        ("/a/**", "/a/b/*"),
        ("/a/**", "/a/b/c"),
        ("/a/*", "/**"),
        ("/a/**", "/**"),
        ("/*", "/**"),
        ("/a", "/*"),
    ];
    let apart = [
        ("/a", "/b"),
        ("/a", "/a/**"),
        ("/a", "/a/*"),
        ("/a/b/c", "/a/*"),
        ("/a/*", "/b/*"),
        ("/a/*", "/a/b/*"),
        ("/a/*", "/a/b/**"),
        ("/a/**", "/ab/**"),
        ("/a/**", "/*"),
    ];
    for (table, expected) in [(&overlaps[..], true), (&apart[..], false)] {
        for (one, other) in table {
            let channel = |name| Channel::new(name).expect("a good name");
            assert_eq!(channel(one).overlaps(other), expected, "{one} {other}");
            assert_eq!(channel(other).overlaps(one), expected, "{other} {one}");
        }
    }
}

// S025
#[test]
fn the_error_of_a_refusal_is_the_policys_text_and_nothing_else_happens() {
    let mut stage = Stage::new(Profile::faye());
    let client = stage.handshake();
    assert_eq!(
        stage.ask(&[subscribe(&client, &["/private/x"], "2")]),
        format!(
            r#"[{{"id":"2","clientId":"{client}","channel":"/meta/subscribe","error":"403:/private/x:Not for you","successful":false,"subscription":"/private/x"}}]"#
        )
    );
    stage.subscribe(&client, "/read/only");
    let ask = super::stage::publish("/read/only", &client, "1", "3");
    assert_eq!(
        stage.ask(&[ask]),
        format!(
            r#"[{{"id":"3","clientId":"{client}","channel":"/read/only","error":"You may only listen","successful":false}}]"#
        )
    );
    let poll = stage.post(&[connect(&client, "4")]);
    assert_eq!(stage.output(poll), [], "nothing was published");
}
