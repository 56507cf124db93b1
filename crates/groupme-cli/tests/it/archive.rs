//! `groupme archive`.

use core::time::Duration;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use groupme_sim::{Conversation, Sim};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt as _, net::TcpListener};

use crate::canned::{Answer, Asked, Canned, enveloped};
use crate::program::{Running, ask, asking, run, sim, soon};

/// Starts a simulator whose first group has this many messages.
async fn with_history(messages: usize) -> Sim {
    let sim = sim().await;
    let cast = *sim.cast();
    let every = Duration::from_mins(1);
    sim.with_world(|world| {
        let lake = Conversation::Group(cast.lake);
        world.add_history(lake, &[cast.mara, cast.me], messages, every)
    })
    .unwrap();
    sim
}

fn archive(sim: &Sim, into: &TempDir, more: &[&str]) -> tokio::process::Command {
    let into = into.path().to_str().unwrap();
    ask(
        sim,
        &[&["archive", into, "--format", "json"], more].concat(),
    )
}

/// Returns the ids of the archived messages of the first group; a line that is not whole fails.
fn ids(sim: &Sim, into: &Path) -> Vec<String> {
    let path = into.join(format!("conversations/{}.jsonl", sim.cast().lake));
    let text = fs::read_to_string(path).unwrap_or_default();
    let id = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["id"].as_str().map(str::to_owned)
    };
    text.lines()
        .map(|line| id(line).unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn all_conversations_are_archived_and_a_second_run_adds_what_is_new() {
    let sim = with_history(250).await;
    let into = tempfile::tempdir().unwrap();
    let row = run(archive(&sim, &into, &[])).await.well().one();
    assert_eq!((&row["added"], &row["missing"]), (&254.into(), &0.into()));
    assert_eq!(row["name"], "Lake weekend");
    sim.say("one more").unwrap();
    let lake = sim.cast().lake.to_string();
    let row = run(archive(&sim, &into, &["--group", &lake]))
        .await
        .well()
        .one();
    assert_eq!((&row["messages"], &row["added"]), (&255.into(), &1.into()));
    assert_eq!(ids(&sim, into.path()).len(), 255);
    let path = into.path().to_str().unwrap();
    let arguments = ["archive", path, "--group", &lake, "--format", "pretty"];
    let pretty = run(ask(&sim, &arguments));
    let pretty = pretty.await.well().stdout;
    assert_eq!(
        pretty,
        format!("{lake}  Lake weekend: 255 messages, 0 new\n")
    );
}

#[tokio::test]
async fn an_archive_that_is_killed_again_and_again_ends_up_whole() {
    let sim = with_history(3000).await;
    let into = tempfile::tempdir().unwrap();
    let mut killed = 0;
    for wanted in [1, 900, 1700] {
        let running = Running::start(archive(&sim, &into, &[]));
        let begun = async {
            while ids(&sim, into.path()).len() < wanted {
                tokio::task::yield_now().await;
            }
        };
        soon(begun).await;
        running.signal("KILL").await;
        let finished = running.finish().await;
        killed += i32::from(finished.status.is_none());
    }
    assert!(killed > 0);
    run(archive(&sim, &into, &[])).await.well();
    let ids = ids(&sim, into.path());
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), unique.len()), (3004, 3004));
    assert!(ids.is_sorted());
}

#[tokio::test]
async fn an_archive_that_is_shorter_than_counted_ends_with_status_7() {
    let sim = with_history(40).await;
    sim.with_world(|world| world.set_retention(10));
    sim.say("last").unwrap();
    let into = tempfile::tempdir().unwrap();
    let finished = run(archive(&sim, &into, &[])).await;
    assert_eq!(finished.status, Some(7), "{}", finished.stderr);
    assert!(
        finished.stderr.contains("incomplete"),
        "{}",
        finished.stderr
    );
    assert_eq!(finished.one()["kind"], "archived");
}

#[tokio::test]
async fn the_archive_of_another_account_is_refused() {
    let sim = with_history(3).await;
    let into = tempfile::tempdir().unwrap();
    run(archive(&sim, &into, &[])).await.well();
    let token = sim.with_world(|world| world.token(sim.cast().mara).unwrap().to_owned());
    let into = into.path().to_str().unwrap();
    let finished = run(asking(&sim.api_url(), &token, &["archive", into])).await;
    assert!(
        finished.refused(2).contains("another directory"),
        "{}",
        finished.stderr
    );
}

