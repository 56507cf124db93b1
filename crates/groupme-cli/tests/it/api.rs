//! `groupme api`.

use serde_json::json;

use crate::{
    canned::{Answer, Asked, Canned, enveloped},
    program::{ask, asking, run, run_with, sim},
};

#[tokio::test]
async fn any_request_prints_the_response_of_its_answer() {
    let sim = sim().await;
    let me = run(ask(&sim, &["api", "GET", "users/me"]))
        .await
        .well()
        .one();
    assert_eq!(me["id"], *sim.user_id());
    let lake = sim.cast().lake.to_string();
    let path = format!("/v3/groups/{lake}/update");
    let change = ["api", "post", &path, "-d", "{\"office_mode\": true}"];
    assert_eq!(
        run(ask(&sim, &change)).await.well().one()["office_mode"],
        true
    );
    let change = ["api", "POST", &path, "--data", "-"];
    let changed = run_with(ask(&sim, &change), b"{\"office_mode\": false}").await;
    assert_eq!(changed.well().one()["office_mode"], false);
    let shown = ["api", "GET", "users/me", "--format", "pretty"];
    let shown = run(ask(&sim, &shown)).await.well().stdout;
    assert!(shown.starts_with("{\n  \""), "{shown}");
}

#[tokio::test]
async fn a_request_is_sent_as_it_is_written() {
    fn answer(asked: &Asked) -> Answer {
        Answer::Json(
            200,
            enveloped(json!({"line": asked.line, "body": asked.body.len()})),
        )
    }
    let server = Canned::start(answer).await;
    for (arguments, line) in [
        (
            &["api", "GET", "groups?page=2&per_page=5"][..],
            "GET /v3/groups?page=2&per_page=5",
        ),
        (
            &["api", "DELETE", "/v4/relationships/7"],
            "DELETE /v4/relationships/7",
        ),
        (&["api", "PUT", "/v4/x", "-d", "[1]"], "PUT /v4/x"),
    ] {
        let sent = run(asking(&server.url, "a-token", arguments)).await.well();
        assert_eq!(sent.one()["line"], line);
    }
    for (arguments, reason) in [
        (
            &["api", "GET", "https://example.com/x"][..],
            "is an address",
        ),
        (&["api", "POST", "x", "-d", "{no json"], "not JSON"),
        (&["api", "GET", "a/../b"], "relative path"),
    ] {
        let result = run(asking(&server.url, "a-token", arguments)).await;
        assert!(result.refused(2).contains(reason), "{}", result.stderr);
    }
}

#[tokio::test]
async fn an_error_names_the_path_with_its_ids() {
    let sim = sim().await;
    let result = run(ask(&sim, &["api", "GET", "groups/17"])).await;
    let error = result.refused(4);
    assert!(error.contains("`GET v3/groups/17`"), "{error}");
    let result = run(ask(&sim, &["history", "--group", "17"])).await;
    let error = result.refused(4);
    assert!(error.contains("`GET v3/groups/17/messages`"), "{error}");
    let send = ["send", "--group", "17", "hello"];
    let error = run(ask(&sim, &send)).await.stderr;
    assert!(error.contains("`POST v3/groups/17/messages`"), "{error}");
    let like = ["like", "--group", "17", "18"];
    let error = run(ask(&sim, &like)).await.stderr;
    assert!(error.contains("/17/") && !error.contains("{}"), "{error}");
}
