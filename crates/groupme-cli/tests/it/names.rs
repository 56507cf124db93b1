//! Conversations, users and messages by name and place, and times.

use core::time::Duration;

use groupme_sim::{Conversation, Sim};
use serde_json::{Value, json};

use crate::{
    canned::{Answer, Asked, Canned, enveloped},
    program::{ask, asking, listen, run, sim},
};

async fn texts(sim: &Sim, arguments: &[&str]) -> Vec<String> {
    let all = [&["history"], arguments].concat();
    let printed = run(ask(sim, &all)).await.well().json();
    let text = |message: &Value| message["text"].as_str().unwrap().to_owned();
    printed.iter().map(text).collect()
}

#[tokio::test]
async fn a_group_is_named_as_people_name_it() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    for name in ["Lake weekend", "lake WEEKEND "] {
        let sent = run(ask(&sim, &["send", "--group", name, "hello"])).await;
        assert_eq!(sent.well().one()["group_id"], *lake);
    }
}

#[tokio::test]
async fn a_name_is_looked_up_without_members() {
    fn answer(asked: &Asked) -> Answer {
        if asked.line.starts_with("POST") {
            return Answer::Json(201, enveloped(json!({"message": {"id": "1"}})));
        }
        let is_brief = asked.line.contains("omit=memberships");
        match asked.line.split_once("page=") {
            Some((_, page)) if is_brief && page.starts_with("1&") => {
                Answer::Json(200, enveloped(json!([{"id": "7", "name": "Lake"}])))
            }
            Some(_) if is_brief => Answer::Json(200, enveloped(json!([]))),
            _ => Answer::Json(500, Value::Null),
        }
    }
    let server = Canned::start(answer).await;
    let send = ["send", "--group", "Lake", "hello"];
    assert_eq!(
        run(asking(&server.url, "a-token", &send))
            .await
            .well()
            .one()["id"],
        "1"
    );
}

#[tokio::test]
async fn an_unknown_name_is_refused_with_similar_ones_and_an_ambiguous_one_with_all() {
    let sim = sim().await;
    let cast = *sim.cast();
    let twins = sim
        .with_world(|world| {
            let one = world.add_group("Book club", cast.me, &[])?;
            let other = world.add_group("Book club", cast.me, &[])?;
            Ok::<_, groupme_sim::WorldError>([one, other])
        })
        .unwrap();
    let result = run(ask(&sim, &["send", "--group", "Lake wekend", "hello"])).await;
    let error = result.refused(4);
    assert!(
        error.contains(&format!("similar names: Lake weekend ({})", cast.lake)),
        "{error}"
    );
    let result = run(ask(&sim, &["send", "--group", "book club", "hello"])).await;
    let error = result.refused(2);
    for twin in twins {
        assert!(error.contains(&format!("Book club ({twin})")), "{error}");
    }
    let result = run(ask(&sim, &["history", "--dm", "Nobody at all"])).await;
    assert!(
        result
            .refused(4)
            .contains("no user is named `Nobody at all`"),
        "{}",
        result.stderr
    );
}

#[tokio::test]
async fn a_user_is_named_by_direct_messages_or_as_a_contact() {
    fn answer(asked: &Asked) -> Answer {
        match &*asked.line {
            line if line.starts_with("GET /v3/chats") => Answer::Json(200, enveloped(json!([]))),
            line if line.starts_with("GET /v4/relationships") => Answer::Json(
                200,
                enveloped(json!([{"id": "77", "user_id": "77", "name": "Robin"}])),
            ),
            "POST /v3/direct_messages" => Answer::Json(
                201,
                enveloped(json!({"direct_message": {"id": "1", "recipient_id": "77"}})),
            ),
            _ => Answer::Json(404, Value::Null),
        }
    }

    let sim = sim().await;
    let cast = *sim.cast();
    sim.with_world(|world| world.direct_message(cast.mara, cast.me, "psst"))
        .unwrap();
    let sent = run(ask(&sim, &["send", "--dm", "mara", "yes?"])).await;
    assert_eq!(sent.well().one()["recipient_id"], cast.mara.to_string());

    let server = Canned::start(answer).await;
    let arguments = ["send", "--dm", "Robin", "hello"];
    let sent = run(asking(&server.url, "a-token", &arguments)).await.well();
    assert_eq!(sent.one()["recipient_id"], "77");
}

