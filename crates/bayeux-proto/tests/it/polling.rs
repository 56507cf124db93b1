//! Connect loop over long-polling: cut polls, and proxies that end them early.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{
    Cause, Close, Message, Resume, SessionEvent, Timer, Transport, Unexpected, Verdict,
};

use crate::world::{Kind, World, event, millis, over};

const SECOND: Duration = Duration::from_secs(1);

const GATEWAY_TIMEOUT: Close = Close::Status {
    status: 504,
    retry_after: None,
};

// C022
#[test]
fn a_polled_connect_names_its_transport_and_its_maximum_hold() {
    let world = World::established_over_http();
    let held = world.last("/meta/connect");
    assert_eq!(
        held.json,
        r#"{"channel":"/meta/connect","id":"3","clientId":"alice","connectionType":"long-polling"}"#
    );
    assert_eq!(held.hold, Some(SECOND * 30));
    let first = world.sent("/meta/connect").next().unwrap();
    assert_eq!(first.asked_hold(), Some(0));
    // The connect asks not to be held, and a server may still hold it.
    assert_eq!(first.hold, Some(SECOND * 30));
}

// C030
#[test]
fn a_poll_without_an_answer_is_dropped_and_sent_again_at_once() {
    let mut world = World::established_over_http();
    let held = world.last("/meta/connect");
    world.pass(SECOND * 40);
    assert!(!world.lanes.contains_key(&held.lane));
    let again = world.last("/meta/connect");
    assert_eq!(again.at, world.now);
    assert_eq!(again.asked_hold(), Some(0));
    assert_eq!(again.client_id(), Some("alice"));
    world.confirm();
    assert!(world.events.iter().any(|(_, e)| matches!(
        e,
        SessionEvent::Gap {
            cause: Cause::Silence(Timer::Connect),
            ..
        }
    )));
}

// C033
#[test]
fn late_messages_over_a_poll_that_timed_out_are_ignored() {
    let mut world = World::established_over_http();
    let held = world.last("/meta/connect");
    world.pass(SECOND * 40);
    let outstanding = world.last("/meta/connect");
    world.story();
    let verdicts = world.receive(held.lane, &[event("/a"), held.ok()]);
    assert_eq!(verdicts, [Verdict::Unexpected(Unexpected::DeadLane); 2]);
    world.close(held.lane, Close::Complete);
    assert_eq!(world.story(), [""; 0]);
    assert_eq!(world.last("/meta/connect").id, outstanding.id);
}

/// Long-polling session with [`Resume::FreshHandshake`].
fn fresh_handshake_polling() -> World {
    let mut config = over(&[Transport::LongPolling]);
    config.resume = Resume::FreshHandshake;
    World::connecting(config).establish()
}

#[test]
fn with_fresh_handshake_a_cut_poll_ends_the_session() {
    for silent in [true, false] {
        let mut world = fresh_handshake_polling();
        if silent {
            world.pass(SECOND * 40);
        } else {
            let held = world.last("/meta/connect");
            world.pass(SECOND * 20);
            world.close(held.lane, Close::Lost);
        }
        // The server may receive that poll only now, and answer it into a dead connection.
        let cut = world.now;
        let again = world.pass_until_sent("/meta/handshake", SECOND);
        assert!(again.at - cut < millis(250));
        world.answer(&again, &[again.handshake_ok("bob")]);
        assert_eq!(world.last("/meta/connect").client_id(), Some("bob"));
        let gaps = world.events.iter();
        let gaps = gaps.filter(|(_, event)| matches!(event, SessionEvent::Gap { .. }));
        assert_eq!(gaps.count(), 1);
    }
}

