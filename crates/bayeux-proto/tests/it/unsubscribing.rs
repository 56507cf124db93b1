//! Ends of subscriptions, and what crosses them on the way.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{Close, Misuse, SessionEvent, Unexpected, Verdict};

use crate::{
    subscriptions::{accept, subscribed},
    world::{Kind, World, channel, event, millis},
};

// C076
#[test]
fn dropping_one_of_two_subscriptions_sends_nothing() {
    let (mut world, first) = subscribed(&["/foo"]);
    let second = world.subscribe("/foo");
    world.story();
    world.session.unsubscribe(first[0]).unwrap();
    world.drain();
    assert_eq!(world.story(), ["0 Unsubscribed(SubscriptionId(1))"]);
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
    let unrouted = Verdict::Unexpected(Unexpected::Unrouted);
    // Nothing has been sent yet, and no event reaches the application any more.
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
fn an_unsubscribed_pattern_matches_nothing() {
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
fn subscribing_while_an_unsubscribe_is_in_flight_ends_subscribed() {
    let (mut world, ids) = subscribed(&["/foo"]);
    world.session.unsubscribe(ids[0]).unwrap();
    world.drain();
    let again = world.subscribe("/foo");
    assert_eq!(world.story(), ["0 send 1 /meta/unsubscribe:/foo"]);
    accept(&mut world, "/meta/unsubscribe");
    assert_eq!(
        world.story(),
        [
            "0 send 1 /meta/subscribe:/foo",
            "0 Unsubscribed(SubscriptionId(1))"
        ]
    );
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&SessionEvent::Subscribed(again)), 1);
    assert!(world.session.recipients("/foo").eq([again]));
}

// C078
#[test]
fn unsubscribing_and_subscribing_leads_to_the_same_requests_whenever_the_driver_runs() {
    let stories = [false, true].map(|driver_runs| {
        let (mut world, ids) = subscribed(&["/foo"]);
        world.session.unsubscribe(ids[0]).unwrap();
        if driver_runs {
            world.drain();
        }
        let again = world.subscribe("/foo");
        let lane = world.lane(Kind::Socket);
        assert_eq!(world.receive(lane, &[event("/foo")]), [Verdict::Deliver]);
        accept(&mut world, "/meta/unsubscribe");
        accept(&mut world, "/meta/subscribe");
        assert!(world.session.recipients("/foo").eq([again]));
        world.story()
    });
    assert_eq!(stories[0], stories[1]);
    assert_eq!(
        stories[0],
        [
            "0 send 1 /meta/unsubscribe:/foo",
            "0 send 1 /meta/subscribe:/foo",
            "0 Unsubscribed(SubscriptionId(1))",
            "0 Subscribed(SubscriptionId(2))",
        ]
    );
}

// C078
#[test]
fn the_end_of_a_subscription_is_reported_once_when_the_server_has_confirmed_it() {
    let (mut world, ids) = subscribed(&["/foo", "/bar"]);
    world.session.unsubscribe(ids[0]).unwrap();
    world.drain();
    assert_eq!(world.reported(&SessionEvent::Unsubscribed(ids[0])), 0);
    accept(&mut world, "/meta/unsubscribe");
    assert_eq!(world.reported(&SessionEvent::Unsubscribed(ids[0])), 1);
    // Another subscription keeps the channel: nothing is asked.
    let other = world.subscribe("/bar");
    world.session.unsubscribe(ids[1]).unwrap();
    world.drain();
    assert_eq!(world.reported(&SessionEvent::Unsubscribed(ids[1])), 1);
    assert_eq!(world.sent("/meta/unsubscribe").count(), 1);
    // A lost session ends what is being unsubscribed.
    world.session.unsubscribe(other).unwrap();
    world.drain();
    let held = world.last("/meta/connect");
    world.receive(held.lane, &[held.refused("401::Unknown client")]);
    assert_eq!(world.reported(&SessionEvent::Unsubscribed(other)), 1);
    // Without a session, there is nothing to wait for.
    let offline = world.subscribe("/baz");
    world.session.unsubscribe(offline).unwrap();
    world.drain();
    assert_eq!(world.reported(&SessionEvent::Unsubscribed(offline)), 1);
}

// C078
#[test]
fn renewing_behind_an_unsubscribe_that_is_not_sent_yet_ends_subscribed() {
    let (mut world, ids) = subscribed(&["/foo"]);
    world.session.unsubscribe(ids[0]).unwrap();
    let next = world.session.subscribe(&channel("/foo")).unwrap();
    world.session.renew(next).unwrap();
    world.drain();
    assert_eq!(world.story(), ["0 send 1 /meta/unsubscribe:/foo"]);
    accept(&mut world, "/meta/unsubscribe");
    accept(&mut world, "/meta/subscribe");
    world.pass(millis(20_000));
    assert_eq!(world.reported(&SessionEvent::Subscribed(next)), 1);
    assert_eq!(world.sent("/meta/subscribe").count(), 2);
    assert_eq!(world.sent("/meta/unsubscribe").count(), 1);
}

// C077
#[test]
fn a_subscription_whose_renewal_was_refused_is_still_unsubscribed() {
    for is_retried in [false, true] {
        let (mut world, ids) = subscribed(&["/foo"]);
        world.session.renew(ids[0]).unwrap();
        world.drain();
        let request = world.last("/meta/subscribe");
        let busy = request.refused("503::Server is too busy");
        world.answer(&request, &[busy]);
        if is_retried {
            let retry = world.pass_until_sent("/meta/subscribe", millis(5_000));
            world.answer(&retry, &[retry.refused("503::Server is too busy")]);
        }
        world.session.unsubscribe(ids[0]).unwrap();
        world.drain();
        let ended = SessionEvent::Unsubscribed(ids[0]);
        assert_eq!(world.reported(&ended), 0);
        assert_eq!(world.sent("/meta/unsubscribe").count(), 1);
        accept(&mut world, "/meta/unsubscribe");
        assert_eq!(world.reported(&ended), 1);
        let count = world.sent("/meta/subscribe").count();
        world.pass(millis(20_000));
        assert_eq!(world.sent("/meta/subscribe").count(), count);
        assert_eq!(world.sent("/meta/unsubscribe").count(), 1);
        assert_eq!(world.session.usage().subscriptions, 0);
    }
}

// C078
#[test]
fn unsubscribing_while_a_subscribe_is_in_flight_ends_unsubscribed() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    world.session.unsubscribe(id).unwrap();
    world.drain();
    assert_eq!(world.sent("/meta/unsubscribe").count(), 0);
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.sent("/meta/unsubscribe").count(), 1);
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 0);
}

#[test]
fn unsubscribing_after_a_lost_subscribe_sends_an_unsubscribe() {
    let mut world = World::established_over_http();
    let id = world.subscribe("/foo");
    let lost = world.last("/meta/subscribe");
    world.session.unsubscribe(id).unwrap();
    world.close(lost.lane, Close::Lost);
    world.pass_until_sent("/meta/unsubscribe", millis(1_000));
}
