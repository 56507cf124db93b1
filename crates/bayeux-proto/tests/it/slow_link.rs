//! Answers that arrive slowly: bytes that flow are life, within a limit.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{Cause, LaneId, Outcome, SessionEvent, Timer};

use crate::world::{Kind, Request, World, event, millis};

/// Passes `seconds`, in each of which bytes of an incomplete answer arrive on `lane`.
fn trickle(world: &mut World, lane: LaneId, seconds: u64) {
    for _ in 0..seconds {
        world.pass(millis(1_000));
        if !world.lanes.contains_key(&lane) {
            return;
        }
        world.session.handle_progress(world.now, lane, world.now);
        world.drain();
    }
}

/// Long-polling session whose connect was held for the whole hold and is being answered.
fn held() -> (World, Request) {
    let mut world = World::established_over_http();
    let connect = world.last("/meta/connect");
    world.pass(millis(30_000));
    (world, connect)
}

// C140
#[test]
fn a_held_poll_whose_response_flows_is_no_silence() {
    let (mut world, connect) = held();
    trickle(&mut world, connect.lane, 100);
    let verdicts = world.answer(&connect, &[connect.ok()]);
    assert_eq!(verdicts, [bayeux_proto::Verdict::Handled]);
    assert_eq!(world.failures(), 0, "{:?}", world.events);
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}

// C140
#[test]
fn a_poll_whose_bytes_stop_is_lost_an_allowance_later() {
    let (mut world, connect) = held();
    trickle(&mut world, connect.lane, 60);
    world.pass(millis(9_999));
    assert!(world.lanes.contains_key(&connect.lane));
    world.pass(millis(1));
    assert!(!world.lanes.contains_key(&connect.lane));
}

// C140
#[test]
fn bytes_that_never_become_a_response_are_waited_for_five_minutes_at_most() {
    let (mut world, connect) = held();
    trickle(&mut world, connect.lane, 24 * 3_600);
    assert!(!world.lanes.contains_key(&connect.lane));
    let waited = world.now - connect.at;
    assert_eq!(waited, millis(30_000 + 10_000 + 300_000));
}

// C140
#[test]
fn a_publish_whose_reply_flows_keeps_its_outcome() {
    let mut world = World::established_over_http();
    let id = world.publish("/a", "1");
    let publish = world.last("/a");
    trickle(&mut world, publish.lane, 25);
    world.answer(&publish, &[publish.ok()]);
    let accepted = SessionEvent::Published(id, Outcome::Accepted);
    assert_eq!(world.reported(&accepted), 1, "{:?}", world.events);
}

// C140
#[test]
fn bytes_on_one_exchange_do_not_excuse_another() {
    let mut world = World::established_over_http();
    let held = world.last("/meta/connect");
    let id = world.publish("/a", "1");
    trickle(&mut world, held.lane, 10);
    let unknown = SessionEvent::Published(id, Outcome::Unknown);
    assert_eq!(world.reported(&unknown), 1, "{:?}", world.events);
}

// C140
#[test]
fn a_handshake_whose_reply_flows_is_waited_for() {
    let mut world = World::shaking_over_http();
    let handshake = world.last("/meta/handshake");
    trickle(&mut world, handshake.lane, 25);
    world.answer(&handshake, &[handshake.handshake_ok("alice")]);
    assert_eq!(world.failures(), 0, "{:?}", world.events);
    assert_eq!(world.client_id(), Some("alice"));
}

// C140
#[test]
fn a_frame_that_arrives_slowly_keeps_its_websocket() {
    let mut world = World::established();
    world.pongs = false;
    world.subscribe("/a");
    let subscribe = world.last("/meta/subscribe");
    // Pong, connect reply and subscribe reply all wait behind the frame.
    trickle(&mut world, subscribe.lane, 120);
    assert_eq!(world.pings.len(), 1);
    world.receive(subscribe.lane, &[subscribe.ok(), event("/a")]);
    let connect = world.last("/meta/connect");
    world.receive(connect.lane, &[connect.ok()]);
    assert_eq!(world.failures(), 0, "{:?}", world.events);
}

// C140
#[test]
fn a_websocket_that_never_completes_a_frame_is_dropped() {
    let mut world = World::established();
    world.pongs = false;
    let lane = world.lane(Kind::Socket);
    trickle(&mut world, lane, 24 * 3_600);
    assert_eq!(world.downs(), [&Cause::Silence(Timer::Pong)]);
    let lived = world.now.since_origin();
    assert!(lived <= millis(25_000 + 10_000 + 300_000), "{lived:?}");
}

// C140
#[test]
fn a_complete_frame_ends_the_patience_with_the_bytes_before_it() {
    let mut world = World::established();
    world.pongs = false;
    let lane = world.lane(Kind::Socket);
    trickle(&mut world, lane, 4);
    world.receive(lane, &[event("/unwanted")]);
    let at = world.now;
    world.pass(millis(24_999 + 10_000));
    assert!(world.lanes.contains_key(&lane));
    world.pass(millis(1));
    assert!(!world.lanes.contains_key(&lane));
    assert_eq!(world.now - at, millis(35_000));
}