#[tokio::test]
async fn a_topic_is_named_in_its_group_or_by_its_id() {
    let sim = sim().await;
    let cast = *sim.cast();
    let topic = sim
        .with_world(|world| world.add_topic(cast.lake, cast.me, "Food"))
        .unwrap()
        .to_string();
    for place in [
        &["--group", "Lake weekend", "--topic", "food"][..],
        &["--topic", &topic],
        &["--group", &topic],
    ] {
        let arguments = [&["send"], place, &["soup"]].concat();
        let sent = run(ask(&sim, &arguments)).await.well().one();
        assert_eq!(sent["group_id"], *topic, "{place:?}");
    }
    let unknown = ["send", "--group", "Lake weekend", "--topic", "Foot", "x"];
    let result = run(ask(&sim, &unknown)).await;
    assert!(
        result.refused(4).contains(&format!("Food ({topic})")),
        "{}",
        result.stderr
    );
}

#[tokio::test]
async fn listen_takes_names_as_well() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    let api = sim.api_url();
    let arguments = ["--group", "Lake weekend", "--api-url", &api, "--for", "1s"];
    let heard = run(listen(&sim, &arguments)).await.well().json();
    let channel = format!("/group/{lake}");
    assert!(
        heard
            .iter()
            .any(|line| line["channel"] == *channel && line["state"] == "active"),
        "{heard:?}"
    );
}

#[tokio::test]
async fn a_member_is_mentioned_by_name() {
    let sim = sim().await;
    let cast = *sim.cast();
    let arguments = [
        "send",
        "--group",
        "Lake weekend",
        "--mention",
        "mara=@Mara",
        "@Mara, six",
    ];
    let sent = run(ask(&sim, &arguments)).await.well().one();
    assert_eq!(
        sent["attachments"][0]["user_ids"],
        json!([cast.mara.to_string()])
    );
}

#[tokio::test]
async fn the_last_messages_are_named_by_their_place() {
    let sim = sim().await;
    let cast = *sim.cast();
    let place = ["--group", "Lake weekend"];
    let (first, second) = (sim.say("first").unwrap(), sim.say("second").unwrap());
    let mine = run(ask(&sim, &[&["send"], &place[..], &["mine"]].concat())).await;
    let mine = mine.well().one()["id"].as_str().unwrap().to_owned();
    sim.say("newest").unwrap();
    let liked = |message: &'static str| {
        let like = ["like", "--group", "Lake weekend", message, "--emoji", "👍"];
        let command = ask(&sim, &like);
        async move { run(command).await.well().one()["message"].clone() }
    };
    assert_eq!(liked("@last-1").await, *mine);
    assert_eq!(liked("@last-2").await, second.to_string());
    let edit = ["edit", "--group", "Lake weekend", "@mine", "still mine"];
    assert_eq!(run(ask(&sim, &edit)).await.well().one()["id"], *mine);
    let reply = [
        "send",
        "--group",
        "Lake weekend",
        "--reply-to",
        "@last-3",
        "yes",
    ];
    let reply = run(ask(&sim, &reply)).await.well().one();
    assert_eq!(reply["attachments"][0]["reply_id"], first.to_string());
    // A notice is nobody's message, and a deleted one is gone.
    sim.with_world(|world| world.add_topic(cast.lake, cast.me, "Food"))
        .unwrap();
    let delete = ["delete", "--group", "Lake weekend", "@last"];
    assert_eq!(
        run(ask(&sim, &delete)).await.well().one()["message"],
        reply["id"]
    );
    assert_eq!(
        texts(&sim, &["--group", "Lake weekend", "--after", "@last-1"]).await[0],
        "newest"
    );
    let none = run(ask(&sim, &["read", "--group", "Lake weekend", "@last-99"])).await;
    assert!(none.refused(4).contains("@last-99"), "{}", none.stderr);
}

