//! Subscriptions: one on the wire for any number of local ones, and none lost with a session.

use bayeux_proto::{
    Cause, Channel, Close, Config, Event, Message, MessageId, Misuse, Reconnect, ServerError,
    Session, Stray, SubscriptionId, Verdict,
};

use crate::peer::Peer;
use crate::world::{Kind, Request, World, event, millis, reconnect, timing};

/// Answers the latest request to `channel`, over whatever carried it.
fn accept(world: &mut World, channel: &str) {
    let request = world.last(channel);
    world.answer(&request, &[request.ok()]);
}

/// A world in which each of these is subscribed and confirmed.
fn subscribed(channels: &[&str]) -> (World, Vec<SubscriptionId>) {
    let mut world = World::established();
    let ids = channels
        .iter()
        .map(|channel| {
            let id = world.subscribe(channel);
            accept(&mut world, "/meta/subscribe");
            id
        })
        .collect();
    world.story();
    (world, ids)
}

/// The server forgets the session, and the client shakes hands again as `client_id`.
fn forget_and_greet(world: &mut World, client_id: &str) {
    let connect = world.last("/meta/connect");
    let gone = Message {
        advice: reconnect(Reconnect::Handshake),
        ..connect.refused("401:alice:Unknown client")
    };
    world.answer(&connect, &[gone]);
    world.reopen();
    world.welcome(client_id);
}

fn names<'r>(requests: impl IntoIterator<Item = &'r Request>) -> Vec<&'r str> {
    let name = |request: &'r Request| request.text("subscription");
    requests.into_iter().filter_map(name).collect()
}

/// The channels of all subscribes so far.
fn subscribed_to(world: &World) -> Vec<&str> {
    names(world.sent("/meta/subscribe"))
}

// C073
#[test]
fn a_subscribe_names_the_session_and_one_channel() {
    let mut world = World::established();
    world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    assert_eq!(
        request.json,
        format!(
            r#"{{"channel":"/meta/subscribe","id":"{}","clientId":"alice","subscription":"/foo"}}"#,
            request.id
        )
    );
    assert_eq!(world.story(), ["0 send 1 /meta/subscribe:/foo"]);
}

// C073
#[test]
fn events_that_overtake_the_subscribe_reply_are_delivered() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    let verdicts = world.receive(request.lane, &[event("/foo"), request.ok()]);
    assert_eq!(verdicts, [Verdict::Deliver, Verdict::Absorbed]);
    assert!(world.session.recipients("/foo").eq([id]));
    assert_eq!(world.reported(&Event::Subscribed(id)), 1);
}

// C074
#[test]
fn a_second_subscription_of_an_active_channel_is_confirmed_without_asking_the_server() {
    let (mut world, first) = subscribed(&["/foo"]);
    let second = world.subscribe("/foo");
    assert_ne!(first[0], second);
    assert_eq!(world.story(), ["0 Subscribed(SubscriptionId(2))"]);
    assert!(world.session.recipients("/foo").eq([first[0], second]));
}

// C075
#[test]
fn subscriptions_that_share_a_request_in_flight_settle_with_its_reply() {
    let mut world = World::established();
    let first = world.subscribe("/foo");
    let second = world.subscribe("/foo");
    assert_eq!(world.sent("/meta/subscribe").count(), 1);
    assert_eq!(world.reported(&Event::Subscribed(second)), 0);
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&Event::Subscribed(first)), 1);
    assert_eq!(world.reported(&Event::Subscribed(second)), 1);
}

// C075
#[test]
fn subscriptions_that_share_a_refused_request_are_both_told() {
    let mut world = World::established();
    let ids = [world.subscribe("/foo"), world.subscribe("/foo")];
    let request = world.last("/meta/subscribe");
    world.answer(&request, &[request.refused("403:/foo:Forbidden channel")]);
    let error = ServerError::parse("403:/foo:Forbidden channel");
    for id in ids {
        assert_eq!(world.reported(&Event::Refused(id, error.clone())), 1);
    }
}

// C076
#[test]
fn dropping_one_of_two_subscriptions_tells_the_server_nothing() {
    let (mut world, first) = subscribed(&["/foo"]);
    let second = world.subscribe("/foo");
    world.story();
    world.session.unsubscribe(first[0]).unwrap();
    world.drain();
    assert!(world.story().is_empty());
    let lane = world.lane(Kind::Socket);
    assert_eq!(world.receive(lane, &[event("/foo")]), [Verdict::Deliver]);
    assert!(world.session.recipients("/foo").eq([second]));
}

