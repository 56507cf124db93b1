//! `--count` and `--for`: when it is enough.

use crate::program::{Running, listen, own, run, sim};

#[tokio::test]
async fn it_ends_after_as_many_events_as_were_asked_for() {
    for transport in ["websocket", "long-polling"] {
        let sim = sim().await;
        let mut listening =
            Running::start(listen(&sim, &["--count", "3", "--transport", transport]));
        listening.json_of("subscription").await;
        for number in 0..5 {
            // Pings are shown, and not counted.
            sim.with_world(|world| world.publish_raw(&own(&sim), r#"{"type":"ping"}"#))
                .unwrap();
            sim.say(&format!("message {number}")).unwrap();
        }
        let left = listening.finish().await;
        assert_eq!(left.status, Some(0), "{}", left.stderr);
        let lines = left.json();
        let texts: Vec<_> = lines
            .iter()
            .filter(|line| line["type"] == "line.create")
            .map(|line| line["data"]["subject"]["text"].as_str().unwrap())
            .collect();
        assert_eq!(texts, ["message 0", "message 1", "message 2"]);
        assert!(lines.iter().any(|line| line["type"] == "ping"));
        assert!(sim.sessions().is_empty(), "it did not take leave");
    }
}

#[tokio::test]
async fn no_events_are_enough_where_none_are_asked_for() {
    let sim = sim().await;
    let left = run(listen(&sim, &["--count", "0"])).await;
    assert_eq!(left.status, Some(0), "{}", left.stderr);
    assert!(left.json().iter().all(|line| line["kind"] != "event"));
}

#[tokio::test]
async fn it_ends_after_the_time_that_was_asked_for() {
    let sim = sim().await;
    let before = tokio::time::Instant::now();
    let left = run(listen(&sim, &["--for", "1s"])).await;
    assert_eq!(left.status, Some(0), "{}", left.stderr);
    assert!(before.elapsed().as_secs() >= 1);
    assert_eq!(
        left.json().last().unwrap()["cause"],
        "disconnected as asked"
    );
    assert!(sim.sessions().is_empty(), "it did not take leave");
}
