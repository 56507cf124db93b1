//! Connect loop over a websocket: one connect outstanding, the time of the next, and replies.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{
    BayeuxId, Cause, End, Message, Reconnect, ServerError, SessionEvent, Timer, Unexpected, Verdict,
};

use crate::world::{Request, World, event, millis, reconnect, timing};

const SECOND: Duration = Duration::from_secs(1);

fn connects(world: &World) -> usize {
    world.sent("/meta/connect").count()
}

/// Refuses the outstanding connect with this error and this advice.
fn refuse(world: &mut World, error: &str, advice: Option<Reconnect>) -> Request {
    let connect = world.last("/meta/connect");
    let reply = Message {
        advice: advice.and_then(reconnect),
        ..connect.refused(error)
    };
    world.answer(&connect, &[reply]);
    connect
}

// C021
#[test]
fn one_connect_is_outstanding_whatever_else_happens() {
    let mut world = World::established();
    let held = world.last("/meta/connect");
    world.session.connect(world.now);
    world.subscribe("/a");
    world.publish("/a", "1");
    world.session.handle_wake(world.now);
    world.drain();
    world.receive(held.lane, &[event("/a"), event("/a")]);
    world.pass(SECOND * 29);
    assert_eq!(world.last("/meta/connect").id, held.id);
}

#[test]
fn an_answer_proves_that_what_was_sent_before_its_request_has_arrived_and_an_event_does_not() {
    let mut world = World::established();
    world.subscribe("/a");
    let held = world.last("/meta/connect");
    world.pass(SECOND);
    world.answer(&held, &[held.ok()]);
    let next = world.last("/meta/connect");
    world.pass(SECOND);
    world.receive(next.lane, &[event("/a")]);
    assert_eq!(world.session.proved_until(), held.at);
    world.answer(&next, &[next.ok()]);
    assert_eq!(world.session.proved_until(), next.at);
    assert!(next.at > held.at);
}

// C022, C023
#[test]
fn the_first_connect_asks_not_to_be_held_and_later_ones_do_not() {
    let mut world = World::handshaking();
    world.answer_handshake("alice");
    world.confirm();
    let sent: Vec<_> = world
        .sent("/meta/connect")
        .map(|r| r.json.as_str())
        .collect();
    assert_eq!(
        sent,
        [
            r#"{"channel":"/meta/connect","id":"2","clientId":"alice","connectionType":"websocket","advice":{"timeout":0}}"#,
            r#"{"channel":"/meta/connect","id":"3","clientId":"alice","connectionType":"websocket"}"#,
        ]
    );
}

// C024
#[test]
fn subscriptions_do_not_wait_for_a_first_connect_that_is_held() {
    for mut world in [World::handshaking(), World::shaking_over_http()] {
        let before = world.subscribe("/a");
        world.answer_handshake("alice");
        let first = world.last("/meta/subscribe");
        world.answer(&first, &[first.ok()]);
        assert_eq!(world.reported(&SessionEvent::Subscribed(before)), 1);
        let later = world.subscribe("/b");
        let second = world.last("/meta/subscribe");
        world.answer(&second, &[second.ok()]);
        assert_eq!(world.reported(&SessionEvent::Subscribed(later)), 1);
        assert_eq!(connects(&world), 1);
        assert_eq!(world.now.since_origin(), Duration::ZERO);
    }
}

// C025
#[test]
fn with_interval_zero_the_next_connect_follows_in_the_same_turn() {
    for mut world in [World::established(), World::established_over_http()] {
        for _ in 0..5 {
            world.pass(SECOND * 30);
            let held = world.last("/meta/connect");
            world.answer(&held, &[held.ok()]);
            let next = world.last("/meta/connect");
            assert_ne!(next.id, held.id);
            assert_eq!(next.at, world.now);
            assert_eq!(next.asked_hold(), None);
        }
        assert_eq!(world.failures(), 0);
    }
}

// C030
#[test]
fn a_held_connect_without_an_answer_closes_the_socket() {
    let mut world = World::established();
    let held = world.last("/meta/connect");
    world.pass(millis(39_999));
    assert_eq!(world.failures(), 0);
    world.pass(millis(1));
    assert!(!world.lanes.contains_key(&held.lane));
    assert!(matches!(
        world.last_event(),
        SessionEvent::Down {
            cause: Cause::Silence(Timer::Connect),
            ..
        }
    ));
    world.pass(SECOND);
    world.open();
    let again = world.last("/meta/connect");
    assert_eq!(again.client_id(), Some("alice"));
    assert_eq!(again.asked_hold(), Some(0));
}