// C077
#[test]
fn dropping_the_last_subscription_unsubscribes_once_and_stops_delivery_at_once() {
    let (mut world, ids) = subscribed(&["/foo"]);
    world.session.unsubscribe(ids[0]).unwrap();
    let lane = world.lane(Kind::Socket);
    let unrouted = Verdict::Stray(Stray::Unrouted);
    // Nothing has been sent yet, and still nothing reaches the application.
    assert_eq!(world.hand_in(lane, &event("/foo")), unrouted);
    world.drain();
    assert_eq!(world.story(), ["0 send 1 /meta/unsubscribe:/foo"]);
    assert_eq!(world.receive(lane, &[event("/foo")]), [unrouted]);
    accept(&mut world, "/meta/unsubscribe");
    assert_eq!(world.receive(lane, &[event("/foo")]), [unrouted]);
    world.pass(millis(120_000));
    assert_eq!(world.sent("/meta/unsubscribe").count(), 1);
}

// C077
#[test]
fn a_subscription_can_be_dropped_only_once() {
    let (mut world, ids) = subscribed(&["/foo"]);
    assert_eq!(world.session.unsubscribe(ids[0]), Ok(()));
    assert_eq!(
        world.session.unsubscribe(ids[0]),
        Err(Misuse::UnknownSubscription)
    );
    assert_eq!(world.session.channel(ids[0]), None);
}

// C077
#[test]
fn a_pattern_that_nobody_wants_any_more_matches_nothing() {
    let (mut world, ids) = subscribed(&["/foo/*", "/foo/**"]);
    world.session.unsubscribe(ids[0]).unwrap();
    world.drain();
    assert!(world.session.recipients("/foo/bar").eq([ids[1]]));
    world.session.unsubscribe(ids[1]).unwrap();
    world.drain();
    assert_eq!(world.session.recipients("/foo/bar").count(), 0);
}

// C078
#[test]
fn a_channel_wanted_again_while_it_is_being_given_up_ends_subscribed() {
    let (mut world, ids) = subscribed(&["/foo"]);
    world.session.unsubscribe(ids[0]).unwrap();
    world.drain();
    let again = world.subscribe("/foo");
    assert_eq!(world.story(), ["0 send 1 /meta/unsubscribe:/foo"]);
    accept(&mut world, "/meta/unsubscribe");
    assert_eq!(world.story(), ["0 send 1 /meta/subscribe:/foo"]);
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&Event::Subscribed(again)), 1);
    assert!(world.session.recipients("/foo").eq([again]));
}

// C078
#[test]
fn a_channel_given_up_and_wanted_again_in_one_turn_stays_subscribed_without_a_word() {
    let (mut world, ids) = subscribed(&["/foo"]);
    world.session.unsubscribe(ids[0]).unwrap();
    let again = world.subscribe("/foo");
    assert_eq!(world.story(), ["0 Subscribed(SubscriptionId(2))"]);
    let lane = world.lane(Kind::Socket);
    assert_eq!(world.receive(lane, &[event("/foo")]), [Verdict::Deliver]);
    assert!(world.session.recipients("/foo").eq([again]));
}

// C078
#[test]
fn a_channel_given_up_while_it_is_being_subscribed_ends_unsubscribed() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    world.session.unsubscribe(id).unwrap();
    world.drain();
    assert_eq!(world.sent("/meta/unsubscribe").count(), 0);
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.sent("/meta/unsubscribe").count(), 1);
    assert_eq!(world.reported(&Event::Subscribed(id)), 0);
}

// C079
#[test]
fn many_channels_are_one_message_each_and_share_a_payload() {
    let mut world = World::established();
    for name in ["/a", "/b", "/c"] {
        world
            .session
            .subscribe(&Channel::new(name).unwrap())
            .unwrap();
    }
    world.drain();
    assert_eq!(
        world.story(),
        ["0 send 1 /meta/subscribe:/a /meta/subscribe:/b /meta/subscribe:/c"]
    );
}

