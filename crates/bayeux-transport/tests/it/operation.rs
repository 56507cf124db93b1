//! The operation as the last segment of the path.

use core::time::Duration;

use bayeux_proto::{Action, Exchange, LaneId};
use bayeux_transport::{Lanes, Options};

use crate::{
    peer::Server,
    world::{Ask, in_time, lane_ids, lanes, lanes_with},
};

const HELD: Exchange = Exchange::Held {
    hold: Duration::from_secs(5),
};

/// Makes an exchange, and returns the path of its request.
async fn path_of(server: &Server, lanes: &mut Lanes, lane: LaneId, kind: Exchange) -> String {
    lanes.perform(Action::Exchange(lane, kind), b"[{}]");
    let mut peer = server.accept().await;
    let request = peer.request().await;
    peer.respond("200 OK", &["Connection: close"], "[{}]").await;
    lanes.frame(lane).await;
    lanes.closed(lane).await;
    path(&request.head)
}

fn path(head: &str) -> String {
    head.split(' ').nth(1).unwrap().to_owned()
}

fn with_operations(url: &str) -> Lanes {
    let mut options = Options::default();
    options.append_operation = true;
    lanes_with(url, options)
}

#[tokio::test]
async fn handshake_connect_and_disconnect_alone_have_a_path_of_their_own() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = with_operations(&format!("{}?x=1", server.url()));
        let [one, two, three, four, socket] = lane_ids();
        for (lane, kind, expected) in [
            (one, Exchange::Handshake, "/faye/handshake?x=1"),
            (two, HELD, "/faye/connect?x=1"),
            (three, Exchange::Ordinary, "/faye?x=1"),
            (four, Exchange::Disconnect, "/faye/disconnect?x=1"),
        ] {
            assert_eq!(path_of(&server, &mut lanes, lane, kind).await, expected);
        }
        lanes.perform(Action::Open(socket), b"");
        let request = server.accept().await.upgrade().await;
        assert_eq!(path(&request.head), "/faye?x=1");
    })
    .await;
}

#[tokio::test]
async fn without_the_option_all_messages_go_to_the_endpoint() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [one, two, three] = lane_ids();
        for (lane, kind) in [
            (one, Exchange::Handshake),
            (two, HELD),
            (three, Exchange::Disconnect),
        ] {
            assert_eq!(path_of(&server, &mut lanes, lane, kind).await, "/faye");
        }
    })
    .await;
}

#[tokio::test]
async fn a_redirect_of_one_operation_moves_the_others_too() {
    in_time(async {
        let server = Server::bind().await;
        let mut lanes = with_operations(&server.url());
        let [one, two, three] = lane_ids();
        lanes.perform(Action::Exchange(one, Exchange::Handshake), b"[{}]");
        let mut peer = server.accept().await;
        assert_eq!(path(&peer.request().await.head), "/faye/handshake");
        let location = ["Location: /moved/handshake?y=2", "Connection: close"];
        peer.respond("307 Moved", &location, "").await;
        let mut peer = server.accept().await;
        assert_eq!(path(&peer.request().await.head), "/moved/handshake?y=2");
        peer.respond("200 OK", &["Connection: close"], "[{}]").await;
        lanes.frame(one).await;
        lanes.closed(one).await;
        let ordinary = path_of(&server, &mut lanes, two, Exchange::Ordinary).await;
        assert_eq!(ordinary, "/moved?y=2");
        let held = path_of(&server, &mut lanes, three, HELD).await;
        assert_eq!(held, "/moved/connect?y=2");
    })
    .await;
}
