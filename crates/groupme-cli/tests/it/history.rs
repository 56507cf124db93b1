//! `groupme history`.

use core::time::Duration;

use groupme_sim::{Conversation, EmptyPage, Sim};
use serde_json::json;

use crate::{
    canned::{Answer, Asked, Canned, enveloped},
    program::{Running, ask, asking, run, sim},
};

/// Starts a simulator with messages in a group and in direct messages; returns their ids in order.
async fn talkative(messages: usize) -> (Sim, Vec<String>, Vec<String>) {
    let sim = sim().await;
    let cast = *sim.cast();
    let fill = |place, authors: &[_]| {
        sim.with_world(|world| world.add_history(place, authors, messages, Duration::from_mins(1)))
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let group = fill(Conversation::Group(cast.lake), &[cast.mara, cast.theo]);
    let direct = fill(
        Conversation::direct(cast.me, cast.mara),
        &[cast.mara, cast.me],
    );
    (sim, group, direct)
}

async fn ids(sim: &Sim, arguments: &[&str]) -> Vec<String> {
    let all = [&["history"], arguments].concat();
    let printed = run(ask(sim, &all)).await.well().json();
    let id = |message: &serde_json::Value| message["id"].as_str().unwrap().to_owned();
    printed.iter().map(id).collect()
}

fn backwards(ids: &[String]) -> Vec<String> {
    ids.iter().rev().cloned().collect()
}

#[tokio::test]
async fn history_goes_from_the_newest_message_back_to_the_requested_bound() {
    let (sim, group, direct) = talkative(250).await;
    let lake = sim.cast().lake.to_string();
    let newest = ids(&sim, &["--group", &lake]).await;
    assert_eq!(newest.len(), 20);
    // The group's notices about joins come first.
    assert_eq!(
        ids(&sim, &["--group", &lake, "--limit", "3"]).await,
        newest[..3]
    );
    let before = ids(
        &sim,
        &["--group", &lake, "--before", &group[249], "--limit", "150"],
    )
    .await;
    assert_eq!(before, backwards(&group[99..249]));
    let mara = sim.cast().mara.to_string();
    assert_eq!(
        ids(&sim, &["--dm", &mara, "--limit", "101"]).await,
        backwards(&direct[149..])
    );
    assert_eq!(
        ids(&sim, &["--dm", &mara, "--all"]).await,
        backwards(&direct)
    );
}

#[tokio::test]
async fn history_after_a_message_is_in_order_and_complete() {
    let (sim, _, direct) = talkative(250).await;
    let mara = sim.cast().mara.to_string();
    let after = |limit: &'static [&'static str]| {
        let arguments = [&["--dm", &mara, "--after", &direct[9]], limit].concat();
        let sim = &sim;
        async move { ids(sim, &arguments).await }
    };
    assert_eq!(after(&["--all"]).await, direct[10..]);
    assert_eq!(after(&["--limit", "120"]).await, direct[10..130]);
    assert_eq!(after(&[]).await, direct[10..30]);
}

#[tokio::test]
async fn since_gives_the_newest_and_leaves_out_what_does_not_fit() {
    let (sim, _, direct) = talkative(30).await;
    let mara = sim.cast().mara.to_string();
    let since = ["--dm", &mara, "--since", &direct[9]];
    assert_eq!(ids(&sim, &since).await, backwards(&direct[10..]));
    let few = [&since[..], &["--limit", "5"]].concat();
    assert_eq!(ids(&sim, &few).await, backwards(&direct[25..]));
}

#[tokio::test]
async fn no_messages_are_no_failure_however_that_is_spelled() {
    let (sim, _, direct) = talkative(5).await;
    let cast = *sim.cast();
    let (mara, theo) = (cast.mara.to_string(), cast.theo.to_string());
    sim.with_world(|world| world.open_chat(cast.me, cast.theo))
        .unwrap();
    for spelling in [EmptyPage::NotModified, EmptyPage::EmptyList] {
        sim.configure_rest(|config| config.empty_page = spelling);
        for arguments in [
            &["--dm", &*theo][..],
            &["--dm", &mara, "--before", &direct[0]],
            &["--dm", &mara, "--after", &direct[4], "--all"],
            &["--dm", &mara, "--since", &direct[4]],
        ] {
            assert!(ids(&sim, arguments).await.is_empty(), "{arguments:?}");
        }
    }
}

