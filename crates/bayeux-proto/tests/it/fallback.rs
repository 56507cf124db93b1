//! Fallback from the websocket to long-polling, and the way back.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{Cause, Close, Config, SessionEvent, Transport, Verdict};

use crate::{
    peer::Peer,
    world::{Kind, World, event, millis},
};

/// World whose websocket never opened, established over long-polling.
fn polling_after_fallback() -> World {
    let mut world = World::connecting(Config::default());
    let lane = world.lane(Kind::Opening);
    world.close(
        lane,
        Close::Status {
            status: 400,
            retry_after: None,
        },
    );
    world.establish()
}

// C113
#[test]
fn if_no_websocket_opens_long_polling_is_used_in_the_same_attempt() {
    for why in [
        Close::Status {
            status: 400,
            retry_after: None,
        },
        Close::Status {
            status: 426,
            retry_after: None,
        },
        Close::TimedOut,
        Close::Lost,
        Close::ByPeer { code: Some(1002) },
        Close::Malformed,
    ] {
        let mut world = World::connecting(Config::default());
        let lane = world.lane(Kind::Opening);
        world.close(lane, why);
        let handshake = world.last("/meta/handshake");
        assert_eq!(handshake.kind, Kind::Ordinary, "{why:?}");
        assert_eq!(handshake.at, world.now, "{why:?}");
        let world = world.establish();
        assert_eq!(
            world.last("/meta/connect").text("connectionType"),
            Some("long-polling")
        );
        let up = SessionEvent::Up {
            transport: Transport::LongPolling,
            resumed: false,
        };
        assert_eq!(world.reported(&up), 1);
        assert!(world.events.iter().any(|(_, event)| matches!(
            event,
            SessionEvent::AttemptFailed { cause: Cause::Lane(lane), .. } if *lane == why
        )));
    }
}

// C113
#[test]
fn a_websocket_that_takes_too_long_to_open_falls_back_to_long_polling() {
    let mut world = World::connecting(Config::default());
    world.pass(Config::default().open_timeout);
    assert_eq!(world.last("/meta/handshake").kind, Kind::Ordinary);
}

// C113
#[test]
fn a_host_that_cannot_be_reached_is_not_tried_over_the_other_transport() {
    for why in [Close::ConnectionRefused, Close::Unreachable, Close::Tls] {
        let mut world = World::connecting(Config::default());
        let lane = world.lane(Kind::Opening);
        world.close(lane, why);
        world.pass_until(world.now + millis(60_000), |world| !world.lanes.is_empty());
        assert!(world.is_opening());
        assert!(world.requests.is_empty());
    }
}

// C113
#[test]
fn the_websocket_is_tried_again_only_after_the_configured_interval() {
    let mut world = polling_after_fallback();
    let mut peer = Peer::default();
    let mut attempts = vec![];
    let end = world.now + Duration::from_hours(2);
    loop {
        let left = end - world.now;
        if !peer.serve_until(&mut world, left, World::is_opening) {
            break;
        }
        attempts.push(world.now);
        let lane = world.lane(Kind::Opening);
        world.close(
            lane,
            Close::Status {
                status: 400,
                retry_after: None,
            },
        );
    }
    let gaps: Vec<_> = attempts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let minutes: Vec<_> = gaps.iter().map(|gap| gap.as_secs() / 60).collect();
    assert_eq!(attempts[0].since_origin(), millis(60_000));
    assert_eq!(minutes[..6], [2, 4, 8, 16, 16, 16], "{gaps:?}");
    // None of this has affected the session.
    assert_eq!(world.sent("/meta/handshake").count(), 1);
    assert!(
        !world
            .events
            .iter()
            .any(|(_, e)| matches!(e, SessionEvent::Down { .. } | SessionEvent::Gap { .. }))
    );
}