// C031
#[test]
fn a_reply_within_the_allowance_is_no_failure() {
    let mut world = World::established();
    world.pass(millis(30_500));
    let held = world.last("/meta/connect");
    assert_eq!(world.answer(&held, &[held.ok()]), [Verdict::Handled]);
    assert_eq!(world.failures(), 0);
    assert_eq!(world.last("/meta/connect").at, world.now);
}

// C032
#[test]
fn traffic_extends_a_late_connect_once() {
    let mut world = World::established();
    world.subscribe("/a");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    let held = world.last("/meta/connect");
    for _ in 0..49 {
        world.pass(SECOND);
        assert_eq!(world.receive(held.lane, &[event("/a")]), [Verdict::Deliver]);
    }
    assert_eq!(world.failures(), 0, "events came all the time");
    world.pass(SECOND);
    assert!(!world.lanes.contains_key(&held.lane));
    assert_eq!(world.failures(), 1);
}

// C032
#[test]
fn an_extended_connect_is_answered_in_its_extra_time() {
    let mut world = World::established();
    let held = world.last("/meta/connect");
    world.pass(SECOND * 35);
    world.receive(held.lane, &[event("/a")]);
    world.pass(SECOND * 14);
    world.answer(&held, &[held.ok()]);
    assert_eq!(world.failures(), 0);
    assert_ne!(world.last("/meta/connect").id, held.id);
}

// C033
#[test]
fn a_reply_to_a_superseded_connect_changes_nothing() {
    let mut world = World::established();
    let timed_out = world.last("/meta/connect");
    world.pass(SECOND * 41);
    world.open();
    let outstanding = world.last("/meta/connect");
    world.story();
    // Reported over its own lane, which is dead, and over the new one.
    let verdicts = world.receive(timed_out.lane, &[timed_out.ok()]);
    assert_eq!(verdicts, [Verdict::Unexpected(Unexpected::DeadLane)]);
    let verdicts = world.receive(outstanding.lane, &[timed_out.ok()]);
    assert_eq!(verdicts, [Verdict::Unexpected(Unexpected::UnexpectedReply)]);
    assert_eq!(world.story(), [""; 0]);
    assert_eq!(world.last("/meta/connect").id, outstanding.id);
}

// C033
#[test]
fn a_connect_reply_over_another_lane_than_its_own_changes_nothing() {
    let mut world = World::established_over_http();
    world.publish("/a", "1");
    let (held, publish) = (world.last("/meta/connect"), world.last("/a"));
    let verdicts = world.answer(&publish, &[held.ok(), publish.ok()]);
    let stray = Verdict::Unexpected(Unexpected::UnexpectedReply);
    assert_eq!(verdicts, [stray, Verdict::Handled]);
    assert_eq!(world.last("/meta/connect").id, held.id);
    assert_eq!(world.answer(&held, &[held.ok()]), [Verdict::Handled]);
}

#[test]
fn a_connect_reply_without_an_id_answers_the_outstanding_one() {
    let mut world = World::established();
    let held = world.last("/meta/connect");
    let reply = Message {
        id: None,
        ..held.ok()
    };
    assert_eq!(world.answer(&held, &[reply]), [Verdict::Handled]);
    assert_ne!(world.last("/meta/connect").id, held.id);
}

#[test]
fn one_reply_twice_is_one_reply() {
    let mut world = World::established();
    let held = world.last("/meta/connect");
    let verdicts = world.answer(&held, &[held.ok(), held.ok()]);
    assert_eq!(
        verdicts[1],
        Verdict::Unexpected(Unexpected::UnexpectedReply)
    );
    assert_eq!(connects(&world), 3);
}

// C035, C039
#[test]
fn a_connect_that_failed_is_retried_in_the_same_session_with_backoff() {
    for advice in [Some(Reconnect::Retry), None] {
        let mut world = World::established();
        world.subscribe("/a");
        let failed = refuse(&mut world, "500::busy", advice);
        assert!(matches!(
            world.last_event(),
            SessionEvent::Down { cause: Cause::Refused(error), .. } if error.code == Some(500)
        ));
        let again = world.pass_until_sent("/meta/connect", SECOND * 2);
        assert!(again.at - failed.at >= millis(250), "{:?}", again.at);
        assert_eq!(again.client_id(), Some("alice"));
        assert_eq!(again.asked_hold(), Some(0));
        assert_eq!(again.lane, failed.lane);
        world.confirm();
        assert!(matches!(
            world.events[world.events.len() - 2].1,
            SessionEvent::Up { resumed: true, .. }
        ));
        assert!(matches!(world.last_event(), SessionEvent::Gap { .. }));
        assert_eq!(world.sent("/meta/handshake").count(), 1);
        assert_eq!(world.sent("/meta/subscribe").count(), 1);
    }
}

