//! Handshake: the message, accepted replies, and timeouts.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{
    BayeuxId, Cause, Close, Config, End, Instant, Message, Reconnect, Session, SessionEvent, Timer,
    Transport, Unexpected, Verdict,
};

use crate::world::{Kind, World, event, millis, over, reconnect};

const SECOND: Duration = Duration::from_secs(1);

/// Minimum time between two attempts after a refusal.
const FLOOR: Duration = Duration::from_millis(250);

// C001
#[test]
fn a_handshake_is_one_message_alone_with_what_the_client_offers() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    assert_eq!(
        handshake.json,
        r#"{"channel":"/meta/handshake","id":"1","version":"1.0","supportedConnectionTypes":["websocket","long-polling"]}"#
    );
    assert_eq!(
        world.story(),
        ["0 open 1", "0 Connecting", "0 send 1 /meta/handshake"]
    );
}

// C001
#[test]
fn the_offer_follows_the_order_of_preference() {
    let world = World::connecting(over(&[Transport::LongPolling, Transport::WebSocket]));
    let handshake = world.last("/meta/handshake");
    assert_eq!(handshake.kind, Kind::Ordinary);
    assert!(handshake.json.contains(r#"["long-polling","websocket"]"#));
}

#[test]
fn nothing_happens_before_the_application_connects() {
    let mut world = World::new(Config::default(), 7);
    world.subscribe("/news");
    world.drain();
    assert_eq!(world.story(), [""; 0]);
    assert_eq!(world.deadline(), None);
}

#[test]
fn connecting_twice_is_connecting_once() {
    let mut world = World::handshaking();
    world.session.connect(world.now);
    world.drain();
    assert_eq!(world.sent("/meta/handshake").count(), 1);
    assert_eq!(world.lanes.len(), 1);
}

// C002
#[test]
fn commands_wait_for_the_handshake_and_go_out_in_order_after_it() {
    for mut world in [World::handshaking(), World::shaking_over_http()] {
        world.subscribe("/a");
        world.publish("/b", "1");
        world.subscribe("/c");
        world.pass(SECOND);
        assert_eq!(world.requests.len(), 1, "sent before the handshake reply");
        world.answer_handshake("alice");
        let sent: Vec<_> = world.requests[1..4].iter().collect();
        let channels: Vec<_> = sent.iter().map(|r| r.channel.as_str()).collect();
        assert_eq!(channels, ["/meta/subscribe", "/b", "/meta/subscribe"]);
        assert_eq!(sent[0].text("subscription"), Some("/a"));
        assert_eq!(sent[2].text("subscription"), Some("/c"));
        assert!(sent.iter().all(|r| r.client_id() == Some("alice")));
    }
}

// C003
#[test]
fn the_session_is_up_with_the_handshake_and_connects_at_once_under_its_name() {
    let mut world = World::handshaking();
    world.story();
    world.answer_handshake("2j8h1k");
    assert_eq!(
        world.story(),
        [
            "0 send 1 /meta/connect",
            "0 Up { transport: WebSocket, resumed: false }"
        ]
    );
    assert_eq!(world.last("/meta/connect").client_id(), Some("2j8h1k"));
}

#[test]
fn a_handshake_reply_that_advises_none_is_not_followed_by_a_connect() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    let reply = Message {
        advice: reconnect(Reconnect::None),
        ..handshake.handshake_ok("alice")
    };
    world.answer(&handshake, &[reply]);
    assert_eq!(world.sent("/meta/connect").count(), 0);
    assert_eq!(world.last_event(), &SessionEvent::Ended(End::Stopped(None)));
}

// C010
#[test]
fn ext_is_computed_for_every_handshake() {
    let mut world = World::new(Config::default(), 7);
    world.sign();
    world.session.connect(world.now);
    world.drain();
    world.open();
    let first = world.last("/meta/handshake");
    world.answer(&first, &[first.refused("")]);
    let second = world.pass_until_sent("/meta/handshake", SECOND * 2);
    assert!(
        first.json.contains(r#""ext":{"stamp":1}"#),
        "{}",
        first.json
    );
    assert!(
        second.json.contains(r#""ext":{"stamp":2}"#),
        "{}",
        second.json
    );
}

// C011
#[test]
fn a_handshake_reply_without_client_id_is_a_violation() {
    for id in [None, Some("")] {
        let mut world = World::handshaking();
        let handshake = world.last("/meta/handshake");
        let reply = Message {
            client_id: id,
            ..handshake.ok()
        };
        world.answer(&handshake, &[reply]);
        assert!(matches!(
            world.last_event(),
            SessionEvent::AttemptFailed {
                cause: Cause::Violation(_),
                ..
            }
        ));
        assert_eq!(world.sent("/meta/connect").count(), 0);
        let next = world.pass_until_sent("/meta/handshake", SECOND * 2);
        assert!(next.at - handshake.at >= FLOOR);
    }
}

// C013
#[test]
fn a_handshake_reply_without_advice_leaves_the_defaults_in_force() {
    let mut world = World::shaking_over_http();
    let handshake = world.last("/meta/handshake");
    world.answer(&handshake, &[handshake.handshake_ok("alice")]);
    let first = world.last("/meta/connect");
    world.answer(&first, &[first.ok()]);
    let held = world.last("/meta/connect");
    assert_eq!(held.at, first.at);
    assert_eq!(held.hold, Some(Config::default().default_hold));
}

// C014
#[test]
fn a_reply_without_an_id_answers_the_only_handshake_there_is() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    let reply = Message {
        id: None,
        ..handshake.handshake_ok("alice")
    };
    assert_eq!(world.answer(&handshake, &[reply]), [Verdict::Handled]);
    assert_eq!(world.last("/meta/connect").client_id(), Some("alice"));
}

#[test]
fn a_reply_to_another_handshake_is_unexpected() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    for id in [
        BayeuxId::Number(99),
        BayeuxId::Text("x"),
        BayeuxId::Text("01"),
    ] {
        let reply = Message {
            id: Some(id),
            ..handshake.handshake_ok("mallory")
        };
        let verdicts = world.receive(handshake.lane, &[reply]);
        assert_eq!(verdicts, [Verdict::Unexpected(Unexpected::UnexpectedReply)]);
    }
    assert_eq!(world.requests.len(), 1);
    world.answer_handshake("alice");
    assert_eq!(world.last("/meta/connect").client_id(), Some("alice"));
}

// C016
#[test]
fn another_version_is_no_reason_to_refuse() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    let reply = Message {
        version: Some("1.1"),
        ..handshake.handshake_ok("alice")
    };
    assert_eq!(world.answer(&handshake, &[reply]), [Verdict::Handled]);
    assert_eq!(world.sent("/meta/connect").count(), 1);
}

