//! `groupme ping`, and the user id of gateway commands.

use serde_json::Value;

use crate::program::{Running, ask, asking, listen, run, sim};

#[tokio::test]
async fn round_trips_are_printed_as_they_come_and_summed_up_at_the_end() {
    let sim = sim().await;
    let url = sim.gateway_url();
    for transport in ["websocket", "long-polling"] {
        let arguments = [
            "ping",
            "--gateway-url",
            &url,
            "--count",
            "3",
            "--interval",
            "1ms",
            "--transport",
            transport,
        ];
        let lines = run(ask(&sim, &arguments)).await.well().json();
        let (sum, pings) = lines.split_last().unwrap();
        let mut times: Vec<f64> = pings
            .iter()
            .map(|ping| ping["ms"].as_f64().unwrap())
            .collect();
        times.sort_by(f64::total_cmp);
        assert!(times[0] > 0.0);
        let numbers: Vec<_> = pings.iter().map(|ping| ping["number"].as_u64()).collect();
        assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
        assert_eq!((&sum["sent"], &sum["answered"]), (&3.into(), &3.into()));
        let of = ["min_ms", "median_ms", "p99_ms"].map(|name| sum[name].as_f64().unwrap());
        assert!(
            of.iter()
                .zip(&times)
                .all(|(one, other)| one.total_cmp(other).is_eq()),
            "{sum}"
        );
        assert!(
            sim.sessions().is_empty(),
            "the session was not disconnected"
        );
    }
}

#[tokio::test]
async fn people_get_sentences() {
    let sim = sim().await;
    let url = sim.gateway_url();
    let arguments = [
        "ping",
        "--gateway-url",
        &url,
        "--count",
        "1",
        "--format",
        "text",
    ];
    let printed = run(ask(&sim, &arguments)).await.well().stdout;
    assert!(printed.starts_with("ping 1: "), "{printed}");
    assert!(printed.contains("1 of 1 echoed: min "), "{printed}");
}

#[tokio::test]
async fn a_signal_ends_the_command_with_the_results_so_far() {
    let sim = sim().await;
    let url = sim.gateway_url();
    let pinging = ask(&sim, &["ping", "--gateway-url", &url, "--interval", "1h"]);
    let mut pinging = Running::start(pinging);
    assert_eq!(pinging.json().await["number"], 1);
    pinging.signal("INT").await;
    let left = pinging.finish().await.well();
    assert_eq!(left.one()["answered"], 1);
}

#[tokio::test]
async fn a_silent_or_refusing_gateway_is_an_error() {
    let sim = sim().await;
    let url = sim.gateway_url();
    let ping = [
        "ping",
        "--gateway-url",
        &url,
        "--user",
        sim.user_id(),
        "--timeout",
        "1s",
    ];
    let result = run(asking(&sim.api_url(), "a-wrong-token", &ping)).await;
    assert!(result.refused(3).contains("token"), "{}", result.stderr);
    sim.freeze();
    let result = run(ask(&sim, &ping)).await;
    assert!(
        result
            .refused(5)
            .contains("no answer from the gateway within 1s"),
        "{}",
        result.stderr
    );
}

#[tokio::test]
async fn a_ping_that_is_lost_is_counted_as_lost() {
    let sim = sim().await;
    let url = sim.gateway_url();
    let arguments = [
        "ping",
        "--gateway-url",
        &url,
        "--interval",
        "1s",
        "--count",
        "2",
        "--timeout",
        "1s",
    ];
    let mut pinging = Running::start(ask(&sim, &arguments));
    assert!(pinging.json().await["ms"].is_f64());
    sim.freeze();
    let lost = pinging.json().await;
    assert_eq!((&lost["number"], &lost["ms"]), (&2.into(), &Value::Null));
    sim.thaw();
    let left = pinging.finish().await.well();
    assert_eq!(
        (&left.one()["sent"], &left.one()["answered"]),
        (&2.into(), &1.into())
    );
}

#[tokio::test]
async fn the_user_is_found_by_the_token_or_named() {
    let sim = sim().await;
    let url = sim.gateway_url();
    let found = ask(&sim, &["listen", "--no-backfill", "--gateway-url", &url]);
    let named = listen(&sim, &["--no-backfill"]);
    for command in [found, named] {
        let mut listening = Running::start(command);
        let subscribed = listening.json_of("subscription").await;
        assert_eq!(subscribed["channel"], format!("/user/{}", sim.user_id()));
    }
    assert_eq!(sim.rest_requests(), 1);
}
