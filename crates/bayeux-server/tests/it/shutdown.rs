//! The end of a server.

use core::time::Duration;

use bayeux_server::{AllowAll, Options};
use fastwebsockets::OpCode;
use serde_json::json;
use tokio::net::TcpStream;

use crate::client::{Http, Socket, connect, data_of, handshake, start, subscribe, until};

const GRACE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn polls_are_answered_and_sockets_closed_after_their_outputs() {
    let (server, addr) = start(AllowAll, Options::default()).await;
    let mut socket = Socket::open(addr).await;
    socket.listen("/news").await;
    let mut poll = Http::open(addr).await;
    poll.post(&json!([handshake()])).await;
    let client = poll.answer().await[0]["clientId"]
        .as_str()
        .unwrap()
        .to_owned();
    poll.post(&json!([subscribe(&client, "/other")])).await;
    poll.answer().await;
    poll.post(&json!([connect(&client)])).await;
    until(|| server.status().exchanges > 0).await;
    for number in 0..100 {
        server.publish("/news", &number.to_string()).unwrap();
    }
    let ending = tokio::spawn({
        let server = server.clone();
        async move { server.shut_down(GRACE).await }
    });
    for number in 0..100 {
        assert_eq!(data_of(&socket.batch().await, "/news"), [json!(number)]);
    }
    let answer = poll.answer().await;
    assert_eq!(answer[0]["channel"], "/meta/connect");
    let going_away = 1001_u16.to_be_bytes().to_vec();
    assert_eq!(socket.read().await, Some((OpCode::Close, going_away)));
    drop(socket);
    ending.await.unwrap();
    assert!(poll.reply().await.is_none(), "the connection is closed");
    assert!(TcpStream::connect(addr).await.is_err(), "the port is free");
    let status = server.status();
    assert_eq!(
        (status.sessions, status.sockets, status.exchanges),
        (0, 0, 0)
    );
}

#[tokio::test]
async fn a_client_that_does_not_go_is_dropped() {
    let (server, addr) = start(AllowAll, Options::default()).await;
    let mut half = Http::open(addr).await;
    half.write("POST /bayeux HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n[{")
        .await;
    let mut socket = Socket::open(addr).await;
    socket.listen("/news").await;
    server.shut_down(Duration::from_millis(100)).await;
    assert!(half.reply().await.is_none());
    assert_eq!(server.status().sockets, 0);
}

#[tokio::test]
async fn a_server_that_has_ended_refuses_requests() {
    let (server, _addr) = start(AllowAll, Options::default()).await;
    server.shut_down(GRACE).await;
    let response = crate::client::post(&server, &json!([handshake()])).await;
    assert_eq!(response.status(), 503);
    server.shut_down(GRACE).await;
}

#[tokio::test]
async fn a_socket_that_reads_slowly_gets_all_its_outputs() {
    let mut options = Options::default();
    options.queue.bytes = usize::MAX;
    let (server, addr) = start(AllowAll, options).await;
    let mut socket = Socket::open(addr).await;
    socket.listen("/news").await;
    let text = format!("{:?}", "x".repeat(60_000));
    // More than the buffers of the system hold, in a queue that holds all of it.
    for _ in 0..200 {
        server.publish("/news", &text).unwrap();
    }
    let ending = tokio::spawn({
        let server = server.clone();
        async move { server.shut_down(GRACE).await }
    });
    // A socket that was cut a second after the close would be cut by now. The time is real.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    for _ in 0..200 {
        assert_eq!(data_of(&socket.batch().await, "/news").len(), 1);
    }
    assert_eq!(socket.read().await.unwrap().0, OpCode::Close);
    drop(socket);
    ending.await.unwrap();
}