#[tokio::test]
async fn people_get_a_line_for_each_message_with_what_they_need_to_answer_it() {
    let sim = sim().await;
    let cast = *sim.cast();
    let lake = cast.lake.to_string();
    let id = sim
        .with_world(|world| {
            let image = r#"[{"type":"image","url":"https://i.groupme.com/1"}]"#;
            let id = world.say_with_attachments(
                cast.lake,
                cast.mara,
                Some("two\nlines \u{7}"),
                image,
            )?;
            world.react(id, cast.me, "👍")?;
            world.react(id, cast.theo, "👍")?;
            Ok::<_, groupme_sim::WorldError>(id)
        })
        .unwrap();
    for format in ["text", "pretty"] {
        let arguments = [
            "history", "--group", &lake, "--limit", "1", "--format", format,
        ];
        let line = run(ask(&sim, &arguments)).await.well().stdout;
        let (_, rest) = line.split_once("  ").unwrap();
        let expected = format!(
            "{id}  Mara: two⏎lines \u{fffd} [image: https://i.groupme.com/1]  👍 user {}, user {}\n",
            cast.me, cast.theo
        );
        assert_eq!(rest, expected);
    }
}

#[tokio::test]
async fn a_transcript_shows_what_messages_old_and_new_have_besides_their_text() {
    fn answer(_: &Asked) -> Answer {
        let row = |id: u32, more: serde_json::Value| {
            let mut row = json!({"id": id.to_string(), "sender_id": "501", "name": "Rowan"});
            row.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            row
        };
        let with = |part: serde_json::Value| json!({"attachments": [part]});
        let messages = json!([
            row(9, json!({"text": "hearts", "favorited_by": ["501", "502", "3", "4", "5", "6", "7"]})),
            row(8, with(json!({"type": "location", "lat": "40.738206", "lng": "-73.993285", "name": "Boathouse"}))),
            row(7, with(json!({"type": "location", "lat": "1.5", "lng": "-2", "name": ""}))),
            row(6, json!({"text": "hi @Sam", "attachments": [
                {"type": "mentions", "user_ids": ["502"], "loci": [[3, 4]]}]})),
            row(5, json!({"text": "\u{fffd}\u{fffd} go", "attachments": [
                {"type": "emoji", "placeholder": "\u{fffd}", "charmap": [[1, 62], [1, 5]]}]})),
            row(4, json!({"text": "yes", "attachments": [
                {"type": "reply", "reply_id": "140000000000000001", "base_reply_id": "1"}]})),
            {"id": "3", "sender_id": "502", "user_id": "502", "name": "Sam", "text": "lake?",
                "reactions": [{"type": "unicode", "code": "👍", "user_ids": ["501"]}]},
        ]);
        let mut messages = messages;
        for row in messages.as_array_mut().unwrap() {
            row["user_id"] = row["sender_id"].clone();
        }
        Answer::Json(200, enveloped(json!({"count": 7, "messages": messages})))
    }
    let server = Canned::start(answer).await;
    let arguments = [
        "history", "--group", "7", "--limit", "7", "--format", "pretty",
    ];
    let shown = run(asking(&server.url, "a-token", &arguments)).await.well();
    let lines = shown.stdout.lines();
    let lines: Vec<_> = lines
        .map(|line| line.splitn(3, "  ").nth(2).unwrap())
        .collect();
    let expected = [
        "Rowan: hearts  ❤️ Rowan, Sam, user 3, user 4, user 5, 2 more",
        "Rowan: [location: Boathouse, 40.738206, -73.993285]",
        "Rowan: [location: 1.5, -2]",
        "Rowan: hi @Sam",
        "Rowan: (1:62)(1:5) go",
        "Rowan: yes [reply: 140000000000000001]",
        "Sam: lake?  👍 Rowan",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn an_unknown_notice_is_shown_by_its_type() {
    fn answer(_: &Asked) -> Answer {
        let event = |kind| json!({"type": kind, "data": {"user": {"id": 7, "nickname": "Ada"}}});
        let messages = json!([
            {"id": "2", "sender_id": "system", "text": "2 : 1", "event": event("sports.goal")},
            {"id": "1", "sender_id": "system", "text": "Ada joined",
                "event": event("membership.announce.joined")},
        ]);
        Answer::Json(200, enveloped(json!({"count": 2, "messages": messages})))
    }
    let server = Canned::start(answer).await;
    let arguments = [
        "history", "--group", "7", "--limit", "2", "--format", "pretty",
    ];
    let shown = run(asking(&server.url, "a-token", &arguments)).await;
    let shown = shown.well().stdout;
    assert!(shown.contains("— 2 : 1 [sports.goal]\n"), "{shown}");
    assert!(shown.contains("— Ada joined\n"), "{shown}");
}

#[tokio::test]
async fn history_ends_quietly_when_its_reader_closes_the_pipe() {
    let (sim, _, direct) = talkative(300).await;
    let mara = sim.cast().mara.to_string();
    sim.freeze();
    let history = ask(
        &sim,
        &["history", "--dm", &mara, "--after", &direct[0], "--all"],
    );
    let running = Running::start(history);
    let left = running.finish_without_reader(|| sim.thaw()).await;
    assert_eq!((left.status, &*left.stderr), (Some(0), ""));
}

/// Returns pages of which the second has messages that cannot be read in part, and the third does
/// not fit into an answer together with others.
fn poisoned(asked: &Asked) -> Answer {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let page = |rows: String| {
        Answer::Text(format!(
            r#"{{"response":{{"count":9,"messages":[{rows}]}},"meta":{{"code":200}}}}"#
        ))
    };
    let one = |id: u32| format!(r#"{{"id":"{id}","text":"{id}"}}"#);
    if asked.line.contains("before_id=1&") {
        page(String::new())
    } else if asked.line.contains("before_id=4&") {
        if asked.line.contains("limit=100") {
            return Answer::Text("{\"response\":{\"messages\":[\u{1}]}}".to_owned());
        }
        page([3, 2, 1].map(one).join(","))
    } else if asked.line.contains("before_id=") {
        page(format!(
            r#"{{"id":"7","attachments":[{{"type":"x","a":{deep}}}]}},{{"id":"6","created_at":1e400}},{},{}"#,
            one(5),
            one(4)
        ))
    } else {
        page([9, 8].map(one).join(","))
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_in_part_does_not_end_the_history() {
    let canned = Canned::start(poisoned).await;
    let arguments = ["history", "--group", "5", "--all"];
    let finished = run(asking(&canned.url, "a-token", &arguments)).await;
    assert_eq!(finished.status, Some(0), "{}", finished.stderr);
    // The nested value and the number outside the range of a float, one in each of two messages.
    let told: Vec<_> = finished.stderr.lines().collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter().all(|line| line.contains("printed as null")),
        "{told:?}"
    );
    let printed = finished.json();
    let ids: Vec<_> = printed
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["9", "8", "7", "6", "5", "4", "3", "2", "1"]);
    assert_eq!(printed[2]["attachments"][0]["type"], "x");
    assert_eq!(printed[3]["created_at"], json!(null));
}

#[tokio::test]
async fn a_history_shorter_than_its_count_is_distinguished_from_a_whole_one() {
    // Page after page of two messages, and then no list at all: so GroupMe cut some histories.
    fn answer(asked: &Asked) -> Answer {
        let rows = match asked.line.split_once("before_id=") {
            None => json!([{"id": "9"}, {"id": "8"}]),
            Some((_, rest)) if rest.starts_with('8') => json!([{"id": "7"}, {"id": 6.5}]),
            Some(_) => json!(null),
        };
        Answer::Json(200, enveloped(json!({"count": 30_457, "messages": rows})))
    }
    let server = Canned::start(answer).await;
    let history = |more: &[&str]| {
        let arguments = [&["history", "--group", "7"], more].concat();
        run(asking(&server.url, "a-token", &arguments))
    };
    for whole in [&["--all"][..], &["--limit", "100"]] {
        let printed = history(whole).await;
        assert_eq!(printed.status, Some(7), "{}", printed.stderr);
        assert_eq!(printed.json().len(), 3);
        let error = printed.stderr.lines().last().unwrap();
        assert!(error.contains("4 messages of the 30457"), "{error}");
    }
    // GroupMe counts the whole conversation, not a part of it.
    for part in [&["--all", "--before", "9"][..], &["--limit", "2"]] {
        let printed = history(part).await;
        assert_eq!(printed.status, Some(0), "{}", printed.stderr);
    }
}

/// Returns a history of one message of five, and then an end by an empty list.
fn early_end(asked: &Asked) -> Answer {
    let rows = if asked.line.contains("before_id=") {
        json!([])
    } else {
        json!([{"id": "9"}])
    };
    Answer::Json(200, enveloped(json!({"count": 5, "messages": rows})))
}

#[tokio::test]
async fn a_whole_history_with_fewer_messages_than_are_counted_has_a_status_of_its_own() {
    fn unchanged(asked: &Asked) -> Answer {
        if asked.line.contains("before_id=") {
            Answer::Json(304, json!(null))
        } else {
            early_end(asked)
        }
    }
    for answer in [early_end, unchanged] {
        let server = Canned::start(answer).await;
        let history = |more: &[&str]| {
            let arguments = [&["history", "--group", "7"], more].concat();
            run(asking(&server.url, "a-token", &arguments))
        };
        let all = history(&["--all"]).await;
        assert_eq!(all.status, Some(7), "{}", all.stderr);
        assert_eq!(all.json().len(), 1);
        assert!(all.stderr.contains("1 messages of the 5"), "{}", all.stderr);
        // Deleted messages stay in the count, so a part may be all that there is.
        let part = history(&["--limit", "3"]).await;
        assert_eq!(part.status, Some(0), "{}", part.stderr);
        assert!(
            part.stderr.contains("1 messages of the 5"),
            "{}",
            part.stderr
        );
    }
}

#[tokio::test]
async fn an_empty_history_of_a_conversation_with_messages_is_reported() {
    fn answer(asked: &Asked) -> Answer {
        if asked.line.contains("messages") {
            return Answer::Json(304, json!(null));
        }
        if asked.line.contains("users/me") {
            return Answer::Json(200, enveloped(json!({"id": "1"})));
        }
        let group = json!({"id": "7", "messages": {"count": 250}});
        let chats = json!([{"other_user": {"id": "2"}, "messages_count": 250},
            {"other_user": {"id": "3"}, "messages_count": 0}]);
        if asked.line.contains("/chats") && asked.line.contains("page=1") {
            Answer::Json(200, enveloped(chats))
        } else if asked.line.contains("/chats") {
            Answer::Json(200, enveloped(json!([])))
        } else if asked.line.contains("groups/7") {
            Answer::Json(200, enveloped(group))
        } else {
            Answer::Json(404, json!(null))
        }
    }
    let server = Canned::start(answer).await;
    for (place, status) in [
        (["--group", "7"], 7),
        (["--dm", "2"], 7),
        (["--dm", "3"], 0),
        // A topic has no count.
        (["--group", "8"], 0),
    ] {
        let arguments = [&["history", "--all"], &place[..]].concat();
        let ended = run(asking(&server.url, "a-token", &arguments)).await;
        assert_eq!(ended.status, Some(status), "{place:?}: {}", ended.stderr);
        let is_told = ended.stderr.contains("0 messages of the 250");
        assert_eq!(is_told, status == 7, "{}", ended.stderr);
    }
}

#[tokio::test]
async fn a_history_after_a_message_that_ends_before_the_newest_is_reported() {
    fn answer(asked: &Asked) -> Answer {
        let rows = match asked.line.split_once("after_id=") {
            Some((_, rest)) if rest.starts_with('1') => json!([{"id": "2"}, {"id": "3"}]),
            Some(_) => return Answer::Json(304, json!(null)),
            None => json!([{"id": "9"}]),
        };
        Answer::Json(200, enveloped(json!({"count": 9, "messages": rows})))
    }
    let server = Canned::start(answer).await;
    let history = |more: &[&str]| {
        let arguments = [&["history", "--group", "7", "--after", "1"], more].concat();
        run(asking(&server.url, "a-token", &arguments))
    };
    let all = history(&["--all"]).await;
    assert_eq!((all.status, all.json().len()), (Some(7), 2));
    assert!(
        all.stderr.contains("continue with --after 3"),
        "{}",
        all.stderr
    );
    assert_eq!(history(&["--limit", "2"]).await.status, Some(0));
}

#[tokio::test]
async fn pages_in_another_order_or_with_messages_twice_are_sorted() {
    fn answer(asked: &Asked) -> Answer {
        let ids = match asked.line.split_once("before_id=") {
            None => vec!["5", "9", "7", "7", "6"],
            Some((_, rest)) if rest.starts_with('5') => vec!["2", "4", "3"],
            Some(_) => vec![],
        };
        let rows: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        Answer::Json(200, enveloped(json!({"count": 7, "messages": rows})))
    }
    let server = Canned::start(answer).await;
    let arguments = ["history", "--group", "7", "--all"];
    let printed = run(asking(&server.url, "a-token", &arguments)).await;
    let printed = printed.well().json();
    let ids: Vec<_> = printed.iter().map(|row| &row["id"]).collect();
    assert_eq!(ids, ["9", "7", "6", "5", "4", "3", "2"]);
}

#[tokio::test]
async fn messages_behind_their_place_make_a_history_incomplete() {
    fn answer(asked: &Asked) -> Answer {
        let ids = match asked.line.split_once("before_id=") {
            None => vec!["9", "5"],
            Some((_, rest)) if rest.starts_with('5') => vec!["8", "7", "4"],
            Some(_) => vec![],
        };
        let rows: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        Answer::Json(200, enveloped(json!({"messages": rows})))
    }
    let server = Canned::start(answer).await;
    let arguments = ["history", "--group", "7", "--all"];
    let printed = run(asking(&server.url, "a-token", &arguments)).await;
    assert_eq!((printed.status, printed.json().len()), (Some(7), 3));
    assert!(
        printed.stderr.contains("2 were left out"),
        "{}",
        printed.stderr
    );
}
