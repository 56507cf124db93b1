//! Subscriptions: one on the wire for any number of local ones.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{
    BayeuxId, Channel, Close, Config, Message, Misuse, Session, SessionEvent, SubscriptionId,
    Unexpected, Verdict,
};

use crate::world::{Kind, World, channel, event, millis, timing};

/// Answers the latest request to `channel`, over its own lane.
pub(crate) fn accept(world: &mut World, channel: &str) {
    let request = world.last(channel);
    world.answer(&request, &[request.ok()]);
}

/// Creates a world in which each of these channels is subscribed and confirmed.
pub(crate) fn subscribed(channels: &[&str]) -> (World, Vec<SubscriptionId>) {
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
fn events_before_the_subscribe_reply_are_delivered() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    let verdicts = world.receive(request.lane, &[event("/foo"), request.ok()]);
    assert_eq!(verdicts, [Verdict::Deliver, Verdict::Handled]);
    assert!(world.session.recipients("/foo").eq([id]));
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
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
    assert_eq!(world.reported(&SessionEvent::Subscribed(second)), 0);
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&SessionEvent::Subscribed(first)), 1);
    assert_eq!(world.reported(&SessionEvent::Subscribed(second)), 1);
}

#[test]
fn a_subscription_is_renewed_in_the_living_session() {
    let (mut world, ids) = subscribed(&["/foo"]);
    world.session.renew(ids[0]).unwrap();
    world.drain();
    assert_eq!(world.story(), ["0 send 1 /meta/subscribe:/foo"]);
    // Repeated before the answer, it changes nothing.
    world.session.renew(ids[0]).unwrap();
    world.drain();
    assert!(world.story().is_empty());
    let lane = world.lane(Kind::Socket);
    assert_eq!(world.receive(lane, &[event("/foo")]), [Verdict::Deliver]);
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.story(), ["0 Subscribed(SubscriptionId(1))"]);
    world.session.unsubscribe(ids[0]).unwrap();
    assert_eq!(
        world.session.renew(ids[0]),
        Err(Misuse::UnknownSubscription)
    );
}

#[test]
fn a_listener_gets_events_that_the_server_sends_unasked() {
    let mut world = World::established();
    let service = world.session.listen(&channel("/service/**")).unwrap();
    world.drain();
    assert!(world.story().is_empty(), "nothing is sent");
    let lane = world.lane(Kind::Socket);
    let verdicts = world.receive(lane, &[event("/service/data")]);
    assert_eq!(verdicts, [Verdict::Deliver]);
    assert!(world.session.recipients("/service/data").eq([service]));
    // In the next session, too, where still nothing is asked for it.
    let held = world.last("/meta/connect");
    world.answer(&held, &[held.refused("401::Unknown client")]);
    world.reopen();
    world.answer_handshake("bob");
    let lane = world.lane(Kind::Socket);
    let verdicts = world.receive(lane, &[event("/service/data")]);
    assert_eq!(verdicts, [Verdict::Deliver]);
    assert_eq!(world.sent("/meta/subscribe").count(), 0);
    world.session.unsubscribe(service).unwrap();
    world.drain();
    assert_eq!(world.reported(&SessionEvent::Unsubscribed(service)), 1);
    let unrouted = Verdict::Unexpected(Unexpected::Unrouted);
    assert_eq!(world.receive(lane, &[event("/service/data")]), [unrouted]);
    assert_eq!(world.sent("/meta/unsubscribe").count(), 0);
}

#[test]
fn a_listener_and_a_subscription_share_a_channel() {
    let (mut world, ids) = subscribed(&["/foo"]);
    let listener = world.session.listen(&channel("/foo")).unwrap();
    assert!(world.session.recipients("/foo").eq([ids[0], listener]));
    world.session.unsubscribe(ids[0]).unwrap();
    world.drain();
    accept(&mut world, "/meta/unsubscribe");
    assert!(world.session.recipients("/foo").eq([listener]));
    let again = world.subscribe("/foo");
    world.session.unsubscribe(listener).unwrap();
    world.drain();
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&SessionEvent::Subscribed(again)), 1);
    assert_eq!(world.reported(&SessionEvent::Unsubscribed(listener)), 1);
    assert_eq!(world.sent("/meta/subscribe").count(), 2);
    assert_eq!(world.sent("/meta/unsubscribe").count(), 1);
    assert!(world.session.recipients("/foo").eq([again]));
    let forbidden = world.session.listen(&channel("/meta/x"));
    assert!(matches!(forbidden, Err(Misuse::ForbiddenChannel { .. })));
}

#[test]
fn subscribing_after_a_lost_subscribe_sends_another_one() {
    let mut world = World::established_over_http();
    let id = world.subscribe("/foo");
    let lost = world.last("/meta/subscribe");
    world.session.unsubscribe(id).unwrap();
    world.close(lost.lane, Close::Unreachable);
    let again = world.subscribe("/foo");
    assert_eq!(world.reported(&SessionEvent::Subscribed(again)), 0);
    let asked = world.pass_until_sent("/meta/subscribe", millis(1_000));
    world.answer(&asked, &[asked.ok()]);
    assert_eq!(world.reported(&SessionEvent::Subscribed(again)), 1);
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
fn many_channels_are_split_over_payloads_of_bounded_size() {
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

// C088
#[test]
fn a_reply_with_the_right_id_counts_whatever_form_its_subscription_has() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    // A list is not a single name, so an embedder reports it as absent.
    let listed = Message {
        subscription: None,
        ..request.ok()
    };
    assert_eq!(world.receive(request.lane, &[listed]), [Verdict::Handled]);
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
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
    assert_eq!(verdicts, [Verdict::Unexpected(Unexpected::UnexpectedReply)]);
    let named = Message {
        id: None,
        ..request.ok()
    };
    assert_eq!(world.receive(request.lane, &[named]), [Verdict::Handled]);
}

#[test]
fn a_duplicate_reply_settles_once() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    let verdicts = world.receive(request.lane, &[request.ok(), request.ok()]);
    assert_eq!(
        verdicts,
        [
            Verdict::Handled,
            Verdict::Unexpected(Unexpected::UnexpectedReply)
        ]
    );
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
}

#[test]
fn a_reply_whose_id_only_looks_like_the_request_is_not_matched() {
    let mut world = World::established();
    world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    for id in [
        format!("0{}", request.id),
        format!("+{}", request.id),
        format!("{} ", request.id),
    ] {
        let reply = Message {
            id: Some(BayeuxId::Text(&id)),
            ..request.ok()
        };
        let verdicts = world.receive(request.lane, &[reply]);
        assert_eq!(
            verdicts,
            [Verdict::Unexpected(Unexpected::UnexpectedReply)],
            "{id:?}"
        );
    }
}

#[test]
fn a_subscription_beyond_the_limit_is_refused_at_once() {
    let mut config = Config::default();
    config.max_subscriptions = 2;
    let mut session = Session::new(config, 7);
    let name = Channel::new("/foo").unwrap();
    let first = session.subscribe(&name).unwrap();
    session.subscribe(&name).unwrap();
    assert_eq!(
        session.subscribe(&name),
        Err(Misuse::TooManySubscriptions { limit: 2 })
    );
    session.unsubscribe(first).unwrap();
    assert!(session.subscribe(&name).is_ok());
}

#[test]
fn a_subscribe_without_an_answer_closes_the_socket_and_is_repeated() {
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
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}
