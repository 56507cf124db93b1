//! Long-polling.

use groupme_sim::{Profile, Sim};
use serde_json::{Value, json};

use super::client::{Http, sim};
use crate::peer::{connect, connect_for, handshake, subscribe};

/// Handshakes and subscribes to `/user/{me}`.
async fn session(sim: &Sim, http: &mut Http) -> String {
    let answer = http.ask(&json!([handshake("1")])).await;
    let client = answer[0]["clientId"].as_str().unwrap().to_owned();
    let own = format!("/user/{}", sim.user_id());
    assert_eq!(
        http.ask(&json!([subscribe(&client, &own, sim.token())]))
            .await[0]["successful"],
        true
    );
    client
}

#[tokio::test]
async fn a_held_poll_is_answered_with_what_happens() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    let client = session(&sim, &mut http).await;
    let mut poll = Http::open(&sim).await;
    poll.post(&json!([connect(&client, "2")])).await;
    // The first connection does not hold up a second one.
    assert_eq!(http.ask(&json!([])).await, json!([]));
    sim.say("hello").unwrap();
    let answer = poll.answer().await.unwrap();
    // The poll brings the message, in either order of the two.
    assert_eq!(answer[0]["channel"], "/meta/connect");
    assert_eq!(answer[1]["data"]["subject"]["text"], "hello");
}

#[tokio::test]
async fn events_arrive_in_order_and_once() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    let client = session(&sim, &mut http).await;
    let mut texts = Vec::new();
    for round in 0..10 {
        http.post(&json!([connect(&client, "2")])).await;
        sim.with_world(|world| {
            for number in 0..100 {
                world
                    .say(
                        sim.cast().lake,
                        sim.cast().mara,
                        &(round * 100 + number).to_string(),
                    )
                    .unwrap();
            }
        });
        texts.extend(texts_of(&http.answer().await.unwrap()));
    }
    // Events between two polls.
    texts.extend(texts_of(
        &http.ask(&json!([connect_for(&client, "3", 0)])).await,
    ));
    assert_eq!(
        texts,
        (0..1000)
            .map(|number| number.to_string())
            .collect::<Vec<_>>()
    );
}

fn texts_of(answer: &Value) -> Vec<String> {
    let texts = answer
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|message| message["data"]["subject"]["text"].as_str());
    texts.map(str::to_owned).collect()
}

#[tokio::test]
async fn answers_look_like_fayes() {
    let sim = Sim::builder().any_host(true).start().await.unwrap();
    let mut http = Http::open(&sim).await;
    let origin = [("Origin", "https://web.example")];
    let response = http
        .request(
            "POST",
            "/faye/handshake",
            &origin,
            &handshake("1").to_string(),
        )
        .await;
    assert_eq!(response.status, 200);
    for header in [
        "content-type: application/json; charset=utf-8",
        "cache-control: no-cache, no-store",
        "x-content-type-options: nosniff",
        "access-control-allow-origin: https://web.example",
        "access-control-allow-credentials: true",
    ] {
        assert!(
            response.headers.contains(header),
            "{header} in {}",
            response.headers
        );
    }
    assert_eq!(http.request("OPTIONS", "/faye", &[], "").await.status, 200);
    for nonsense in ["", "1", "[{\"channel\""] {
        let response = http.request("POST", "/faye", &[], nonsense).await;
        assert_eq!((response.status, &*response.body), (400, "Bad request"));
    }
}

#[tokio::test]
async fn a_body_beyond_a_mebibyte_is_too_large() {
    let sim = sim().await;
    let mut http = Http::open(&sim).await;
    // Announced but not sent: the response does not wait for the body.
    let length = ((1 << 20) + 1).to_string();
    http.send("POST", "/faye", &[("Content-Length", &length)], "")
        .await;
    assert_ne!(http.response().await.unwrap().status, 200);
}

#[tokio::test]
async fn a_poll_replaced_by_another_fails_at_a_cometd() {
    let builder = Sim::builder()
        .ping_interval(None)
        .profile(Profile::cometd());
    let sim = builder.start().await.unwrap();
    let mut http = Http::open(&sim).await;
    let client = session(&sim, &mut http).await;
    // The first poll is answered at once, the second held.
    http.ask(&json!([connect(&client, "2")])).await;
    http.post(&json!([connect(&client, "3")])).await;
    let mut rival = Http::open(&sim).await;
    // The later of two polls is held.
    rival.post(&json!([connect(&client, "4")])).await;
    let refused = tokio::select! {
        response = http.response() => response,
        response = rival.response() => response,
    };
    assert_eq!(refused.unwrap().status, 500);
}
