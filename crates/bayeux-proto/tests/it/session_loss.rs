//! Loss of the session, as servers report it in various ways: one new handshake, not before its
//! time, and no effect of the old session.

use core::time::Duration;

use bayeux_proto::{
    Advice, Cause, Close, Config, End, Message, Reconnect, ServerError, SessionEvent, Timing,
    Transport, Unexpected, Verdict,
};

use crate::world::{Request, World, event, millis, over, reconnect, timing};

const SECOND: Duration = Duration::from_secs(1);

fn handshakes(world: &World) -> usize {
    world.sent("/meta/handshake").count()
}

/// Waits for the next handshake, opening a socket if asked to.
fn next_handshake(world: &mut World, limit: Duration) -> Request {
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
fn subscribed() -> [World; 2] {
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

// C065
#[test]
fn a_disconnect_from_the_server_is_the_loss_of_the_session() {
    for successful in [None, Some(true)] {
        for id in [None, Some(bayeux_proto::BayeuxId::Text("77"))] {
            for mut world in subscribed() {
                let held = world.last("/meta/connect");
                let goodbye = Message {
                    channel: "/meta/disconnect",
                    successful,
                    id,
                    ..Message::default()
                };
                let verdicts = world.receive(held.lane, &[goodbye]);
                assert_eq!(verdicts, [Verdict::Handled]);
                assert_eq!(world.downs(), [&Cause::SessionLost]);
                next_handshake(&mut world, SECOND);
                world.answer_handshake("bob");
                assert_eq!(world.last("/meta/subscribe").client_id(), Some("bob"));
            }
        }
    }
}

const GOODBYE: Message<'static> = Message {
    channel: "/meta/disconnect",
    id: None,
    client_id: None,
    successful: Some(true),
    error: None,
    subscription: None,
    advice: None,
    supported_connection_types: None,
    version: None,
    has_data: false,
};

/// Both transports with the policy to obey `none` whatever happened to the session.
fn obedient() -> [World; 2] {
    let mut config = Config::default();
    config.replace_lost_session = false;
    let mut socket = World::connecting(config.clone());
    socket.open();
    config.transports = vec![Transport::LongPolling];
    [socket, World::connecting(config)].map(World::establish)
}

// C065
#[test]
fn a_lost_session_advised_to_stop_is_replaced_by_a_new_one_and_its_gap_is_told() {
    for advice in [Reconnect::None, Reconnect::Unknown] {
        // Salesforce every few hours; CometD when a held connect meets the end of its session.
        for case in 0..5 {
            for mut world in subscribed() {
                world.pass(millis(2_000));
                let held = world.last("/meta/connect");
                let goodbye = Message {
                    advice: reconnect(advice).filter(|_| case == 1),
                    ..GOODBYE
                };
                let unknown = Message {
                    advice: reconnect(advice),
                    ..held.refused("403::Unknown client")
                };
                let ok = Message {
                    advice: reconnect(advice),
                    ..held.ok()
                };
                let start = world.now;
                let payload = match case {
                    0 => vec![goodbye, unknown],
                    1 => vec![goodbye],
                    2 => vec![unknown],
                    3 => vec![unknown, goodbye],
                    _ => vec![goodbye, ok],
                };
                world.answer(&held, &payload);
                assert_eq!(world.downs(), [&Cause::SessionLost], "{case}");
                let handshake = next_handshake(&mut world, SECOND);
                assert!(handshake.at - start < SECOND);
                world.answer_handshake("bob");
                assert_eq!(gaps(&world), [Duration::ZERO], "{case}");
                let restored = world.last("/meta/subscribe");
                assert_eq!(restored.client_id(), Some("bob"));
            }
        }
    }
}

// C065
#[test]
fn advice_to_stop_counts_in_a_session_that_the_server_knows() {
    for mut world in subscribed() {
        let held = world.last("/meta/connect");
        let reply = Message {
            advice: reconnect(Reconnect::None),
            ..held.refused("403::Banned")
        };
        world.answer(&held, &[reply, GOODBYE]);
        let end = End::Stopped(Some(ServerError::parse("403::Banned")));
        assert_eq!(world.last_event(), &SessionEvent::Ended(end));
    }
    // A handshake refused with `none` ends a session that was to replace a lost one.
    for mut world in subscribed() {
        let held = world.last("/meta/connect");
        world.answer(&held, &[GOODBYE]);
        let handshake = next_handshake(&mut world, SECOND);
        let reply = Message {
            advice: reconnect(Reconnect::None),
            ..handshake.refused("403::Banned")
        };
        world.answer(&handshake, &[reply]);
        let end = End::Stopped(Some(ServerError::parse("403::Banned")));
        assert_eq!(world.last_event(), &SessionEvent::Ended(end));
    }
}

// C065
#[test]
fn by_policy_advice_to_stop_ends_a_lost_session() {
    for mut world in obedient() {
        let held = world.last("/meta/connect");
        let reply = Message {
            advice: reconnect(Reconnect::None),
            ..held.refused("403::Unknown client")
        };
        world.answer(&held, &[reply]);
        let end = End::Stopped(Some(ServerError::parse("403::Unknown client")));
        assert_eq!(world.last_event(), &SessionEvent::Ended(end));
    }
}

// C065
#[test]
fn by_policy_advice_to_stop_ends_a_lost_session_whatever_reply_tells_of_it() {
    for advice in [Reconnect::None, Reconnect::Unknown] {
        for channel in ["/meta/subscribe", "/foo"] {
            for mut world in obedient() {
                if channel == "/foo" {
                    world.publish("/foo", "1");
                } else {
                    world.subscribe("/foo");
                }
                let request = world.last(channel);
                let reply = Message {
                    advice: reconnect(advice),
                    ..request.refused("402::session_unknown")
                };
                world.answer(&request, &[reply]);
                let end = End::Stopped(Some(ServerError::parse("402::session_unknown")));
                assert_eq!(world.last_event(), &SessionEvent::Ended(end));
                world.pass(SECOND * 60);
                assert_eq!(handshakes(&world), 1);
                let settled = world.events.iter().filter(|(_, event)| {
                    matches!(
                        event,
                        SessionEvent::Published(..) | SessionEvent::Refused(..)
                    )
                });
                assert_eq!(settled.count(), 1);
            }
        }
    }
}

// C065
#[test]
fn a_gap_outlasts_the_end_of_a_session() {
    for was_down in [false, true] {
        for mut world in subscribed() {
            world.pass(millis(2_000));
            let held = world.last("/meta/connect");
            if was_down {
                world.answer(&held, &[held.refused("500::Broken")]);
                world.pass_until_sent("/meta/connect", SECOND * 2);
            }
            let connect = world.last("/meta/connect");
            let reply = Message {
                advice: reconnect(Reconnect::None),
                ..connect.refused("403::Banned")
            };
            world.answer(&connect, &[reply]);
            assert!(matches!(world.last_event(), SessionEvent::Ended(_)));
            assert!(gaps(&world).is_empty());
            world.pass(SECOND * 60);
            world.session.connect();
            world.drain();
            // Still not told while nothing flows.
            if world.is_opening() {
                let lane = world.lane(crate::world::Kind::Opening);
                world.close(lane, Close::Unreachable);
            }
            assert!(gaps(&world).is_empty());
            if handshakes(&world) == 1 {
                next_handshake(&mut world, SECOND * 5);
            }
            world.answer_handshake("bob");
            assert_eq!(gaps(&world), [Duration::ZERO]);
            world.confirm();
            world.pass(SECOND * 5);
            assert_eq!(
                gaps(&world),
                [Duration::ZERO],
                "told once: {:?}",
                world.events
            );
        }
    }
}

#[test]
fn a_first_session_and_one_that_never_was_up_have_no_gap() {
    let mut world = World::handshaking();
    world.disconnect();
    world.session.connect();
    world.drain();
    world.open();
    world.answer_handshake("alice");
    assert!(gaps(&world).is_empty());
}

// C065
#[test]
fn a_disconnect_from_the_server_may_advise_to_stop() {
    let [mut world, _] = obedient();
    let held = world.last("/meta/connect");
    let goodbye = Message {
        advice: reconnect(Reconnect::None),
        ..GOODBYE
    };
    world.receive(held.lane, &[goodbye]);
    assert_eq!(world.last_event(), &SessionEvent::Ended(End::Stopped(None)));
    assert!(world.lanes.is_empty());
}

// C065: answer of CometD for Java to the held poll.
#[test]
fn advice_of_a_connect_reply_after_a_disconnect_applies() {
    for mut world in obedient() {
        world.subscribe("/a");
        let subscribe = world.last("/meta/subscribe");
        world.answer(&subscribe, &[subscribe.ok()]);
        let held = world.last("/meta/connect");
        let reply = Message {
            advice: reconnect(Reconnect::None),
            ..held.ok()
        };
        world.answer(&held, &[GOODBYE, event("/a"), reply]);
        assert_eq!(world.last_event(), &SessionEvent::Ended(End::Stopped(None)));
        assert_eq!(world.deadline(), None);
        world.pass(SECOND * 60);
        assert_eq!(handshakes(&world), 1);
    }
}

// C065: Salesforce.
#[test]
fn interval_of_a_refused_connect_after_a_disconnect_applies() {
    for mut world in subscribed() {
        let held = world.last("/meta/connect");
        let start = world.now;
        let reply = Message {
            advice: Some(Advice {
                reconnect: Some(Reconnect::Handshake),
                timing: Timing {
                    interval: Some(500),
                    ..Timing::default()
                },
                ..Advice::default()
            }),
            ..held.refused("403::Unknown client")
        };
        let goodbye = Message {
            successful: None,
            ..GOODBYE
        };
        world.answer(&held, &[goodbye, reply]);
        let handshake = next_handshake(&mut world, SECOND * 2);
        assert!(handshake.at - start >= millis(500));
        assert_eq!(world.downs().len(), 1);
    }
}

// C066
#[test]
fn a_disconnect_with_a_successful_connect_reply_is_one_recovery() {
    for reply_first in [false, true] {
        for mut world in subscribed() {
            let held = world.last("/meta/connect");
            let mut payload = [GOODBYE, held.ok()];
            if reply_first {
                payload.reverse();
            }
            world.answer(&held, &payload);
            next_handshake(&mut world, SECOND);
            world.answer_handshake("bob");
            world.confirm();
            world.pass(SECOND * 5);
            assert_eq!(handshakes(&world), 2);
            assert_eq!(world.downs().len(), 1);
            assert_eq!(world.sent("/meta/connect").count(), 4);
        }
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
fn gaps(world: &World) -> Vec<Duration> {
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