// C079
#[test]
fn a_large_crowd_of_channels_is_split_over_payloads_of_bounded_size() {
    let mut world = World::established();
    let most = Config::default().max_batch;
    for n in 0..500 {
        let name = format!("/channel/{n}");
        world
            .session
            .subscribe(&Channel::new(&name).unwrap())
            .unwrap();
    }
    world.drain();
    assert_eq!(world.sent("/meta/subscribe").count(), 500);
    let mut sizes = std::collections::BTreeMap::<_, usize>::new();
    let mut longest = 0;
    for request in world.sent("/meta/subscribe") {
        *sizes.entry(request.payload).or_default() += request.json.len() + 1;
        longest = longest.max(request.json.len());
    }
    assert!(sizes.len() > 1);
    assert!(
        sizes.values().all(|size| *size <= most + longest + 2),
        "{sizes:?}"
    );
}

// C080
#[test]
fn a_refusal_concerns_its_own_subscription_only() {
    let (mut world, ids) = subscribed(&["/foo"]);
    let private = world.subscribe("/private/x");
    world.story();
    let request = world.last("/meta/subscribe");
    world.answer(
        &request,
        &[request.refused("403:/private/x:Forbidden channel")],
    );
    let error = ServerError::parse("403:/private/x:Forbidden channel");
    assert_eq!(error.code, Some(403));
    assert_eq!(error.args, ["/private/x"]);
    assert_eq!(world.last_event(), &Event::Refused(private, error));
    assert_eq!(world.story().len(), 1, "nothing but the refusal happens");
    let lane = world.lane(Kind::Socket);
    assert_eq!(world.receive(lane, &[event("/foo")]), [Verdict::Deliver]);
    assert!(world.session.recipients("/foo").eq(ids));
    // The refusal is final for this session: nothing is asked again by itself.
    world.pass(millis(20_000));
    assert_eq!(world.sent("/meta/subscribe").count(), 2);
}

// C080
#[test]
fn a_refused_channel_is_asked_for_again_when_somebody_new_wants_it() {
    let mut world = World::established();
    let first = world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    world.answer(&request, &[request.refused("403:/foo:not yet")]);
    let second = world.subscribe("/foo");
    assert_eq!(world.sent("/meta/subscribe").count(), 2);
    accept(&mut world, "/meta/subscribe");
    for id in [first, second] {
        assert_eq!(world.reported(&Event::Subscribed(id)), 1);
    }
}

// C081
#[test]
fn every_subscription_is_asked_for_again_once_before_the_first_connect_of_a_new_session() {
    let (mut world, ids) = subscribed(&["/a", "/b/*", "/c"]);
    let before = world.requests.len();
    forget_and_greet(&mut world, "bob");
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
    for request in world.requests[before + 1..before + 4].to_vec() {
        assert_eq!(request.client_id(), Some("bob"));
        world.answer(&request, &[request.ok()]);
    }
    for id in ids {
        assert_eq!(world.reported(&Event::Subscribed(id)), 2);
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
    world.welcome("bob");
    let all = subscribed_to(&world);
    assert_eq!(all, ["/a", "/a", "/b"]);
}

// C081
#[test]
fn an_end_and_a_new_beginning_restore_subscriptions_too() {
    let (mut world, ids) = subscribed(&["/a"]);
    world.disconnect();
    accept(&mut world, "/meta/disconnect");
    world.session.connect();
    world.drain();
    world.open();
    world.welcome("bob");
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&Event::Subscribed(ids[0])), 2);
}

// C082
#[test]
fn a_refused_restoration_is_reported_and_asked_for_again_in_the_next_session() {
    let (mut world, ids) = subscribed(&["/a", "/b"]);
    forget_and_greet(&mut world, "bob");
    let restored: Vec<_> = world.sent("/meta/subscribe").skip(2).cloned().collect();
    world.receive(
        restored[0].lane,
        &[restored[0].refused("403:/a:Denied"), restored[1].ok()],
    );
    let error = ServerError::parse("403:/a:Denied");
    assert_eq!(world.reported(&Event::Refused(ids[0], error)), 1);
    assert_eq!(world.reported(&Event::Subscribed(ids[1])), 2);
    world.confirm();
    forget_and_greet(&mut world, "carol");
    let third: Vec<_> = world.sent("/meta/subscribe").skip(4).cloned().collect();
    assert_eq!(names(&third), ["/a", "/b"]);
    world.receive(third[0].lane, &[third[0].ok(), third[1].ok()]);
    assert_eq!(world.reported(&Event::Subscribed(ids[0])), 2);
}

