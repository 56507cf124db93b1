//! `groupme sim`: a service for other programs.

use serde_json::Value;

use crate::program::{Running, groupme, run};

/// A simulator that runs, and what its first line says.
async fn announced() -> (Running, Value) {
    let mut sim = Running::start(groupme(&["sim"]));
    let first = sim.json().await;
    (sim, first)
}

fn text<'a>(announcement: &'a Value, key: &str) -> &'a str {
    announcement[key].as_str().unwrap()
}

#[tokio::test]
async fn its_first_line_says_how_to_reach_it_and_then_it_tells_its_story() {
    let (sim, first) = announced().await;
    let keys: Vec<_> = first.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["gateway_url", "api_url", "user_id", "token"]);
    let (url, user) = (text(&first, "gateway_url"), text(&first, "user_id"));
    assert!(
        url.starts_with("http://127.0.0.1:") && url.ends_with("/faye"),
        "{url}"
    );
    assert!(text(&first, "api_url").ends_with("/v3"));

    let mut listen = groupme(&[
        "listen",
        "--user",
        user,
        "--gateway-url",
        url,
        "--count",
        "2",
    ]);
    listen.env("GROUPME_ACCESS_TOKEN", text(&first, "token"));
    let heard = run(listen).await;
    assert_eq!(heard.status, Some(0), "{}", heard.stderr);
    let types: Vec<_> = heard
        .json()
        .into_iter()
        .filter(|line| line["kind"] == "event" && line["type"] != "ping")
        .collect();
    assert_eq!(types.len(), 2);

    sim.signal("TERM").await;
    let left = sim.finish().await;
    assert_eq!((left.status, left.stdout.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn another_token_is_refused() {
    let (_sim, first) = announced().await;
    let (url, user) = (text(&first, "gateway_url"), text(&first, "user_id"));
    let mut listen = groupme(&["listen", "--user", user, "--gateway-url", url]);
    listen.env("GROUPME_ACCESS_TOKEN", "another-token");
    assert_eq!(run(listen).await.status, Some(3));
}

#[tokio::test]
async fn an_address_in_use_is_told() {
    let (_sim, first) = announced().await;
    let address = text(&first, "gateway_url")
        .trim_start_matches("http://")
        .trim_end_matches("/faye")
        .to_owned();
    let second = run(groupme(&["sim", "--addr", &address])).await;
    assert_eq!((second.status, second.stdout.as_str()), (Some(1), ""));
    assert!(second.stderr.contains(&address), "{}", second.stderr);
    assert_eq!(second.stderr.lines().count(), 1, "{}", second.stderr);
}
