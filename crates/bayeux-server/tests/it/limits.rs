//! Half requests, oversize payloads, slow readers, and too many clients.

use core::time::Duration;

use bayeux_server::{AllowAll, Options};
use fastwebsockets::OpCode;
use serde_json::json;

use crate::client::{
    Http, Socket, UPGRADE, ask, connect, data_of, handshake, open_session, publish, start,
};

#[tokio::test]
async fn a_half_request_ends_after_the_timeout() {
    let mut options = Options::default();
    options.request_timeout = Duration::from_millis(100);
    let (_server, addr) = start(AllowAll, options).await;
    let mut http = Http::open(addr).await;
    http.write("POST /bayeux HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n[{")
        .await;
    assert_eq!(http.reply().await.unwrap().status, 408);
    for half in ["", "POST /bay", "POST /bayeux HTTP/1.1\r\nHost: x\r\n"] {
        let mut http = Http::open(addr).await;
        http.write(half).await;
        let reply = http.reply().await;
        assert!(reply.is_none_or(|reply| reply.status == 408), "{half}");
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_before_it_is_sent() {
    let mut options = Options::default();
    options.max_payload = 1000;
    let (server, addr) = start(AllowAll, options).await;
    let mut http = Http::open(addr).await;
    http.write("POST /bayeux HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n")
        .await;
    assert_eq!(http.reply().await.unwrap().status, 413);
    // Without an announced length, at the limit.
    let mut http = Http::open(addr).await;
    let chunk = "9".repeat(600);
    http.write("POST /bayeux HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await;
    http.write(&format!("258\r\n{chunk}\r\n258\r\n{chunk}\r\n"))
        .await;
    assert_eq!(http.reply().await.unwrap().status, 413);
    let client = open_session(&server).await;
    assert_eq!(server.clients(), [client]);
}

#[tokio::test]
async fn a_payload_up_to_the_limit_is_read_on_every_transport() {
    for max_payload in [1 << 20, 3 << 20] {
        let mut options = Options::default();
        options.max_payload = max_payload;
        options.bayeux.limits.message = usize::MAX;
        let (server, addr) = start(AllowAll, options).await;
        let mut listener = Socket::open(addr).await;
        listener.listen("/news").await;
        let (mut http, mut socket) = (Http::open(addr).await, Socket::open(addr).await);
        let client = open_session(&server).await;
        let mut batch = json!([publish(&client, "/news", &json!(""))]);
        let spare = max_payload - batch.to_string().len();
        for size in [200 << 10, 300 << 10, spare] {
            batch[0]["data"] = "x".repeat(size).into();
            http.post(&batch).await;
            assert_eq!(http.answer().await[0]["successful"], true, "{size}");
            let pushed = listener.batch().await;
            assert_eq!(pushed[0]["data"].as_str().unwrap().len(), size);
            assert_eq!(socket.ask(&batch).await[0]["successful"], true, "{size}");
            assert_eq!(listener.batch().await, pushed);
        }
    }
}

#[tokio::test]
async fn a_payload_of_too_many_values_is_refused_as_too_large() {
    let (server, addr) = start(AllowAll, Options::default()).await;
    let client = open_session(&server).await;
    let batch = json!([publish(&client, "/news", &json!(vec![1; 200_000]))]);
    let mut http = Http::open(addr).await;
    http.post(&batch).await;
    let reply = http.reply().await.unwrap();
    assert_eq!((reply.status, &*reply.body), (413, "Payload Too Large"));
    let mut socket = Socket::open(addr).await;
    socket.send(&batch).await;
    let end = socket.read().await;
    assert_eq!(end, Some((OpCode::Close, 1009_u16.to_be_bytes().to_vec())));
}

#[tokio::test]
async fn a_message_beyond_the_limit_ends_its_socket_alone() {
    let mut options = Options::default();
    options.max_payload = 1000;
    let (server, addr) = start(AllowAll, options).await;
    let (mut good, mut bad) = (Socket::open(addr).await, Socket::open(addr).await);
    good.listen("/news").await;
    bad.write(OpCode::Text, "9".repeat(1001).as_bytes()).await;
    let end = bad.read().await;
    assert_eq!(end, Some((OpCode::Close, 1009_u16.to_be_bytes().to_vec())));
    server.publish("/news", "1").unwrap();
    assert_eq!(good.batch().await[0]["data"], 1);
}

async fn drops_a_sleeper(options: Options) {
    let (server, addr) = start(AllowAll, options).await;
    let (mut reader, mut sleeper) = (Socket::open(addr).await, Socket::open(addr).await);
    reader.listen("/news").await;
    sleeper.listen("/news").await;
    assert_eq!(server.status().sockets, 2);
    let text = format!("{:?}", "x".repeat(20_000));
    let mut published = 0;
    while server.status().sockets > 1 {
        server.publish("/news", &text).unwrap();
        published += 1;
        // The reader keeps up, by reading each event.
        assert_eq!(reader.batch().await[0]["channel"], "/news");
        assert!(published < 10_000, "the sleeper is still there");
    }
    server.publish("/news", "1").unwrap();
    assert_eq!(reader.batch().await[0]["data"], 1);
}

#[tokio::test]
async fn a_slow_reader_is_dropped_for_its_bytes_and_nobody_waits_for_it() {
    let mut options = Options::default();
    options.queue.bytes = 100_000;
    drops_a_sleeper(options).await;
}

#[tokio::test]
async fn a_slow_reader_is_dropped_for_its_frames_and_nobody_waits_for_it() {
    let mut options = Options::default();
    (options.queue.frames, options.queue.bytes) = (4, usize::MAX);
    drops_a_sleeper(options).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut_off() {
    let mut options = Options::default();
    options.request_timeout = Duration::from_millis(200);
    options.bayeux.limits.queue_bytes = usize::MAX;
    let (server, addr) = start(AllowAll, options).await;
    let client = open_session(&server).await;
    ask(
        &server,
        &json!([crate::client::subscribe(&client, "/news")]),
    )
    .await;
    let text = format!("{:?}", "x".repeat(60_000));
    for _ in 0..400 {
        server.publish("/news", &text).unwrap();
    }
    let mut http = Http::open(addr).await;
    http.post(&json!([connect(&client)])).await;
    // The time in which a client has to read is real: sockets know no other.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(http.drain().await < 400 * 60_000, "the rest of the answer");
}

#[tokio::test]
async fn a_single_event_beyond_the_queue_of_bytes_passes() {
    let mut options = Options::default();
    options.queue.bytes = 100;
    let (server, addr) = start(AllowAll, options).await;
    let mut socket = Socket::open(addr).await;
    socket.listen("/news").await;
    let text = format!("{:?}", "x".repeat(20_000));
    server.publish("/news", &text).unwrap();
    assert_eq!(
        socket.batch().await[0]["data"].as_str().unwrap().len(),
        20_000
    );
}

#[tokio::test]
async fn a_poller_that_does_not_poll_loses_its_session_and_learns_of_it() {
    let mut options = Options::default();
    options.bayeux.limits.queue = 10;
    let (server, addr) = start(AllowAll, options).await;
    let client = open_session(&server).await;
    ask(
        &server,
        &json!([crate::client::subscribe(&client, "/news")]),
    )
    .await;
    for number in 0..10 {
        server.publish("/news", &number.to_string()).unwrap();
    }
    assert_eq!(server.clients().len(), 1);
    server.publish("/news", "10").unwrap();
    assert_eq!(server.clients().len(), 0);
    let mut http = Http::open(addr).await;
    http.post(&json!([connect(&client)])).await;
    let answer = http.answer().await;
    assert_eq!(answer[0]["advice"]["reconnect"], "handshake");
    assert!(data_of(&answer, "/news").is_empty());
}

#[tokio::test]
async fn clients_beyond_the_limit_are_refused_and_come_in_later() {
    let mut options = Options::default();
    options.max_lanes = 2;
    let (server, addr) = start(AllowAll, options).await;
    let mut first = Socket::open(addr).await;
    let second = Socket::open(addr).await;
    for (method, headers) in [("GET", &UPGRADE[..]), ("POST", &[])] {
        // Over the listener, there would be too many connections already.
        let mut request = http::Request::builder().method(method);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = http_body_util::Full::<bytes::Bytes>::from("[]");
        let response = server.call(request.body(body).unwrap()).await;
        assert_eq!(response.status(), 503, "{method}");
    }
    drop(second);
    let mut third = loop {
        let mut http = Http::open(addr).await;
        http.post(&json!([])).await;
        if http.reply().await.is_some_and(|reply| reply.status == 200) {
            break http;
        }
    };
    third.post(&json!([handshake()])).await;
    assert_eq!(third.answer().await[0]["successful"], true);
    assert_eq!(first.ask(&json!([])).await, json!([]));
}