// C035
#[test]
fn a_failed_connect_waits_out_the_interval_as_well() {
    let mut world = World::established();
    let held = world.last("/meta/connect");
    let mut advice = timing(4000, None).unwrap();
    advice.reconnect = Some(Reconnect::Retry);
    let reply = Message {
        advice: Some(advice),
        ..held.refused("500::busy")
    };
    world.answer(&held, &[reply]);
    let again = world.pass_until_sent("/meta/connect", SECOND * 6);
    assert!(again.at - held.at >= SECOND * 4);
}

// C035
#[test]
fn connects_refused_again_and_again_come_further_and_further_apart() {
    let mut world = World::established();
    let mut waits = Vec::new();
    for _ in 0..60 {
        let failed = refuse(&mut world, "500::busy", Some(Reconnect::Retry));
        let again = world.pass_until_sent("/meta/connect", SECOND * 61);
        waits.push(again.at - failed.at);
    }
    assert!(waits.iter().all(|w| *w >= millis(250)));
    let sum = |range: &[Duration]| range.iter().sum::<Duration>();
    assert!(sum(&waits[..3]) < SECOND * 5, "{waits:?}");
    assert!(sum(&waits[30..]) > SECOND * 300, "{waits:?}");
    // The server answers, with the advice to retry: the session is kept.
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}

// C043
#[test]
fn a_successful_connect_that_advises_none_is_the_last() {
    for mut world in [World::established(), World::established_over_http()] {
        let held = world.last("/meta/connect");
        let reply = Message {
            advice: reconnect(Reconnect::None),
            ..held.ok()
        };
        world.answer(&held, &[reply]);
        assert_eq!(world.last_event(), &SessionEvent::Ended(End::Stopped(None)));
        assert!(world.lanes.is_empty());
        assert_eq!(world.deadline(), None);
    }
}

// C043
#[test]
fn a_connect_reply_while_disconnecting_has_no_effect() {
    let advices = [
        None,
        reconnect(Reconnect::Retry),
        reconnect(Reconnect::Handshake),
        reconnect(Reconnect::None),
    ];
    let cases = advices
        .into_iter()
        .flat_map(|advice| [(true, advice), (false, advice)]);
    for (successful, advice) in cases {
        let mut world = World::established();
        let held = world.last("/meta/connect");
        world.disconnect();
        let disconnect = world.last("/meta/disconnect");
        let reply = Message {
            successful: Some(successful),
            advice,
            ..held.ok()
        };
        world.receive(held.lane, &[reply]);
        world.answer(&disconnect, &[disconnect.ok()]);
        assert_eq!(world.last_event(), &SessionEvent::Ended(End::Requested));
        assert_eq!(world.last("/meta/connect").id, held.id);
        assert_eq!(world.failures(), 0);
    }
}

// C037
#[test]
fn a_failed_connect_that_advises_none_ends_with_the_servers_error() {
    for mut world in [World::established(), World::established_over_http()] {
        refuse(
            &mut world,
            "401::Authentication invalid",
            Some(Reconnect::None),
        );
        let error = ServerError::parse("401::Authentication invalid");
        assert_eq!(
            world.last_event(),
            &SessionEvent::Ended(End::Stopped(Some(error)))
        );
        assert_eq!(world.deadline(), None);
    }
}

// C050
#[test]
fn an_event_with_the_id_of_the_outstanding_connect_is_an_event() {
    let mut world = World::established();
    world.subscribe("/foo");
    let held = world.last("/meta/connect");
    let pushed = Message {
        id: Some(BayeuxId::Text(&held.id)),
        ..event("/foo")
    };
    assert_eq!(world.receive(held.lane, &[pushed]), [Verdict::Deliver]);
    assert_eq!(world.last("/meta/connect").id, held.id);
    assert_eq!(world.answer(&held, &[held.ok()]), [Verdict::Handled]);
}