#[test]
fn a_shorter_hold_learnt_from_a_proxy_survives_a_new_session() {
    let mut world = fresh_handshake_polling();
    for _ in 0..3 {
        world.pass(SECOND * 20);
        let held = world.last("/meta/connect");
        if held.asked_hold().is_some_and(|hold| hold > 0) {
            break;
        }
        world.close(held.lane, GATEWAY_TIMEOUT);
        let again = world.pass_until_sent("/meta/handshake", SECOND * 10);
        world.answer(&again, &[again.handshake_ok("bob")]);
        world.confirm();
    }
    assert_eq!(world.last("/meta/connect").asked_hold(), Some(15_000));
}

// C044
#[test]
fn a_proxy_that_cuts_polls_is_answered_with_a_shorter_hold() {
    let mut world = World::established_over_http();
    for _ in 0..3 {
        let held = world.last("/meta/connect");
        world.pass(SECOND * 2);
        world.close(held.lane, GATEWAY_TIMEOUT);
        let again = world.last("/meta/connect");
        assert_eq!(again.at, world.now);
        assert_eq!(again.asked_hold(), Some(0));
        world.confirm();
    }
    let held = world.last("/meta/connect");
    let asked = held.asked_hold().expect("no shorter hold");
    assert!((500..2000).contains(&asked), "{asked}");
    assert_eq!(held.hold, Some(millis(asked)));
    // The shorter hold is not cut, and is kept.
    let before = world.downs().len();
    for _ in 0..20 {
        let held = world.last("/meta/connect");
        world.pass(millis(asked));
        world.answer(&held, &[held.ok()]);
        assert_eq!(world.last("/meta/connect").asked_hold(), Some(asked));
    }
    assert_eq!(world.downs().len(), before);
}

// C044
#[test]
fn the_shorter_hold_is_remembered_in_the_next_session() {
    let mut world = World::established_over_http();
    for _ in 0..2 {
        let held = world.last("/meta/connect");
        world.pass(SECOND * 4);
        world.close(held.lane, GATEWAY_TIMEOUT);
        world.confirm();
    }
    let held = world.last("/meta/connect");
    assert_eq!(held.asked_hold(), Some(3000));
    world.answer(&held, &[held.refused("401::Unknown client")]);
    world.pass_until_sent("/meta/handshake", SECOND);
    let world = world.establish();
    assert_eq!(world.last("/meta/connect").asked_hold(), Some(3000));
}

// C115, C044
#[test]
fn polls_that_break_at_once_are_not_repeated_without_a_pause() {
    let mut world = World::established_over_http();
    let start = world.now;
    let end = start + SECOND * 60;
    // Every connect with a zero hold succeeds, every held one breaks at once.
    while world.now < end {
        let connect = world.last("/meta/connect");
        if !world.lanes.contains_key(&connect.lane) {
            let sent = world.sent("/meta/connect").count();
            world.pass_until(end, |w| w.sent("/meta/connect").count() > sent);
        } else if connect.asked_hold() == Some(0) {
            world.answer(&connect, &[connect.ok()]);
        } else {
            world.close(connect.lane, Close::Lost);
        }
    }
    let held = world.sent("/meta/connect");
    let held = held.filter(|connect| connect.asked_hold() != Some(0));
    let held = held.count();
    assert!(held <= 30, "{held} held connects in a minute");
}

// C035
#[test]
fn connects_with_a_zero_hold_that_stay_unanswered_are_a_failure() {
    let mut world = World::established_over_http();
    let held = world.last("/meta/connect");
    world.close(held.lane, Close::Lost);
    assert_eq!(world.downs().len(), 0, "the first retry is made in silence");
    world.pass(SECOND * 10);
    assert_eq!(world.downs().len(), 1);
}

#[test]
fn a_response_without_a_connect_reply_is_a_cut_poll() {
    let mut world = World::established_over_http();
    world.subscribe("/a");
    let held = world.last("/meta/connect");
    assert_eq!(world.answer(&held, &[event("/a")]), [Verdict::Deliver]);
    let again = world.last("/meta/connect");
    assert_ne!(again.id, held.id);
    assert_eq!(again.asked_hold(), Some(0));
    world.confirm();
    assert!(world.events.iter().any(|(_, e)| matches!(
        e,
        SessionEvent::Gap {
            cause: Cause::Violation(_),
            ..
        }
    )));
}

