//! The account's own channel, and its refusal.

use core::time::Duration;

use bayeux_proto::Channel;
use groupme_account::{ClientEnd, Incoming, Scope, Status};

use crate::world::{World, YOU, is_caught_up, statuses};

fn end(items: &[Incoming]) -> Option<&ClientEnd> {
    items.iter().find_map(|item| match item {
        Incoming::Status(Status::Ended(end)) => Some(end),
        _ => None,
    })
}

#[test]
fn a_refused_token_is_asked_for_once_more_and_then_ends_the_account() {
    let mut world = World::new(false, |_| {});
    world.refusal = ("403::Access token authentication failed", 9);
    let items = world.wait(Duration::from_secs(5));
    assert!(
        matches!(end(&items), Some(ClientEnd::Unauthorized(_))),
        "{items:?}"
    );
    // The handshake asks for the token, too, which no error may show.
    assert_eq!((world.subscribes, world.tokens), (2, 3));
    assert!(
        matches!(items.last(), Some(Incoming::Status(Status::Ended(_)))),
        "{items:?}"
    );
    let refused = statuses(&items);
    let refused = refused.iter().filter(|text| text.contains("refuses /user"));
    assert_eq!(refused.count(), 2, "{items:?}");
}

#[test]
fn a_token_that_was_renewed_meanwhile_is_used() {
    let mut world = World::new(false, |_| {});
    world.refusal = ("403::Access token authentication failed", 1);
    let items = world.settle();
    assert!(is_caught_up(&items), "{items:?}");
    assert_eq!(end(&items), None);
}

#[test]
fn another_refusal_is_repeated_less_and_less_often() {
    let mut world = World::new(false, |_| {});
    world.refusal = ("500::Out of order", usize::MAX);
    let items = world.wait(Duration::from_mins(10));
    assert_eq!(end(&items), None);
    assert!((5..=25).contains(&world.subscribes), "{}", world.subscribes);
    world.refusal.1 = 0;
    assert!(is_caught_up(&world.wait(Duration::from_mins(6))));
}

#[test]
fn a_followed_channel_that_a_busy_gateway_refuses_is_subscribed_again() {
    let mut world = World::new(false, |config| config.scope = Scope::Everything);
    world.refuses_only = Some("/group/");
    world.refusal = ("503::Server is too busy", 3);
    let items = world.wait(Duration::from_secs(30));
    assert!(is_caught_up(&items), "{items:?}");
    let is_following = |item: &Incoming| {
        matches!(
            item,
            Incoming::Status(Status::Following { conversations: 1 })
        )
    };
    assert!(items.iter().any(is_following), "{items:?}");
    // The own channel, and the group's four times.
    assert_eq!(world.subscribes, 5);
}

#[test]
fn the_own_channel_is_subscribed_again_at_the_limit_of_subscriptions() {
    let mut world = World::new(false, |config| config.session.max_subscriptions = 1);
    world.refusal = ("500::Out of order", 1);
    let items = world.wait(Duration::from_secs(10));
    assert!(is_caught_up(&items), "{items:?}");
    assert_eq!(world.subscribes, 2);
}

#[test]
fn subscribing_again_is_answered_by_the_server_without_leaving_the_channel() {
    let mut world = World::new(false, |_| {});
    assert!(is_caught_up(&world.settle()));
    let own = Channel::new(&format!("/user/{YOU}")).unwrap();
    world.account.subscribe(&own).unwrap();
    let items = world.settle();
    let subscribed = statuses(&items);
    let subscribed = subscribed.iter().filter(|text| text.contains("/user/"));
    assert_eq!(subscribed.count(), 1, "{items:?}");
    assert_eq!((world.subscribes, world.unsubscribes), (2, 0));
}