// C017
#[test]
fn a_handshake_that_is_not_answered_closes_the_lane_and_is_retried() {
    let mut world = World::connecting(over(&[Transport::WebSocket]));
    let lane = world.open();
    world.story();
    world.pass(SECOND * 10);
    let story = world.story();
    assert_eq!(story[0], format!("10000 close {}", lane.number()));
    assert!(story[1].starts_with("10000 AttemptFailed { cause: Silence(Handshake)"));
    world.pass(FLOOR);
    world.open();
    assert_eq!(world.sent("/meta/handshake").count(), 2);
}

// C017
#[test]
fn a_server_that_never_answers_is_tried_less_and_less_often() {
    let mut world = World::connecting(over(&[Transport::LongPolling]));
    world.pass(SECOND * 3600);
    let times: Vec<_> = world.sent("/meta/handshake").map(|r| r.at).collect();
    let mean = SECOND * 3600 / u32::try_from(times.len()).unwrap();
    assert!(mean > SECOND * 30 && mean < SECOND * 70, "{mean:?}");
    let deadline = millis(10_000);
    assert!(times.windows(2).all(|t| t[1] - t[0] >= deadline));
    assert!(world.lanes.len() <= 1);
}

// C018
#[test]
fn anything_but_a_handshake_reply_is_a_failed_attempt() {
    let server_error = Close::Status {
        status: 504,
        retry_after: None,
    };
    for why in [
        server_error,
        Close::Malformed,
        Close::Complete,
        Close::Lost,
        Close::Oversize,
    ] {
        let mut world = World::shaking_over_http();
        let mut before = world.last("/meta/handshake");
        for attempts in 1..=3 {
            world.close(before.lane, why);
            assert!(
                matches!(world.last_event(), SessionEvent::AttemptFailed { attempts: n, .. } if *n == attempts),
                "{:?}",
                world.last_event()
            );
            let next = world.pass_until_sent("/meta/handshake", SECOND * 5);
            assert!(attempts == 1 || next.at - before.at >= FLOOR, "{why:?}");
            before = next;
        }
    }
}

