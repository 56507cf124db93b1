//! Advice: merging, lifetime, and values for one transport.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{Advice, Message, SessionEvent, Timing, Transport, Verdict};

use crate::world::{World, event, millis, over, timing};

const SECOND: Duration = Duration::from_secs(1);

/// Answers the held connect with this advice, and returns the wait before the next.
fn wait_after(world: &mut World, advice: Option<Advice>) -> Duration {
    let held = world.last("/meta/connect");
    let reply = Message {
        advice,
        ..held.ok()
    };
    world.answer(&held, &[reply]);
    let (answered, sent) = (world.now, world.requests.len());
    if world.last("/meta/connect").id == held.id {
        world.pass_until(answered + SECOND * 60, |w| w.requests.len() > sent);
    }
    world.last("/meta/connect").at - answered
}

// C046
#[test]
fn multiple_clients_are_reported_once_and_their_interval_is_honoured() {
    let mut world = World::established_over_http();
    let advice = Some(Advice {
        multiple_clients: true,
        ..timing(2000, None).unwrap()
    });
    assert_eq!(wait_after(&mut world, advice), SECOND * 2);
    assert_eq!(wait_after(&mut world, advice), SECOND * 2);
    assert_eq!(world.reported(&SessionEvent::MultipleClients), 1);
    // Without the advice, and with it again.
    assert_eq!(wait_after(&mut world, timing(0, None)), Duration::ZERO);
    assert_eq!(wait_after(&mut world, advice), SECOND * 2);
    assert_eq!(world.reported(&SessionEvent::MultipleClients), 2);
}

// C067
#[test]
fn advice_in_an_event_counts() {
    for mut world in [World::established(), World::established_over_http()] {
        world.subscribe("/a");
        let held = world.last("/meta/connect");
        let pushed = Message {
            advice: timing(1500, None),
            ..event("/a")
        };
        let verdicts = world.answer(&held, &[pushed, held.ok()]);
        assert_eq!(verdicts, [Verdict::Deliver, Verdict::Handled]);
        let next = world.pass_until_sent("/meta/connect", SECOND * 2);
        assert_eq!(next.at - held.at, millis(1500));
    }
}

// C067
#[test]
fn advice_in_a_subscribe_reply_counts() {
    let mut world = World::established_over_http();
    world.subscribe("/a");
    let subscribe = world.last("/meta/subscribe");
    let reply = Message {
        advice: timing(1500, 20_000),
        ..subscribe.ok()
    };
    world.answer(&subscribe, &[reply]);
    assert_eq!(wait_after(&mut world, None), millis(1500));
    assert_eq!(world.last("/meta/connect").hold, Some(SECOND * 20));
}

// C068
#[test]
fn advice_for_one_transport_overrides_the_general_one_there_and_only_there() {
    let advice = Some(Advice {
        timing: Timing {
            interval: Some(0),
            timeout: Some(30_000),
            max_interval: None,
        },
        long_polling: Timing {
            interval: Some(500),
            timeout: Some(20_000),
            max_interval: None,
        },
        ..Advice::default()
    });
    let mut world = World::established_over_http();
    assert_eq!(wait_after(&mut world, advice), millis(500));
    assert_eq!(world.last("/meta/connect").hold, Some(SECOND * 20));
    // A later general advice does not change the values for long-polling.
    assert_eq!(wait_after(&mut world, timing(7000, 40_000)), millis(500));

    let mut world = World::established();
    assert_eq!(wait_after(&mut world, advice), Duration::ZERO);
    let silent_at = world.now + SECOND * 40;
    world.pass_until(silent_at, |w| {
        !w.lanes.contains_key(&w.last("/meta/connect").lane)
    });
    assert_eq!(world.now, silent_at);
}

// C069
#[test]
fn a_member_that_later_advice_lacks_keeps_its_value() {
    let mut world = World::established_over_http();
    wait_after(&mut world, timing(250, None));
    assert_eq!(world.last("/meta/connect").hold, Some(SECOND * 30));
    assert_eq!(wait_after(&mut world, timing(None, 45_000)), millis(250));
    assert_eq!(world.last("/meta/connect").hold, Some(SECOND * 45));
    assert_eq!(wait_after(&mut world, None), millis(250));
    assert_eq!(world.last("/meta/connect").hold, Some(SECOND * 45));
}

// C069
#[test]
fn a_session_connected_again_starts_without_old_advice() {
    let mut world = World::connecting(over(&[Transport::LongPolling])).establish();
    let held = world.last("/meta/connect");
    let reply = Message {
        advice: timing(-1, None),
        ..held.ok()
    };
    world.answer(&held, &[reply]);
    assert_eq!(world.deadline(), None);
    world.session.connect(world.now);
    world.drain();
    let handshake = world.last("/meta/handshake");
    world.answer(&handshake, &[handshake.handshake_ok("bob")]);
    world.confirm();
    let held = world.last("/meta/connect");
    assert_eq!(held.asked_hold(), None, "the session ended again");
    assert_eq!(held.client_id(), Some("bob"));
}
