//! Restoration of subscriptions after the loss of a session.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{Cause, Channel, Close, Config, Message, Reconnect, ServerError, SessionEvent};

use crate::{
    peer::Peer,
    subscriptions::{accept, subscribed},
    world::{Kind, Request, World, millis, reconnect},
};

/// Lets the server lose the session, and answers the new handshake with `client_id`.
fn lose_and_restore(world: &mut World, client_id: &str) {
    let connect = world.last("/meta/connect");
    let gone = Message {
        advice: reconnect(Reconnect::Handshake),
        ..connect.refused("401:alice:Unknown client")
    };
    world.answer(&connect, &[gone]);
    world.reopen();
    world.answer_handshake(client_id);
}

fn names<'r>(requests: impl IntoIterator<Item = &'r Request>) -> Vec<&'r str> {
    let name = |request: &'r Request| request.text("subscription");
    requests.into_iter().filter_map(name).collect()
}

/// Channels of all subscribes so far.
fn subscribed_to(world: &World) -> Vec<&str> {
    names(world.sent("/meta/subscribe"))
}

// C081
#[test]
fn every_subscription_is_requested_again_once_before_the_first_connect_of_a_new_session() {
    let (mut world, ids) = subscribed(&["/a", "/b/*", "/c"]);
    let before = world.requests.len();
    lose_and_restore(&mut world, "bob");
    let after: Vec<_> = world.requests[before..]
        .iter()
        .map(|request| (request.channel.as_str(), request.text("subscription")))
        .collect();
    assert_eq!(
        after,
        [
            ("/meta/handshake", None),
            ("/meta/subscribe", Some("/a")),
            ("/meta/subscribe", Some("/b/*")),
            ("/meta/subscribe", Some("/c")),
            ("/meta/connect", None),
        ]
    );
    let restored = world.requests[before + 1..before + 4].to_vec();
    for request in restored {
        assert_eq!(request.client_id(), Some("bob"));
        world.answer(&request, &[request.ok()]);
    }
    for id in ids {
        assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 2);
    }
    world.pass(millis(20_000));
    assert_eq!(world.sent("/meta/subscribe").count(), 6);
}

// C081
#[test]
fn subscriptions_made_while_there_is_no_session_join_those_restored() {
    let (mut world, _) = subscribed(&["/a"]);
    let lane = world.lane(Kind::Socket);
    world.receive(
        lane,
        &[Message {
            channel: "/meta/disconnect",
            successful: Some(true),
            ..Message::default()
        }],
    );
    world.subscribe("/b");
    world.reopen();
    world.answer_handshake("bob");
    let all = subscribed_to(&world);
    assert_eq!(all, ["/a", "/a", "/b"]);
}

// C081
#[test]
fn connecting_again_after_the_end_restores_subscriptions() {
    let (mut world, ids) = subscribed(&["/a"]);
    world.disconnect();
    accept(&mut world, "/meta/disconnect");
    world.session.connect(world.now);
    world.drain();
    world.open();
    world.answer_handshake("bob");
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&SessionEvent::Subscribed(ids[0])), 2);
}

// C082
#[test]
fn a_refused_restoration_is_reported_and_requested_again_in_the_next_session() {
    let (mut world, ids) = subscribed(&["/a", "/b"]);
    lose_and_restore(&mut world, "bob");
    let restored: Vec<_> = world.sent("/meta/subscribe").skip(2).cloned().collect();
    world.receive(
        restored[0].lane,
        &[restored[0].refused("403:/a:Denied"), restored[1].ok()],
    );
    let error = ServerError::parse("403:/a:Denied");
    assert_eq!(world.reported(&SessionEvent::Refused(ids[0], error)), 1);
    assert_eq!(world.reported(&SessionEvent::Subscribed(ids[1])), 2);
    world.confirm();
    lose_and_restore(&mut world, "carol");
    let third: Vec<_> = world.sent("/meta/subscribe").skip(4).cloned().collect();
    assert_eq!(names(&third), ["/a", "/b"]);
    world.receive(third[0].lane, &[third[0].ok(), third[1].ok()]);
    assert_eq!(world.reported(&SessionEvent::Subscribed(ids[0])), 2);
}

// C083
#[test]
fn a_subscribe_in_flight_when_the_session_is_lost_is_repeated_in_the_next() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let lost = world.last("/meta/subscribe");
    lose_and_restore(&mut world, "bob");
    let again = world.last("/meta/subscribe");
    assert_ne!(again.id, lost.id);
    assert_eq!(again.client_id(), Some("bob"));
    // The answer of the dead session matches nothing.
    world.receive(again.lane, &[lost.refused("401:alice:Unknown client")]);
    assert!(
        !world
            .events
            .iter()
            .any(|(_, e)| matches!(e, SessionEvent::Refused(..)))
    );
    world.receive(again.lane, &[again.ok()]);
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
    assert_eq!(world.sent("/meta/subscribe").count(), 2);
}