// C019
#[test]
fn a_handshake_reply_after_its_deadline_is_unexpected() {
    for mut world in [
        World::connecting(over(&[Transport::WebSocket])),
        World::shaking_over_http(),
    ] {
        if !world.lanes.values().any(|k| *k == Kind::Ordinary) {
            world.open();
        }
        let late = world.last("/meta/handshake");
        world.pass(SECOND * 10 + FLOOR);
        if world.is_opening() {
            world.open();
        }
        let second = world.last("/meta/handshake");
        assert_ne!(late.id, second.id);
        let verdicts = world.receive(late.lane, &[late.handshake_ok("late")]);
        assert_eq!(verdicts, [Verdict::Unexpected(Unexpected::DeadLane)]);
        assert_eq!(world.sent("/meta/connect").count(), 0);
        world.answer_handshake("alice");
        assert_eq!(world.last("/meta/connect").client_id(), Some("alice"));
    }
}

// C020
#[test]
fn events_after_the_handshake_reply_are_delivered_before_the_connect_is_sent() {
    for mut world in [World::handshaking(), World::shaking_over_http()] {
        world.subscribe("/news");
        let handshake = world.last("/meta/handshake");
        let payload = [
            handshake.handshake_ok("alice"),
            event("/news"),
            event("/news"),
        ];
        let verdicts = world.answer(&handshake, &payload);
        assert_eq!(
            verdicts,
            [Verdict::Handled, Verdict::Deliver, Verdict::Deliver]
        );
        assert_eq!(world.sent("/meta/connect").count(), 1);
    }
}

#[test]
fn a_second_handshake_reply_does_not_replace_the_first() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    let payload = [
        handshake.handshake_ok("alice"),
        handshake.handshake_ok("mallory"),
    ];
    let verdicts = world.answer(&handshake, &payload);
    assert_eq!(
        verdicts[1],
        Verdict::Unexpected(Unexpected::UnexpectedReply)
    );
    assert_eq!(world.last("/meta/connect").client_id(), Some("alice"));
}

#[test]
fn a_socket_that_does_not_open_is_reported_with_the_open_timer() {
    let mut world = World::connecting(over(&[Transport::WebSocket]));
    assert_eq!(world.deadline().unwrap().why, Timer::Open);
    world.pass(SECOND * 15);
    assert!(matches!(
        world.last_event(),
        SessionEvent::AttemptFailed {
            cause: Cause::Silence(Timer::Open),
            ..
        }
    ));
    assert!(world.lanes.is_empty());
}

// C003
#[test]
fn a_client_id_is_opaque_and_sent_back_unchanged() {
    let mut session = Session::new(over(&[Transport::WebSocket]), 7);
    let (now, mut out) = (Instant::ORIGIN, Vec::new());
    session.connect(Instant::ORIGIN);
    let lane = session.poll_action(now, &mut (), &mut out).unwrap().lane();
    session.handle_open(now, lane);
    session.poll_action(now, &mut (), &mut out).unwrap();
    let reply = Message {
        channel: "/meta/handshake",
        successful: Some(true),
        client_id: Some("a\"b\\c\u{1}d/é"),
        ..Message::default()
    };
    let verdict = session.handle_message(now, lane, &reply);
    assert_eq!(verdict, Verdict::Handled);
    out.clear();
    session.poll_action(now, &mut (), &mut out).unwrap();
    let sent = String::from_utf8(out).unwrap();
    assert!(sent.contains(r#""clientId":"a\"b\\c\u0001d/é""#), "{sent}");
}

// C011
#[test]
fn an_oversize_client_id_is_named() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    let long = "c".repeat(4_097);
    world.answer(&handshake, &[handshake.handshake_ok(&long)]);
    let cause = Cause::Violation("a clientId of more than 4096 bytes");
    assert!(
        matches!(world.last_event(), SessionEvent::AttemptFailed { cause: told, .. } if *told == cause),
        "{:?}",
        world.last_event()
    );
}
