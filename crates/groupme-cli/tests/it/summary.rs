//! `groupme listen --format summary`: one object at the end.

use serde_json::json;

use crate::program::{Running, listen, own, run, sim, soon};

#[tokio::test]
async fn the_summary_counts_by_type_and_shows_duplicates() {
    let sim = sim().await;
    let started = Running::start(listen(&sim, &["--format", "summary", "--count", "5"]));
    soon(sim.until_subscribed(&own(&sim))).await.unwrap();
    let publish = |data: &str| {
        sim.with_world(|world| world.publish_raw(&own(&sim), data))
            .unwrap();
    };
    publish(r#"{"type":"ping"}"#);
    publish(r#"{"type":"ping"}"#);
    publish(r#"{"type":"novelty","n":1}"#);
    publish(r#"{"type":"novelty","n":2}"#);
    publish(r#"{"type":"novelty","n":1}"#);
    sim.say("one").unwrap();
    sim.say("one").unwrap();
    let left = started.finish().await;
    assert_eq!(left.status, Some(0), "{}", left.stderr);
    let [summary] = &left.json()[..] else {
        panic!("{}", left.stdout);
    };
    assert_eq!(
        summary["types"],
        json!({"line.create": 2, "novelty": 3, "ping": 2})
    );
    assert_eq!(summary["total"], 7);
    assert_eq!(summary["duplicates"], 1);
    assert_eq!(summary["gaps"], 0);
    assert!(summary["seconds"].as_f64().unwrap() > 0.0);
}

#[tokio::test]
async fn a_summary_of_nothing_is_a_summary() {
    let sim = sim().await;
    let left = run(listen(&sim, &["--format", "summary", "--for", "100ms"])).await;
    assert_eq!(left.status, Some(0), "{}", left.stderr);
    let [summary] = &left.json()[..] else {
        panic!("{}", left.stdout);
    };
    assert_eq!(
        (&summary["types"], &summary["total"]),
        (&json!({}), &json!(0))
    );
}

#[tokio::test]
async fn a_flood_of_types_is_counted_in_bounded_memory() {
    const TYPES: u64 = 1_200;
    let sim = sim().await;
    let count = (TYPES + 1).to_string();
    let started = Running::start(listen(&sim, &["--format", "summary", "--count", &count]));
    soon(sim.until_subscribed(&own(&sim))).await.unwrap();
    for number in 0..TYPES {
        let data = format!(r#"{{"type":"{number}{}"}}"#, "é".repeat(200));
        sim.with_world(|world| world.publish_raw(&own(&sim), &data))
            .unwrap();
    }
    sim.say("one").unwrap();
    let left = started.finish().await;
    assert_eq!(left.status, Some(0), "{}", left.stderr);
    let summary = left.one();
    let types = summary["types"].as_object().unwrap();
    assert_eq!(types.len(), 1_000);
    assert!(types.keys().all(|name| name.chars().count() <= 101));
    assert_eq!(summary["other_types"], 201);
    assert_eq!(summary["total"], 1_201);
}
