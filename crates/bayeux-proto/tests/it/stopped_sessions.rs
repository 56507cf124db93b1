//! Losses after which the server advises what to do: a new session, or none.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{
    Advice, Cause, Close, Config, End, Message, Reconnect, ServerError, SessionEvent, Timing,
    Transport, Verdict,
};

use crate::{
    session_loss::{SECOND, gaps, handshakes, next_handshake, subscribed},
    world::{World, event, millis, reconnect},
};

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
fn a_lost_session_advised_to_stop_is_replaced_by_a_new_one_and_its_gap_is_reported() {
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
fn by_policy_advice_to_stop_ends_a_lost_session_whatever_reply_reports_the_loss() {
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
            world.session.connect(world.now);
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
    world.session.connect(world.now);
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