// C083
#[test]
fn a_subscribe_answered_with_unknown_client_is_repeated_and_not_refused() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let first = world.last("/meta/subscribe");
    world.answer(&first, &[first.refused("401:alice:Unknown client")]);
    assert!(matches!(
        world.last_event(),
        SessionEvent::Down {
            cause: Cause::SessionLost,
            ..
        }
    ));
    world.reopen();
    world.answer_handshake("bob");
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
    assert!(
        !world
            .events
            .iter()
            .any(|(_, e)| matches!(e, SessionEvent::Refused(..)))
    );
}

// C083
#[test]
fn a_subscribe_lost_with_its_socket_is_repeated_in_the_same_session() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    world.reopen();
    let again = world.last("/meta/subscribe");
    assert_eq!(again.client_id(), Some("alice"));
    world.answer(&again, &[again.ok()]);
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}

// C083
#[test]
fn a_subscribe_lost_with_its_exchange_is_repeated_but_not_in_a_hot_loop() {
    let mut world = World::established_over_http();
    let id = world.subscribe("/foo");
    let mut peer = Peer::default();
    let mut times = vec![];
    for attempt in 1..=24 {
        let request = world.last("/meta/subscribe");
        times.push(request.at);
        world.close(request.lane, Close::Lost);
        // The held connect is answered in the meantime.
        peer.serve_until(&mut world, millis(61_000), |world| {
            world.sent("/meta/subscribe").count() > attempt
        });
    }
    for pair in times[1..].windows(2) {
        assert!(pair[1] - pair[0] >= millis(250), "{times:?}");
    }
    let recent = times[23] - times[20];
    assert!(recent > millis(3_000), "the pauses grow: {times:?}");
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
}

// C084
#[test]
fn ext_is_computed_anew_each_time_a_subscribe_is_written() {
    let mut world = World::new(Config::default(), 7);
    world.sign();
    world
        .session
        .subscribe(&Channel::new("/foo").unwrap())
        .unwrap();
    world.session.connect(world.now);
    world.drain();
    world.open();
    assert!(
        world
            .last("/meta/handshake")
            .json
            .ends_with(r#","ext":{"stamp":1}}"#)
    );
    world.answer_handshake("alice");
    // Queued before anything else, and signed when it is written.
    let first = world.last("/meta/subscribe");
    assert!(
        first.json.ends_with(r#","ext":{"stamp":2}}"#),
        "{}",
        first.json
    );
    world.close(first.lane, Close::Lost);
    world.reopen();
    let second = world.last("/meta/subscribe");
    let stamps: Vec<_> = world
        .requests
        .iter()
        .map(|request| request.json.split_once(r#""stamp":"#).unwrap().1)
        .collect();
    let mut unique = stamps.clone();
    unique.dedup();
    assert_eq!(stamps, unique, "no stamp is used twice");
    assert_ne!(first.json, second.json);
}

// C085
#[test]
fn a_channel_unsubscribed_between_sessions_is_neither_restored_nor_unsubscribed_again() {
    let (mut world, ids) = subscribed(&["/a", "/b"]);
    let lane = world.lane(Kind::Socket);
    world.receive(
        lane,
        &[Message {
            channel: "/meta/disconnect",
            successful: Some(true),
            ..Message::default()
        }],
    );
    world.session.unsubscribe(ids[0]).unwrap();
    world.drain();
    world.reopen();
    world.answer_handshake("bob");
    assert_eq!(subscribed_to(&world), ["/a", "/b", "/b"]);
    world.confirm();
    world.pass(millis(20_000));
    assert_eq!(world.sent("/meta/unsubscribe").count(), 0);
}

// C085
#[test]
fn a_channel_unsubscribed_while_the_socket_is_down_is_unsubscribed_in_the_resumed_session() {
    let (mut world, ids) = subscribed(&["/a"]);
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    world.session.unsubscribe(ids[0]).unwrap();
    world.drain();
    world.reopen();
    world.confirm();
    world.pass(millis(5_000));
    assert_eq!(world.sent("/meta/unsubscribe").count(), 1);
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}

// C085
#[test]
fn subscribing_and_unsubscribing_without_a_session_leaves_no_state() {
    let mut world = World::new(Config::default(), 7);
    for n in 0..1_000 {
        let name = Channel::new(&format!("/channel/{}", n % 10)).unwrap();
        let id = world.session.subscribe(&name).unwrap();
        world.session.unsubscribe(id).unwrap();
    }
    let mut kept = vec![];
    for n in 0..10 {
        let name = Channel::new(&format!("/channel/{n}")).unwrap();
        kept.push(world.session.subscribe(&name).unwrap());
    }
    let shown = format!("{:?}", world.session);
    assert!(shown.contains("waiting: 10,"), "{shown}");
    world.session.connect(world.now);
    world.drain();
    world.open();
    world.answer_handshake("alice");
    assert_eq!(world.sent("/meta/subscribe").count(), 10);
    assert_eq!(world.sent("/meta/unsubscribe").count(), 0);
    assert!(world.session.recipients("/channel/3").eq([kept[3]]));
}
