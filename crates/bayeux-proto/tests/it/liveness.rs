//! Detection of a dead peer without any notice.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{Cause, Close, Config, Message, Timer, Transport, Verdict};

use crate::{
    peer::Peer,
    world::{Kind, World, event, millis, over, timing},
};

/// Established websocket session; pings are answered by the test, or not at all.
fn silent() -> World {
    let mut world = World::established();
    world.pongs = false;
    world
}

// C110
#[test]
fn a_silent_socket_is_dropped_without_waiting_for_a_close_frame() {
    let mut world = silent();
    world.pass(millis(25_000 + 10_000));
    assert_eq!(
        world.story()[..3],
        [
            "25000 ping 1".to_owned(),
            "35000 close 1".to_owned(),
            format!("35000 {:?}", world.events[2].1),
        ]
    );
    assert_eq!(world.downs(), [&Cause::Silence(Timer::Pong)]);
    world.reopen();
    assert!(world.now.since_origin() < millis(35_250));
    assert_eq!(world.last("/meta/connect").client_id(), Some("alice"));
}

// C110
#[test]
fn a_pong_that_comes_in_time_keeps_the_socket() {
    let mut world = silent();
    world.pass(millis(34_999));
    let lane = world.lane(Kind::Socket);
    world.session.handle_pong(world.now, lane);
    world.drain();
    world.pass(millis(1));
    assert!(world.downs().is_empty());
    assert!(world.lanes.contains_key(&lane));
}

// C110
#[test]
fn any_message_restarts_the_ping_interval() {
    let mut world = silent();
    let lane = world.lane(Kind::Socket);
    for _ in 0..100 {
        world.pass(millis(24_000));
        world.receive(lane, &[event("/unwanted")]);
        // The connect still has to be answered, too.
        let connect = world.last("/meta/connect");
        world.receive(lane, &[connect.ok()]);
    }
    assert!(world.pings.is_empty());
    assert!(world.lanes.contains_key(&lane));
}

// C110
#[test]
fn a_subscription_keeps_no_half_open_socket_alive() {
    let mut world = World::established();
    // Requests every five seconds, none of them answered.
    let lane = world.lane(Kind::Socket);
    for n in 0..10 {
        world
            .session
            .subscribe(&crate::world::channel(&format!("/{n}")))
            .unwrap();
        world.drain();
        world.pass(millis(5_000));
    }
    assert!(!world.lanes.contains_key(&lane));
}

// C110
#[test]
fn a_poll_without_an_answer_is_given_up_after_its_hold_and_an_allowance() {
    let mut world = World::established_over_http();
    let held = world.last("/meta/connect");
    world.pass(millis(39_999));
    assert!(world.lanes.contains_key(&held.lane));
    world.pass(millis(1));
    assert!(!world.lanes.contains_key(&held.lane));
    let probe = world.last("/meta/connect");
    assert_eq!((probe.at, probe.asked_hold()), (world.now, Some(0)));
    assert!(world.downs().is_empty(), "one cut is not being down");
    world.pass(millis(10_000));
    assert_eq!(world.downs(), [&Cause::Silence(Timer::Connect)]);
}

// C117
#[test]
fn a_machine_that_slept_for_an_hour_reports_one_loss_over_a_websocket() {
    let mut world = World::established();
    world.subscribe("/foo");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    world.story();
    world.wake(world.now + Duration::from_hours(1));
    assert_eq!(world.downs().len(), 1);
    let story = world.story();
    assert_eq!(story.len(), 2, "{story:?}");
    Peer::default().serve(&mut world, millis(60_000));
    assert_eq!(
        world.sent("/meta/handshake").count(),
        2,
        "an hour is more than a session lives"
    );
    assert_eq!(world.sent("/meta/subscribe").count(), 2);
    assert_eq!(world.downs().len(), 1);
}

// C117
#[test]
fn a_machine_that_slept_for_an_hour_probes_once_over_long_polling() {
    let mut world = World::established_over_http();
    world.story();
    world.wake(world.now + Duration::from_hours(1));
    let probe = world.last("/meta/connect");
    assert_eq!((probe.at, probe.asked_hold()), (world.now, Some(0)));
    assert_eq!(
        world.story(),
        ["3600000 close 3", "3600000 poll 4 /meta/connect"]
    );
    assert!(world.downs().is_empty());
}

// C117
#[test]
fn a_machine_that_slept_while_waiting_makes_one_attempt() {
    let mut world = World::connecting(over(&[Transport::WebSocket]));
    let lane = world.lane(Kind::Opening);
    world.close(lane, Close::Unreachable);
    world.story();
    world.wake(world.now + Duration::from_hours(24));
    assert_eq!(world.story(), ["86400000 open 2", "86400000 Connecting"]);
}

// C118
#[test]
fn a_wake_makes_a_waiting_attempt_due() {
    let mut world = World::connecting(over(&[Transport::WebSocket]));
    for _ in 0..10 {
        world.pass_until(world.now + millis(61_000), |world| !world.lanes.is_empty());
        let lane = world.lane(Kind::Opening);
        world.close(lane, Close::Unreachable);
    }
    assert!(world.lanes.is_empty());
    world.session.handle_wake(world.now);
    world.drain();
    assert!(world.is_opening());
}