// C021
#[test]
fn the_two_connections_are_used_side_by_side() {
    let mut world = World::established_over_http();
    let held = world.last("/meta/connect");
    world.publish("/a", "1");
    assert_eq!(world.lanes.get(&held.lane), Some(&Kind::Held));
    assert_eq!(world.last("/a").kind, Kind::Ordinary);
    assert_eq!(world.lanes.len(), 2);
}

#[test]
fn a_poll_answered_in_pieces_is_answered_once() {
    let mut world = World::connecting(over(&[Transport::LongPolling])).establish();
    world.subscribe("/a");
    let held = world.last("/meta/connect");
    let reply = Message {
        id: None,
        ..held.ok()
    };
    let verdicts = world.answer(&held, &[held.ok(), event("/a"), reply]);
    assert_eq!(
        verdicts,
        [
            Verdict::Handled,
            Verdict::Deliver,
            Verdict::Unexpected(Unexpected::UnexpectedReply)
        ]
    );
    assert_eq!(world.downs().len(), 0);
}

#[test]
fn story_of_the_first_requests_of_a_long_polling_session() {
    let mut world = World::shaking_over_http();
    world.subscribe("/a");
    world.answer_handshake("alice");
    world.confirm();
    assert_eq!(
        world.story(),
        [
            "0 post 1 /meta/handshake",
            "0 Connecting",
            "0 post 2 /meta/subscribe:/a",
            "0 poll 3 /meta/connect",
            "0 Up { transport: LongPolling, resumed: false }",
            "0 poll 4 /meta/connect",
        ]
    );
}

/// Returns the instants from which gaps were reported.
fn gaps(world: &World) -> Vec<bayeux_proto::Instant> {
    let gaps = world.events.iter().filter_map(|(_, event)| match event {
        SessionEvent::Gap { since, .. } => Some(*since),
        _ => None,
    });
    gaps.collect()
}

// C143
#[test]
fn an_ordinary_exchange_that_is_lost_may_have_carried_events() {
    let status = |status| Close::Status {
        status,
        retry_after: None,
    };
    for (why, is_gap) in [
        (Close::Lost, true),
        (Close::TimedOut, true),
        (Close::Malformed, true),
        (Close::Oversize, true),
        (status(502), true),
        (status(504), true),
        (Close::Complete, false),
        (Close::ConnectionRefused, false),
        (Close::Unreachable, false),
        (status(403), false),
        (status(404), false),
        (status(503), false),
    ] {
        let mut world = World::established_over_http();
        let held_since = world.last("/meta/connect").at;
        world.pass(millis(5_000));
        world.publish("/foo", "1");
        let lane = world.lane(Kind::Ordinary);
        world.close(lane, why);
        let expected = if is_gap { vec![held_since] } else { Vec::new() };
        assert_eq!(gaps(&world), expected, "{why}");
        assert_eq!(world.failures(), 0, "{why}: the session goes on");
    }
}

// C143
#[test]
fn a_lost_exchange_does_not_end_the_gap_of_a_cut_poll() {
    let mut world = World::established_over_http();
    world.pass(millis(5_000));
    world.publish("/foo", "1");
    let ordinary = world.lane(Kind::Ordinary);
    let held = world.last("/meta/connect");
    world.close(held.lane, Close::Lost);
    world.close(ordinary, Close::Lost);
    // The server loses events in the dead poll until the next connect arrives.
    assert!(gaps(&world).is_empty());
    world.confirm();
    assert_eq!(gaps(&world), [held.at]);
}

// C143
#[test]
fn an_ordinary_exchange_without_an_answer_in_time_is_a_gap() {
    let mut world = World::established_over_http();
    world.publish("/foo", "1");
    world.pass(millis(10_000));
    assert_eq!(gaps(&world).len(), 1);
}
