//! Foundations of the tests: a simulator, its account, and ways to wait.

use core::{future::Future, time::Duration};
use std::time::SystemTime;

use groupme_client::{
    Builder, Client, ClientEnd, Delivery, Incoming, Status, Timestamp, Token, TransportPolicy,
    UserId,
};
use groupme_sim::Sim;

pub(crate) const TRANSPORTS: [TransportPolicy; 2] =
    [TransportPolicy::WebSocket, TransportPolicy::LongPolling];

/// Starts a simulator that publishes nothing by itself.
pub(crate) async fn sim() -> Sim {
    let builder = Sim::builder().ping_interval(None);
    let builder = builder.wait_timeout(Duration::from_secs(30));
    builder.start().await.unwrap()
}

/// Returns a builder for the simulator's own user.
pub(crate) fn builder(sim: &Sim) -> Builder {
    builder_for(sim, sim.token(), sim.user_id())
}

pub(crate) fn builder_for(sim: &Sim, token: &str, user: &str) -> Builder {
    Client::builder(Token::new(token).unwrap(), UserId::new(user))
        .gateway_url(sim.gateway_url())
        .seed(1)
}

pub(crate) fn own(sim: &Sim) -> String {
    format!("/user/{}", sim.user_id())
}

/// Returns a client whose own channel is active.
pub(crate) async fn listening(sim: &Sim, transport: TransportPolicy) -> Client {
    let mut client = builder(sim).transport(transport).connect().unwrap();
    until_active(&mut client, &own(sim)).await;
    client
}

/// Fails the test if something does not happen in time.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what)
        .await
        .expect("the awaited future did not complete in time")
}

pub(crate) async fn next(client: &mut Client) -> Incoming {
    soon(client.next()).await.expect("the client has ended")
}

/// Returns the next event, skipping statuses.
pub(crate) async fn event(client: &mut Client) -> Delivery {
    loop {
        if let Incoming::Event(delivery) = next(client).await {
            return delivery;
        }
    }
}

/// Returns the next status; an event before it fails the test.
pub(crate) async fn status(client: &mut Client) -> Status {
    match next(client).await {
        Incoming::Status(status) => status,
        other => panic!("expected a status, got {other:?}"),
    }
}

/// Returns all statuses up to the first that `wanted` accepts, which is last.
pub(crate) async fn statuses_until(
    client: &mut Client,
    wanted: impl Fn(&Status) -> bool,
) -> Vec<Status> {
    let mut seen = Vec::new();
    loop {
        let status = status(client).await;
        let last = wanted(&status);
        seen.push(status);
        if last {
            return seen;
        }
    }
}

pub(crate) async fn until_active(client: &mut Client, channel: &str) {
    statuses_until(client, |status| is_active(status, channel)).await;
}

pub(crate) fn is_active(status: &Status, wanted: &str) -> bool {
    matches!(status, Status::Subscribed { channel } if **channel == *wanted)
}

/// Takes everything up to the end, and checks that nothing follows.
pub(crate) async fn end(client: &mut Client) -> ClientEnd {
    loop {
        if let Incoming::Status(Status::Ended(end)) = next(client).await {
            assert!(soon(client.next()).await.is_none(), "something came later");
            return end;
        }
    }
}

/// Returns the text of a message, if the event is about one.
pub(crate) fn text(delivery: &Delivery) -> Option<&str> {
    delivery.data().get("subject")?.get("text")?.as_str()
}

/// Returns the texts of an error and its sources.
pub(crate) fn chain(error: &dyn core::error::Error) -> Vec<String> {
    core::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "to judge the times that the client tells"
)]
pub(crate) fn unix_time() -> Timestamp {
    let time = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    Timestamp::from_millis(time.as_millis().try_into().unwrap())
}
