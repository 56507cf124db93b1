//! Back-off of repeated attempts.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{Close, Config, Instant, Resume, SessionEvent, Transport};

use crate::{
    peer::Peer,
    world::{Kind, World, event, millis, over},
};

pub(crate) fn websocket_only() -> Config {
    over(&[Transport::WebSocket])
}

/// Ends every lane as soon as it appears, for this long. Returns the time of each.
pub(crate) fn break_all(world: &mut World, duration: Duration, why: Close) -> Vec<Instant> {
    let end = world.now + duration;
    let mut times = vec![];
    while world.pass_until(end, |world| !world.lanes.is_empty()) {
        times.push(world.now);
        while let Some((lane, _)) = world.lanes.first_key_value() {
            world.close(*lane, why);
        }
    }
    times
}

pub(crate) fn gaps(times: &[Instant]) -> Vec<Duration> {
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

// C108
#[test]
fn delays_between_attempts_grow_up_to_the_cap_and_attempts_never_stop() {
    let mut world = World::connecting(websocket_only());
    world.open();
    let mut world = world.establish();
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    let times = break_all(&mut world, Duration::from_hours(2), Close::Unreachable);
    let gaps = gaps(&times);
    let cap = Config::default().backoff_cap;
    assert!(
        gaps.iter().all(|gap| *gap >= millis(250) && *gap <= cap),
        "{gaps:?}"
    );
    // Five sixths of the cap on average.
    let settled = &gaps[40..];
    let average = settled.iter().sum::<Duration>() / u32::try_from(settled.len()).unwrap();
    assert!(
        average > millis(48_000) && average < millis(52_000),
        "{average:?}"
    );
    let early: Duration = gaps[..4].iter().sum();
    assert!(early < millis(4_000), "{early:?}");
    assert_eq!(world.downs().len(), 1);
    assert_eq!(world.failures(), 1 + times.len());
}

// C108
#[test]
fn two_clients_of_a_server_that_vanished_do_not_come_back_together() {
    let attempts = |seed| {
        let mut world = World::new(websocket_only(), seed);
        world.session.connect(world.now);
        world.drain();
        world.open();
        let mut world = world.establish();
        let lane = world.lane(Kind::Socket);
        world.close(lane, Close::ByPeer { code: Some(1001) });
        break_all(&mut world, millis(600_000), Close::Unreachable)
    };
    let (one, other) = (attempts(1), attempts(2));
    assert!(one.len() > 10 && other.len() > 10);
    assert!(
        one.iter().all(|at| !other.contains(at)),
        "{one:?} {other:?}"
    );
    assert_eq!(one, attempts(1), "and the same seed does the same");
}

// C109
#[test]
fn a_server_that_accepts_and_closes_at_once_is_tried_less_and_less_often() {
    for seed in 0..20 {
        let mut world = World::new(websocket_only(), seed);
        world.session.connect(world.now);
        world.drain();
        let mut times = vec![];
        for _ in 0..50 {
            let lane = world.reopen();
            times.push(world.now);
            world.close(lane, Close::ByPeer { code: Some(1000) });
        }
        let gaps = gaps(&times);
        let floor = millis(250);
        assert!(gaps[1..].iter().all(|gap| *gap >= floor), "{gaps:?}");
        let settled: Duration = gaps[29..].iter().sum();
        assert!(settled > millis(300_000), "{gaps:?}");
    }
}

// C109
#[test]
fn neither_a_handshake_nor_an_unheld_connect_resets_the_backoff() {
    let mut world = World::connecting(websocket_only());
    let mut times = vec![];
    for _ in 0..50 {
        world.reopen();
        times.push(world.now);
        if world.requests.last().unwrap().channel == "/meta/handshake" {
            world.answer_handshake("alice");
        }
        world.confirm();
        let lane = world.lane(Kind::Socket);
        world.close(lane, Close::Lost);
    }
    let late: Duration = gaps(&times)[29..].iter().sum();
    assert!(late > millis(300_000), "{:?}", gaps(&times));
}

// C109
#[test]
fn a_held_connect_resets_the_backoff() {
    let mut world = World::established();
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    break_all(&mut world, millis(40_000), Close::Unreachable);
    let mut peer = Peer::default();
    peer.serve(&mut world, millis(90_000));
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    let SessionEvent::Down { retry_at, .. } = world.last_event() else {
        panic!("{:?}", world.last_event());
    };
    assert!(*retry_at - world.now < millis(250));
}

#[test]
fn closing_old_sockets_is_not_a_failure_if_the_server_never_answers_connects() {
    let mut config = Config::default();
    config.resume = Resume::FreshHandshake;
    let mut world = World::connecting(config);
    world.open();
    let mut down = Duration::ZERO;
    for _ in 0..50 {
        world.answer_handshake("alice");
        world.pass(millis(14_000));
        let closed = world.now;
        let lane = world.lane(Kind::Socket);
        world.close(lane, Close::ByPeer { code: Some(1000) });
        world.reopen();
        down += world.now - closed;
    }
    assert!(down < 50 * millis(250), "downtime for {down:?} of 700 s");
}

/// Returns the total downtime of a client whose socket breaks `breaks` times, each time `after` this
/// long, right after an event.
fn downtime(breaks: u32, after: Duration) -> Duration {
    let mut config = Config::default();
    config.resume = Resume::FreshHandshake;
    let mut world = World::connecting(config);
    world.subscribe("/foo");
    world.open();
    let mut downtime = Duration::ZERO;
    for _ in 0..breaks {
        world.answer_handshake("alice");
        world.pass(after);
        let lane = world.lane(Kind::Socket);
        world.receive(lane, &[event("/foo")]);
        let broken = world.now;
        world.close(lane, Close::Lost);
        world.reopen();
        downtime += world.now - broken;
    }
    downtime
}

#[test]
fn a_server_that_delivers_events_for_a_while_and_breaks_is_retried_quickly() {
    let downtime = downtime(30, millis(1_000));
    assert!(
        downtime < 30 * millis(250),
        "downtime for {downtime:?} of 30 s"
    );
}

// C109
#[test]
fn a_server_whose_sessions_last_a_second_each_is_backed_off_from_in_the_end() {
    // 120 sessions would be replaced within 30 s altogether, without a budget.
    let downtime = downtime(120, millis(1_000));
    assert!(downtime > millis(1_800_000), "downtime for {downtime:?}");
}

// C109
#[test]
fn a_server_that_breaks_every_ten_seconds_is_retried_quickly_for_ever() {
    let mut world = World::connecting(websocket_only());
    world.subscribe("/foo");
    let mut peer = Peer::default();
    for _ in 0..200 {
        peer.serve(&mut world, millis(10_000));
        let lane = world.lane(Kind::Socket);
        let broken = world.now;
        world.close(lane, Close::Lost);
        assert!(world.pass_until(broken + millis(250), World::is_opening));
    }
}

// C109
#[test]
fn one_session_that_lasts_ends_the_backoff_after_many_short_ones() {
    let mut world = World::connecting(websocket_only());
    world.subscribe("/foo");
    let mut peer = Peer::default();
    for _ in 0..60 {
        peer.serve(&mut world, millis(1_000));
        let lane = world.lane(Kind::Socket);
        world.close(lane, Close::Lost);
        assert!(world.pass_until(world.now + Duration::from_mins(2), World::is_opening));
    }
    peer.serve(&mut world, millis(10_000));
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    let SessionEvent::Down { retry_at, .. } = world.last_event() else {
        panic!("{:?}", world.last_event());
    };
    assert!(*retry_at - world.now < millis(250));
}

// C109
#[test]
fn connects_that_are_answered_at_once_do_not_undo_the_backoff() {
    let mut world = World::connecting(websocket_only());
    world.subscribe("/foo");
    let (mut peer, mut times) = (Peer::default(), vec![]);
    peer.answers_connects_at_once = true;
    for _ in 0..80 {
        peer.serve(&mut world, millis(300));
        times.push(world.now);
        let lane = world.lane(Kind::Socket);
        world.close(lane, Close::Lost);
        assert!(world.pass_until(world.now + Duration::from_mins(2), World::is_opening));
    }
    let late: Duration = gaps(&times)[59..].iter().sum();
    assert!(late > millis(60_000), "{:?}", gaps(&times));
}

#[test]
fn a_server_that_delivers_an_event_and_breaks_at_once_is_backed_off_from() {
    let downtime = downtime(50, millis(999));
    assert!(downtime > millis(300_000), "downtime for {downtime:?}");
}

// C126
#[test]
fn retry_after_is_honoured() {
    let wait = Some(Duration::from_secs(90));
    for status in [429, 503] {
        let why = Close::Status {
            status,
            retry_after: wait,
        };
        // A handshake by POST, a poll, an ordinary exchange, and the upgrade of a websocket.
        let mut world = World::shaking_over_http();
        let lane = world.lane(Kind::Ordinary);
        world.close(lane, why);
        world.pass(millis(89_999));
        assert_eq!(world.sent("/meta/handshake").count(), 1);
        world.pass(millis(10_000));
        assert_eq!(world.sent("/meta/handshake").count(), 2);

        let mut world = World::established_over_http();
        let before = world.sent("/meta/connect").count();
        let lane = world.lane(Kind::Held);
        world.close(lane, why);
        world.pass(millis(89_999));
        assert_eq!(world.sent("/meta/connect").count(), before);

        let mut world = World::established_over_http();
        world.subscribe("/foo");
        let lane = world.lane(Kind::Ordinary);
        world.close(lane, why);
        Peer::default().serve(&mut world, millis(89_000));
        assert_eq!(world.sent("/meta/subscribe").count(), 1);
        Peer::default().serve(&mut world, millis(10_000));
        assert_eq!(world.sent("/meta/subscribe").count(), 2);

        let mut world = World::connecting(Config::default());
        let lane = world.lane(Kind::Opening);
        world.close(lane, why);
        world.pass(millis(89_999));
        assert!(world.lanes.is_empty() && world.requests.is_empty());
    }
}

// C126
#[test]
fn retry_after_is_capped() {
    let mut world = World::shaking_over_http();
    let lane = world.lane(Kind::Ordinary);
    let retry_after = Some(Duration::MAX);
    world.close(
        lane,
        Close::Status {
            status: 503,
            retry_after,
        },
    );
    world.pass(Duration::from_hours(1) + millis(1_000));
    assert_eq!(world.sent("/meta/handshake").count(), 2);
}
