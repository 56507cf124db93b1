//! `--count` and `--for`: limits of the output.

use crate::program::{Running, ask, groupme, listen, own, run, sim, soon};

#[tokio::test]
async fn listening_ends_after_the_requested_number_of_events() {
    for transport in ["websocket", "long-polling"] {
        let sim = sim().await;
        let mut listening =
            Running::start(listen(&sim, &["--count", "3", "--transport", transport]));
        listening.json_of("subscription").await;
        for number in 0..5 {
            // Pings are printed but not counted.
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
        assert!(
            sim.sessions().is_empty(),
            "the session was not disconnected"
        );
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
    assert!(
        sim.sessions().is_empty(),
        "the session was not disconnected"
    );
}

/// Returns a command of the gateway for an address at which nothing listens.
fn unreached(arguments: &[&str]) -> tokio::process::Command {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/faye", free.local_addr().unwrap());
    drop(free);
    let gateway = ["--user", "1", "--gateway-url", &url];
    let mut command = groupme(&[arguments, &gateway].concat());
    command.env("GROUPME_ACCESS_TOKEN", "a-token");
    command
}

#[tokio::test]
async fn a_gateway_that_was_never_reached_ends_with_status_five() {
    for format in ["json", "pretty", "summary"] {
        let listen = [
            "listen",
            "--no-backfill",
            "--for",
            "300ms",
            "--format",
            format,
        ];
        let left = run(unreached(&listen)).await;
        assert_eq!(left.status, Some(5), "{}", left.stderr);
        let error = left.stderr.lines().last().unwrap();
        assert!(error.contains("the gateway was never reached"), "{error}");
        assert!(error.contains("refused"), "{error}");
    }
    // Nothing was to be reached.
    let none = ["listen", "--no-backfill", "--count", "0"];
    assert_eq!(run(unreached(&none)).await.status, Some(0));
}

#[tokio::test]
async fn a_signal_before_anything_was_reached_ends_with_status_five() {
    for arguments in [
        &["listen", "--no-backfill"][..],
        &["ping"],
        &["typing", "--group", "7"],
    ] {
        let running = Running::start(unreached(&[arguments, &["-v"]].concat()));
        // The log names the first attempt; the command listens for signals by then.
        soon(running.stderr_has("refused")).await;
        running.signal("TERM").await;
        let left = running.finish().await;
        assert_eq!(left.status, Some(5), "{arguments:?}: {}", left.stderr);
        let error = left.stderr.lines().last().unwrap();
        assert!(error.contains("gateway"), "{error}");
        assert!(!left.stdout.contains("typing"), "{}", left.stdout);
    }
}

#[tokio::test]
async fn an_account_that_was_never_reached_ends_with_status_five() {
    let sim = sim().await;
    let (lake, gateway) = (sim.cast().lake.to_string(), sim.gateway_url());
    sim.freeze();
    for arguments in [
        &["groups"][..],
        &["chats"],
        &["history", "--group", &lake],
        &["download", "--group", &lake, "1"],
        &["read", "--group", &lake],
        &["listen", "--gateway-url", &gateway, "--for", "1s"],
        &["ping", "--gateway-url", &gateway],
    ] {
        let asked = [arguments, &["--timeout", "200ms"]].concat();
        let left = run(ask(&sim, &asked)).await;
        assert_eq!(left.status, Some(5), "{arguments:?}: {}", left.stderr);
    }
}
