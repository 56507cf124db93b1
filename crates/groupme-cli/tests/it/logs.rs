//! Log lines that `RUST_LOG` chooses.

use crate::program::{Running, groupme, listen, run, sim};

/// Returns what `groupme listen` logs until it has subscribed.
async fn logged(filter: &str) -> String {
    let sim = sim().await;
    let mut command = listen(&sim, &[]);
    command.env("RUST_LOG", filter);
    let mut listening = Running::start(command);
    listening.json_of("subscription").await;
    listening.signal("TERM").await;
    listening.finish().await.stderr
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_reported_with_its_form() {
    let mut command = groupme(&["sim", "--for", "10ms"]);
    command.env("RUST_LOG", "groupme_client=loud");
    let finished = run(command).await;
    assert_eq!(finished.status, Some(0));
    for part in ["RUST_LOG is ignored", "target=level"] {
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn statuses_are_logged_only_if_the_filter_names_them() {
    let usual = logged("trace").await;
    assert!(usual.contains("TRACE"), "{usual}");
    assert!(!usual.contains("groupme_client::status"), "{usual}");
    let named = logged("warn,groupme_client::status=info").await;
    assert!(named.contains("groupme_client::status"), "{named}");
}
