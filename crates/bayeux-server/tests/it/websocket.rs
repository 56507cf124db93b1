//! Websockets, and sessions that change their transport.

use core::time::Duration;

use bayeux_server::{AllowAll, Options};
use fastwebsockets::OpCode;
use serde_json::json;
use tokio::time::sleep;

use crate::client::{
    Http, Socket, UPGRADE, connect, connect_now, data_of, handshake, publish, start, subscribe,
    until,
};

#[tokio::test]
async fn events_are_pushed_in_order_while_the_connect_is_held() {
    let (server, addr) = start(AllowAll, Options::default()).await;
    let mut socket = Socket::open(addr).await;
    socket.listen("/news").await;
    for number in 0..1000 {
        server.publish("/news", &number.to_string()).unwrap();
    }
    for number in 0..1000 {
        assert_eq!(socket.batch().await[0]["data"], number);
    }
}

#[tokio::test]
async fn a_session_moves_from_polling_to_a_socket_and_back() {
    let (server, addr) = start(AllowAll, Options::default()).await;
    let (mut http, mut poll) = (Http::open(addr).await, Http::open(addr).await);
    http.post(&json!([handshake()])).await;
    let client = http.answer().await[0]["clientId"]
        .as_str()
        .unwrap()
        .to_owned();
    http.post(&json!([subscribe(&client, "/news")])).await;
    http.answer().await;
    // A held poll, and a socket of the same session beside it.
    poll.post(&json!([connect(&client)])).await;
    http.post(&json!([])).await;
    http.answer().await;
    server.publish("/news", "1").unwrap();
    assert_eq!(data_of(&poll.answer().await, "/news"), [json!(1)]);
    let mut socket = Socket::open(addr).await;
    socket.send(&json!([connect(&client)])).await;
    assert_eq!(socket.ask(&json!([])).await, json!([]));
    server.publish("/news", "2").unwrap();
    assert_eq!(socket.batch().await[0]["data"], 2);
    // The socket breaks, and its session continues.
    drop(socket);
    until(|| server.status().sockets == 0).await;
    server.publish("/news", "3").unwrap();
    http.post(&json!([connect_now(&client)])).await;
    assert_eq!(data_of(&http.answer().await, "/news"), [json!(3)]);
}

#[tokio::test]
async fn a_lost_connection_ends_its_poll_and_its_socket() {
    let (server, addr) = start(AllowAll, Options::default()).await;
    let mut socket = Socket::open(addr).await;
    let client = socket.listen("/news").await;
    let mut poll = Http::open(addr).await;
    poll.post(&json!([handshake()])).await;
    let other = poll.answer().await[0]["clientId"]
        .as_str()
        .unwrap()
        .to_owned();
    poll.post(&json!([connect(&other)])).await;
    until(|| server.status().exchanges > 0).await;
    drop((socket, poll));
    until(|| server.status().sockets + server.status().exchanges == 0).await;
    assert!(server.clients().contains(&client), "the sessions live on");
    assert!(server.clients().contains(&other));
}

#[tokio::test]
async fn pings_are_answered_and_binary_frames_are_read() {
    let (_server, addr) = start(AllowAll, Options::default()).await;
    let mut socket = Socket::open(addr).await;
    socket.write(OpCode::Ping, b"are you there").await;
    let (opcode, payload) = socket.read().await.unwrap();
    assert_eq!(
        (opcode, &payload[..]),
        (OpCode::Pong, &b"are you there"[..])
    );
    socket
        .write(OpCode::Binary, json!([handshake()]).to_string().as_bytes())
        .await;
    assert_eq!(socket.batch().await[0]["successful"], true);
    socket.write(OpCode::Close, &1000_u16.to_be_bytes()).await;
    assert_eq!(socket.read().await.unwrap().0, OpCode::Close);
}

#[tokio::test]
async fn a_socket_without_a_connect_ends_after_two_holds_and_half_a_minute() {
    let mut options = Options::default();
    (options.bayeux.hold, options.bayeux.interval) = (Duration::from_secs(45), Duration::ZERO);
    let (server, addr) = start(AllowAll, options).await;
    let mut socket = Socket::open(addr).await;
    socket.send(&json!([handshake()])).await;
    socket.batch().await;
    tokio::time::pause();
    // Time passes only while nothing else happens.
    sleep(Duration::from_secs(119)).await;
    assert_eq!(server.status().sockets, 1);
    // The client reads nothing, so it answers no close frame either.
    sleep(Duration::from_secs(61)).await;
    assert_eq!(server.status().sockets, 0);
}

#[tokio::test]
async fn an_idle_socket_is_pinged_and_a_silent_one_ends() {
    let mut options = Options::default();
    options.ping_interval = Some(Duration::from_millis(20));
    let (_server, addr) = start(AllowAll, options).await;
    let mut socket = Socket::open(addr).await;
    // The client's library answers pings by itself and continues; the interval is short, so this
    // answer comes between pings.
    for _ in 0..10 {
        assert_eq!(socket.ask(&json!([])).await, json!([]));
    }
    let mut raw = Http::open(addr).await;
    raw.send("GET", "/bayeux", &UPGRADE, "").await;
    assert_eq!(raw.reply().await.unwrap().status, 101);
    assert_eq!(raw.bytes(2).await, [0x89, 0], "a ping");
}

#[tokio::test]
async fn upgrades_of_other_versions_are_bad_requests() {
    let (_server, addr) = start(AllowAll, Options::default()).await;
    for index in 0..UPGRADE.len() {
        let mut headers = UPGRADE;
        headers[index].1 = "8";
        if index == 1 {
            continue; // no upgrade at all
        }
        let mut http = Http::open(addr).await;
        http.send("GET", "/bayeux", &headers, "").await;
        assert_eq!(http.reply().await.unwrap().status, 400, "{headers:?}");
    }
    let mut options = Options::default();
    options.websocket = false;
    let (_server, addr) = start(AllowAll, options).await;
    let mut http = Http::open(addr).await;
    http.send("GET", "/bayeux", &UPGRADE, "").await;
    assert_eq!(http.reply().await.unwrap().status, 400);
}

#[tokio::test]
async fn two_clients_of_one_channel_get_the_event_of_a_third_once_each() {
    let (_server, addr) = start(AllowAll, Options::default()).await;
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let mut socket = Socket::open(addr).await;
        let client = socket.listen("/chat").await;
        sockets.push((socket, client));
    }
    let (mut author, client) = sockets.pop().unwrap();
    author
        .send(&json!([publish(&client, "/chat", &json!("hi"))]))
        .await;
    for (socket, _) in &mut sockets {
        assert_eq!(socket.batch().await[0]["data"], "hi");
        assert_eq!(socket.ask(&json!([])).await, json!([]), "no second copy");
    }
}

#[tokio::test]
async fn a_client_that_polls_has_left_a_socket_that_nobody_closed() {
    let (server, addr) = start(AllowAll, Options::default()).await;
    let mut socket = Socket::open(addr).await;
    let client = socket.listen("/news").await;
    let mut poll = Http::open(addr).await;
    poll.post(&json!([connect(&client)])).await;
    until(|| server.status().exchanges > 0).await;
    // Events of the time before the poll has arrived go to the socket.
    until(|| {
        server.publish("/news", "1").unwrap();
        server.status().exchanges == 0
    })
    .await;
    assert!(!data_of(&poll.answer().await, "/news").is_empty());
    assert_eq!(server.status().sockets, 1, "the socket is open");
}
