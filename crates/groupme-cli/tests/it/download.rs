//! `groupme download`.

use std::fs;

use serde_json::{Value, json};

use crate::{
    canned::{Answer, Asked, Canned, enveloped},
    program::{asking, run},
};

/// Returns a message with a picture, a video and a file of a name that leads elsewhere.
fn answer(asked: &Asked) -> Answer {
    let host = asked
        .head
        .lines()
        .find_map(|line| line.strip_prefix("host: "));
    let host = host.unwrap_or_default();
    let (line, query) = asked.line.split_once('?').unwrap_or((&asked.line, ""));
    match line {
        "GET /v4/groups/7/messages/14" => Answer::Json(
            200,
            enveloped(json!({"message": {
            "id": "14",
            "attachments": [
                {"type": "image", "url": format!("http://{host}/i/1x2.png.0abc")},
                {"type": "video", "url": format!("http://{host}/v/0abc.mp4")},
                {"type": "file", "file_id": "f-1"},
                {"type": "linked_image", "url": "http://example.com/x.png"},
            ]}})),
        ),
        "GET /v4/groups/7/messages/15" => Answer::Json(
            200,
            enveloped(json!({"message": {"id": "15", "text": "hi"}})),
        ),
        "GET /v4/groups/7/messages/16" => Answer::Json(
            200,
            enveloped(json!({"message": {
            "id": "16", "picture_url": format!("http://{host}/i/1x2.gif.0abc")}})),
        ),
        "GET /v4/groups/7/messages/17" => Answer::Json(
            200,
            enveloped(json!({"message": {
            "id": "17", "attachments": [{"type": "image", "url": "http://169.254.1.1/1x2.gif.0"},
                {"type": "file", "file_id": "f-2"}, {"type": "file", "file_id": "f-3"}]}})),
        ),
        "POST /file/v1/7/fileData" => {
            let id = asked.json()["file_ids"][0].clone();
            let name = if id == "f-1" {
                "../../.plan \u{202e}fdp.txt"
            } else {
                "oars.txt"
            };
            Answer::Json(
                200,
                json!([{"file_id": id, "file_data": {"file_name": name}}]),
            )
        }
        "GET /file/v1/7/files/f-2" | "GET /file/v1/7/files/f-3" => Answer::Text("oars".to_owned()),
        "GET /file/v1/7/files/f-1" if query == "access_token=a-token" => {
            Answer::Text("the file".to_owned())
        }
        "GET /file/v1/7/files/f-1" => Answer::Json(401, Value::Null),
        "GET /i/1x2.png.0abc" => Answer::Text("the picture".to_owned()),
        "GET /i/1x2.png.0abc.preview" | "GET /i/1x2.gif.0abc.preview" => {
            Answer::Text("small".to_owned())
        }
        "GET /v/0abc.mp4" => Answer::Text("the video".to_owned()),
        _ => Answer::Json(404, Value::Null),
    }
}

#[tokio::test]
async fn every_medium_of_a_message_is_saved_under_a_safe_name_and_none_overwritten() {
    let server = Canned::start(answer).await;
    let directory = tempfile::tempdir().unwrap();
    let into = directory.path().to_str().unwrap();
    let download = |more: &[&str]| {
        let arguments = ["download", "--group", "7", "--into", into];
        asking(&server.url, "a-token", &[&arguments, more].concat())
    };
    let rows = run(download(&["14"])).await.well().json();
    let names = ["14-1.png", "14-2.mp4", "_.._.plan _fdp.txt"];
    let contents = ["the picture", "the video", "the file"];
    for ((row, name), content) in rows.iter().zip(names).zip(contents) {
        let path = directory.path().join(name);
        assert_eq!(row["file"], path.to_str().unwrap());
        assert_eq!(row["bytes"], content.len());
        assert_eq!(fs::read_to_string(path).unwrap(), content);
    }
    assert_eq!(rows.len(), 3);
    // Neither a log line nor an error has the URL with the token.
    let again = run(download(&["14", "-v"])).await;
    assert_eq!((again.status, again.stdout.as_str()), (Some(6), ""));
    for name in names {
        assert!(again.stderr.contains(name), "{}", again.stderr);
    }
    assert!(!again.stderr.contains("a-token"), "{}", again.stderr);
    assert_eq!(
        fs::read_to_string(directory.path().join("14-1.png")).unwrap(),
        "the picture"
    );

    let rows = run(download(&["16", "--size", "preview", "--format", "pretty"]))
        .await
        .well();
    let path = directory.path().join("16-1.gif");
    assert_eq!(rows.stdout, format!("{}  5 bytes\n", path.display()));
    let refused = run(download(&["15"])).await;
    assert!(
        refused.refused(4).contains("no picture"),
        "{}",
        refused.stderr
    );
    // A URL of the sender's choice does not hide the other media, and equal names are numbered.
    let partly = run(download(&["17"])).await;
    assert_eq!((partly.status, partly.json().len()), (Some(4), 2));
    assert!(
        partly.stderr.contains("not of GroupMe"),
        "{}",
        partly.stderr
    );
    for name in ["oars.txt", "oars (2).txt"] {
        assert_eq!(
            fs::read_to_string(directory.path().join(name)).unwrap(),
            "oars"
        );
    }
    // Nothing is left of what was not whole.
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 6);
}

#[tokio::test]
async fn a_medium_that_is_too_large_is_not_saved() {
    let server = Canned::start(answer).await;
    let directory = tempfile::tempdir().unwrap();
    let into = directory.path().to_str().unwrap();
    let arguments = ["download", "--group", "7", "16", "--into", into];
    let more = ["--size", "preview", "--max-size", "0"];
    let all = [&arguments[..], &more].concat();
    let large = run(asking(&server.url, "a-token", &all)).await;
    assert!(large.refused(4).contains("--max-size"), "{}", large.stderr);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_medium_without_an_end_is_given_up_at_the_size_that_is_allowed() {
    fn endless(asked: &Asked) -> Answer {
        if asked.line.contains("/i/") {
            return Answer::Endless;
        }
        answer(asked)
    }
    let server = Canned::start(endless).await;
    let directory = tempfile::tempdir().unwrap();
    let into = directory.path().to_str().unwrap();
    let arguments = [
        "download",
        "--group",
        "7",
        "16",
        "--into",
        into,
        "--max-size",
        "2",
    ];
    let large = run(asking(&server.url, "a-token", &arguments)).await;
    assert!(
        large.refused(4).contains("more than 2 MiB"),
        "{}",
        large.stderr
    );
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn nothing_or_a_page_in_place_of_a_picture_is_not_saved() {
    for body in ["", "<!DOCTYPE html><title>Sign in</title>", "{\"meta\":{}}"] {
        let server = Canned::start(move |asked| {
            if asked.line.contains("/i/") {
                return Answer::Text(body.to_owned());
            }
            answer(asked)
        })
        .await;
        let directory = tempfile::tempdir().unwrap();
        let into = directory.path().to_str().unwrap();
        let arguments = ["download", "--group", "7", "16", "--into", into];
        let result = run(asking(&server.url, "a-token", &arguments)).await;
        let error = result.refused(5);
        assert!(error.contains("16-1.gif is not saved"), "{error}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
