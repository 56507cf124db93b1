//! Disconnect, by the application and by the server.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{
    Close, Config, End, Message, Misuse, Outcome, Reconnect, SessionEvent, Transport, Verdict,
};

use crate::world::{Kind, World, channel, event, millis, over, reconnect};

/// Checks that nothing is left to do, and that late messages do not change that.
#[track_caller]
pub(crate) fn assert_over(world: &mut World, end: End) {
    assert_eq!(world.last_event(), &SessionEvent::Ended(end));
    assert_eq!(world.session.poll_timeout(), None);
    assert!(world.lanes.is_empty(), "{:?}", world.lanes);
    world.story();
    let lanes: Vec<_> = world.requests.iter().map(|request| request.lane).collect();
    for request in world.requests.clone() {
        let late = Message {
            client_id: Some("late"),
            ..request.ok()
        };
        world.receive(
            request.lane,
            &[late, request.refused("401::Unknown client")],
        );
    }
    for lane in lanes {
        world.receive(
            lane,
            &[
                event("/foo"),
                Message {
                    channel: "/meta/disconnect",
                    ..Message::default()
                },
            ],
        );
        world.session.handle_open(world.now, lane);
        world.session.handle_pong(world.now, lane);
        world.session.handle_close(world.now, lane, Close::Lost);
    }
    world.session.handle_wake(world.now);
    world.session.disconnect(world.now);
    world.drain();
    world.pass(millis(3_600_000));
    assert_eq!(world.story(), [""; 0], "an end is an end");
    assert_eq!(world.session.poll_timeout(), None);
}

fn disconnects(world: &World) -> usize {
    world.sent("/meta/disconnect").count()
}

// C120
#[test]
fn a_disconnect_ends_with_the_reply() {
    let mut world = World::established();
    world.disconnect();
    let disconnect = world.last("/meta/disconnect");
    assert_eq!(
        disconnect.json,
        format!(
            r#"{{"channel":"/meta/disconnect","id":"{}","clientId":"alice"}}"#,
            disconnect.id
        )
    );
    assert_eq!(world.story(), ["0 send 1 /meta/disconnect"]);
    world.answer(&disconnect, &[disconnect.ok()]);
    assert_eq!(world.story(), ["0 close 1", "0 Ended(Requested)"]);
    assert_over(&mut world, End::Requested);
}

#[test]
fn a_confirmed_disconnect_proves_over_a_websocket_that_everything_before_it_has_arrived() {
    for (mut world, proves) in [
        (World::established(), true),
        (World::established_over_http(), false),
    ] {
        world.pass(millis(1_000));
        let before = world.session.proved_until();
        world.disconnect();
        let disconnect = world.last("/meta/disconnect");
        assert!(disconnect.at > before);
        world.answer(&disconnect, &[disconnect.ok()]);
        assert_over(&mut world, End::Requested);
        let until = if proves { disconnect.at } else { before };
        assert_eq!(world.session.proved_until(), until);
    }
}

// C120
#[test]
fn a_disconnect_is_sent_beside_the_held_poll_which_ends_with_it() {
    let mut world = World::established_over_http();
    let held = world.last("/meta/connect");
    world.disconnect();
    let disconnect = world.last("/meta/disconnect");
    assert_ne!(disconnect.lane, held.lane);
    assert!(world.lanes.contains_key(&held.lane));
    world.answer(&disconnect, &[disconnect.ok()]);
    assert_over(&mut world, End::Requested);
}

// C120
#[test]
fn the_last_connect_reply_is_no_error_while_disconnecting() {
    let words: [fn(&crate::world::Request) -> Message<'_>; 5] = [
        |connect| connect.ok(),
        |connect| Message {
            advice: reconnect(Reconnect::None),
            ..connect.ok()
        },
        |connect| connect.refused("401:alice:Unknown client"),
        |connect| Message {
            advice: reconnect(Reconnect::Handshake),
            ..connect.refused("401:alice:Unknown client")
        },
        |connect| Message {
            advice: reconnect(Reconnect::None),
            ..connect.refused("402::x")
        },
    ];
    for established in [World::established, World::established_over_http] {
        for word in words {
            let mut world = established();
            let connect = world.last("/meta/connect");
            let connects = world.sent("/meta/connect").count();
            world.disconnect();
            let reported = world.events.len();
            world.answer(&connect, &[word(&connect)]);
            assert_eq!(world.events.len(), reported);
            assert_eq!(world.sent("/meta/connect").count(), connects);
            let disconnect = world.last("/meta/disconnect");
            world.answer(&disconnect, &[disconnect.ok()]);
            assert_eq!(world.events.len(), reported + 1);
            assert_over(&mut world, End::Requested);
        }
    }
}