/// Starts a simulator with a message for each of the last hours, oldest first.
async fn hourly(hours: usize) -> Sim {
    let sim = sim().await;
    let cast = *sim.cast();
    sim.with_world(|world| {
        let place = Conversation::direct(cast.me, cast.mara);
        world.add_history(place, &[cast.mara], hours, Duration::from_hours(1))
    })
    .unwrap();
    sim
}

#[tokio::test]
async fn a_history_is_bounded_by_times_as_by_messages() {
    let sim = hourly(60).await;
    let mara = sim.cast().mara.to_string();
    let all = run(ask(&sim, &["history", "--dm", &mara, "--all"])).await;
    let all: Vec<i64> = all
        .well()
        .json()
        .iter()
        .map(|row| row["created_at"].as_i64().unwrap())
        .collect();
    assert_eq!(all.len(), 60);
    let sent = |arguments: Vec<String>| {
        let words = ["history", "--dm", &mara].map(str::to_owned);
        let words: Vec<_> = words.into_iter().chain(arguments).collect();
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let command = ask(&sim, &words);
        async move {
            let rows = run(command).await.well().json();
            rows.iter()
                .map(|row| row["created_at"].as_i64().unwrap())
                .collect::<Vec<_>>()
        }
    };
    let rfc3339 = |seconds: i64| jiff::Timestamp::from_second(seconds).unwrap().to_string();
    let arguments = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    // Without a limit, all since then, newest first; a message of the very second counts.
    let since = rfc3339(all[30]);
    assert_eq!(sent(arguments(&["--since", &since])).await, all[..=30]);
    let limited = sent(arguments(&["--since", &since, "--limit", "5"])).await;
    assert_eq!(limited, all[..5]);
    // Before excludes that second.
    let before = sent(arguments(&["--before", &since, "--limit", "3"])).await;
    assert_eq!(before, all[31..34]);
    let both = ["--before", &rfc3339(all[10]), "--since", &rfc3339(all[12])];
    assert_eq!(sent(arguments(&both)).await, all[11..=12]);
    let mut forward = sent(arguments(&["--after", &since, "--all"])).await;
    forward.reverse();
    assert_eq!(forward, all[..=30]);
}

#[tokio::test]
async fn the_last_message_is_not_another_one_whatever_the_answer_looks_like() {
    fn answer(asked: &Asked, messages: &Value) -> Answer {
        let path = asked.line.split([' ', '?']).nth(1).unwrap_or_default();
        let response = match path {
            "/v3/groups/7/messages" => json!({"count": 3, "messages": messages}),
            "/v3/users/me" => json!({"id": "1", "user_id": "1", "name": "Me"}),
            _ => Value::Null,
        };
        Answer::Json(200, enveloped(response))
    }
    let message = |id: &str| json!({"id": id, "user_id": "1", "text": id});
    let deleted = async |messages: Value, place: &'static str| {
        let server = Canned::start(move |asked| answer(asked, &messages)).await;
        let arguments = ["delete", "--group", "7", place];
        let result = run(asking(&server.url, "a-token", &arguments)).await;
        let asked = server.asked();
        let lines = asked.iter().map(|asked| asked.line.clone());
        let deletions: Vec<_> = lines.filter(|line| line.starts_with("DELETE")).collect();
        (result, deletions)
    };
    for ids in [["15", "14", "13"], ["13", "14", "15"]] {
        for place in ["@last", "@mine"] {
            let messages = ids.map(message).into();
            let (result, deletions) = deleted(messages, place).await;
            assert_eq!(result.status, Some(0), "{}", result.stderr);
            assert_eq!(deletions.len(), 1);
            assert!(deletions[0].ends_with("/15"), "{deletions:?}");
        }
    }
    let without_id = json!({"user_id": "1", "text": "the newest"});
    let messages = json!([without_id, message("14")]);
    let (result, deletions) = deleted(messages, "@mine").await;
    let error = result.refused(1);
    assert!(error.contains("give the id of the message"), "{error}");
    assert_eq!(deletions.len(), 0);
}