/// Answers every request with the beginning of a body, after which nothing comes; messages are whole.
async fn stalling() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let url = format!("http://{host}/v3");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let host = host.clone();
            tokio::spawn(async move {
                let picture = format!("http://{host}/i/1x2.png.0a");
                let attachments = serde_json::json!([{"type": "image", "url": picture}]);
                let message = serde_json::json!({"id": "14", "attachments": attachments});
                let message = enveloped(serde_json::json!({ "message": message }));
                let message = message.to_string();
                let mut buffer = vec![0; 4096];
                loop {
                    let read = tokio::io::AsyncReadExt::read(&mut stream, &mut buffer).await;
                    let read = read.unwrap_or(0);
                    if read == 0 {
                        return;
                    }
                    let is_message =
                        String::from_utf8_lossy(&buffer[..read]).contains("/messages/");
                    let answer = if is_message {
                        format!(
                            "HTTP/1.1 200 \r\ncontent-length: {}\r\n\r\n{message}",
                            message.len()
                        )
                    } else {
                        "HTTP/1.1 200 \r\ncontent-length: 100\r\n\r\nhalf".to_owned()
                    };
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn an_interrupted_download_leaves_nothing_and_what_a_killed_one_left_is_replaced() {
    let url = stalling().await;
    let into = tempfile::tempdir().unwrap();
    let parts = || {
        let entries = fs::read_dir(into.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().path());
        names
            .filter(|path| path.to_string_lossy().contains("groupme-part"))
            .collect::<Vec<_>>()
    };
    let mut left = Vec::new();
    for signal in ["KILL", "TERM"] {
        let path = into.path().to_str().unwrap();
        let arguments = ["download", "--group", "7", "14", "--into", path];
        let running = Running::start(asking(&url, "a-token", &arguments));
        let half = async {
            let is_half = |path: &PathBuf| fs::read(path).unwrap_or_default() == b"half";
            let is_begun = |parts: &[PathBuf]| parts != left && parts.iter().any(is_half);
            while !is_begun(&parts()) {
                tokio::task::yield_now().await;
            }
        };
        soon(half).await;
        running.signal(signal).await;
        let finished = running.finish().await;
        assert_ne!(finished.status, Some(0), "{}", finished.stderr);
        // The second run removes what the first one left, and at its end its own.
        assert_eq!(parts().len(), usize::from(signal == "KILL"));
        left = parts();
    }
}

#[tokio::test]
async fn an_id_that_no_request_can_have_is_not_the_users_mistake() {
    let api = Canned::start(|asked| {
        let path = asked.line.split([' ', '?']).nth(1).unwrap_or_default();
        let is_first = !asked.line.contains("?page=2");
        let response = match path.trim_start_matches("/v3/") {
            "users/me" => serde_json::json!({ "id": "1", "user_id": "1", "name": "Me" }),
            "groups" if is_first => serde_json::json!([
                { "id": "..", "name": "Up", "children_count": 1 },
                { "id": "5", "name": "Lake" },
                { "id": "", "name": "Nowhere" },
            ]),
            "groups/5/messages" => serde_json::json!({ "count": 0, "messages": [] }),
            _ => serde_json::json!([]),
        };
        Answer::Json(200, enveloped(response))
    })
    .await;
    let into = tempfile::tempdir().unwrap();
    let arguments = ["archive", into.path().to_str().unwrap(), "--format", "json"];
    let result = run(asking(&api.url, "a-token", &arguments)).await;
    assert_eq!(result.status, Some(1), "{}", result.stderr);
    let text = "GroupMe lists an id with which no request can be made";
    assert!(result.stderr.contains(text), "{}", result.stderr);
    // The other conversation is still archived.
    assert!(
        result.stdout.contains(r#""conversation":"5""#),
        "{}",
        result.stdout
    );
}

/// Answers as an API with one group, whose message has a picture.
fn with_picture(asked: &Asked, picture: &Answer) -> Answer {
    let host = asked
        .head
        .lines()
        .find_map(|line| line.strip_prefix("host: "));
    let url = format!("http://{}/i/1x2.png.0a", host.unwrap_or_default());
    let path = asked.line.split([' ', '?']).nth(1).unwrap_or_default();
    let is_before = asked.line.contains("_id=");
    let response = match path {
        "/i/1x2.png.0a" => return picture.clone(),
        "/v3/users/me" => serde_json::json!({ "id": "1", "user_id": "1", "name": "Me" }),
        "/v3/groups" if !asked.line.contains("?page=2") => {
            serde_json::json!([{ "id": "5", "name": "Lake" }])
        }
        "/v3/groups/5/messages" if !is_before || asked.line.contains("after_id=0") => {
            let attachments = serde_json::json!([{ "type": "image", "url": url }]);
            let message = serde_json::json!({ "id": "14", "attachments": attachments });
            serde_json::json!({ "count": 1, "messages": [message] })
        }
        "/v3/groups/5/messages" => serde_json::json!({ "count": 1, "messages": [] }),
        _ => serde_json::json!([]),
    };
    Answer::Json(200, enveloped(response))
}

#[tokio::test]
async fn a_picture_that_does_not_come_is_named_and_ends_with_status_5_until_it_comes() {
    let answers = [
        Answer::Text(String::new()),
        Answer::Text("<!DOCTYPE html><title>Sign in</title>".to_owned()),
        Answer::Json(503, serde_json::json!({})),
        Answer::Text("picture".to_owned()),
    ];
    let current = Arc::new(Mutex::new(Answer::None));
    let answer = Arc::clone(&current);
    let api = Canned::start(move |asked| with_picture(asked, &answer.lock().unwrap())).await;
    let into = tempfile::tempdir().unwrap();
    for (round, answer) in answers.into_iter().enumerate() {
        *current.lock().unwrap() = answer;
        let path = into.path().to_str().unwrap();
        let arguments = ["archive", path, "--format", "json", "--patience", "0s"];
        let result = run(asking(&api.url, "a-token", &arguments)).await;
        let media = &result.one()["media"];
        if round == 3 {
            assert_eq!((result.status, &*result.stderr), (Some(0), ""));
            assert_eq!((&media["saved"], &media["failed"]), (&1.into(), &0.into()));
        } else {
            assert_eq!(result.status, Some(5), "{}", result.stderr);
            assert_eq!((&media["saved"], &media["failed"]), (&0.into(), &1.into()));
            let error = &result.stderr;
            assert!(error.contains("1x2.png.0a"), "{error}");
            assert!(error.contains("media not fetched: 1"), "{error}");
        }
    }
}
