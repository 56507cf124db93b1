//! Refusals of the token and of single channels.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use groupme_client::{Client, ClientEnd, Error, GroupId, Status, Token, TransportPolicy, UserId};

use crate::account::{
    TRANSPORTS, builder, builder_for, end, event, own, sim, status, statuses_until, text,
    until_active,
};

const WRONG: &str = "wrong-token-that-nobody-gave-out-0000000";

/// Returns a token source and its number of calls. The tokens of the first handshake, which no error
/// may show, and of the first subscription are wrong, and all others unless `good` is given.
fn source(good: Option<&str>) -> (Arc<AtomicUsize>, impl FnMut() -> Token + Send + 'static) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let wrong = Token::new(WRONG).unwrap();
    let later = good.map_or_else(|| wrong.clone(), |good| Token::new(good).unwrap());
    let source = move || match count.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => wrong.clone(),
        _ => later.clone(),
    };
    (asked, source)
}

#[tokio::test]
async fn a_wrong_token_ends_the_client_after_one_fresh_attempt() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let (asked, source) = source(None);
        let mut client = Client::builder(source, UserId::new(sim.user_id()))
            .gateway_url(sim.gateway_url())
            .transport(transport)
            .connect()
            .unwrap();
        let reported =
            statuses_until(&mut client, |status| matches!(status, Status::Ended(_))).await;
        let refusals = reported.iter().filter(
            |status| matches!(status, Status::Refused { channel, .. } if **channel == own(&sim)),
        );
        assert_eq!(refusals.count(), 2);
        let Some(Status::Ended(ClientEnd::Unauthorized(error))) = reported.last() else {
            panic!("{reported:?}");
        };
        assert_eq!(error.to_string(), "Access token authentication failed");
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }
}

#[tokio::test]
async fn a_token_that_was_renewed_meanwhile_is_found() {
    let sim = sim().await;
    let (asked, source) = source(Some(sim.token()));
    let mut client = Client::builder(source, UserId::new(sim.user_id()))
        .gateway_url(sim.gateway_url())
        .connect()
        .unwrap();
    until_active(&mut client, &own(&sim)).await;
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    sim.say("welcome").unwrap();
    assert_eq!(text(&event(&mut client).await), Some("welcome"));
}

#[tokio::test]
async fn each_session_is_given_the_latest_token() {
    let sim = sim().await;
    let (asked, source) = source(Some(sim.token()));
    let mut client = Client::builder(source, UserId::new(sim.user_id()))
        .gateway_url(sim.gateway_url())
        .connect()
        .unwrap();
    until_active(&mut client, &own(&sim)).await;
    let before = asked.load(Ordering::Relaxed);
    sim.restart();
    until_active(&mut client, &own(&sim)).await;
    assert!(asked.load(Ordering::Relaxed) > before);
}

#[tokio::test]
async fn the_token_of_another_user_is_refused() {
    let sim = sim().await;
    let other = sim.cast().mara.to_string();
    let mut client = builder_for(&sim, sim.token(), &other).connect().unwrap();
    assert!(matches!(end(&mut client).await, ClientEnd::Unauthorized(_)));
}

#[tokio::test]
async fn a_group_of_others_is_refused_and_nothing_else_suffers() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let (mine, foreign) = (sim.cast().lake, sim.cast().surprise);
        let mut client = builder(&sim)
            .transport(transport)
            .subscribe(GroupId::new(foreign.to_string()))
            .subscribe(GroupId::new(mine.to_string()))
            .connect()
            .unwrap();
        let (mut active, mut refused) = (Vec::new(), Vec::new());
        while active.len() + refused.len() < 3 {
            match status(&mut client).await {
                Status::Subscribed { channel } => active.push(channel.into_string()),
                Status::Refused { channel, .. } => refused.push(channel.into_string()),
                Status::Connecting | Status::Connected { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        active.sort();
        assert_eq!(active, [format!("/group/{mine}"), own(&sim)]);
        assert_eq!(refused, [format!("/group/{foreign}")]);
        sim.say("all the same").unwrap();
        assert_eq!(text(&event(&mut client).await), Some("all the same"));
    }
}

#[tokio::test]
async fn a_channel_that_was_refused_is_requested_again_in_the_next_session() {
    let sim = sim().await;
    let cast = *sim.cast();
    let channel = format!("/group/{}", cast.surprise);
    let mut client = builder(&sim)
        .transport(TransportPolicy::WebSocket)
        .subscribe(GroupId::new(cast.surprise.to_string()))
        .connect()
        .unwrap();
    statuses_until(&mut client, |status| {
        matches!(status, Status::Refused { .. })
    })
    .await;
    sim.with_world(|world| world.add_member(cast.surprise, cast.mara, cast.me))
        .unwrap();
    while event(&mut client).await.event().kind() != "line.create" {}
    sim.restart();
    until_active(&mut client, &channel).await;
}

#[tokio::test]
async fn a_token_source_that_panics_ends_the_client_loudly() {
    for is_polled in [true, false] {
        let sim = sim().await;
        let source = || -> Token { panic!("a defect of the source") };
        let mut client = Client::builder(source, UserId::new(sim.user_id()))
            .gateway_url(sim.gateway_url())
            .connect()
            .unwrap();
        let handle = client.handle();
        if !is_polled {
            // The task in the background meets it.
            while handle.wake().is_ok() {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(end(&mut client).await, ClientEnd::Internal);
        assert!(matches!(handle.ping(), Err(Error::Closed)));
    }
}