// C083
#[test]
fn a_subscribe_in_flight_when_the_session_dies_goes_on_in_the_next() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let lost = world.last("/meta/subscribe");
    forget_and_greet(&mut world, "bob");
    let again = world.last("/meta/subscribe");
    assert_ne!(again.id, lost.id);
    assert_eq!(again.client_id(), Some("bob"));
    // The answer of the dead session is nobody's.
    world.receive(again.lane, &[lost.refused("401:alice:Unknown client")]);
    assert!(
        !world
            .events
            .iter()
            .any(|(_, e)| matches!(e, Event::Refused(..)))
    );
    world.receive(again.lane, &[again.ok()]);
    assert_eq!(world.reported(&Event::Subscribed(id)), 1);
    assert_eq!(world.sent("/meta/subscribe").count(), 2);
}

// C083
#[test]
fn a_subscribe_that_learns_of_the_sessions_death_is_not_refused_but_repeated() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let first = world.last("/meta/subscribe");
    world.answer(&first, &[first.refused("401:alice:Unknown client")]);
    assert!(matches!(
        world.last_event(),
        Event::Down {
            cause: Cause::SessionLost,
            ..
        }
    ));
    world.reopen();
    world.welcome("bob");
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&Event::Subscribed(id)), 1);
    assert!(
        !world
            .events
            .iter()
            .any(|(_, e)| matches!(e, Event::Refused(..)))
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
    assert_eq!(world.reported(&Event::Subscribed(id)), 1);
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}

