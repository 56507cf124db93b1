//! Ends of `groupme listen` that other programs cause: signals, and a closed or unread pipe.

use crate::program::{Running, listen, own, sim, soon};

#[tokio::test]
async fn a_signal_disconnects_the_session_and_ends_with_status_0() {
    for name in ["INT", "TERM"] {
        for format in ["json", "pretty", "summary"] {
            let sim = sim().await;
            let listening = Running::start(listen(&sim, &["--format", format]));
            soon(sim.until_subscribed(&own(&sim))).await.unwrap();
            listening.signal(name).await;
            let left = listening.finish().await;
            assert_eq!(left.status, Some(0), "{name}: {}", left.stderr);
            assert_eq!(left.stderr, "");
            assert!(!left.stdout.is_empty());
            assert!(
                sim.sessions().is_empty(),
                "the session was not disconnected"
            );
        }
    }
}

#[tokio::test]
async fn a_closed_pipe_ends_listening_at_once_without_an_error_text() {
    for format in ["json", "pretty", "summary"] {
        let sim = sim().await;
        let mut listening = Running::start(listen(&sim, &["--format", format]));
        if format != "summary" {
            listening.line().await;
        }
        soon(sim.until_subscribed(&own(&sim))).await.unwrap();
        // As `tail -f` does: a write would reveal it, but there is no event to write.
        let left = listening.finish_without_reader(|| ()).await;
        assert_eq!((left.status, left.stderr.as_str()), (Some(6), ""));
        assert!(
            sim.sessions().is_empty(),
            "the session was not disconnected"
        );
    }
}

#[tokio::test]
async fn an_event_that_its_reader_did_not_wait_for_comes_again_in_the_next_run() {
    let sim = sim().await;
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let (api, state) = (sim.api_url(), state.to_str().unwrap());
    let arguments = ["--api-url", &api, "--state", state];
    let mut first = Running::start(listen(&sim, &arguments));
    first.json_of("caught_up").await;
    let left = first
        .finish_without_reader(|| {
            sim.say("unheard").unwrap();
        })
        .await;
    assert_eq!((left.status, left.stderr.as_str()), (Some(6), ""));
    let mut next = Running::start(listen(&sim, &arguments));
    loop {
        let event = next.json_of("event").await;
        if event["data"]["subject"]["text"] == "unheard" {
            break;
        }
    }
    next.signal("INT").await;
    assert_eq!(next.finish().await.status, Some(0));
}

#[tokio::test]
async fn a_reader_that_reads_nothing_cannot_keep_the_command_from_ending() {
    let sim = sim().await;
    let listening = Running::start(listen(&sim, &[]));
    soon(sim.until_subscribed(&own(&sim))).await.unwrap();
    // More than a pipe buffers, and nobody reads.
    for number in 0..500 {
        sim.say(&format!("message {number} {}", "x".repeat(500)))
            .unwrap();
    }
    listening.signal("TERM").await;
    listening.signal("TERM").await;
    listening.finish_unread().await;
}
