//! Faults that a program sets through the control interface.

use serde_json::json;

use super::{
    client::{Http, Socket, sim},
    control::Controller,
};

#[tokio::test]
async fn faults_come_and_go_and_do_not_touch_the_controller() {
    let sim = sim().await;
    let mut control = Controller::new(&sim).await;
    let mut socket = Socket::open(&sim).await;
    socket.listen(&sim).await;
    let mut rest = Http::open(&sim).await;
    let token = [("X-Access-Token", sim.token())];
    let faults = json!({ "rest_status": 429, "for_ms": 30_000 });
    control.ok("PUT", "/faults", faults).await;
    assert_eq!(
        rest.request("GET", "/v3/users/me", &token, "").await.status,
        429
    );
    control.post("/clock", json!({ "by_ms": 30_000 })).await;
    assert_eq!(
        rest.request("GET", "/v3/users/me", &token, "").await.status,
        200
    );
    control
        .ok("PUT", "/behaviours", json!({ "outage": 503 }))
        .await;
    assert_eq!(
        rest.request("GET", "/v3/users/me", &token, "").await.status,
        503
    );
    control.ok("DELETE", "/faults", json!({})).await;
    assert_eq!(
        rest.request("GET", "/v3/users/me", &token, "").await.status,
        200
    );
    control
        .post("/incidents", json!({ "kind": "break_connections" }))
        .await;
    assert_eq!(socket.read().await, None);
    // New controllers get through a freeze, and can end it.
    control
        .ok(
            "PUT",
            "/faults",
            json!({ "silence": true, "reset": "100%" }),
        )
        .await;
    let mut late = Controller::new(&sim).await;
    assert!(late.get("/").await["users"].is_array());
    late.ok("DELETE", "/faults", json!({})).await;
    let mut rest = Http::open(&sim).await;
    assert_eq!(
        rest.request("GET", "/v3/users/me", &token, "").await.status,
        200
    );
    control
        .ok("PUT", "/transports", json!({ "sockets": false }))
        .await;
    let upgrade = super::client::upgrade(super::client::KEY);
    assert_eq!(rest.request("GET", "/faye", &upgrade, "").await.status, 503);
    control
        .ok("PUT", "/faults", json!({ "seed": 7, "chaos": "anything" }))
        .await;
}

#[tokio::test]
async fn other_faults_end_a_timed_silence() {
    let sim = sim().await;
    let mut control = Controller::new(&sim).await;
    let silence = json!({ "silence": true, "for_ms": 30_000 });
    control.ok("PUT", "/faults", silence).await;
    let failing = json!({ "rest_status": 503 });
    control.ok("PUT", "/faults", failing).await;
    let mut rest = Http::open(&sim).await;
    let answer = rest.request("GET", "/v3/users/me", &[], "").await;
    assert_eq!(answer.status, 503);
}

#[tokio::test]
async fn a_refused_request_changes_nothing() {
    let sim = sim().await;
    let mut control = Controller::new(&sim).await;
    let before = (
        control.get("/users").await,
        control.get("/conversations").await,
    );
    let taken = json!({ "name": "Ada", "token": sim.token() });
    let (status, _) = control.error("POST", "/users", taken).await;
    assert_eq!(status, 409);
    for wrong in [
        json!({ "to": "Theo", "as": "Mara" }),
        json!({ "to": "Theo", "as": "Mara", "text": "x", "attachments": [1] }),
        json!({ "to": "Theo", "as": "Mara", "text": "x", "reply_to": "1" }),
        json!({ "to": "Mara", "as": "Mara", "text": "x" }),
    ] {
        let (status, error) = control.error("POST", "/messages", wrong).await;
        assert!([400, 404, 409].contains(&status), "{status} {error}");
    }
    let after = (
        control.get("/users").await,
        control.get("/conversations").await,
    );
    assert_eq!(after, before);
}

#[tokio::test]
async fn the_largest_numbers_are_accepted() {
    let sim = sim().await;
    let mut control = Controller::new(&sim).await;
    let path = format!("/journal?after={}", u64::MAX);
    assert_eq!(control.get(&path).await["entries"], json!([]));
    let typing = json!({ "conversation": "Lake weekend", "after": u64::MAX });
    let typing = json!({ "typing": typing, "timeout_ms": 1 });
    assert_eq!(control.error("POST", "/wait", typing).await.0, 504);
    let time = control.get("/clock").await["time"].as_u64().unwrap();
    let jump = json!({ "kind": "clock_ahead", "by_ms": u64::MAX });
    let later = control.post("/incidents", jump).await["time"].as_u64();
    let days = (later.unwrap() - time) / 86_400_000;
    assert_eq!(days, 31);
}
