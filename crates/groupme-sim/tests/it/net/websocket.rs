//! WebSocket.

use fastwebsockets::OpCode;
use groupme_sim::{Profile, Sim};
use serde_json::json;

use super::client::{Http, KEY, Socket, sim, upgrade};
use crate::peer::{connect_for, handshake, subscribe};

#[tokio::test]
async fn events_arrive_in_order_and_once() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    sim.with_world(|world| {
        for number in 0..1000 {
            world
                .say(sim.cast().lake, sim.cast().mara, &number.to_string())
                .unwrap();
        }
    });
    for number in 0..1000 {
        assert_eq!(
            socket.message().await["data"]["subject"]["text"],
            number.to_string()
        );
    }
}

#[tokio::test]
async fn any_other_token_is_refused() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    let client = socket.ask(&handshake("1")).await["clientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let own = format!("/user/{}", sim.user_id());
    let reply = socket.ask(&subscribe(&client, &own, "wrong")).await;
    assert_eq!(reply["error"], "Access token authentication failed");
    let reply = socket.ask(&subscribe(&client, &own, sim.token())).await;
    assert_eq!(reply["successful"], true);
}

#[tokio::test]
async fn pings_are_answered_and_fragments_and_binary_frames_understood() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    socket.write(true, OpCode::Ping, b"12").await;
    assert_eq!(socket.read().await, Some((OpCode::Pong, b"12".to_vec())));

    let text = json!([handshake("1")]).to_string();
    let (first, rest) = text.as_bytes().split_at(20);
    socket.write(false, OpCode::Text, first).await;
    socket.write(true, OpCode::Ping, b"between").await;
    assert_eq!(
        socket.read().await,
        Some((OpCode::Pong, b"between".to_vec()))
    );
    socket.write(true, OpCode::Continuation, rest).await;
    assert_eq!(socket.message().await["successful"], true);

    socket.write(true, OpCode::Binary, text.as_bytes()).await;
    assert_eq!(socket.message().await["successful"], true);
}

#[tokio::test]
async fn a_close_is_answered_and_the_session_lives_on() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    let client = socket.listen(&sim).await;
    socket
        .write(true, OpCode::Close, &1000_u16.to_be_bytes())
        .await;
    assert_eq!(
        socket.read().await,
        Some((OpCode::Close, 1000_u16.to_be_bytes().to_vec()))
    );
    assert_eq!(socket.read().await, None);

    let mut socket = Socket::open(&sim).await;
    assert_eq!(
        socket.ask(&connect_for(&client, "2", 0)).await["successful"],
        true
    );
}

#[tokio::test]
async fn a_disconnect_closes_the_socket_with_code_1000() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim).await;
    let client = socket.listen(&sim).await;
    let disconnect = json!({ "channel": "/meta/disconnect", "clientId": client, "id": "d" });
    assert_eq!(socket.ask(&disconnect).await["successful"], true);
    assert_eq!(
        socket.read().await,
        Some((OpCode::Close, 1000_u16.to_be_bytes().to_vec()))
    );
    assert_eq!(sim.sessions(), Vec::<String>::new());
}

#[tokio::test]
async fn a_message_beyond_a_mebibyte_ends_the_socket() {
    let sim = sim().await;
    let whole = vec![b' '; (1 << 20) + 1];
    let mut socket = Socket::open(&sim).await;
    // The simulator may close while this is still being sent.
    let (half, _) = whole.split_at(whole.len() / 2 + 1);
    socket.write(false, OpCode::Text, half).await;
    socket.write(true, OpCode::Continuation, half).await;
    assert_eq!(socket.read().await, None);
}

#[tokio::test]
async fn improper_upgrades_are_bad_requests() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    for key in ["", "short", "not base64 at all, really"] {
        assert_eq!(
            http.request("GET", "/faye", &upgrade(key), "").await.status,
            400,
            "{key:?}"
        );
    }
    let mut old = upgrade(KEY);
    old[2].1 = "8";
    assert_eq!(http.request("GET", "/faye", &old, "").await.status, 400);
    assert_eq!(http.request("GET", "/faye", &[], "").await.status, 400);
    assert_eq!(
        http.request("GET", "/elsewhere", &upgrade(KEY), "")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_socket_is_closed_with_the_code_that_says_why() {
    for (profile, code) in [(Profile::cometd(), 1011_u16), (Profile::faye_0_8(), 1000)] {
        let sim = Sim::builder().profile(profile).start().await.unwrap();
        let mut socket = Socket::open(&sim).await;
        socket.send(&json!([])).await;
        let closed = (OpCode::Close, code.to_be_bytes().to_vec());
        assert_eq!(socket.read().await, Some(closed));
    }
}