// C083
#[test]
fn a_subscribe_lost_with_its_exchange_is_repeated_but_not_in_a_hot_loop() {
    let mut world = World::established_over_http();
    let id = world.subscribe("/foo");
    let mut peer = Peer::default();
    let mut times = vec![];
    for attempt in 1..=12 {
        let request = world.last("/meta/subscribe");
        times.push(request.at);
        world.close(request.lane, Close::Lost);
        // The held connect goes its way meanwhile.
        peer.serve_until(&mut world, millis(61_000), |world| {
            world.sent("/meta/subscribe").count() > attempt
        });
    }
    for pair in times[1..].windows(2) {
        assert!(pair[1] - pair[0] >= millis(250), "{times:?}");
    }
    let recent = times[11] - times[8];
    assert!(recent > millis(3_000), "the pauses grow: {times:?}");
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&Event::Subscribed(id)), 1);
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
    world.session.connect();
    world.drain();
    world.open();
    assert!(
        world
            .last("/meta/handshake")
            .json
            .ends_with(r#","ext":{"stamp":1}}"#)
    );
    world.welcome("alice");
    // Queued before anything else, and signed only now.
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
fn a_channel_given_up_between_sessions_is_neither_restored_nor_unsubscribed() {
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
    world.welcome("bob");
    assert_eq!(subscribed_to(&world), ["/a", "/b", "/b"]);
    world.confirm();
    world.pass(millis(20_000));
    assert_eq!(world.sent("/meta/unsubscribe").count(), 0);
}

// C085
#[test]
fn a_channel_given_up_while_the_socket_is_down_is_unsubscribed_from_the_session_that_lives_on() {
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
fn wanting_and_giving_up_without_a_session_leaves_nothing_behind() {
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
    world.session.connect();
    world.drain();
    world.open();
    world.welcome("alice");
    assert_eq!(world.sent("/meta/subscribe").count(), 10);
    assert_eq!(world.sent("/meta/unsubscribe").count(), 0);
    assert!(world.session.recipients("/channel/3").eq([kept[3]]));
}

// C086
#[test]
fn names_outside_the_grammar_are_refused_on_the_spot() {
    let names = [
        "foo", "/foo/", "/", "", "/a b", "/a/*/b", "/a+b", "/é", "//a", "/a*", "/**/b",
    ];
    for name in names {
        let refused = Channel::new(name);
        assert_eq!(
            refused,
            Err(Misuse::InvalidChannel {
                name: name.to_owned()
            }),
            "{name:?}"
        );
    }
    let long = Channel::new(&"x".repeat(1_000_000)).unwrap_err();
    assert!(long.to_string().len() < 400, "an error quotes no megabyte");
}

// C086
#[test]
fn channels_of_the_protocol_itself_cannot_be_subscribed_to() {
    let mut session = Session::new(Config::default(), 7);
    for name in ["/meta/x", "/meta/connect", "/meta/*", "/meta/**", "/meta"] {
        assert_eq!(
            session.subscribe(&Channel::new(name).unwrap()),
            Err(Misuse::ForbiddenChannel {
                name: name.to_owned()
            }),
        );
    }
    assert!(session.subscribe(&Channel::new("/metal").unwrap()).is_ok());
}

// C087
#[test]
fn looser_names_are_accepted_where_they_are_asked_for() {
    for name in ["/data/X__e", "/a.b", "/topic/X?f=1", "/é", "/a+b"] {
        assert_eq!(Channel::lax(name).unwrap().as_str(), name);
    }
    for name in ["foo", "", "/", "/a b", "/a\n", "/a/*/b"] {
        assert!(Channel::lax(name).is_err(), "{name:?}");
    }
}

// C087
#[test]
fn a_loose_name_is_sent_as_valid_json() {
    let mut world = World::established();
    world
        .session
        .subscribe(&Channel::lax(r#"/a"b\c"#).unwrap())
        .unwrap();
    world.drain();
    let request = world.last("/meta/subscribe");
    assert!(
        request.json.ends_with(r#""subscription":"/a\"b\\c"}"#),
        "{}",
        request.json
    );
}

// C088
#[test]
fn a_reply_with_the_right_id_counts_whatever_form_its_subscription_has() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    // A list is no single name, and an embedder reports it as absent.
    let listed = Message {
        subscription: None,
        ..request.ok()
    };
    assert_eq!(world.receive(request.lane, &[listed]), [Verdict::Absorbed]);
    assert_eq!(world.reported(&Event::Subscribed(id)), 1);
}

// C088
#[test]
fn a_reply_without_an_id_is_not_guessed_among_several_candidates() {
    let mut world = World::established();
    world.subscribe("/foo");
    world.subscribe("/bar");
    let request = world.last("/meta/subscribe");
    let vague = Message {
        id: None,
        subscription: None,
        ..request.ok()
    };
    let verdicts = world.receive(request.lane, &[vague]);
    assert_eq!(verdicts, [Verdict::Stray(Stray::UnexpectedReply)]);
    let named = Message {
        id: None,
        ..request.ok()
    };
    assert_eq!(world.receive(request.lane, &[named]), [Verdict::Absorbed]);
}

#[test]
fn a_reply_that_comes_twice_settles_once() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    let verdicts = world.receive(request.lane, &[request.ok(), request.ok()]);
    assert_eq!(
        verdicts,
        [Verdict::Absorbed, Verdict::Stray(Stray::UnexpectedReply)]
    );
    assert_eq!(world.reported(&Event::Subscribed(id)), 1);
}

#[test]
fn a_reply_whose_id_only_looks_like_ours_is_not_taken() {
    let mut world = World::established();
    world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    for id in [
        format!("0{}", request.id),
        format!("+{}", request.id),
        format!("{} ", request.id),
    ] {
        let reply = Message {
            id: Some(MessageId::Text(&id)),
            ..request.ok()
        };
        let verdicts = world.receive(request.lane, &[reply]);
        assert_eq!(verdicts, [Verdict::Stray(Stray::UnexpectedReply)], "{id:?}");
    }
}

#[test]
fn more_subscriptions_than_allowed_are_refused_on_the_spot() {
    let mut config = Config::default();
    config.max_subscriptions = 2;
    let mut session = Session::new(config, 7);
    let name = Channel::new("/foo").unwrap();
    let first = session.subscribe(&name).unwrap();
    session.subscribe(&name).unwrap();
    assert_eq!(
        session.subscribe(&name),
        Err(Misuse::QueueFull { limit: 2 })
    );
    session.unsubscribe(first).unwrap();
    assert!(session.subscribe(&name).is_ok());
}

#[test]
fn a_subscribe_without_an_answer_condemns_the_socket_and_is_repeated() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let lane = world.lane(Kind::Socket);
    world.pass(millis(10_000));
    assert!(!world.lanes.contains_key(&lane));
    world.reopen();
    let again = world.last("/meta/subscribe");
    let connect = world.last("/meta/connect");
    let reply = Message {
        advice: timing(0, 30_000),
        ..connect.ok()
    };
    world.receive(again.lane, &[again.ok(), reply]);
    assert_eq!(world.reported(&Event::Subscribed(id)), 1);
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}
