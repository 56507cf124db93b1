//! The client reconnects by itself, and reports where events may have been missed.

use bayeux_proto::{Cause as Broken, Close};
use groupme_client::{Client, GroupId, Incoming, Status, Timestamp, TransportPolicy};
use groupme_sim::Sim;

use crate::account::{
    TRANSPORTS, builder, chain, event, is_active, listening, next, own, sim, soon, status,
    statuses_until, text, unix_time, until_active,
};

/// Breaks something, waits until the account's own channel is active again, and checks that the
/// statuses came in order, the gap among them, and that events flow.
async fn recovers(sim: &Sim, client: &mut Client, trouble: impl FnOnce()) -> Vec<Status> {
    sim.say("before").unwrap();
    assert_eq!(text(&event(client).await), Some("before"));
    let before = unix_time();
    trouble();
    let reported = statuses_until(client, |status| is_active(status, &own(sim))).await;
    let mut names: Vec<_> = reported
        .iter()
        .map(|status| match status {
            Status::Disconnected { .. } => "disconnected",
            Status::Connecting => "connecting",
            Status::Connected { .. } => "connected",
            Status::ConnectionGap { .. } => "gap",
            Status::Subscribed { .. } => "subscribed",
            other => panic!("{other:?}"),
        })
        .collect();
    names.dedup();
    assert_eq!(
        names,
        [
            "disconnected",
            "connecting",
            "connected",
            "gap",
            "subscribed"
        ]
    );
    let (Status::Disconnected { cause: lost, .. }, Status::ConnectionGap { since, cause }) =
        (&reported[0], &reported[3])
    else {
        unreachable!("compared above");
    };
    assert_eq!(chain(cause), chain(lost));
    is_plausible(*since, before);
    sim.say("after").unwrap();
    assert_eq!(text(&event(client).await), Some("after"));
    reported
}

/// Checks that a gap begins shortly before the trouble, and not after it.
fn is_plausible(since: Timestamp, trouble: Timestamp) {
    let before = trouble.as_millis() - since.as_millis();
    // Some tolerance: two clocks are compared, and one may be adjusted.
    assert!((-500..10_000).contains(&before), "{before} ms before");
}

fn loss(reported: &[Status]) -> &groupme_client::DisconnectCause {
    let Status::Disconnected { cause, .. } = &reported[0] else {
        panic!("{reported:?}");
    };
    cause
}

#[tokio::test]
async fn a_broken_websocket_is_opened_again() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::WebSocket).await;
    // Twice: the first recovery must not get in the way of the second.
    for _ in 0..2 {
        let reported = recovers(&sim, &mut client, || sim.break_connections()).await;
        let cause = loss(&reported);
        assert_eq!(cause.protocol(), &Broken::Lane(Close::Lost));
        // The reason of the disconnect, and that there was only one.
        let reported = chain(cause).join(": ");
        assert!(reported.contains("broke while reading"), "{reported}");
        assert_eq!(reported.matches("broke").count(), 1, "{reported}");
    }
}

#[tokio::test]
async fn a_broken_poll_begins_a_new_session_and_what_it_may_have_taken_along_is_reported() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::LongPolling).await;
    let sessions = sim.sessions();
    // A connection that breaks between two polls costs nothing; one that breaks under a held poll
    // may lose an event, and a gap is reported. Each attempt breaks it later, until it was a held
    // one.
    let mut moments = (0..1000).step_by(20);
    let (cause, before) = loop {
        turns(moments.next().expect("a break that is never told")).await;
        let before = unix_time();
        sim.break_connections();
        // The simulator's tasks have to see it before a poll can be answered.
        turns(10).await;
        sim.say("meanwhile").unwrap();
        match next(&mut client).await {
            Incoming::Event(delivery) => assert_eq!(text(&delivery), Some("meanwhile")),
            Incoming::Status(Status::Disconnected { cause, .. }) => break (cause, before),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(cause.protocol(), &Broken::Lane(Close::Lost));
    let words = "the server closed the connection before the end of its response";
    assert!(cause.to_string().contains(words), "{cause}");
    let reported = statuses_until(&mut client, |status| is_active(status, &own(&sim))).await;
    let gap = reported.iter().find_map(|status| match status {
        Status::ConnectionGap { since, cause } => Some((*since, chain(cause))),
        _ => None,
    });
    let (since, reported) = gap.expect("a gap");
    is_plausible(since, before);
    assert_eq!(reported, chain(&cause));
    assert!(sim.sessions().iter().any(|id| !sessions.contains(id)));
    sim.say("after").unwrap();
    while text(&event(&mut client).await) != Some("after") {}
}

#[tokio::test]
async fn a_session_that_the_server_ended_is_begun_anew() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let mut client = listening(&sim, transport).await;
        let before = sim.sessions();
        recovers(&sim, &mut client, || sim.destroy_sessions()).await;
        assert!(!sim.sessions().iter().any(|id| before.contains(id)));
    }
}

