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
        (
            &["api", "GET", "x?u=http://a/"],
            "GET /v3/x?u=http%3A%2F%2Fa%2F",
        ),
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

#[tokio::test]
async fn values_are_sent_and_printed_as_they_are_written() {
    const NUMBERS: &str =
        "[12345678901234567890123,-0.0,-0,1E2,0.1000000000000000055,{\"a\":1,\"a\":2,\"Z\":7}]";
    fn answer(_: &Asked) -> Answer {
        Answer::Text(format!(r#"{{"response":{NUMBERS},"meta":{{"code":200}}}}"#))
    }
    let server = Canned::start(answer).await;
    let request = ["api", "POST", "x", "-d", NUMBERS];
    let result = run(asking(&server.url, "a-token", &request)).await.well();
    assert_eq!(result.stdout, format!("{NUMBERS}\n"));
    assert_eq!(server.asked()[0].body, NUMBERS.as_bytes());
    let pretty = [&request[..], &["--format", "pretty"]].concat();
    let result = run(asking(&server.url, "a-token", &pretty)).await.well();
    for line in [
        "  12345678901234567890123,\n  -0.0,\n  -0,\n  1E2,",
        "\"a\": 1,\n    \"a\": 2",
    ] {
        assert!(result.stdout.contains(line), "{}", result.stdout);
    }
}

#[tokio::test]
async fn values_that_cannot_be_represented_are_counted() {
    fn answer(asked: &Asked) -> Answer {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let odd = format!(r#"{{"id":"5","name":"G","x":[1e400,-1e999],"y":{deep},"z":1,"z":2}}"#);
        let content = match asked.line.as_str() {
            line if line.contains("/messages") => {
                let message =
                    r#"{"id":"179573141902049869","x":1e400,"n":12345678901234567890123}"#;
                format!(r#"{{"count":1,"messages":[{message}]}}"#)
            }
            line if line.contains("?page=1&") => format!("[{odd}]"),
            line if line.contains("page=") => "[]".to_owned(),
            _ => odd,
        };
        Answer::Text(format!(r#"{{"response":{content},"meta":{{"code":200}}}}"#))
    }
    let server = Canned::start(answer).await;
    let told = async |arguments: &[&str]| {
        let result = run(asking(&server.url, "a-token", arguments)).await;
        assert_eq!(result.status, Some(0), "{}", result.stderr);
        (result.stdout, result.stderr)
    };
    let (printed, told_of_api) = told(&["api", "GET", "x"]).await;
    assert!(printed.contains(r#""x":[null,null]"#), "{printed}");
    assert!(told_of_api.contains("values=3"), "{told_of_api}");
    let (_, told_of_groups) = told(&["groups"]).await;
    for loss in ["3 values count as null", "1 member is left out"] {
        assert!(told_of_groups.contains(loss), "{told_of_groups}");
    }
    let (printed, told_of_history) = told(&["history", "--group", "5"]).await;
    assert!(
        printed.contains(r#""x":null,"n":12345678901234567890123"#),
        "{printed}"
    );
    assert!(told_of_history.contains("values=1"), "{told_of_history}");
}
