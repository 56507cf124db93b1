//! Time of the next connect, its deadline, and the bound on its rate.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{Cause, Close, Config, End, Message, SessionEvent, Timer, Transport, Verdict};

use crate::world::{Kind, World, millis, over, timing};

const SECOND: Duration = Duration::from_secs(1);

/// Answers that many connects without holding any.
fn answer_at_once(world: &mut World, connects: u32) {
    for _ in 0..connects {
        let connect = world.last("/meta/connect");
        world.answer(&connect, &[connect.ok()]);
        if world.last("/meta/connect").id == connect.id {
            world.pass_until_sent("/meta/connect", SECOND);
        }
    }
}

// C026
#[test]
fn an_interval_is_waited_out_after_the_reply() {
    for mut world in [World::established(), World::established_over_http()] {
        world.pass(SECOND * 30);
        let held = world.last("/meta/connect");
        let reply = Message {
            advice: timing(2000, None),
            ..held.ok()
        };
        world.answer(&held, &[reply]);
        assert_eq!(world.deadline().unwrap().why, Timer::NextConnect);
        let next = world.pass_until_sent("/meta/connect", SECOND * 3);
        assert_eq!(next.at, held.at + SECOND * 32);
    }
}

// C026
#[test]
fn losing_the_socket_does_not_shorten_the_interval() {
    let mut world = World::established();
    let held = world.last("/meta/connect");
    let reply = Message {
        advice: timing(5000, None),
        ..held.ok()
    };
    world.answer(&held, &[reply]);
    world.pass(SECOND);
    world.close(held.lane, Close::Lost);
    world.pass(millis(3999));
    if world.is_opening() {
        world.open();
    }
    world.session.handle_wake(world.now);
    world.drain();
    assert_eq!(world.last("/meta/connect").id, held.id);
    world.pass(millis(1));
    if world.is_opening() {
        world.open();
    }
    assert_ne!(world.last("/meta/connect").id, held.id);
}

// C027
#[test]
fn a_negative_interval_ends_the_session() {
    for successful in [true, false] {
        let mut world = World::established();
        let held = world.last("/meta/connect");
        let reply = Message {
            advice: timing(-1, None),
            successful: Some(successful),
            ..held.ok()
        };
        world.answer(&held, &[reply]);
        assert_eq!(
            world.last_event(),
            &SessionEvent::Ended(End::NegativeInterval)
        );
        assert_eq!(world.deadline(), None);
        assert!(world.lanes.is_empty());
    }
}

// C028
#[test]
fn absurd_numbers_are_clamped() {
    let mut world = World::established();
    let held = world.last("/meta/connect");
    let reply = Message {
        advice: timing(i64::MAX, i64::MAX),
        ..held.ok()
    };
    world.answer(&held, &[reply]);
    let most = Config::default().max_interval;
    let next = world.pass_until_sent("/meta/connect", most);
    assert_eq!(next.at, held.at + most);
    // A hold without end is capped: after a day and a bit the connect counts as unanswered.
    world.pass(SECOND * 3600 * 24);
    assert_eq!(world.failures(), 0);
    let end = world.now + SECOND * 60;
    assert!(world.pass_until(end, |w| w.failures() == 1));
    world.pass_until(end, World::is_opening);
    world.open();
    let next = world.last("/meta/connect");
    let reply = Message {
        advice: timing(0, i64::MIN),
        ..next.ok()
    };
    world.answer(&next, &[reply]);
    assert_ne!(world.last("/meta/connect").id, next.id);
}

// C029
#[test]
fn a_server_that_answers_every_connect_at_once_cannot_make_the_client_spin() {
    for mut world in [World::established(), World::established_over_http()] {
        let start = world.now;
        answer_at_once(&mut world, 1000);
        let config = Config::default();
        let paced = 1000 - config.connect_burst;
        assert!(world.now - start >= config.connect_spacing * (paced - 2));
        assert!(world.now - start <= config.connect_spacing * 1000);
        // A held connect earns the burst again.
        world.pass(SECOND * 20);
        for _ in 0..config.connect_burst - 1 {
            let connect = world.last("/meta/connect");
            world.answer(&connect, &[connect.ok()]);
            assert_eq!(world.last("/meta/connect").at, world.now);
        }
    }
}

// C029
#[test]
fn a_reply_with_an_event_is_followed_by_the_next_connect_without_a_pause() {
    let mut world = World::established_over_http();
    world.subscribe("/a");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    let start = world.now;
    for _ in 0..1000 {
        let connect = world.last("/meta/connect");
        let event = Message {
            channel: "/a",
            has_data: true,
            ..Message::default()
        };
        world.answer(&connect, &[connect.ok(), event]);
        assert_ne!(world.last("/meta/connect").id, connect.id);
    }
    assert_eq!(world.now, start);
}

// C048
#[test]
fn a_paused_session_sends_no_connect_until_resumed() {
    for mut world in [World::established(), World::established_over_http()] {
        let held = world.last("/meta/connect");
        world.session.pause_connects(true);
        world.drain();
        world.answer(&held, &[held.ok()]);
        world.pass(SECOND * 20);
        assert_eq!(world.last("/meta/connect").id, held.id);
        // Everything else continues.
        world.subscribe("/a");
        assert_eq!(world.sent("/meta/subscribe").count(), 1);
        world.session.pause_connects(false);
        world.drain();
        assert_eq!(world.last("/meta/connect").at, world.now);
        assert_ne!(world.last("/meta/connect").id, held.id);
    }
}

