//! `groupme bot`.

use serde_json::json;

use crate::program::{ask, groupme, run, run_with, sim};

#[tokio::test]
async fn a_bot_is_registered_posts_without_a_token_and_is_deleted() {
    let sim = sim().await;
    let register = [
        "bot",
        "register",
        "Build bot",
        "--group",
        "Lake weekend",
        "--callback-url",
        "http://127.0.0.1:9/",
    ];
    let bot = run(ask(&sim, &register)).await.well().one();
    let id = bot["bot_id"].as_str().unwrap();
    let mut post = groupme(&["bot", "post", "green", "--api-url", &sim.api_url(), "-vv"]);
    post.env("GROUPME_BOT_ID", id);
    let posted = run(post).await;
    assert_eq!(posted.status, Some(0), "{}", posted.stderr);
    assert_eq!(posted.one(), json!({"kind": "posted", "messages": 1}));
    assert!(!posted.stderr.contains(id), "the id is a secret");
    let last = ["history", "--group", "Lake weekend", "--limit", "1"];
    let last = run(ask(&sim, &last)).await.well().one();
    assert_eq!(
        (&last["text"], &last["sender_type"]),
        (&json!("green"), &json!("bot"))
    );

    let by_name = ["bot", "post", "--bot", "build bot", "--split", "-"];
    let long = "word ".repeat(400);
    let posted = run_with(ask(&sim, &by_name), long.as_bytes()).await.well();
    assert_eq!(posted.one()["messages"], 3);

    let listed = run(ask(&sim, &["bot", "list"])).await.well().one();
    assert_eq!(listed["bot_id"], id);
    let unasked = run(ask(&sim, &["bot", "destroy", "--bot", id])).await;
    assert!(unasked.refused(2).contains("--yes"), "{}", unasked.stderr);
    let destroy = ["bot", "destroy", "--bot", "Build bot", "--yes"];
    assert_eq!(
        run(ask(&sim, &destroy)).await.well().one(),
        json!({"kind": "destroyed"})
    );
    let mut post = groupme(&["bot", "post", "too late", "--api-url", &sim.api_url()]);
    post.env("GROUPME_BOT_ID", id);
    let gone = run(post).await;
    let error = gone.refused(4);
    assert!(
        error.contains("not found") && !error.contains(id),
        "{error}"
    );
}

#[tokio::test]
async fn the_help_shows_no_id_of_a_bot() {
    let mut help = groupme(&["bot", "post", "--help"]);
    help.env("GROUPME_BOT_ID", "0123456789abcdef01234567");
    let help = run(help).await.well().stdout;
    assert!(
        help.contains("GROUPME_BOT_ID") && !help.contains("0123456789"),
        "{help}"
    );
}
