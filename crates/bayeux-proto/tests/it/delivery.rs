//! Events: their delivery and recipients, and no confusion with replies.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{Channel, Close, Message, Unexpected, Verdict};

use crate::world::{World, event};

/// Both transports, established, with an active subscription to `/a`.
fn subscribed() -> [World; 2] {
    [World::established(), World::established_over_http()].map(|mut world| {
        world.subscribe("/a");
        let subscribe = world.last("/meta/subscribe");
        world.answer(&subscribe, &[subscribe.ok()]);
        world
    })
}

// C054
#[test]
fn events_before_and_after_the_connect_reply_are_delivered_once_each() {
    for mut world in subscribed() {
        let held = world.last("/meta/connect");
        let before = [event("/a"), event("/a"), held.ok()];
        assert_eq!(
            world.answer(&held, &before),
            [Verdict::Deliver, Verdict::Deliver, Verdict::Handled]
        );
        let held = world.last("/meta/connect");
        let behind = [held.ok(), event("/a")];
        assert_eq!(
            world.answer(&held, &behind),
            [Verdict::Handled, Verdict::Deliver]
        );
        assert_ne!(world.last("/meta/connect").id, held.id);
    }
}

// C055
#[test]
fn events_in_the_response_to_a_publish_are_delivered() {
    for mut world in subscribed() {
        world.publish("/a", "1");
        let sent = world.last("/a");
        let payload = [event("/a"), sent.ok(), event("/a")];
        assert_eq!(
            world.answer(&sent, &payload),
            [Verdict::Deliver, Verdict::Handled, Verdict::Deliver]
        );
    }
}

// C059
#[test]
fn a_message_that_is_neither_reply_nor_event_has_no_effect() {
    for mut world in subscribed() {
        let held = world.last("/meta/connect");
        world.story();
        let unknown = Verdict::Unexpected(Unexpected::Unknown);
        for channel in [
            "/a",
            "",
            "/meta/connect",
            "/meta/handshake",
            "/meta/subscribe",
            "/meta/x",
        ] {
            let empty = Message {
                channel,
                ..Message::default()
            };
            assert_eq!(world.receive(held.lane, &[empty]), [unknown], "{channel}");
        }
        for channel in ["", "/meta/connect", "/meta/x"] {
            let pushed = event(channel);
            assert_eq!(world.receive(held.lane, &[pushed]), [unknown], "{channel}");
        }
        assert_eq!(world.story(), [""; 0]);
        assert_eq!(world.last("/meta/connect").id, held.id);
    }
}

// C060
#[test]
fn the_client_id_of_a_publisher_is_neither_adopted_nor_shown() {
    for mut world in subscribed() {
        let held = world.last("/meta/connect");
        let pushed = Message {
            client_id: Some("1lhg38m0sk6b63080mpc71r9d7q1"),
            ..event("/a")
        };
        assert!(!format!("{pushed:?}").contains("1lhg38m0"));
        let verdicts = world.answer(&held, &[pushed, held.ok()]);
        assert_eq!(verdicts, [Verdict::Deliver, Verdict::Handled]);
        assert_eq!(world.last("/meta/connect").client_id(), Some("alice"));
    }
}

// C060
#[test]
fn no_debug_output_shows_the_client_id() {
    let mut world = World::established();
    let held = world.last("/meta/connect");
    let refused = Message {
        client_id: Some("alice"),
        ..held.refused("401:alice:Unknown client")
    };
    assert!(!format!("{refused:?}").contains("alice"), "{refused:?}");
    world.receive(held.lane, &[refused]);
    assert!(!format!("{:?}", world.session).contains("alice"));
    assert!(!format!("{:?}", world.events).contains("alice"));
}

// C062
#[test]
fn an_event_without_a_subscription_is_unrouted_and_not_an_error() {
    for mut world in subscribed() {
        let held = world.last("/meta/connect");
        world.story();
        let unrouted = Verdict::Unexpected(Unexpected::Unrouted);
        for channel in ["/b", "/a/b", "/service/echo"] {
            let verdicts = world.receive(held.lane, &[event(channel)]);
            assert_eq!(verdicts, [unrouted], "{channel}");
            assert_eq!(world.session.recipients(channel).count(), 0);
        }
        assert_eq!(world.story(), [""; 0]);
    }
}

// C063
#[test]
fn overlapping_subscriptions_get_an_event_once_each() {
    let mut world = World::established();
    let ids = [
        "/foo/*", "/foo/bar", "/foo/**", "/**", "/foo/bar", "/foo/baz",
    ]
    .map(|name| world.subscribe(name));
    let mut recipients: Vec<_> = world.session.recipients("/foo/bar").collect();
    recipients.sort_unstable();
    assert_eq!(recipients, ids[..5]);
    let held = world.last("/meta/connect");
    assert_eq!(
        world.receive(held.lane, &[event("/foo/bar")]),
        [Verdict::Deliver]
    );
}

// C064
#[test]
fn patterns_match_as_the_specification_says() {
    for (pattern, name, matches) in [
        ("/foo/*", "/foo/bar", true),
        ("/foo/*", "/foo", false),
        ("/foo/*", "/foo/", false),
        ("/foo/*", "/foo/a/b", false),
        ("/foo/*", "/foobar", false),
        ("/foo/**", "/foo/a", true),
        ("/foo/**", "/foo/a/b", true),
        ("/foo/**", "/foo", false),
        ("/foo/**", "/foobar/a", false),
        ("/**", "/a", true),
        ("/**", "/a/b/c", true),
        ("/*", "/a", true),
        ("/*", "/a/b", false),
        ("/foo", "/foo", true),
        ("/foo", "/foo/a", false),
        ("/foo", "/Foo", false),
    ] {
        let channel = Channel::new(pattern).unwrap();
        assert_eq!(channel.matches(name), matches, "{pattern} ~ {name}");
        let mut world = World::established();
        world.subscribe(pattern);
        let delivered = world.session.recipients(name).count() == 1;
        assert_eq!(delivered, matches, "{pattern} ~ {name}");
    }
}

#[test]
fn an_event_that_also_claims_to_be_successful_is_delivered() {
    for mut world in subscribed() {
        let held = world.last("/meta/connect");
        let pushed = Message {
            successful: Some(true),
            ..event("/a")
        };
        assert_eq!(world.receive(held.lane, &[pushed]), [Verdict::Deliver]);
    }
}

#[test]
fn messages_over_a_lane_that_has_ended_are_ignored() {
    let mut world = World::established();
    world.subscribe("/a");
    let held = world.last("/meta/connect");
    world.close(held.lane, Close::Lost);
    world.story();
    let dead = Verdict::Unexpected(Unexpected::DeadLane);
    let payload = [event("/a"), held.ok()];
    assert_eq!(world.receive(held.lane, &payload), [dead; 2]);
    world.session.handle_open(world.now, held.lane);
    world.session.handle_pong(world.now, held.lane);
    world.close(held.lane, Close::Complete);
    assert_eq!(world.story(), [""; 0]);
}
