//! Transports, where not every one of them gets through.

use bayeux_proto::{Cause as Broken, Close};
use groupme_client::{Status, Transport, TransportPolicy};

use crate::account::{
    builder, chain, event, is_active, own, sim, status, statuses_until, text, until_active,
};

#[tokio::test]
async fn long_polling_takes_over_where_no_websocket_opens() {
    let sim = sim().await;
    sim.allow_sockets(false);
    let mut client = builder(&sim).connect().unwrap();
    let reported = statuses_until(&mut client, |status| is_active(status, &own(&sim))).await;
    assert!(reported.iter().any(|status| matches!(
        status,
        Status::Connected {
            transport: Transport::LongPolling
        }
    )));
    sim.say("over long-polling").unwrap();
    assert_eq!(text(&event(&mut client).await), Some("over long-polling"));
}

#[tokio::test]
async fn each_policy_uses_its_transport() {
    for (policy, wanted) in [
        (TransportPolicy::Auto, Transport::WebSocket),
        (TransportPolicy::WebSocket, Transport::WebSocket),
        (TransportPolicy::LongPolling, Transport::LongPolling),
    ] {
        let sim = sim().await;
        let mut client = builder(&sim).transport(policy).connect().unwrap();
        assert!(matches!(status(&mut client).await, Status::Connecting));
        let Status::Connected { transport } = status(&mut client).await else {
            panic!("not connected");
        };
        assert_eq!(transport, wanted);
    }
}

#[tokio::test]
async fn a_websocket_or_nothing_keeps_trying_and_says_why() {
    let sim = sim().await;
    sim.allow_sockets(false);
    let mut client = builder(&sim)
        .transport(TransportPolicy::WebSocket)
        .connect()
        .unwrap();
    for _ in 0..4 {
        assert!(matches!(status(&mut client).await, Status::Connecting));
        let Status::Disconnected { cause, .. } = status(&mut client).await else {
            panic!("the client is connected");
        };
        let refused = Broken::Lane(Close::Status {
            status: 503,
            retry_after: None,
        });
        assert_eq!(cause.protocol(), &refused);
        let reported = chain(&cause);
        assert!(
            reported.iter().all(|line| line.contains("503")),
            "{reported:?}"
        );
        // Skips the wait for the next attempt.
        client.handle().wake().unwrap();
    }
    assert!(sim.sessions().is_empty());
    sim.allow_sockets(true);
    until_active(&mut client, &own(&sim)).await;
}
