//! Faults on demand.

use core::time::Duration;

use fastwebsockets::OpCode;
use groupme_sim::Sim;
use serde_json::json;
use tokio::net::TcpStream;

use super::client::{Http, KEY, Socket, sim, upgrade};
use crate::peer::{connect, connect_for, connected, handshake, unknown};

#[tokio::test]
async fn broken_connections_end_without_a_close_frame_and_sessions_live_on() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    let client = socket.listen(&sim).await;
    let mut http = Http::open(&sim).await;
    let polling = http.ask(&json!([handshake("1")])).await[0]["clientId"]
        .as_str()
        .unwrap()
        .to_owned();
    http.post(&json!([connect(&polling, "2")])).await;

    sim.break_connections();
    assert_eq!(socket.read().await, None);
    assert!(http.answer().await.is_none());

    let mut http = Http::open(&sim).await;
    for client in [client, polling] {
        let answer = http.ask(&json!([connect_for(&client, "3", 0)])).await;
        assert_eq!(answer[0], connected(&client, "3"));
    }
}

#[tokio::test]
async fn a_restart_loses_connections_and_sessions() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    let client = socket.listen(&sim).await;
    sim.restart();
    assert_eq!(socket.read().await, None);
    let mut socket = Socket::open(&sim).await;
    assert_eq!(
        socket.ask(&connect(&client, "3")).await,
        unknown(&client, "3")
    );
    socket.listen(&sim).await;
    sim.say("back").unwrap();
    assert_eq!(socket.message().await["data"]["subject"]["text"], "back");
}

#[tokio::test]
async fn lost_sessions_leave_the_socket_open() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    let client = socket.listen(&sim).await;
    socket.settle().await;
    sim.lose_sessions();
    sim.say("unheard").unwrap();
    assert_eq!(
        socket.ask(&connect(&client, "3")).await,
        unknown(&client, "3")
    );
}

#[tokio::test]
async fn a_destroyed_session_closes_its_socket() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    let client = socket.listen(&sim).await;
    socket.settle().await;
    assert!(sim.destroy_session(&client));
    assert!(!sim.destroy_session(&client));
    assert_eq!(
        socket.read().await,
        Some((OpCode::Close, 1000_u16.to_be_bytes().to_vec()))
    );
    assert_eq!(socket.read().await, None);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_dropped() {
    let sim = Sim::builder()
        .ping_interval(None)
        .max_queued_frames(10)
        .start()
        .await
        .unwrap();
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    socket.settle().await;
    // In one call, so that nothing can be sent in between.
    sim.with_world(|world| {
        for _ in 0..11 {
            world.say(sim.cast().lake, sim.cast().mara, "more").unwrap();
        }
    });
    let mut received = 0;
    while socket.read().await.is_some() {
        received += 1;
    }
    assert!(received <= 10, "{received}");
}

#[tokio::test]
async fn a_client_that_does_not_read_large_events_is_dropped_before_they_fill_the_memory() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    socket.settle().await;
    let large = "x".repeat(1 << 20);
    sim.with_world(|world| {
        for _ in 0..40 {
            world.say(sim.cast().lake, sim.cast().mara, &large).unwrap();
        }
    });
    let mut received = 0;
    while socket.read().await.is_some() {
        received += 1;
    }
    assert!(received <= 32, "{received}");
}

#[tokio::test]
async fn a_client_that_stops_in_the_middle_of_a_frame_is_dropped_there() {
    let sim = Sim::builder()
        .ping_interval(None)
        .max_queued_frames(1)
        .start()
        .await
        .unwrap();
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    socket.settle().await;
    // More than a loopback connection takes without a reader.
    let much = "much ".repeat(5 << 20);
    for text in [&*much, "more", "too much"] {
        sim.say(text).unwrap();
    }
    assert_eq!(socket.read().await, None);
}

#[tokio::test]
async fn upgrades_can_be_refused() {
    let sim = sim().await;
    sim.allow_sockets(false);
    let mut http = Http::open(&sim).await;
    assert_eq!(
        http.request("GET", "/faye", &upgrade(KEY), "").await.status,
        503
    );
    assert_eq!(
        http.ask(&json!([handshake("1")])).await[0]["successful"],
        true
    );
    sim.allow_sockets(true);
    Socket::open(&sim).await;
}

#[tokio::test]
async fn polling_can_be_refused() {
    let sim = Sim::builder()
        .ping_interval(None)
        .polling(false)
        .start()
        .await
        .unwrap();
    let mut http = Http::open(&sim).await;
    http.post(&json!([handshake("1")])).await;
    assert_eq!(http.response().await.unwrap().status, 504);
    Socket::open(&sim).await.listen(&sim).await;
    sim.allow_polling(true);
    let mut http = Http::open(&sim).await;
    assert_eq!(
        http.ask(&json!([handshake("1")])).await[0]["successful"],
        true
    );
}

#[tokio::test]
async fn sockets_can_be_short_lived() {
    let sim = Sim::builder()
        .ping_interval(None)
        .max_socket_age(Some(Duration::from_millis(20)))
        .idle_connects(groupme_sim::IdleConnects::NeverAnswered)
        .sticky_sockets(false)
        .start()
        .await
        .unwrap();
    let mut socket = Socket::open(&sim).await;
    assert_eq!(
        socket.read().await,
        Some((OpCode::Close, 1000_u16.to_be_bytes().to_vec()))
    );
    assert_eq!(socket.read().await, None);
}

#[tokio::test]
async fn after_a_freeze_everything_comes_at_once() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    socket.settle().await;
    let before = sim.sessions();
    sim.freeze();
    sim.say("late").unwrap();
    socket.send(&json!([handshake("y")])).await;
    let mut http = Http::open(&sim).await;
    http.post(&json!([handshake("z")])).await;
    assert_eq!(sim.sessions(), before);
    sim.thaw();
    assert_eq!(socket.message().await["data"]["subject"]["text"], "late");
    assert_eq!(socket.message().await["id"], "y");
    assert_eq!(http.answer().await.unwrap()[0]["id"], "z");
}

#[tokio::test]
async fn a_shutdown_frees_the_port_and_ends_all_connections() {
    let sim = sim().await;
    let addr = sim.addr();
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    sim.shutdown().await;
    assert_eq!(socket.read().await, None);
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn a_hold_ends_by_the_clock() {
    let hold = Duration::from_mins(3);
    let sim = Sim::builder()
        .ping_interval(None)
        .hold(hold)
        .start()
        .await
        .unwrap();
    let mut socket = Socket::open(&sim).await;
    let client = socket.listen(&sim).await;
    socket.settle().await;
    sim.advance(hold);
    let mut expected = connected(&client, "c");
    expected["advice"]["timeout"] = 180_000.into();
    assert_eq!(socket.message().await, expected);
    // The session ends, too.
    sim.advance(hold);
    assert_eq!(socket.read().await.unwrap().0, OpCode::Close);
    assert_eq!(sim.sessions(), Vec::<String>::new());
}
