//! Requests of foreign pages, half requests, and many connections.

use core::time::Duration;

use groupme_sim::{FaultPlan, Probability, Sim};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use super::client::{Http, Socket, sim};

/// Sends text and returns everything that comes until the connection ends.
async fn exchange(sim: &Sim, text: &str) -> String {
    let mut stream = TcpStream::connect(sim.addr()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    let read = stream.read_to_end(&mut received);
    let ended = tokio::time::timeout(Duration::from_secs(20), read).await;
    // A reset is an end, too.
    drop(ended.expect("the connection ends"));
    String::from_utf8(received).unwrap()
}

fn request(host: &str, origin: &str) -> String {
    format!("GET /v3/groups HTTP/1.1\r\nHost: {host}\r\n{origin}Connection: close\r\n\r\n")
}

#[tokio::test]
async fn foreign_hosts_and_origins_are_refused() {
    let sim = sim().await;
    let accepted = exchange(&sim, &request(&sim.addr().to_string(), "")).await;
    assert!(accepted.starts_with("HTTP/1.1 401"), "{accepted}");
    for (host, origin) in [
        ("evil.example", ""),
        ("localhost", "Origin: https://evil.example\r\n"),
        ("localhost", "Origin: null\r\n"),
    ] {
        let refused = exchange(&sim, &request(host, origin)).await;
        assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
        assert!(refused.contains("--any-host"), "{refused}");
    }
    let upgrade = "GET /faye HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade, close\r\n\
                   Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let refused = exchange(&sim, upgrade).await;
    assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
}

#[tokio::test]
async fn any_host_accepts_foreign_hosts_and_origins() {
    let sim = Sim::builder().any_host(true).start().await.unwrap();
    let origin = "Origin: https://evil.example\r\n";
    let accepted = exchange(&sim, &request("evil.example", origin)).await;
    assert!(accepted.starts_with("HTTP/1.1 401"), "{accepted}");
}

#[tokio::test]
async fn any_host_keeps_the_control_api_from_foreign_names() {
    let sim = Sim::builder().any_host(true).start().await.unwrap();
    for path in ["/sim/v1/users", "/"] {
        // A browser sends no `Origin` with a `GET` of its own page.
        let get = |host: &str| request(host, "").replace("/v3/groups", path);
        let refused = exchange(&sim, &get("evil.example")).await;
        assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
        assert!(!refused.contains(sim.token()), "{refused}");
        let accepted = exchange(&sim, &get("localhost")).await;
        assert!(accepted.starts_with("HTTP/1.1 200"), "{accepted}");
    }
}

#[tokio::test]
async fn half_requests_end_after_the_timeout() {
    let timeout = Duration::from_millis(200);
    let sim = Sim::builder().request_timeout(timeout).start();
    let sim = sim.await.unwrap();
    for half in [
        "",
        "GET /v3/gro",
        "GET /v3/groups HTTP/1.1\r\nHost: localhost\r\nX-Pad: ",
    ] {
        assert_eq!(exchange(&sim, half).await, "", "{half}");
    }
    let head = "POST /faye HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n[{";
    let reply = exchange(&sim, head).await;
    assert!(reply.starts_with("HTTP/1.1 408"), "{reply}");
    // Sockets and held polls are not requests that are being sent.
    let mut socket = Socket::open(&sim).await;
    let client = socket.listen(&sim).await;
    tokio::time::sleep(timeout * 2).await;
    sim.say("still there").unwrap();
    let message = socket.message().await.to_string();
    assert!(message.contains("still there"), "{message}");
    assert_eq!(sim.sessions(), [client]);
}

#[tokio::test]
async fn a_half_open_connection_stays_silent_beyond_the_timeout() {
    let mut plan = FaultPlan::new(1);
    plan.links.half_open = Probability::ALWAYS;
    plan.links.window = Duration::ZERO;
    let timeout = Duration::from_millis(50);
    let sim = Sim::builder().request_timeout(timeout).faults(plan).start();
    let sim = sim.await.unwrap();
    let mut stream = TcpStream::connect(sim.addr()).await.unwrap();
    stream.write_all(b"GET /v3/gro").await.unwrap();
    let read = tokio::time::timeout(timeout * 6, stream.read_u8()).await;
    assert!(read.is_err(), "{read:?}");
}

/// Resident memory in kilobytes.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn memory_is_given_back_after_thousands_of_connections() {
    let sim = sim().await;
    let mut sizes = Vec::new();
    for _ in 0..10 {
        for _ in 0..3 {
            let mut connections = JoinSet::new();
            for number in 0..100 {
                let sim_addr = sim.addr();
                connections.spawn(async move {
                    let mut stream = TcpStream::connect(sim_addr).await.unwrap();
                    let upgrade = number % 2 == 0;
                    let head = if upgrade {
                        "GET /faye HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
                         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                    } else {
                        "POST /faye HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n[]"
                    };
                    stream.write_all(head.as_bytes()).await.unwrap();
                    assert!(stream.read(&mut [0; 512]).await.unwrap() > 0);
                });
            }
            while let Some(done) = connections.join_next().await {
                done.unwrap();
            }
        }
        // One exchange more, so that all ends before it are seen.
        let mut http = Http::open(&sim).await;
        assert_eq!(
            http.ask(&serde_json::json!([])).await,
            serde_json::json!([])
        );
        sizes.push(resident());
    }
    // The first rounds warm the allocator up.
    let growth = sizes[9].saturating_sub(sizes[1]);
    assert!(growth < 4 << 10, "{growth} kB more: {sizes:?}");
}
