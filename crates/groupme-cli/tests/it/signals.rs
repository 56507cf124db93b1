//! Ends from outside: signals, and a closed or unread pipe.

use crate::program::{Running, listen, own, sim, soon};

#[tokio::test]
async fn signals_end_it_politely() {
    for name in ["INT", "TERM"] {
        for format in ["json", "pretty", "summary"] {
            let sim = sim().await;
            let listening = Running::start(listen(&sim, &["--format", format]));
            soon(sim.wait_until_subscribed(&own(&sim))).await;
            listening.signal(name).await;
            let left = listening.finish().await;
            assert_eq!(left.status, Some(0), "{name}: {}", left.stderr);
            assert_eq!(left.stderr, "");
            assert!(!left.stdout.is_empty());
            assert!(sim.sessions().is_empty(), "it did not take leave");
        }
    }
}

#[tokio::test]
async fn a_closed_pipe_ends_it_politely_with_an_error() {
    for format in ["json", "pretty"] {
        let sim = sim().await;
        let mut listening = Running::start(listen(&sim, &["--format", format]));
        listening.line().await;
        soon(sim.wait_until_subscribed(&own(&sim))).await;
        // The first failed write reveals the closed pipe.
        let left = listening
            .deaf(|| {
                sim.say("unheard").unwrap();
            })
            .await;
        assert_eq!(
            (left.status, left.stderr.as_str()),
            (
                Some(6),
                "groupme: cannot write to standard output: its reader has closed it\n"
            )
        );
        assert!(sim.sessions().is_empty(), "it did not take leave");
    }
}

#[tokio::test]
async fn a_reader_that_stands_still_cannot_keep_it_from_ending() {
    let sim = sim().await;
    let listening = Running::start(listen(&sim, &[]));
    soon(sim.wait_until_subscribed(&own(&sim))).await;
    // More than a pipe buffers, and nobody reads.
    for number in 0..500 {
        sim.say(&format!("message {number} {}", "x".repeat(500)))
            .unwrap();
    }
    listening.signal("TERM").await;
    listening.signal("TERM").await;
    listening.ended_unread().await;
}
