//! Exchanges that the session closes before their response.

use bayeux_proto::{Action, Exchange, LaneId};
use bayeux_transport::Next;

use crate::{
    exchange::{HELD, complete, post},
    peer::Server,
    world::{Ask as _, in_time, lane_ids, lanes},
};

#[tokio::test]
async fn a_connection_is_reused_although_the_exchange_was_closed_on_its_response() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let ids: [LaneId; 4] = lane_ids();
        lanes.perform(Action::Exchange(ids[0], HELD), b"[{}]");
        let mut peer = server.accept().await;
        for pair in ids.windows(2) {
            peer.answer("[{}]").await;
            lanes.frame(pair[0]).await;
            // A session closes the lane before it reads that the exchange is complete.
            lanes.perform(Action::Close(pair[0]), b"");
            lanes.perform(Action::Exchange(pair[1], HELD), b"[{}]");
        }
        peer.answer("[{}]").await;
        lanes.frame(ids[3]).await;
    })
    .await;
}

#[tokio::test]
async fn an_abandoned_exchange_ends_at_once_without_a_report() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [running, waiting, next] = lane_ids();
        lanes.perform(Action::Exchange(running, HELD), b"[{\"n\":1}]");
        lanes.perform(Action::Exchange(waiting, HELD), b"[{\"n\":2}]");
        let mut peer = server.accept().await;
        peer.request().await;
        lanes.perform(Action::Close(waiting), b"");
        lanes.perform(Action::Close(running), b"");
        peer.gone().await;
        lanes.perform(Action::Exchange(next, HELD), b"[{\"n\":3}]");
        assert_eq!(
            server.accept().await.answer("[{}]").await.body,
            "[{\"n\":3}]"
        );
        complete(&mut lanes, next).await;
    })
    .await;
}

#[tokio::test]
async fn a_queued_response_is_not_reported_after_its_exchange_is_closed() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [one, two] = lane_ids();
        post(&mut lanes, one);
        let mut peer = server.accept().await;
        peer.answer("[{\"n\":1}]").await;
        // The second request proves that the response to the first was read.
        post(&mut lanes, two);
        peer.request().await;
        lanes.perform(Action::Close(one), b"");
        peer.respond("200 OK", &[], "[{\"n\":2}]").await;
        match lanes.report().await {
            Next::Frame(lane, _) => assert_eq!(lane, two),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn abandoning_an_exchange_invalidates_the_other_kept_connection() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [one, two, three] = lane_ids();
        lanes.perform(Action::Exchange(one, Exchange::Ordinary), b"[{}]");
        let mut ordinary = server.accept().await;
        ordinary.answer("[{}]").await;
        complete(&mut lanes, one).await;

        // The held connect is not answered, and the session closes its lane.
        lanes.perform(Action::Exchange(two, HELD), b"[{}]");
        let mut held = server.accept().await;
        held.request().await;
        lanes.perform(Action::Close(two), b"");

        // The earlier connection is still open, but may be broken like the other one.
        lanes.perform(Action::Exchange(three, Exchange::Ordinary), b"[{\"n\":3}]");
        let mut afresh = server.accept().await;
        assert_eq!(afresh.answer("[{}]").await.body, "[{\"n\":3}]");
        complete(&mut lanes, three).await;
    })
    .await;
}
