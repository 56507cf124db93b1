//! Thousands of connections, and readers that do not read.

use core::time::Duration;

use bayeux_server::Options;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    frames::frame,
    victim::{Victim, impatient},
};

/// Returns how many connections this process may have to itself, both ends counted, and at most 5,000.
fn many() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let soft = line.unwrap().split_whitespace().nth(3).unwrap();
    let files: usize = soft.parse().unwrap_or(usize::MAX);
    (files.saturating_sub(100) / 2).min(5_000)
}

#[tokio::test]
async fn thousands_of_idle_connections_cost_little_and_end() {
    let mut options = impatient();
    options.request_timeout = Duration::from_secs(10);
    let victim = Victim::start(options);
    let mut idle = Vec::new();
    for _ in 0..many() {
        idle.push(victim.connect().await);
    }
    victim.assert_works().await;
    let each = victim.grown() / u64::try_from(idle.len()).unwrap();
    assert!(each < 20, "{each} KB for each idle connection");
    for mut connection in idle {
        let mut bytes = [0; 512];
        let ended = tokio::time::timeout(Duration::from_secs(30), connection.read(&mut bytes));
        // Nothing, or 408.
        assert!(ended.await.is_ok(), "an idle connection stays");
    }
    victim.assert_cost(Duration::from_secs(10), 128).await;
}

#[tokio::test]
async fn thousands_of_idle_sockets_cost_little() {
    let mut options = Options::default();
    // On a busy machine, opening thousands takes longer than two holds.
    options.bayeux.hold = Duration::from_hours(1);
    let victim = Victim::start(options);
    let mut idle = Vec::new();
    for _ in 0..many() {
        idle.push(victim.upgrade().await);
    }
    assert_eq!(victim.server.status().sockets, idle.len());
    victim.assert_works().await;
    let each = victim.grown() / u64::try_from(idle.len()).unwrap();
    println!("{each} KB for each idle socket");
    assert!(each < 24, "{each} KB for each idle socket");
    let spent = victim.cpu();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let idle_cpu = victim.cpu().saturating_sub(spent);
    assert!(
        idle_cpu < Duration::from_millis(300),
        "{idle_cpu:?} for nothing"
    );
    drop(idle);
    while victim.server.status().sockets > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    victim.assert_cost(Duration::from_secs(20), 128).await;
}

/// Opens a socket that has a session and a subscription.
async fn subscribed(victim: &Victim) -> TcpStream {
    let mut socket = victim.upgrade().await;
    let handshake = r#"[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["websocket"]}]"#;
    socket
        .write_all(&frame(0x81, handshake.as_bytes()))
        .await
        .unwrap();
    let mut answer = vec![0; 4_096];
    let size = socket.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..size]).into_owned();
    let id = answer.split(r#""clientId":""#).nth(1).unwrap();
    let id = id.split('"').next().unwrap();
    let messages = format!(
        r#"[{{"channel":"/meta/subscribe","clientId":"{id}","subscription":"/news"}},
            {{"channel":"/meta/connect","clientId":"{id}","connectionType":"websocket"}}]"#
    );
    socket
        .write_all(&frame(0x81, messages.as_bytes()))
        .await
        .unwrap();
    while victim.server.subscribers("/news") == 0 {
        tokio::task::yield_now().await;
    }
    socket
}

#[tokio::test]
async fn readers_that_do_not_read_cost_their_queue_and_no_more() {
    let mut options = Options::default();
    options.queue.bytes = 256 << 10;
    let victim = Victim::start(options);
    let mut deaf = Vec::new();
    for _ in 0..20 {
        deaf.push(subscribed(&victim).await);
    }
    while victim.server.subscribers("/news") < deaf.len() {
        tokio::task::yield_now().await;
    }
    let event = format!("\"{}\"", "x".repeat(20_000));
    let mut published = 0;
    while victim.server.status().sockets > 0 {
        victim.server.publish("/news", &event).unwrap();
        published += 1;
        assert!(published < 5_000, "the readers are still there");
        tokio::task::yield_now().await;
    }
    // Besides the queues, the kernel has what is under way.
    victim.assert_cost(Duration::from_secs(20), 48).await;
}

#[tokio::test]
async fn a_flood_of_sessions_is_bounded() {
    let mut options = impatient();
    options.bayeux.limits.sessions = 2_000;
    let victim = Victim::start(options);
    let handshake = r#"[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"]}]"#;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{handshake}",
        handshake.len()
    );
    let last = request.replace("Host: x", "Host: x\r\nConnection: close");
    let answers = victim
        .provoke([request.repeat(5_000), last].concat().as_bytes())
        .await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 5_001);
    assert_eq!(victim.server.clients().len(), 2_000);
    assert_eq!(answers.matches(r#""successful":true"#).count(), 2_000);
    // A client in need gets in once a session has ended.
    let ended = victim.server.clients();
    assert!(victim.server.end_session(&ended[0]));
    victim.assert_cost(Duration::from_secs(10), 32).await;
}
