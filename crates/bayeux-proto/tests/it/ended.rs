//! Sessions that have ended, and failures that must not end a session.

use bayeux_proto::{
    Channel, Close, Config, End, Message, Misuse, Outcome, Reconnect, ServerError, SessionEvent,
    SubscriptionId, Transport, Verdict,
};

use crate::{
    disconnect::assert_over,
    peer::Peer,
    world::{Kind, World, channel, millis, over, reconnect},
};

#[test]
fn a_session_advised_to_stop_does_not_reconnect() {
    let mut world = World::established();
    world.subscribe("/foo");
    let connect = world.last("/meta/connect");
    let stop = Message {
        advice: reconnect(Reconnect::None),
        ..connect.refused("403::Banned")
    };
    world.answer(&connect, &[stop]);
    assert_over(
        &mut world,
        End::Stopped(Some(ServerError::parse("403::Banned"))),
    );
    assert_eq!(
        world.session.publish(&channel("/foo"), "1"),
        Err(Misuse::Ended)
    );
}

// C123
#[test]
fn subscriptions_after_the_end_are_recorded_and_nothing_is_sent() {
    let mut world = World::established();
    let old = world.subscribe("/old");
    world.disconnect();
    world.pass(millis(2_000));
    world.story();
    world.session.unsubscribe(old).unwrap();
    let new = world.subscribe("/new");
    assert!(world.story().is_empty());
    world.session.connect();
    world.drain();
    Peer::default().serve(&mut world, millis(1_000));
    assert_eq!(world.reported(&SessionEvent::Subscribed(new)), 1);
    let names: Vec<_> = world
        .sent("/meta/subscribe")
        .filter_map(|request| request.text("subscription"))
        .collect();
    assert_eq!(names, ["/old", "/new"]);
}

// C123
#[test]
fn a_session_can_connect_again_after_its_end_without_old_state() {
    let mut world = World::established();
    let ids: Vec<SubscriptionId> = ["/a", "/b"].map(|name| world.subscribe(name)).to_vec();
    world.disconnect();
    world.pass(millis(2_000));
    // An unexpected `/meta/disconnect` would come from the server.
    let mut old = world.requests.clone();
    old.retain(|request| request.channel != "/meta/disconnect");
    world.session.connect();
    world.drain();
    world.open();
    let socket = world.lane(Kind::Socket);
    let handshakes = world.sent("/meta/handshake").count();
    for request in &old {
        let late = Message {
            client_id: Some("late"),
            ..request.ok()
        };
        let verdict = world.receive(socket, &[late]);
        assert!(
            matches!(verdict[..], [Verdict::Unexpected(_)]),
            "{request:?}"
        );
    }
    assert_eq!(world.sent("/meta/handshake").count(), handshakes);
    world.answer_handshake("bob");
    Peer::default().serve(&mut world, millis(1_000));
    for id in ids {
        assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
    }
}

// C125
#[test]
fn status_401_or_403_ends_the_session() {
    for status in [401, 403] {
        let why = Close::Status {
            status,
            retry_after: None,
        };
        // Handshake.
        let mut world = World::shaking_over_http();
        let lane = world.lane(Kind::Ordinary);
        world.close(lane, why);
        assert_over(&mut world, End::Unauthorized { status });
        // Held connect.
        let mut world = World::established_over_http();
        let lane = world.lane(Kind::Held);
        world.close(lane, why);
        assert_over(&mut world, End::Unauthorized { status });
        // Other requests.
        let mut world = World::established_over_http();
        let publish = world.publish("/foo", "1");
        let lane = world.lane(Kind::Ordinary);
        world.close(lane, why);
        assert_eq!(
            world.reported(&SessionEvent::Published(publish, Outcome::Unknown)),
            1
        );
        assert_over(&mut world, End::Unauthorized { status });
        // Upgrade, at first and later, with no other transport to try.
        let mut world = World::connecting(over(&[Transport::WebSocket]));
        let lane = world.lane(Kind::Opening);
        world.close(lane, why);
        assert_over(&mut world, End::Unauthorized { status });
        let mut world = World::connecting(over(&[Transport::WebSocket]));
        world.open();
        let mut world = world.establish();
        let lane = world.lane(Kind::Socket);
        world.close(lane, Close::Lost);
        world.pass_until(world.now + millis(1_000), World::is_opening);
        let lane = world.lane(Kind::Opening);
        world.close(lane, why);
        assert_over(&mut world, End::Unauthorized { status });
    }
}

// C125
#[test]
fn status_401_or_403_of_an_upgrade_falls_back_to_long_polling() {
    let mut world = World::connecting(Config::default());
    let lane = world.lane(Kind::Opening);
    world.close(
        lane,
        Close::Status {
            status: 403,
            retry_after: None,
        },
    );
    let handshake = world.last("/meta/handshake");
    assert_eq!(handshake.kind, Kind::Ordinary);
    world.close(
        handshake.lane,
        Close::Status {
            status: 403,
            retry_after: None,
        },
    );
    assert_over(&mut world, End::Unauthorized { status: 403 });
}

#[test]
fn a_pattern_can_be_subscribed_before_the_first_connect() {
    let mut world = World::new(Config::default(), 7);
    let id = world
        .session
        .subscribe(&Channel::new("/foo/**").unwrap())
        .unwrap();
    world.drain();
    assert!(world.story().is_empty());
    world.session.connect();
    world.drain();
    Peer::default().serve(&mut world, millis(1_000));
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
}
