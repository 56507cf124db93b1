//! `groupme listen --state`: backfill, and continuing after a restart.

use serde_json::{Value, json};

use crate::program::{Running, listen, run, sim};

/// Reads lines up to and including the first of a kind.
async fn until(listening: &mut Running, kind: &str) -> Vec<Value> {
    let mut lines = Vec::new();
    loop {
        let line = listening.json().await;
        let is_last = line["kind"] == kind;
        lines.push(line);
        if is_last {
            return lines;
        }
    }
}

/// Returns the next event. Statuses may come before it: conversations are followed in the background.
async fn event(listening: &mut Running) -> Value {
    until(listening, "event").await.pop().unwrap()
}

/// Returns the texts of events with their origins.
fn events(lines: &[Value]) -> Vec<(&str, &str)> {
    let events = lines.iter().filter(|line| line["kind"] == "event");
    events
        .map(|line| {
            let text = line["data"]["subject"]["text"].as_str().unwrap();
            (line["origin"].as_str().unwrap(), text)
        })
        .collect()
}

#[tokio::test]
async fn messages_sent_between_two_runs_are_printed_first_within_a_backfill() {
    let sim = sim().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state").display().to_string();
    let (api, state) = (sim.api_url(), ["--state", &file]);
    let arguments = ["--api-url", &api, state[0], state[1]];

    let mut first = Running::start(listen(&sim, &arguments));
    until(&mut first, "caught_up").await;
    sim.say("before").unwrap();
    let before = event(&mut first).await;
    assert_eq!(before["data"]["subject"]["text"], "before");
    first.signal("INT").await;
    first.finish().await;

    sim.say("one").unwrap();
    let last = sim.say("two").unwrap();
    let mut second = Running::start(listen(&sim, &arguments));
    let lines = until(&mut second, "caught_up").await;
    assert_eq!(events(&lines), [("backfill", "one"), ("backfill", "two")]);
    let others: Vec<&Value> = lines
        .iter()
        .filter(|line| line["kind"] == "backfill_started" || line["kind"] == "backfilled")
        .collect();
    let group = sim.cast().lake.to_string();
    assert_eq!(
        others,
        [
            &json!({
                "kind": "backfill_started", "conversation": group, "upto": last.to_string(),
                "after": before["data"]["subject"]["id"], "cause": "absence",
            }),
            &json!({ "kind": "backfilled", "conversation": group, "messages": 2 }),
        ]
    );
    sim.say("after").unwrap();
    assert_eq!(events(&[event(&mut second).await]), [("push", "after")]);
}

#[tokio::test]
async fn a_kill_loses_nothing_and_repeats_at_most_the_last_lines() {
    let sim = sim().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state").display().to_string();
    let api = sim.api_url();
    let arguments = ["--api-url", &api, "--state", &file];
    let mut listening = Running::start(listen(&sim, &arguments));
    until(&mut listening, "caught_up").await;
    let mut printed = Vec::new();
    for round in 0..3 {
        for number in 0..3 {
            sim.say(&format!("{round}.{number}")).unwrap();
            let line = event(&mut listening).await;
            printed.push(line["data"]["subject"]["text"].as_str().unwrap().to_owned());
        }
        listening.signal("KILL").await;
        listening.finish().await;
        sim.say(&format!("{round}.missed")).unwrap();
        listening = Running::start(listen(&sim, &arguments));
        let lines = until(&mut listening, "caught_up").await;
        let mut texts = events(&lines)
            .into_iter()
            .map(|(_, text)| text.to_owned())
            .peekable();
        // The last lines may have been printed without having been saved, a few milliseconds before.
        let first = texts.peek().cloned();
        if let Some(at) = printed.iter().position(|text| Some(text) == first.as_ref()) {
            assert!(printed.len() - at <= 3, "{first:?} was printed long before");
            for text in &printed[at..] {
                assert_eq!(texts.next().as_ref(), Some(text));
            }
        }
        let missed: Vec<String> = texts.collect();
        assert_eq!(missed, [format!("{round}.missed")]);
        printed.extend(missed);
    }
}

#[tokio::test]
async fn history_is_printed_first_if_requested() {
    let sim = sim().await;
    for words in ["one", "two", "three"] {
        sim.say(words).unwrap();
    }
    let api = sim.api_url();
    let mut listening = Running::start(listen(&sim, &["--api-url", &api, "--history", "2"]));
    let lines = until(&mut listening, "caught_up").await;
    let events = events(&lines);
    assert!(
        events.ends_with(&[("backfill", "two"), ("backfill", "three")]),
        "{events:?}"
    );
    assert!(!events.contains(&("backfill", "one")), "{events:?}");
}

#[tokio::test]
async fn without_backfill_a_gap_is_reported_and_nothing_is_fetched() {
    let sim = sim().await;
    let api = sim.api_url();
    let mut listening = Running::start(listen(&sim, &["--api-url", &api, "--no-backfill"]));
    until(&mut listening, "subscription").await;
    sim.restart();
    sim.say("meanwhile").unwrap();
    let lines = until(&mut listening, "subscription").await;
    assert!(
        lines
            .iter()
            .any(|line| line["kind"] == "connection_gap" && line["since"].is_string())
    );
    sim.say("after").unwrap();
    assert_eq!(events(&[event(&mut listening).await]), [("push", "after")]);
}

#[tokio::test]
async fn a_state_file_that_is_something_else_is_refused() {
    let sim = sim().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("letter");
    std::fs::write(&file, "Dear state file, ".repeat(500)).unwrap();
    let file = file.display().to_string();
    let api = sim.api_url();
    let finished = run(listen(&sim, &["--api-url", &api, "--state", &file])).await;
    assert_eq!(finished.status, Some(2));
    assert!(
        finished.stderr.contains("cannot use the state file"),
        "{}",
        finished.stderr
    );
}