// C118
#[test]
fn a_wake_makes_a_suspended_session_connect_at_once() {
    let mut world = World::established();
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    for _ in 0..3 {
        world.pass_until(world.now + millis(61_000), |world| !world.lanes.is_empty());
        let lane = world.lane(Kind::Opening);
        world.close(lane, Close::Unreachable);
    }
    let at = world.now;
    world.session.handle_wake(at);
    world.drain();
    world.open();
    let connect = world.last("/meta/connect");
    assert_eq!((connect.at, connect.client_id()), (at, Some("alice")));
}

// C118
#[test]
fn a_wake_pings_an_open_socket() {
    let mut world = silent();
    world.pass(millis(1_000));
    world.session.handle_wake(world.now);
    world.drain();
    assert_eq!(world.story(), ["1000 ping 1"]);
    world.session.handle_wake(world.now);
    world.drain();
    assert!(world.story().is_empty(), "one ping is enough");
    world.pass(millis(10_000));
    assert_eq!(world.downs(), [&Cause::Silence(Timer::Pong)]);
}

// C118
#[test]
fn a_wake_does_not_shorten_an_advised_interval() {
    let mut world = World::established();
    let connect = world.last("/meta/connect");
    let slow = Message {
        advice: timing(20_000, 30_000),
        ..connect.ok()
    };
    world.answer(&connect, &[slow]);
    world.session.handle_wake(world.now);
    world.drain();
    assert_eq!(world.last("/meta/connect").id, connect.id);
    world.pass(millis(19_999));
    assert_eq!(world.last("/meta/connect").id, connect.id);
}

// C119
#[test]
fn an_idle_socket_is_pinged_and_never_sent_an_empty_message() {
    let mut world = silent();
    let mut peer = Peer::default();
    let connect = world.last("/meta/connect");
    // Hold far above the ping interval.
    let long = Message {
        advice: timing(0, 600_000),
        ..connect.ok()
    };
    world.answer(&connect, &[long]);
    world.story();
    let end = world.now + millis(300_000);
    let mut pings = vec![];
    while world.pass_until(end, |world| !world.pings.is_empty()) {
        pings.push(world.now.since_origin().as_secs());
        let lane = world.pings.pop().unwrap();
        world.session.handle_pong(world.now, lane);
        world.drain();
    }
    assert_eq!(
        pings,
        [25, 50, 75, 100, 125, 150, 175, 200, 225, 250, 275, 300]
    );
    let story = world.story();
    assert!(
        story.iter().all(|line| line.ends_with("ping 1")),
        "{story:?}"
    );
    assert!(world.downs().is_empty());
    peer.serve(&mut world, millis(1_000));
}

// C119
#[test]
fn the_ping_waits_for_silence() {
    let mut world = silent();
    world.pass(millis(10_000));
    let lane = world.lane(Kind::Socket);
    let verdict = world.receive(lane, &[event("/unwanted")]);
    assert!(matches!(verdict[..], [Verdict::Unexpected(_)]));
    world.pass(millis(24_999));
    assert!(world.pings.is_empty());
    world.pass(millis(1));
    assert_eq!(world.pings, [lane]);
}

// C119
#[test]
fn long_polling_sends_no_pings() {
    let mut world = World::established_over_http();
    Peer::default().serve(&mut world, millis(600_000));
    let story = world.story();
    assert!(!story.iter().any(|line| line.contains("ping")), "{story:?}");
    assert!(world.sent("/meta/connect").count() > 20);
}

#[test]
fn an_idle_session_sends_nothing_but_connects_and_pings() {
    let mut world = World::connecting(Config::default());
    Peer::default().serve(&mut world, Duration::from_hours(2));
    assert_eq!(world.sent("/meta/handshake").count(), 1);
    assert!(world.downs().is_empty());
    // Connects: one with a hold of zero, and one for each hold of 30 s.
    assert_eq!(world.sent("/meta/connect").count(), 1 + 2 * 60 * 2);
}

// The specification lets a server ignore the hold that a client asks for.
#[test]
fn a_server_that_ignores_a_zero_hold_keeps_its_session_over_a_websocket() {
    let mut world = World::handshaking();
    world.answer_handshake("alice");
    let first = world.last("/meta/connect");
    assert_eq!(first.asked_hold(), Some(0));
    world.pass(millis(30_000));
    assert!(
        !world.pings.is_empty(),
        "whether the server is there is asked by a ping"
    );
    world.answer(&first, &[first.ok()]);
    world.pass(millis(30_000));
    assert!(world.downs().is_empty(), "{:?}", world.downs());
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}

#[test]
fn a_server_that_ignores_a_zero_hold_keeps_its_session_over_http() {
    let mut world = World::shaking_over_http();
    world.answer_handshake("alice");
    for _ in 0..5 {
        let held = world.last("/meta/connect");
        world.pass(millis(29_000));
        world.answer(&held, &[held.ok()]);
    }
    // A cut connect is sent again, and may be held again.
    let cut = world.last("/meta/connect");
    world.close(cut.lane, Close::Lost);
    let again = world.last("/meta/connect");
    assert_eq!(again.asked_hold(), Some(0));
    world.pass(millis(29_000));
    world.answer(&again, &[again.ok()]);
    assert!(world.downs().is_empty(), "{:?}", world.downs());
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}

// C144
#[test]
fn a_websocket_with_endless_messages_of_no_use_is_closed() {
    let mut world = World::established();
    let lane = world.lane(Kind::Socket);
    for _ in 0..1_000 {
        world.receive(lane, &vec![Message::default(); 1_000]);
        if !world.lanes.contains_key(&lane) {
            break;
        }
    }
    assert_eq!(
        world.downs(),
        [&Cause::Violation("endless messages of no use")]
    );
}
