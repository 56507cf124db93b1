//! Failures: whose fault, which remedy, which exit status.

use serde_json::{Value, json};

use crate::{
    canned::{Answer, Asked, Canned, enveloped},
    program::{ask, asking, run, sim},
};

#[tokio::test]
async fn a_wrong_token_ends_with_status_three_and_is_not_repeated() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    for arguments in [
        &["groups"][..],
        &["chats"],
        &["history", "--group", &lake],
        &["send", "--group", &lake, "hello"],
        &["delete", "--dm", "1", "2"],
        &["ping", "--gateway-url", &sim.gateway_url()],
        &["listen", "--gateway-url", &sim.gateway_url()],
    ] {
        let result = run(asking(&sim.api_url(), "s3cr3t-but-wrong", arguments)).await;
        let error = result.refused(3);
        assert!(error.contains("GROUPME_ACCESS_TOKEN"), "{error}");
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}

#[tokio::test]
async fn a_group_that_is_not_there_or_not_yours_ends_with_status_four() {
    let sim = sim().await;
    let foreign = sim.cast().surprise.to_string();
    for group in ["1", &foreign] {
        for arguments in [
            &["history", "--group", group][..],
            &["send", "--group", group, "hello"],
            &["read", "--group", group, "2"],
        ] {
            let result = run(ask(&sim, arguments)).await;
            let error = result.refused(4);
            assert!(
                error.contains("not found") && error.contains("check the ids"),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_one_is_wrong_usage() {
    let sim = sim().await;
    for group in ["", " "] {
        let result = run(ask(&sim, &["history", "--group", group])).await;
        assert!(
            result.refused(2).contains("--group is empty"),
            "{}",
            result.stderr
        );
    }
    for message in ["", "..", "."] {
        let delete = ["delete", "--group", "1", message];
        let result = run(ask(&sim, &delete)).await;
        assert!(
            result.refused(2).contains("an id of its path"),
            "{}",
            result.stderr
        );
    }
}

#[tokio::test]
async fn haste_and_outages_and_silence_end_with_status_five() {
    let sim = sim().await;
    let groups = ["groups", "--timeout", "1s"];
    sim.configure_rest(|config| config.requests_per_second = Some(0));
    let result = run(ask(&sim, &groups)).await;
    assert!(
        result.refused(5).contains("too many requests"),
        "{}",
        result.stderr
    );
    assert!(result.stderr.contains("try again in"), "{}", result.stderr);
    sim.configure_rest(|config| {
        config.requests_per_second = None;
        config.outage = Some(503);
    });
    let result = run(ask(&sim, &groups)).await;
    assert!(
        result.refused(5).contains("on GroupMe's side"),
        "{}",
        result.stderr
    );
    sim.freeze();
    let result = run(ask(&sim, &groups)).await;
    assert!(result.refused(5).contains("within"), "{}", result.stderr);
}

#[tokio::test]
async fn a_refusal_for_haste_is_outwaited_if_there_is_time() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    sim.configure_rest(|config| config.requests_per_second = Some(1));
    // Four requests at a limit of one per second.
    let result = run(ask(&sim, &["read", "--group", &lake])).await;
    assert_eq!((result.status, &*result.stderr), (Some(0), ""));
}

#[tokio::test]
async fn a_server_that_is_not_there_ends_with_status_five() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v3", free.local_addr().unwrap());
    drop(free);
    let result = run(asking(&url, "a-token", &["groups", "--timeout", "1s"])).await;
    let error = result.refused(5);
    assert!(
        error.contains("cannot connect") && error.contains("refused"),
        "{error}"
    );
    assert!(error.contains("--api-url"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_not_of_the_rest_api_is_an_error_of_the_server() {
    let server = Canned::start(|_| Answer::Json(200, Value::from("hello"))).await;
    let result = run(asking(&server.url, "a-token", &["groups"])).await;
    assert!(result.refused(1).contains("REST API"), "{}", result.stderr);
}

#[tokio::test]
async fn error_texts_of_groupme_are_printed_without_the_token() {
    fn answer(_: &Asked) -> Answer {
        let error = ["links are not allowed\nfor hush-hush"];
        Answer::Json(422, json!({"meta": {"code": 42_200, "errors": error}}))
    }
    let server = Canned::start(answer).await;
    let arguments = ["send", "--group", "7", "hello"];
    let result = run(asking(&server.url, "hush-hush", &arguments)).await;
    let error = result.refused(4);
    assert!(error.contains("links are not allowed for …"), "{error}");
}

#[tokio::test]
async fn a_history_that_breaks_off_says_where_to_go_on() {
    fn answer(asked: &Asked) -> Answer {
        let messages = json!([{"id": "9"}, {"id": "8"}]);
        if asked.line.contains("before_id") {
            Answer::Json(403, Value::Null)
        } else {
            Answer::Json(200, enveloped(json!({"count": 9, "messages": messages})))
        }
    }
    let server = Canned::start(answer).await;
    let result = run(asking(
        &server.url,
        "a-token",
        &["history", "--group", "7", "--all"],
    ))
    .await;
    assert_eq!(result.status, Some(4));
    let ids: Vec<_> = result
        .json()
        .into_iter()
        .map(|line| line["id"].clone())
        .collect();
    assert_eq!(ids, ["9", "8"]);
    assert!(
        result.stderr.contains("continue with --before 8"),
        "{}",
        result.stderr
    );
}

#[tokio::test]
async fn an_account_is_not_taken_for_empty_where_the_envelope_has_the_code_of_a_failure() {
    fn failed(_: &Asked) -> Answer {
        let meta = json!({"code": 50_000, "errors": ["out of order"]});
        Answer::Json(200, json!({"response": null, "meta": meta}))
    }
    for arguments in [&["groups"][..], &["chats"], &["history", "--group", "7"]] {
        let server = Canned::start(failed).await;
        let arguments = [arguments, &["--timeout", "1s"]].concat();
        let result = run(asking(&server.url, "a-token", &arguments)).await;
        let error = result.refused(5);
        assert!(error.contains("out of order"), "{error}");
    }
}

#[tokio::test]
async fn a_success_whose_body_says_something_else_is_reported() {
    fn answer(asked: &Asked) -> Answer {
        let body = match asked.line.as_str() {
            line if line.starts_with("GET") && line.contains("poll/6") => r#"{"response":"x"}"#,
            line if line.starts_with("GET") && line.contains("poll/7") => {
                r#"{"response":{"polls":{"a":1}},"meta":{"code":200}}"#
            }
            line if line.starts_with("GET") => "{}",
            line if line.contains("/5") => "<html>login</html>",
            _ => r#"{"response":null,"meta":{"code":400,"errors":["bad"]}}"#,
        };
        Answer::Text(body.to_owned())
    }
    let server = Canned::start(answer).await;
    for (arguments, status, text) in [
        (&["delete", "--group", "5", "17"][..], 1, "not JSON"),
        (&["delete", "--group", "6", "17"], 4, ": bad"),
        (&["like", "--group", "5", "17"], 1, "not JSON"),
        (&["unlike", "--group", "6", "17"], 4, ": bad"),
        (&["pins", "add", "--group", "5", "17"], 1, "not JSON"),
        (&["pins", "remove", "--group", "6", "17"], 4, ": bad"),
        (&["groups"], 1, "not a list"),
        (&["chats"], 1, "not a list"),
        (&["members", "--group", "5"], 1, "not a list"),
        (&["topics", "--group", "5"], 1, "not a list"),
        (&["bot", "list"], 1, "not a list"),
        (&["polls", "list", "--group", "5"], 1, "`polls` is missing"),
        (&["polls", "list", "--group", "6"], 1, "`polls` is missing"),
        (&["polls", "list", "--group", "7"], 1, "not a list"),
    ] {
        let result = run(asking(&server.url, "a-token", arguments)).await;
        let error = result.refused(status);
        assert!(error.contains(text), "{arguments:?}: {error}");
    }
}
