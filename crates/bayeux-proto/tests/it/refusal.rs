//! Refused handshakes: when they are repeated, and when not.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{
    Cause, Close, Config, End, Message, Outcome, Reconnect, ServerError, SessionEvent,
};

use crate::world::{World, reconnect, timing};

const SECOND: Duration = Duration::from_secs(1);

/// Minimum time between two attempts after a refusal.
const FLOOR: Duration = Duration::from_millis(250);

// C006
#[test]
fn a_refusal_that_advises_none_ends_with_the_servers_error_and_leaves_no_timer() {
    for mut world in [World::handshaking(), World::shaking_over_http()] {
        let publish = world.publish("/a", "1");
        let handshake = world.last("/meta/handshake");
        let reply = Message {
            advice: reconnect(Reconnect::None),
            ..handshake.refused("403::handshake_denied")
        };
        world.answer(&handshake, &[reply]);
        let error = ServerError::parse("403::handshake_denied");
        assert_eq!(
            world.last_event(),
            &SessionEvent::Ended(End::Stopped(Some(error)))
        );
        assert_eq!(
            world.reported(&SessionEvent::Published(publish, Outcome::Cancelled)),
            1
        );
        assert_eq!(world.deadline(), None);
        assert!(world.lanes.is_empty(), "{:?}", world.lanes);
        world.pass(SECOND * 3600);
        assert_eq!(world.requests.len(), 1);
    }
}

#[test]
fn unspecified_reconnect_advice_ends_the_session_like_none() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    let reply = Message {
        advice: reconnect(Reconnect::Unknown),
        ..handshake.refused("")
    };
    world.answer(&handshake, &[reply]);
    assert_eq!(world.last_event(), &SessionEvent::Ended(End::Stopped(None)));
}

/// Refuses a hundred handshakes in a row, and returns the waits between them.
fn waits_between_refusals(seed: u64) -> Vec<Duration> {
    let mut world = World::new(Config::default(), seed);
    world.session.connect(world.now);
    world.drain();
    world.open();
    let mut waits = Vec::new();
    for _ in 0..100 {
        let refused = world.last("/meta/handshake");
        let reply = Message {
            advice: reconnect(Reconnect::Handshake),
            ..refused.refused("403::no")
        };
        world.answer(&refused, &[reply]);
        let next = world.pass_until_sent("/meta/handshake", SECOND * 120);
        waits.push(next.at - refused.at);
    }
    waits
}

// C007
#[test]
fn refusals_in_a_row_wait_longer_and_longer_up_to_the_cap() {
    let cap = Config::default().backoff_cap;
    for seed in 0..20 {
        let waits = waits_between_refusals(seed);
        let bounds = FLOOR..=cap + FLOOR;
        assert!(waits.iter().all(|w| bounds.contains(w)), "{waits:?}");
    }
    let waits = waits_between_refusals(7);
    // Full jitter: single waits may be short, sums are not.
    let sum = |range: &[Duration]| range.iter().sum::<Duration>();
    assert!(sum(&waits[..4]) < Duration::from_secs(9), "{waits:?}");
    assert!(sum(&waits[50..]) > cap * 15, "{waits:?}");
    assert_ne!(waits, waits_between_refusals(8), "no jitter");
}

// C008
#[test]
fn a_refusal_with_an_interval_waits_at_least_that_long() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    let mut advice = timing(5000, None).unwrap();
    advice.reconnect = Some(Reconnect::Handshake);
    let reply = Message {
        advice: Some(advice),
        ..handshake.refused("503::busy")
    };
    world.answer(&handshake, &[reply]);
    let failed = world.last_event().clone();
    // Regained connectivity does not change that either.
    world.session.handle_wake(world.now);
    world.drain();
    let next = world.pass_until_sent("/meta/handshake", SECOND * 10);
    assert!(next.at - handshake.at >= SECOND * 5, "{}", next.at);
    assert!(
        matches!(failed, SessionEvent::AttemptFailed { retry_at, .. } if retry_at >= next.at),
        "{failed:?}"
    );
}

// C008
#[test]
fn losing_the_idle_socket_does_not_shorten_the_wait_after_a_refusal() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    let mut advice = timing(5000, None).unwrap();
    advice.reconnect = Some(Reconnect::Handshake);
    let reply = Message {
        advice: Some(advice),
        ..handshake.refused("503::busy")
    };
    world.answer(&handshake, &[reply]);
    let due = world.deadline().unwrap();
    world.pass(SECOND);
    world.close(handshake.lane, Close::ByPeer { code: Some(1000) });
    assert_eq!(world.deadline(), Some(due));
    let failures = |e: &SessionEvent| matches!(e, SessionEvent::AttemptFailed { .. });
    assert_eq!(world.events.iter().filter(|(_, e)| failures(e)).count(), 1);
    world.pass(SECOND * 5);
    world.open();
    assert_eq!(world.sent("/meta/handshake").count(), 2);
}

#[test]
fn a_refusal_with_a_negative_interval_ends() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    let reply = Message {
        advice: timing(-1, None),
        ..handshake.refused("403::go away")
    };
    world.answer(&handshake, &[reply]);
    let error = ServerError::parse("403::go away");
    assert_eq!(
        world.last_event(),
        &SessionEvent::Ended(End::Stopped(Some(error)))
    );
}

// C009
#[test]
fn a_refusal_without_advice_is_retried_with_backoff() {
    let mut world = World::handshaking();
    let handshake = world.last("/meta/handshake");
    world.answer(&handshake, &[handshake.refused("Authentication failed")]);
    let next = world.pass_until_sent("/meta/handshake", SECOND * 2);
    assert!(next.at - handshake.at >= FLOOR);
    assert!(world.events.iter().any(|(_, e)| matches!(
        e,
        SessionEvent::AttemptFailed { cause: Cause::Refused(error), attempts: 1, .. }
            if error.text == "Authentication failed"
    )));
}
