//! Choice of the transport from the server's list of connection types.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{Close, ConnectionTypes, End, Message, SessionEvent, Transport};

use crate::world::{Kind, World, over, timing};

const SECOND: Duration = Duration::from_secs(1);

const BOTH: [Transport; 2] = [Transport::WebSocket, Transport::LongPolling];

#[expect(clippy::unnecessary_wraps, reason = "as the member is that it fills")]
fn types(names: &[&str]) -> Option<ConnectionTypes> {
    let mut types = ConnectionTypes::default();
    for name in names {
        types.insert(name);
    }
    Some(types)
}

/// World whose handshake has been answered with this list.
fn handshake_listing(offered: &[Transport], spoken: Option<ConnectionTypes>) -> World {
    let mut world = World::connecting(over(offered));
    if offered[0] == Transport::WebSocket {
        world.open();
    }
    let handshake = world.last("/meta/handshake");
    let reply = Message {
        supported_connection_types: spoken,
        ..handshake.handshake_ok("alice")
    };
    world.answer(&handshake, &[reply]);
    world
}

// C004
#[test]
fn the_most_preferred_of_many_types_is_taken() {
    let faye = types(&[
        "long-polling",
        "cross-origin-long-polling",
        "callback-polling",
        "websocket",
        "eventsource",
        "in-process",
    ]);
    let world = handshake_listing(&BOTH, faye);
    let connect = world.last("/meta/connect");
    assert_eq!(connect.text("connectionType"), Some("websocket"));
    assert_eq!(connect.kind, Kind::Socket);

    let world = handshake_listing(&[Transport::LongPolling, Transport::WebSocket], faye);
    let connect = world.last("/meta/connect");
    assert_eq!(connect.text("connectionType"), Some("long-polling"));
    assert_eq!(connect.kind, Kind::Held);
}

// C004
#[test]
fn a_server_without_websocket_is_polled_and_the_socket_is_closed() {
    let mut world = handshake_listing(&BOTH, types(&["long-polling", "callback-polling"]));
    let connect = world.last("/meta/connect");
    assert_eq!(connect.text("connectionType"), Some("long-polling"));
    assert_eq!(connect.kind, Kind::Held);
    assert!(!world.lanes.values().any(|k| *k == Kind::Socket));
    // The server does not list the websocket, so it is not tried again.
    world.confirm();
    world.story();
    for _ in 0..200 {
        let held = world.last("/meta/connect");
        world.pass(SECOND * 30);
        world.answer(&held, &[held.ok()]);
    }
    assert!(!world.story().iter().any(|line| line.contains(" open ")));
}

#[test]
fn a_server_that_speaks_only_websocket_moves_a_polling_client_there() {
    let mut world = handshake_listing(
        &[Transport::LongPolling, Transport::WebSocket],
        types(&["websocket"]),
    );
    assert_eq!(world.sent("/meta/connect").count(), 0);
    world.open();
    let connect = world.last("/meta/connect");
    assert_eq!(connect.text("connectionType"), Some("websocket"));
    assert_eq!(connect.client_id(), Some("alice"));
}

// C005
#[test]
fn no_common_transport_ends_without_another_handshake() {
    for spoken in [
        types(&["long-polling"]),
        types(&["eventsource"]),
        types(&[]),
    ] {
        let mut world = handshake_listing(&[Transport::WebSocket], spoken);
        assert_eq!(
            world.last_event(),
            &SessionEvent::Ended(End::NoCommonTransport)
        );
        assert_eq!(world.deadline(), None);
        assert!(world.lanes.is_empty());
        world.pass(SECOND * 600);
        assert_eq!(world.requests.len(), 1);
    }
}

// C012
#[test]
fn a_handshake_reply_without_a_list_keeps_the_transport_in_use() {
    for offered in [&BOTH[..], &BOTH[1..]] {
        let world = handshake_listing(offered, None);
        assert_eq!(
            world.last("/meta/connect").text("connectionType"),
            Some(offered[0].name())
        );
    }
}

// C021, C022
#[test]
fn the_upgrade_to_a_websocket_waits_for_the_held_connect() {
    let mut world = World::connecting(over(&BOTH));
    let blocked = world.lane(Kind::Opening);
    world.close(
        blocked,
        Close::Status {
            status: 400,
            retry_after: None,
        },
    );
    world.answer_handshake("alice");
    world.confirm();
    let held = world.last("/meta/connect");
    assert_eq!(held.kind, Kind::Held);
    for _ in 0..2 {
        let held = world.last("/meta/connect");
        world.pass(SECOND * 29);
        world.answer(&held, &[held.ok()]);
    }
    let held = world.last("/meta/connect");
    world.pass(SECOND * 3);
    world.open();
    assert_eq!(world.last("/meta/connect").id, held.id, "two connects");
    world.answer(
        &held,
        &[Message {
            advice: timing(0, 30_000),
            ..held.ok()
        }],
    );
    let moved = world.last("/meta/connect");
    assert_eq!(moved.text("connectionType"), Some("websocket"));
    assert_eq!(moved.kind, Kind::Socket);
    assert_eq!(moved.asked_hold(), Some(0));
    world.confirm();
    assert_eq!(
        world.reported(&SessionEvent::Moved {
            transport: Transport::WebSocket
        }),
        1
    );
}
