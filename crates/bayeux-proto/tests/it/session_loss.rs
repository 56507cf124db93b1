//! Loss of the session, as servers report it in various ways: one new handshake, not before its
//! time, and no effect of the old session.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{
    Advice, Cause, Close, Message, Reconnect, ServerError, SessionEvent, Timing, Transport,
    Unexpected, Verdict,
};

use crate::world::{Request, World, event, millis, over, reconnect, timing};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn handshakes(world: &World) -> usize {
    world.sent("/meta/handshake").count()
}

/// Waits for the next handshake, opening a socket if asked to.
pub(crate) fn next_handshake(world: &mut World, limit: Duration) -> Request {
    let (before, end) = (handshakes(world), world.now + limit);
    while handshakes(world) == before {
        world.pass_until(end, |w| w.is_opening() || handshakes(w) > before);
        if world.is_opening() {
            world.open();
        }
        assert!(world.now < end, "no handshake within {limit:?}");
    }
    world.last("/meta/handshake")
}

/// Both transports, established, with an active subscription to `/a`.
pub(crate) fn subscribed() -> [World; 2] {
    [World::established(), World::established_over_http()].map(|mut world| {
        world.subscribe("/a");
        let subscribe = world.last("/meta/subscribe");
        world.answer(&subscribe, &[subscribe.ok()]);
        world
    })
}

// C036
#[test]
fn a_connect_refused_with_handshake_advice_starts_a_new_session() {
    for mut world in subscribed() {
        let connect = world.last("/meta/connect");
        let reply = Message {
            advice: reconnect(Reconnect::Handshake),
            ..connect.refused("401:alice:Unknown client")
        };
        world.answer(&connect, &[reply]);
        assert_eq!(world.downs(), [&Cause::SessionLost]);
        next_handshake(&mut world, SECOND);
        world.answer_handshake("bob");
        let restored = world.last("/meta/subscribe");
        assert_eq!(restored.client_id(), Some("bob"));
        assert_eq!(restored.text("subscription"), Some("/a"));
        let connect = world.last("/meta/connect");
        assert_eq!(connect.client_id(), Some("bob"));
        assert_eq!(connect.asked_hold(), Some(0));
        world.answer(&restored, &[restored.ok()]);
        assert!(world.events.iter().any(|(_, e)| matches!(
            e,
            SessionEvent::Gap {
                cause: Cause::SessionLost,
                ..
            }
        )));
        assert_eq!(handshakes(&world), 2);
    }
}

// C036
#[test]
fn a_successful_connect_with_handshake_advice_starts_a_new_session() {
    for mut world in subscribed() {
        let connect = world.last("/meta/connect");
        let reply = Message {
            advice: reconnect(Reconnect::Handshake),
            ..connect.ok()
        };
        world.answer(&connect, &[reply]);
        next_handshake(&mut world, SECOND);
        assert_eq!(world.downs().len(), 1);
    }
}

// C038
#[test]
fn every_form_of_unknown_client_starts_a_new_session_without_advice() {
    for error in [
        "401:alice:Unknown client",
        "401::Unknown client",
        "402::session_unknown",
        "402::Unknown client",
        "403::Unknown client",
    ] {
        for mut world in subscribed() {
            let connect = world.last("/meta/connect");
            world.answer(&connect, &[connect.refused(error)]);
            assert_eq!(world.downs(), [&Cause::SessionLost], "{error}");
            next_handshake(&mut world, SECOND);
            assert_eq!(handshakes(&world), 2, "{error}");
        }
    }
}

// C038
#[test]
fn a_subscribe_answered_with_unknown_client_starts_a_new_session() {
    for mut world in subscribed() {
        world.subscribe("/b");
        let subscribe = world.last("/meta/subscribe");
        world.answer(&subscribe, &[subscribe.refused("402::session_unknown")]);
        next_handshake(&mut world, SECOND);
        world.answer_handshake("bob");
        let wanted = |r: &&Request| r.client_id() == Some("bob");
        assert_eq!(world.sent("/meta/subscribe").filter(wanted).count(), 2);
    }
}

