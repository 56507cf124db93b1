//! Subscriptions that the server refuses: final, or requested again.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{Config, RetryRefused, ServerError, SessionEvent, Verdict};

use crate::{
    subscriptions::{accept, subscribed},
    world::{Kind, World, event, millis},
};

// C075
#[test]
fn subscriptions_that_share_a_refused_request_are_both_reported() {
    let mut world = World::established();
    let ids = [world.subscribe("/foo"), world.subscribe("/foo")];
    let request = world.last("/meta/subscribe");
    world.answer(&request, &[request.refused("403:/foo:Forbidden channel")]);
    let error = ServerError::parse("403:/foo:Forbidden channel");
    for id in ids {
        assert_eq!(world.reported(&SessionEvent::Refused(id, error.clone())), 1);
    }
}

#[test]
fn a_refused_subscription_is_renewed_on_request() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    world.answer(&request, &[request.refused("403:/foo:Denied")]);
    world.pass(millis(25_000));
    assert_eq!(world.sent("/meta/subscribe").count(), 1);
    world.session.renew(id).unwrap();
    world.drain();
    assert_eq!(world.sent("/meta/subscribe").count(), 2);
    accept(&mut world, "/meta/subscribe");
    assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
}

/// Answers connects of a world for `seconds`, and refuses all subscriptions with `error`.
fn refuse_for(world: &mut World, seconds: u64, error: &str) -> Vec<u64> {
    let end = world.now + millis(seconds * 1_000);
    let mut answered = 0;
    loop {
        let asked: Vec<_> = world.sent("/meta/subscribe").cloned().collect();
        for request in &asked[answered..] {
            world.answer(request, &[request.refused(error)]);
        }
        answered = asked.len();
        let found = world.pass_until(end, |world| {
            world.sent("/meta/subscribe").count() > answered || world.outstanding() == 0
        });
        if !found {
            let times = world.sent("/meta/subscribe");
            return times
                .map(|request| {
                    u64::try_from(request.at.since_origin().as_millis()).expect("an hour")
                })
                .collect();
        }
    }
}

// C089
#[test]
fn a_subscription_refused_by_a_busy_server_is_requested_again_with_back_off() {
    for error in [
        "503::Server is too busy",
        "429::Slow down",
        "408::Timeout",
        "500::Oops",
    ] {
        let mut world = World::established();
        let id = world.subscribe("/foo");
        let times = refuse_for(&mut world, 28, error);
        assert!((5..30).contains(&times.len()), "{times:?}");
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 250));
        let refused = SessionEvent::Refused(id, ServerError::parse(error));
        assert_eq!(world.reported(&refused), times.len());
        let request = world.pass_until_sent("/meta/subscribe", millis(60_000));
        world.answer(&request, &[request.ok()]);
        assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
        let before = world.sent("/meta/subscribe").count();
        world.confirm();
        world.pass(millis(35_000));
        assert_eq!(world.sent("/meta/subscribe").count(), before);
    }
}

// C089
#[test]
fn other_refusals_wait_for_the_next_session_unless_the_policy_says_otherwise() {
    for (policy, error, tries) in [
        (RetryRefused::Busy, "403:/foo:Denied", 1..=1),
        (RetryRefused::Busy, "no code", 1..=1),
        (RetryRefused::Never, "503::Server is too busy", 1..=1),
        (RetryRefused::Always, "403:/foo:Denied", 5..=30),
    ] {
        let mut config = Config::default();
        config.retry_refused = policy;
        let mut world = World::connecting(config);
        world.open();
        let mut world = world.establish();
        world.subscribe("/foo");
        let times = refuse_for(&mut world, 28, error);
        assert!(tries.contains(&times.len()), "{policy:?} {error} {times:?}");
    }
}

// C089
#[test]
fn a_subscription_dropped_before_its_retry_is_not_requested() {
    let mut world = World::established();
    let id = world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    world.answer(&request, &[request.refused("503::Busy")]);
    world.session.unsubscribe(id).unwrap();
    world.pass(millis(25_000));
    assert_eq!(world.sent("/meta/subscribe").count(), 1);
    assert_eq!(world.reported(&SessionEvent::Unsubscribed(id)), 1);
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
    assert_eq!(world.last_event(), &SessionEvent::Refused(private, error));
    assert_eq!(world.story().len(), 1, "nothing but the refusal happens");
    let lane = world.lane(Kind::Socket);
    assert_eq!(world.receive(lane, &[event("/foo")]), [Verdict::Deliver]);
    assert!(world.session.recipients("/foo").eq(ids));
    // The refusal is final for this session: nothing is requested again automatically.
    world.pass(millis(20_000));
    assert_eq!(world.sent("/meta/subscribe").count(), 2);
}

// C080
#[test]
fn a_new_subscription_requests_a_refused_channel_again() {
    let mut world = World::established();
    let first = world.subscribe("/foo");
    let request = world.last("/meta/subscribe");
    world.answer(&request, &[request.refused("403:/foo:not yet")]);
    let second = world.subscribe("/foo");
    assert_eq!(world.sent("/meta/subscribe").count(), 2);
    accept(&mut world, "/meta/subscribe");
    for id in [first, second] {
        assert_eq!(world.reported(&SessionEvent::Subscribed(id)), 1);
    }
}