// C048
#[test]
fn pausing_does_not_cut_the_outstanding_connect() {
    let mut world = World::established();
    let held = world.last("/meta/connect");
    world.session.pause_connects(true);
    world.drain();
    world.pass(SECOND * 30);
    assert_eq!(world.answer(&held, &[held.ok()]), [Verdict::Handled]);
    assert_eq!(world.failures(), 0);
}

// C045
#[test]
fn a_configured_hold_is_asked_for_and_sets_the_deadline() {
    let mut config = over(&[Transport::WebSocket]);
    config.hold = Some(SECOND * 5);
    let mut world = World::connecting(config);
    world.open();
    let mut world = world.establish();
    let held = world.last("/meta/connect");
    assert_eq!(held.asked_hold(), Some(5000));
    world.pass(millis(14_999));
    assert_eq!(world.failures(), 0);
    world.pass(millis(1));
    assert_eq!(world.failures(), 1);
}

// C045
#[test]
fn a_hold_longer_than_the_servers_own_is_never_asked_for() {
    let mut config = over(&[Transport::LongPolling]);
    config.hold = Some(SECOND * 45);
    let world = World::connecting(config).establish();
    let held = world.last("/meta/connect");
    assert_eq!(held.asked_hold(), None);
    assert_eq!(held.hold, Some(SECOND * 30));
}

// The server never answers a connect, but the session lives: only a probe can detect that.
#[test]
fn probes_keep_a_session_whose_connect_is_never_answered() {
    let mut config = over(&[Transport::WebSocket]);
    config.probe = true;
    let mut world = World::connecting(config);
    world.open();
    world.subscribe("/a");
    world.answer_handshake("alice");
    let connect = world.last("/meta/connect");
    let end = world.now + SECOND * 3600;
    let mut probes = 0;
    loop {
        let subscribe = world.last("/meta/subscribe");
        world.answer(&subscribe, &[subscribe.ok()]);
        let sent = world.requests.len();
        if !world.pass_until(end, |w| w.requests.len() > sent) {
            break;
        }
        probes += 1;
    }
    assert_eq!(world.failures(), 0);
    assert_eq!(world.last("/meta/connect").id, connect.id);
    assert_eq!(world.lane(Kind::Socket), connect.lane);
    // About one probe for each hold.
    assert!((60..120).contains(&probes), "{probes} probes");
    let settled = |e: &SessionEvent| matches!(e, SessionEvent::Subscribed(_));
    let confirmations = world.events.iter().filter(|(_, e)| settled(e)).count();
    assert_eq!(confirmations, 1, "a probe is nobody's business");
}

#[test]
fn a_probe_without_an_answer_closes_the_socket() {
    let mut config = over(&[Transport::WebSocket]);
    config.probe = true;
    let mut world = World::connecting(config);
    world.open();
    let mut world = world.establish();
    world.subscribe("/a");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    world.pass(SECOND * 40);
    assert_eq!(world.sent("/meta/subscribe").count(), 2);
    assert_eq!(world.failures(), 0);
    world.pass(SECOND * 10);
    assert!(matches!(
        world.last_event(),
        SessionEvent::Down {
            cause: Cause::Silence(Timer::Probe),
            ..
        }
    ));
}

// C029
#[test]
fn reconnecting_does_not_earn_a_new_burst() {
    let mut world = World::established_over_http();
    answer_at_once(&mut world, 50);
    world.disconnect();
    let disconnect = world.last("/meta/disconnect");
    world.answer(&disconnect, &[disconnect.ok()]);
    world.session.connect(world.now);
    world.drain();
    let returned = world.now;
    world.answer_handshake("bob");
    world.pass_until(returned + SECOND, |w| {
        w.last("/meta/connect").client_id() == Some("bob")
    });
    answer_at_once(&mut world, 10);
    assert!(world.now - returned >= millis(1000), "{}", world.now);
}

/// Runs until something is sent, and compares the time with the announced one.
fn assert_announced(world: &mut World, what: &str) {
    let announced = world
        .events
        .iter()
        .rev()
        .find_map(|(_, event)| match event {
            SessionEvent::Down { retry_at, .. } | SessionEvent::AttemptFailed { retry_at, .. } => {
                Some(*retry_at)
            }
            _ => None,
        });
    let sent = world.requests.len();
    let end = world.now + SECOND * 120;
    while world.requests.len() == sent && world.now < end {
        world.pass_until(end, |w| w.is_opening() || w.requests.len() > sent);
        if world.is_opening() {
            world.open();
        }
    }
    assert_eq!(announced, Some(world.requests[sent].at), "{what}");
}

#[test]
fn the_next_attempt_comes_when_it_was_announced() {
    for interval in [0, 3000] {
        for mut world in [World::established(), World::established_over_http()] {
            for (error, what) in [
                ("500::busy", "a refused connect"),
                ("401::Unknown client", "a lost session"),
            ] {
                let connect = world.last("/meta/connect");
                let reply = Message {
                    advice: timing(interval, None),
                    ..connect.refused(error)
                };
                world.answer(&connect, &[reply]);
                assert_announced(&mut world, what);
            }
            let handshake = world.last("/meta/handshake");
            world.answer(&handshake, &[handshake.refused("403::no")]);
            assert_announced(&mut world, "a refused handshake");
            let handshake = world.last("/meta/handshake");
            world.close(handshake.lane, Close::Unreachable);
            assert_announced(&mut world, "a handshake without a connection");
            world.answer_handshake("bob");
            for _ in 0..3 {
                let connect = world.last("/meta/connect");
                world.close(connect.lane, Close::Unreachable);
                if world.last("/meta/connect").id == connect.id {
                    assert_announced(&mut world, "a connect without a connection");
                }
            }
        }
    }
}