// C040
#[test]
fn handshake_advice_is_obeyed_once_and_not_remembered() {
    let mut world = World::established();
    let connect = world.last("/meta/connect");
    let reply = Message {
        advice: reconnect(Reconnect::Handshake),
        ..connect.refused("401::Unknown client")
    };
    world.answer(&connect, &[reply]);
    next_handshake(&mut world, SECOND);
    let mut world = world.establish();
    world.subscribe("/a");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    let held = world.last("/meta/connect");
    let pushed = Message {
        advice: timing(100, None),
        ..event("/a")
    };
    assert_eq!(world.receive(held.lane, &[pushed]), [Verdict::Deliver]);
    world.pass(SECOND * 29);
    let reply = Message {
        advice: timing(100, None),
        ..held.ok()
    };
    world.answer(&held, &[reply]);
    world.pass(SECOND);
    assert_eq!(handshakes(&world), 2);
    assert_eq!(world.last("/meta/connect").client_id(), Some("alice"));
    assert_ne!(world.last("/meta/connect").id, held.id);
}

// C041
#[test]
fn several_losses_in_one_payload_are_one_loss() {
    let mut world = World::established();
    world.subscribe("/a");
    world.subscribe("/b");
    let connect = world.last("/meta/connect");
    let subscribes: Vec<_> = world.sent("/meta/subscribe").cloned().collect();
    let refused = |request| Message {
        advice: reconnect(Reconnect::Handshake),
        ..Request::refused(request, "401::Unknown client")
    };
    let payload = [
        refused(&subscribes[0]),
        refused(&connect),
        refused(&subscribes[1]),
    ];
    world.receive(connect.lane, &payload);
    next_handshake(&mut world, SECOND);
    world.pass(SECOND * 5);
    assert_eq!(handshakes(&world), 2);
    assert_eq!(world.downs().len(), 1);
}

// C042
#[test]
fn failures_of_the_old_session_do_not_affect_the_new_one() {
    for mut world in subscribed() {
        world.publish("/x", "1");
        let late = world.last("/x");
        let connect = world.last("/meta/connect");
        world.receive(connect.lane, &[connect.refused("401::Unknown client")]);
        next_handshake(&mut world, SECOND);
        world.answer_handshake("bob");
        world.confirm();
        world.story();
        let refused = Message {
            advice: reconnect(Reconnect::Handshake),
            ..late.refused("401::Unknown client")
        };
        let verdicts = world.receive(late.lane, &[refused]);
        assert_eq!(verdicts, [Verdict::Unexpected(Unexpected::DeadLane)]);
        // Over the new lane it answers nothing outstanding either.
        let held = world.last("/meta/connect");
        let verdicts = world.receive(held.lane, &[refused]);
        assert_eq!(verdicts, [Verdict::Unexpected(Unexpected::UnexpectedReply)]);
        world.pass(SECOND * 5);
        assert_eq!(handshakes(&world), 2);
    }
}

// C041
#[test]
fn a_server_that_loses_every_session_at_once_is_backed_off_from() {
    for mut world in subscribed() {
        let end = world.now + SECOND * 3600;
        while world.now < end {
            let connect = world.last("/meta/connect");
            world.answer(&connect, &[connect.refused("401::Unknown client")]);
            next_handshake(&mut world, SECOND * 62);
            world.answer_handshake("eve");
        }
        assert!(handshakes(&world) < 200, "{}", handshakes(&world));
    }
}

#[test]
fn events_after_the_loss_in_one_payload_are_delivered() {
    for mut world in subscribed() {
        let held = world.last("/meta/connect");
        let payload = [held.refused("401::Unknown client"), event("/a")];
        assert_eq!(
            world.answer(&held, &payload),
            [Verdict::Handled, Verdict::Deliver]
        );
    }
}

/// Returns the starts of all reported gaps.
pub(crate) fn gaps(world: &World) -> Vec<Duration> {
    let gaps = world.events.iter().filter_map(|(_, event)| match event {
        SessionEvent::Gap { since, .. } => Some(since.since_origin()),
        _ => None,
    });
    gaps.collect()
}

#[test]
fn the_gap_of_a_lost_session_starts_before_the_loss_is_reported() {
    for mut world in subscribed() {
        world.pass(millis(3_000));
        let connect = world.last("/meta/connect");
        world.answer(&connect, &[connect.refused("401:alice:Unknown client")]);
        next_handshake(&mut world, SECOND);
        world.answer_handshake("bob");
        assert_eq!(gaps(&world), [Duration::ZERO]);
    }
}