// C113 C021
#[test]
fn the_connect_moves_to_the_websocket_without_interruption() {
    let mut world = polling_after_fallback();
    world.subscribe("/foo");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    let mut peer = Peer::default();
    // The held connect that is outstanding when the websocket opens stays unanswered.
    assert!(peer.serve_until(&mut world, millis(61_000), World::is_opening));
    let held = world.last("/meta/connect");
    let socket = world.open();
    assert_eq!(
        world.last("/meta/connect").id,
        held.id,
        "one connect at a time"
    );
    world.answer(&held, &[event("/foo"), held.ok()]);
    let first = world.last("/meta/connect");
    assert_eq!(first.lane, socket);
    assert_eq!(first.text("connectionType"), Some("websocket"));
    assert_eq!(first.asked_hold(), Some(0));
    assert_eq!(first.client_id(), Some("alice"));
    world.answer(&first, &[first.ok()]);
    let moved = SessionEvent::Moved {
        transport: Transport::WebSocket,
    };
    assert_eq!(world.reported(&moved), 1);
    assert_eq!(world.receive(socket, &[event("/foo")]), [Verdict::Deliver]);
    assert_eq!(world.sent("/meta/handshake").count(), 1);
    assert_eq!(world.sent("/meta/subscribe").count(), 1);
    // Commands use the websocket, too.
    world.publish("/foo", "1");
    assert_eq!(world.last("/foo").lane, socket);
}

// C113
#[test]
fn a_websocket_that_breaks_during_the_upgrade_ends_the_session() {
    let mut world = polling_after_fallback();
    let mut peer = Peer::default();
    assert!(peer.serve_until(&mut world, millis(61_000), World::is_opening));
    let socket = world.open();
    peer.serve_until(&mut world, millis(61_000), |world| {
        world.last("/meta/connect").lane == socket
    });
    world.close(socket, Close::ByPeer { code: Some(1011) });
    // The server may have bound the session to the socket, and nothing over HTTP would undo that.
    let next = world.last("/meta/handshake");
    assert_eq!((next.kind, next.at), (Kind::Ordinary, world.now));
    world.answer(&next, &[next.handshake_ok("bob")]);
    assert_eq!(world.last("/meta/connect").kind, Kind::Held);
    let reported =
        |found: fn(&SessionEvent) -> bool| world.events.iter().any(|(_, event)| found(event));
    assert!(reported(|event| matches!(event, SessionEvent::Gap { .. })));
    assert!(!reported(|event| matches!(
        event,
        SessionEvent::Moved { .. }
    )));
}

// C113
#[test]
fn a_server_that_does_not_list_the_websocket_is_not_tried_again() {
    let mut world = World::connecting(Config::default());
    let lane = world.lane(Kind::Opening);
    world.close(lane, Close::Lost);
    let handshake = world.last("/meta/handshake");
    let reply = bayeux_proto::Message {
        supported_connection_types: Some(bayeux_proto::ConnectionTypes {
            websocket: false,
            long_polling: true,
        }),
        ..handshake.handshake_ok("alice")
    };
    world.answer(&handshake, &[reply]);
    let mut peer = Peer::default();
    assert!(!peer.serve_until(&mut world, Duration::from_hours(1), World::is_opening));
}

// C114
#[test]
fn a_websocket_that_worked_is_replaced_only_after_several_failures() {
    let mut world = World::established();
    world.pass(millis(15_000));
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    let mut reopened = 0;
    while world.pass_until(world.now + millis(60_000), |world| !world.lanes.is_empty())
        && world.is_opening()
    {
        reopened += 1;
        let lane = world.lane(Kind::Opening);
        world.close(
            lane,
            Close::Status {
                status: 502,
                retry_after: None,
            },
        );
    }
    assert_eq!(reopened + 1, Config::default().websocket_attempts);
    // A server that has not noticed delivers into the dead socket, whatever connects over HTTP.
    let handshake = world.last("/meta/handshake");
    assert_eq!(handshake.kind, Kind::Ordinary);
    assert_eq!(world.sent("/meta/handshake").count(), 2);
    world.answer(&handshake, &[handshake.handshake_ok("bob")]);
    let up = SessionEvent::Up {
        transport: Transport::LongPolling,
        resumed: false,
    };
    assert_eq!(world.reported(&up), 1);
    assert_eq!(world.last("/meta/connect").kind, Kind::Held);
}

// C114
#[test]
fn commands_in_flight_on_a_failed_websocket_are_repeated_over_long_polling() {
    let mut config = Config::default();
    config.websocket_attempts = 1;
    let mut world = World::connecting(config);
    world.open();
    let mut world = world.establish();
    let id = world.subscribe("/foo");
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    Peer::default().serve(&mut world, millis(5_000));
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
    assert_eq!(world.last("/meta/subscribe").kind, Kind::Ordinary);
}
