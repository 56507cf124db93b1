//! Sessions that have ended, and failures that must not end a session.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{
    Cause, Channel, Close, Config, End, Message, Misuse, Outcome, Reconnect, ServerError,
    SessionEvent, SubscriptionId, Transport, Verdict,
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
        world.session.publish(world.now, &channel("/foo"), "1"),
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
    assert_eq!(world.story(), ["2000 Unsubscribed(SubscriptionId(1))"]);
    world.session.connect(world.now);
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
    world.session.connect(world.now);
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

/// Refuses every attempt to connect with an HTTP status, at most for a day; returns the number.
fn refuse_all(world: &mut World, status: u16) -> usize {
    let why = Close::Status {
        status,
        retry_after: None,
    };
    let end = world.now + millis(24 * 3_600_000);
    let mut refused = 0;
    loop {
        if let Some(lane) = world.lanes.keys().next().copied() {
            refused += 1;
            world.close(lane, why);
        } else if !world.pass_until(end, |world| !world.lanes.is_empty()) {
            return refused;
        }
        if matches!(world.last_event(), SessionEvent::Ended(_)) {
            return refused;
        }
    }
}

// C125
#[test]
fn several_statuses_401_or_403_in_a_row_end_the_session_and_fewer_do_not() {
    for status in [401, 403] {
        let (http, websocket) = (Transport::LongPolling, Transport::WebSocket);
        for transports in [&[http][..], &[websocket], &[websocket, http]] {
            let mut world = World::connecting(over(transports));
            assert_eq!(refuse_all(&mut world, status), 5);
            let told = world.events.iter().filter(|(_, event)| {
                matches!(event, SessionEvent::AttemptFailed { cause: Cause::Lane(Close::Status { status: told, .. }), attempts, .. } if *told == status && *attempts > 0)
            });
            assert_eq!(told.count(), 4);
            assert_over(&mut world, End::Unauthorized { status });
        }
    }
}

// C125
#[test]
fn a_status_403_in_passing_is_survived_and_forgotten() {
    let mut world = World::established_over_http();
    let why = Close::Status {
        status: 403,
        retry_after: None,
    };
    for _ in 0..20 {
        let poll = world.lane(Kind::Held);
        world.close(poll, why);
        Peer::default().serve(&mut world, millis(300_000));
    }
    assert!(!matches!(world.last_event(), SessionEvent::Ended(_)));
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}

// C125
#[test]
fn a_limit_of_none_never_ends_the_session() {
    let mut config = over(&[Transport::LongPolling]);
    config.forbidden_limit = None;
    let mut world = World::connecting(config);
    assert!(refuse_all(&mut world, 403) > 1_000);
    assert!(!matches!(world.last_event(), SessionEvent::Ended(_)));
    assert_eq!(
        refuse_all(&mut world, 401),
        1,
        "the limit of 401 is another"
    );
}

// C125
#[test]
fn a_status_403_of_an_ordinary_exchange_fails_its_requests_only() {
    let mut world = World::established_over_http();
    for _ in 0..20 {
        let publish = world.publish("/foo", "1");
        world.pass_until(world.now + millis(120_000), |world| {
            world.lanes.values().any(|kind| *kind == Kind::Ordinary)
        });
        let lane = world.lane(Kind::Ordinary);
        world.close(
            lane,
            Close::Status {
                status: 403,
                retry_after: None,
            },
        );
        let settled = world.events.iter().find_map(|(_, event)| match event {
            SessionEvent::Published(id, outcome) if *id == publish => Some(outcome),
            _ => None,
        });
        let Some(Outcome::Refused(error)) = settled else {
            panic!("{settled:?}");
        };
        assert_eq!(error.code, Some(403));
        if world.lanes.is_empty() {
            Peer::default().serve(&mut world, millis(1));
        }
    }
    assert_eq!(world.failures(), 0, "{:?}", world.events);
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
    world.session.connect(world.now);
    world.drain();
    Peer::default().serve(&mut world, millis(1_000));
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
}