// C120
#[test]
fn a_disconnect_ends_if_the_server_closes_the_socket() {
    let mut world = World::established();
    world.disconnect();
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::ByPeer { code: Some(1000) });
    assert_over(&mut world, End::Requested);
}

// C120
#[test]
fn a_disconnect_ends_in_time_whatever_the_server_does() {
    for established in [World::established, World::established_over_http] {
        let mut world = established();
        world.disconnect();
        world.pass(millis(1_999));
        assert!(!matches!(world.last_event(), SessionEvent::Ended(_)));
        world.pass(millis(1));
        assert_over(&mut world, End::Requested);
    }
}

#[test]
fn the_disconnect_timeout_counts_from_the_call_and_not_from_the_last_report() {
    for established in [World::established, World::established_over_http] {
        let mut world = established();
        // The driver waits on a held connect; the session gets no report meanwhile.
        world.now = world.now + millis(20_000);
        world.disconnect();
        assert_eq!(disconnects(&world), 1);
        world.pass(millis(1_999));
        assert!(!matches!(world.last_event(), SessionEvent::Ended(_)));
        world.pass(millis(1));
        assert_over(&mut world, End::Requested);
    }
}

// C120
#[test]
fn a_disconnect_ends_with_a_refusal() {
    let mut world = World::established();
    world.disconnect();
    let disconnect = world.last("/meta/disconnect");
    world.answer(
        &disconnect,
        &[disconnect.refused("401:alice:Unknown client")],
    );
    assert_over(&mut world, End::Requested);
}

// C120
#[test]
fn a_disconnect_ends_when_its_exchange_fails() {
    let mut world = World::established_over_http();
    world.disconnect();
    let disconnect = world.last("/meta/disconnect");
    world.close(disconnect.lane, Close::Lost);
    assert_over(&mut world, End::Requested);

    let mut world = World::established_over_http();
    world.disconnect();
    let disconnect = world.last("/meta/disconnect");
    let why = Close::Status {
        status: 403,
        retry_after: None,
    };
    world.close(disconnect.lane, why);
    assert_over(&mut world, End::Requested);
}

// C120
#[test]
fn commands_queued_before_a_disconnect_are_sent_before_it() {
    let mut world = World::established();
    world
        .session
        .publish(world.now, &channel("/foo"), "1")
        .unwrap();
    world.session.disconnect(world.now);
    world.drain();
    assert_eq!(world.story(), ["0 send 1 /foo /meta/disconnect"]);
    let batch = world.requests[world.requests.len() - 2..].to_vec();
    world.receive(batch[0].lane, &[batch[0].ok(), batch[1].ok()]);
    assert!(matches!(
        world.events[world.events.len() - 2].1,
        SessionEvent::Published(_, Outcome::Accepted)
    ));
    assert_over(&mut world, End::Requested);
}

// C120
#[test]
fn commands_are_refused_while_disconnecting() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    world.disconnect();
    let foo = channel("/foo");
    assert_eq!(
        world.session.publish(world.now, &foo, "1"),
        Err(Misuse::Ended)
    );
    assert_eq!(world.session.subscribe(&foo), Err(Misuse::Ended));
    world.story();
    assert_eq!(world.session.unsubscribe(id), Ok(()));
    world.drain();
    assert!(world.story().is_empty(), "the disconnect is the last word");
    world.session.disconnect(world.now);
    world.drain();
    assert_eq!(disconnects(&world), 1);
}

// C120
#[test]
fn a_subscribe_refused_while_disconnecting_is_not_repeated() {
    let mut world = World::established_over_http();
    world.subscribe("/foo");
    let subscribe = world.last("/meta/subscribe");
    world.disconnect();
    assert_eq!(
        disconnects(&world),
        0,
        "it waits for the exchange before it"
    );
    world.close(subscribe.lane, Close::Complete);
    world.pass(millis(1_000));
    assert_eq!(world.sent("/meta/subscribe").count(), 1);
    let disconnect = world.last("/meta/disconnect");
    world.answer(&disconnect, &[disconnect.ok()]);
    assert_over(&mut world, End::Requested);
}

