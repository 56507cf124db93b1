//! Commands that change something, and cannot print so: their error says that the change was made, lest it
//! be made twice.

use std::{
    fs::{self, File},
    process::Stdio,
};

use groupme_sim::Sim;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::{
    canned::{Answer, Canned, enveloped},
    program::{ask, asking, groupme, run, sim, soon},
};

/// Runs a command whose output finds no room, and checks that its error says that it was done.
async fn unshown(mut command: Command, done: &str) {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let child = command.stdout(Stdio::from(full)).spawn().unwrap();
    let output = soon(child.wait_with_output()).await.unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "{done}: {error}");
    for part in [done, "cannot write to standard output", "No space left"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

/// Returns the text of the newest message of the first group.
async fn newest(sim: &Sim) -> Value {
    let last = ["history", "--group", "Lake weekend", "--limit", "1"];
    run(ask(sim, &last)).await.well().one()["text"].clone()
}

#[tokio::test]
async fn changes_of_messages_are_told_although_their_outcome_is_not_shown() {
    let sim = sim().await;
    let gateway = sim.gateway_url();
    let group = ["--group", "Lake weekend"];
    sim.with_world(|world| world.say(sim.cast().lake, sim.cast().me, "mine"))
        .unwrap();
    for (command, more, done) in [
        (&["edit"][..], &["@mine", "yours"][..], "was edited"),
        (&["like"], &["@mine"], "reaction was added"),
        (&["like"], &["@mine", "--emoji", "👍"], "reaction was added"),
        (&["unlike"], &["@mine"], "reaction was removed"),
        (&["pins", "add"], &["@mine"], "was pinned"),
        (&["pins", "remove"], &["@mine"], "was unpinned"),
        (&["read"], &[], "marked as read"),
        (
            &["typing", "--gateway-url", &gateway],
            &[],
            "notice was sent",
        ),
        (
            &["polls", "create"],
            &["Day?", "Friday", "Saturday"],
            "poll was created",
        ),
        (&["polls", "vote"], &["Day?", "Friday"], "vote was cast"),
        (&["polls", "end"], &["Day?"], "poll was ended"),
        (&["delete"], &["@mine"], "was deleted"),
    ] {
        let arguments = [command, &group, more].concat();
        unshown(ask(&sim, &arguments), done).await;
    }
    let api = ["api", "POST", "groups", "--data", r#"{"name":"New"}"#];
    unshown(ask(&sim, &api), "the request was carried out").await;
    let groups = run(ask(&sim, &["groups"])).await.well().json();
    assert!(groups.iter().any(|group| group["name"] == "New"));
}

#[tokio::test]
async fn what_a_bot_has_posted_is_told_although_it_is_not_shown() {
    let sim = sim().await;
    let register = ["bot", "register", "Build bot", "--group", "Lake weekend"];
    // A table is printed at its end.
    for format in ["json", "pretty"] {
        let register = [&register[..], &["--format", format]].concat();
        unshown(ask(&sim, &register), "the bot was registered").await;
    }
    let bots = run(ask(&sim, &["bot", "list"])).await.well().json();
    let ids: Vec<_> = bots
        .iter()
        .map(|bot| bot["bot_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 2);
    let post = ["bot", "post", "--bot", ids[0], "green"];
    unshown(ask(&sim, &post), "the message was posted").await;
    assert_eq!(newest(&sim).await, "green");
    let long = "word ".repeat(400);
    let post = ["bot", "post", "--bot", ids[0], "--split", &long];
    unshown(ask(&sim, &post), "all 3 parts were posted").await;
    let destroy = ["bot", "destroy", "--bot", ids[0], "--yes"];
    unshown(ask(&sim, &destroy), "the bot was deleted").await;
}

#[tokio::test]
async fn a_group_that_was_joined_or_left_is_told_although_it_is_not_shown() {
    let sim = sim().await;
    let cast = *sim.cast();
    let harbour = sim
        .with_world(|world| world.add_group("Harbour", cast.mara, &[]))
        .unwrap();
    let token = sim.with_world(|world| world.share_token(harbour));
    let link = format!("https://groupme.com/join_group/{harbour}/{token}");
    unshown(ask(&sim, &["join", &link]), "the group was joined").await;
    let leave = ["leave", "--group", "Harbour", "--yes"];
    unshown(ask(&sim, &leave), "the group was left").await;
    let is_member = sim.with_world(|world| world.members(harbour).contains(&cast.me));
    assert!(!is_member);
}

#[tokio::test]
async fn a_profile_that_was_kept_or_removed_is_told_although_it_is_not_shown() {
    let sim = sim().await;
    let home = tempfile::tempdir().unwrap();
    let token = home.path().join("token");
    fs::write(&token, sim.token()).unwrap();
    let at_home = |arguments: &[&str]| {
        let mut command = groupme(arguments);
        command.env("XDG_CONFIG_HOME", home.path());
        command
    };
    let (api, gateway) = (sim.api_url(), sim.gateway_url());
    let token = token.to_str().unwrap();
    let login = [
        "login",
        "--api-url",
        &api,
        "--gateway-url",
        &gateway,
        "--token-file",
        token,
    ];
    unshown(at_home(&login), "the access token is kept in").await;
    run(at_home(&["groups"])).await.well();
    unshown(at_home(&["logout"]), "the profile `default` was removed").await;
}

/// Answers with two pictures of message 14, in a group of one message.
fn with_pictures(head: &str, line: &str) -> Answer {
    let host = head.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.unwrap_or_default();
    let pictures = ["a", "b"].map(|end| {
        let url = format!("http://{host}/i/1x2.png.{end}");
        json!({"type": "image", "url": url})
    });
    let path = line.split([' ', '?']).nth(1).unwrap_or_default();
    let response = match path {
        "/v4/groups/7/messages/14" => json!({"message": {"id": "14", "attachments": pictures}}),
        "/i/1x2.png.a" | "/i/1x2.png.b" => return Answer::Text("picture".to_owned()),
        "/v3/users/me" => json!({"id": "1", "user_id": "1", "name": "Me"}),
        "/v3/groups" if !line.contains("?page=2") => {
            json!([{"id": "5", "name": "Lake"}, {"id": "6", "name": "Harbour"}])
        }
        path if path.ends_with("/messages") => json!({"count": 0, "messages": []}),
        _ => json!([]),
    };
    Answer::Json(200, enveloped(response))
}

#[tokio::test]
async fn everything_is_saved_although_no_outcome_is_shown() {
    let api = Canned::start(|asked| with_pictures(&asked.head, &asked.line)).await;
    let into = tempfile::tempdir().unwrap();
    let path = into.path().to_str().unwrap();
    let arguments = ["download", "--group", "7", "14", "--into", path];
    unshown(asking(&api.url, "a-token", &arguments), "was saved").await;
    assert_eq!(fs::read_dir(into.path()).unwrap().count(), 2);

    let into = tempfile::tempdir().unwrap();
    let path = into.path().to_str().unwrap();
    let archive = asking(&api.url, "a-token", &["archive", path]);
    unshown(archive, "the conversations were archived").await;
    for id in ["5", "6"] {
        let file = into.path().join(format!("conversations/{id}.json"));
        assert!(file.exists(), "{id}");
    }
    // A reader that takes the first line only does not end the archive.
    let into = tempfile::tempdir().unwrap();
    let path = into.path().to_str().unwrap();
    let mut child = asking(&api.url, "a-token", &["archive", path])
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(soon(child.wait()).await.unwrap().code(), Some(0));
    assert!(into.path().join("conversations/6.json").exists());
}