#[test]
fn a_held_connect_proves_delivery_only_until_it_was_sent() {
    for mut world in subscribed() {
        let held = world.last("/meta/connect");
        world.pass(millis(30_000));
        // The server has lost the session meanwhile, and still answers the connects that it holds.
        world.answer(&held, &[held.ok()]);
        let next = world.last("/meta/connect");
        world.pass(millis(10));
        world.answer(&next, &[next.refused("401:alice:Unknown client")]);
        next_handshake(&mut world, SECOND);
        world.answer_handshake("bob");
        assert_eq!(gaps(&world), [Duration::ZERO]);
    }
}

#[test]
fn other_replies_do_not_prove_delivery() {
    for mut world in subscribed() {
        world.pass(millis(3_000));
        world.publish("/a", "1");
        let publish = world.last("/a");
        world.answer(&publish, &[publish.ok()]);
        world.pass(millis(10));
        let connect = world.last("/meta/connect");
        world.answer(&connect, &[connect.refused("401:alice:Unknown client")]);
        next_handshake(&mut world, SECOND);
        world.answer_handshake("bob");
        assert_eq!(gaps(&world), [Duration::ZERO]);
    }
}

#[test]
fn an_event_proves_delivery_of_all_events_before_it() {
    for mut world in subscribed() {
        world.pass(millis(3_000));
        let connect = world.last("/meta/connect");
        world.answer(&connect, &[connect.ok(), event("/a")]);
        let connect = world.last("/meta/connect");
        world.pass(millis(10));
        world.answer(&connect, &[connect.refused("401:alice:Unknown client")]);
        next_handshake(&mut world, SECOND);
        world.answer_handshake("bob");
        assert_eq!(gaps(&world), [Duration::from_secs(3)]);
    }
}

// C047
#[test]
fn a_session_that_expires_before_the_next_attempt_is_not_resumed() {
    let mut world = World::shaking_over_http();
    let handshake = world.last("/meta/handshake");
    let reply = Message {
        advice: Some(Advice {
            timing: Timing {
                interval: Some(0),
                timeout: Some(30_000),
                max_interval: Some(10_000),
            },
            ..Advice::default()
        }),
        ..handshake.handshake_ok("alice")
    };
    world.answer(&handshake, &[reply]);
    world.confirm();
    // The network is gone; the server's last message came just now.
    let confirmed = world.now;
    while handshakes(&world) == 1 {
        let connect = world.last("/meta/connect");
        if world.lanes.contains_key(&connect.lane) {
            assert!(connect.at - confirmed <= SECOND * 40, "{}", connect.at);
            world.close(connect.lane, Close::Unreachable);
        } else {
            let sent = world.requests.len();
            world.pass_until(world.now + SECOND * 61, |w| w.requests.len() > sent);
        }
    }
    assert!(world.now - confirmed > SECOND * 40);
    assert!(
        world.sent("/meta/connect").count() > 4,
        "it gave up too soon"
    );
}

// C047
#[test]
fn an_earlier_outage_does_not_expire_a_new_session() {
    let mut world = World::connecting(over(&[Transport::WebSocket]));
    world.open();
    let mut world = world.establish();
    let held = world.last("/meta/connect");
    world.answer(&held, &[held.refused("401::Unknown client")]);
    // The server is away for ten minutes.
    let end = world.now + SECOND * 600;
    while world.now < end {
        if world.is_opening() {
            let lane = world.lane(crate::world::Kind::Opening);
            world.close(lane, Close::Unreachable);
        }
        world.pass_until(end, World::is_opening);
    }
    next_handshake(&mut world, SECOND * 62);
    world.answer_handshake("bob");
    let connect = world.last("/meta/connect");
    world.close(connect.lane, Close::Lost);
    world.pass_until(world.now + SECOND * 61, World::is_opening);
    world.open();
    // The new session has just begun, and is alive.
    assert_eq!(handshakes(&world), 2);
    assert_ne!(world.last("/meta/connect").id, connect.id);
    assert_eq!(world.last("/meta/connect").client_id(), Some("bob"));
}

#[test]
fn an_error_that_contains_the_client_id_does_not_show_it() {
    let mut world = World::established();
    let held = world.last("/meta/connect");
    world.answer(&held, &[held.refused("500:alice,/a:no alice here")]);
    match world.downs()[..] {
        [Cause::Refused(error)] => {
            assert_eq!(error.args, ["/a"]);
            assert!(!format!("{error:?}{error}").contains("alice"), "{error:?}");
            assert_eq!(error.code, ServerError::parse("500::x").code);
        }
        ref other => panic!("{other:?}"),
    }
}