#[tokio::test]
async fn a_session_that_the_server_forgot_is_begun_anew_at_the_next_request() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let lake = GroupId::new(sim.cast().lake.to_string());
        let mut client = listening(&sim, transport).await;
        let handle = client.handle();
        let reported = recovers(&sim, &mut client, || {
            sim.lose_sessions();
            handle.subscribe(&lake).unwrap();
        })
        .await;
        assert_eq!(loss(&reported).protocol(), &Broken::SessionLost);
        // Commands of the old session are carried out in the new one.
        let channel = format!("/group/{lake}");
        soon(sim.until_subscribed(&channel)).await.unwrap();
    }
}

#[tokio::test]
async fn a_restart_of_the_server_is_survived() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let mut client = listening(&sim, transport).await;
        let before = unix_time();
        sim.restart();
        let reported = statuses_until(&mut client, |status| is_active(status, &own(&sim))).await;
        let mut gaps = reported.iter().filter_map(|status| match status {
            Status::ConnectionGap { since, .. } => Some(*since),
            _ => None,
        });
        is_plausible(gaps.next().unwrap(), before);
        assert!(
            gaps.next().is_none(),
            "one gap reported twice: {reported:?}"
        );
        sim.say("after").unwrap();
        assert_eq!(text(&event(&mut client).await), Some("after"));
    }
}

#[tokio::test]
async fn every_channel_is_subscribed_again() {
    let sim = sim().await;
    let lake = GroupId::new(sim.cast().lake.to_string());
    let mut client = builder(&sim).subscribe(lake.clone()).connect().unwrap();
    let channel = format!("/group/{lake}");
    for _ in 0..2 {
        let mut left = vec![own(&sim), channel.clone()];
        while !left.is_empty() {
            if let Status::Subscribed { channel } = status(&mut client).await {
                left.retain(|waiting| **waiting != *channel);
            }
        }
        sim.restart();
    }
}

#[tokio::test]
async fn a_gap_names_what_broke_the_connection_and_not_what_came_after() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::WebSocket).await;
    sim.allow_sockets(false);
    sim.break_connections();
    let reported = statuses_until(&mut client, |status| {
        matches!(status, Status::Disconnected { cause, .. }
            if matches!(cause.protocol(), Broken::Lane(Close::Status { status: 503, .. })))
    })
    .await;
    let lost = chain(loss(&reported));
    sim.allow_sockets(true);
    client.handle().wake().unwrap();
    let reported = statuses_until(&mut client, |status| {
        matches!(status, Status::ConnectionGap { .. })
    })
    .await;
    let Some(Status::ConnectionGap { cause, .. }) = reported.last() else {
        unreachable!("that is what was waited for");
    };
    assert_eq!(chain(cause), lost);
}

#[tokio::test]
async fn a_server_that_comes_back_at_the_same_address_is_found() {
    let sim = sim().await;
    let (addr, token) = (sim.addr(), sim.token().to_owned());
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    sim.shutdown().await;
    statuses_until(&mut client, |status| {
        matches!(status, Status::Disconnected { cause, .. }
            if *cause.protocol() == Broken::Lane(Close::ConnectionRefused))
    })
    .await;
    let sim = Sim::builder()
        .addr(addr)
        .token(token)
        .ping_interval(None)
        .start()
        .await
        .unwrap();
    client.handle().wake().unwrap();
    until_active(&mut client, &own(&sim)).await;
    sim.say("back").unwrap();
    assert_eq!(text(&soon(event(&mut client)).await), Some("back"));
}

/// Lets every other task run this often.
async fn turns(count: u32) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}