// C120
#[test]
fn events_while_disconnecting_are_delivered() {
    let mut world = World::established();
    world.subscribe("/foo");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    world.disconnect();
    let disconnect = world.last("/meta/disconnect");
    let verdicts = world.receive(
        disconnect.lane,
        &[event("/foo"), disconnect.ok(), event("/foo")],
    );
    assert_eq!(
        verdicts,
        [Verdict::Deliver, Verdict::Handled, Verdict::Deliver]
    );
}

// C121
#[test]
fn a_disconnect_without_a_socket_ends_at_once() {
    let mut world = World::established();
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    let publish = world.publish("/foo", "1");
    world.disconnect();
    assert_eq!(disconnects(&world), 0);
    let cancelled = SessionEvent::Published(publish, Outcome::Cancelled);
    assert_eq!(world.reported(&cancelled), 1);
    assert_over(&mut world, End::Requested);
}

// C121
#[test]
fn a_disconnect_while_the_socket_reopens_ends_at_once() {
    let mut world = World::established();
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    world.pass_until(world.now + millis(1_000), World::is_opening);
    world.disconnect();
    assert_over(&mut world, End::Requested);
}

// C121
#[test]
fn a_disconnect_before_the_next_attempt_ends_at_once() {
    let mut world = World::connecting(over(&[Transport::WebSocket]));
    let lane = world.lane(Kind::Opening);
    world.close(lane, Close::Unreachable);
    let publish = world.publish("/foo", "1");
    world.disconnect();
    assert_eq!(
        world.reported(&SessionEvent::Published(publish, Outcome::Cancelled)),
        1
    );
    assert_over(&mut world, End::Requested);
}

// C121
#[test]
fn a_disconnect_while_polls_fail_ends_at_once() {
    let mut world = World::established_over_http();
    for _ in 0..3 {
        world.pass_until(world.now + millis(5_000), |world| !world.lanes.is_empty());
        let lane = world.lane(Kind::Held);
        world.close(lane, Close::Lost);
    }
    world.disconnect();
    assert_over(&mut world, End::Requested);
}

// C122
#[test]
fn a_disconnect_during_the_handshake_ends_at_once() {
    for handshaking in [World::handshaking, World::shaking_over_http] {
        let mut world = handshaking();
        let publish = world.publish("/foo", "1");
        world.disconnect();
        assert_eq!(
            world.reported(&SessionEvent::Published(publish, Outcome::Cancelled)),
            1
        );
        let handshake = world.last("/meta/handshake");
        let late = world.receive(handshake.lane, &[handshake.handshake_ok("alice")]);
        assert!(matches!(late[..], [Verdict::Unexpected(_)]));
        assert_over(&mut world, End::Requested);
    }
}

// C122
#[test]
fn a_disconnect_while_the_socket_opens_ends_at_once() {
    let mut world = World::connecting(Config::default());
    world.disconnect();
    assert_over(&mut world, End::Requested);
}

// C122
#[test]
fn a_disconnect_before_the_first_action_ends_at_once() {
    let mut world = World::new(Config::default(), 7);
    world.session.connect(world.now);
    world.session.disconnect(world.now);
    world.drain();
    assert!(world.requests.is_empty());
    assert_over(&mut world, End::Requested);
}

// C123

#[test]
fn an_exchange_with_a_single_operation_names_the_operation() {
    let mut world = World::established_over_http();
    assert_eq!(world.last("/meta/handshake").operation, Some("handshake"));
    assert_eq!(world.last("/meta/connect").operation, Some("connect"));
    world.subscribe("/foo");
    let subscribe = world.last("/meta/subscribe");
    assert_eq!(subscribe.operation, None);
    world.answer(&subscribe, &[subscribe.ok()]);
    world.disconnect();
    assert_eq!(world.last("/meta/disconnect").operation, Some("disconnect"));

    let mut world = World::established_over_http();
    world
        .session
        .publish(world.now, &channel("/foo"), "1")
        .unwrap();
    world.disconnect();
    assert_eq!(world.last("/meta/disconnect").operation, None);
}
