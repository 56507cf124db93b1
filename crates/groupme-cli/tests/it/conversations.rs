//! `groupme chats`, `groups` and `read`.

use groupme_sim::Conversation;
use serde_json::{Value, json};

use crate::{
    canned::{Answer, Canned, enveloped},
    program::{ask, asking, run, sim},
};

#[tokio::test]
async fn every_chat_is_listed_once_however_many_pages_there_are() {
    let sim = sim().await;
    let cast = *sim.cast();
    sim.with_world(|world| {
        for number in 0..230 {
            let friend = world.add_user(&format!("Friend {number}"));
            world.direct_message(friend, cast.me, "hello")?;
        }
        world
            .direct_message(cast.mara, cast.me, "me last")
            .map(drop)
    })
    .unwrap();
    let chats = run(ask(&sim, &["chats"])).await.well().json();
    let mut with: Vec<_> = chats
        .iter()
        .map(|chat| chat["other_user"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(with[0], cast.mara.to_string());
    with.sort_unstable();
    with.dedup();
    assert_eq!((with.len(), chats.len()), (231, 231));
    let shown = run(ask(&sim, &["chats", "--format", "text"]))
        .await
        .well()
        .stdout;
    let mut lines = shown.lines();
    let header = lines.next().unwrap();
    let first = lines.next().unwrap();
    let found = format!("  {}  Mara        Mara: me last", cast.mara);
    assert!(first.ends_with(&found), "{first}");
    let column = |title| header.find(title).unwrap();
    assert_eq!(first.find("Mara"), Some(column("NAME")));
    assert_eq!(first.find("Mara:"), Some(column("MESSAGE")));
}

#[tokio::test]
async fn groups_come_without_their_members_unless_asked_for() {
    let sim = sim().await;
    let cast = *sim.cast();
    sim.with_world(|world| {
        for number in 0..120 {
            world.add_group(&format!("Group {number}"), cast.me, &[cast.mara])?;
        }
        Ok::<_, groupme_sim::WorldError>(())
    })
    .unwrap();
    let members = |group: &Value| group["members"].as_array().map_or(0, Vec::len);
    let brief = run(ask(&sim, &["groups"])).await.well().json();
    assert_eq!(brief.len(), 121);
    assert!(brief.iter().all(|group| members(group) == 0));
    let full = run(ask(&sim, &["groups", "--members"])).await.well().json();
    assert!(full.len() == 121 && full.iter().all(|group| members(group) >= 2));
    sim.say("hello").unwrap();
    let shown = run(ask(&sim, &["groups", "--format", "text"]))
        .await
        .well()
        .stdout;
    let line = format!("  {}  Lake weekend  Mara: hello", cast.lake);
    assert!(shown.lines().any(|shown| shown.ends_with(&line)), "{shown}");
}

#[tokio::test]
async fn a_group_is_read_up_to_a_message_or_to_the_newest() {
    let sim = sim().await;
    let lake = sim.cast().lake.to_string();
    let first = sim.say("first").unwrap().to_string();
    let last = sim.say("last").unwrap().to_string();
    let read = ["read", "--group", &lake, &first];
    let receipt = run(ask(&sim, &read)).await.well().one();
    assert_eq!(receipt["last_read_message_id"], *first);
    let read = ["read", "--group", &lake, "--format", "text"];
    let result = run(ask(&sim, &read)).await.well().stdout;
    assert_eq!(result, format!("read {lake} up to {last}\n"));
}

#[tokio::test]
async fn a_read_receipt_is_sent_to_the_other_user_of_direct_messages() {
    let sim = sim().await;
    let cast = *sim.cast();
    let mara = cast.mara.to_string();
    let say = |text| {
        sim.with_world(|world| world.direct_message(cast.mara, cast.me, text))
            .unwrap()
            .to_string()
    };
    let (first, last) = (say("first"), say("last"));
    let conversation = Conversation::direct(cast.me, cast.mara).id();
    let receipt = run(ask(&sim, &["read", "--dm", &mara, &first]))
        .await
        .well()
        .one();
    assert_eq!(receipt["message_id"], *first);
    let receipt = run(ask(&sim, &["read", "--dm", &mara])).await.well().one();
    assert_eq!(receipt["message_id"], *last);
    assert_eq!(receipt["conversation_id"], *conversation);
}

#[tokio::test]
async fn a_conversation_without_messages_has_nothing_to_mark_as_read() {
    let sim = sim().await;
    let empty = sim
        .with_world(|world| world.add_group("Empty", sim.cast().me, &[]))
        .unwrap()
        .to_string();
    let result = run(ask(&sim, &["read", "--group", &empty])).await;
    assert!(
        result.refused(4).contains("no message"),
        "{}",
        result.stderr
    );
}

#[tokio::test]
async fn groups_that_are_too_many_for_an_answer_are_asked_for_in_smaller_pages() {
    let canned = Canned::start(|asked| {
        if asked.line.contains("per_page=100") {
            Answer::Text(format!("[{}{{}}]", "{},".repeat(30_000)))
        } else if asked.line.contains("page=1&") {
            Answer::Json(200, enveloped(json!([{"id": "1835", "name": "Lake"}])))
        } else {
            Answer::Json(200, enveloped(json!([])))
        }
    })
    .await;
    let groups = run(asking(&canned.url, "a-token", &["groups", "--members"])).await;
    assert_eq!(groups.well().one()["name"], "Lake");
}

#[tokio::test]
async fn direct_messages_without_a_user_are_skipped_by_name() {
    let server = Canned::start(|asked| {
        let rows = if asked.line.contains("page=1&") {
            json!([{"last_message": {"id": "1"}}, {"other_user": {"id": "7"}}])
        } else {
            json!([])
        };
        Answer::Json(200, enveloped(rows))
    })
    .await;
    let listed = run(asking(&server.url, "a-token", &["chats"])).await;
    assert_eq!((listed.status, listed.json().len()), (Some(0), 1));
    assert!(
        listed.stderr.contains("without a user chats=1"),
        "{}",
        listed.stderr
    );
}

#[tokio::test]
async fn an_answer_that_ends_in_the_middle_is_asked_for_in_smaller_parts() {
    fn group(id: u32) -> String {
        format!(r#"{{"id":"{id}","name":"Group {id}","members":[{{"user_id":"1"}}]}}"#)
    }
    fn answer(asked: &crate::canned::Asked) -> Answer {
        let whole = |groups: String| format!(r#"{{"response":[{groups}],"meta":{{"code":200}}}}"#);
        let Some((_, page)) = asked.line.split_once("page=") else {
            return Answer::Json(404, Value::Null);
        };
        match page {
            "1&per_page=10" => Answer::Text(whole(format!("{},{}", group(1), group(2)))),
            page if page.ends_with("per_page=10") => Answer::Text(whole(String::new())),
            _ => Answer::Text(whole(group(1))[..40].to_owned()),
        }
    }
    let server = Canned::start(answer).await;
    let command = asking(&server.url, "a-token", &["groups", "--members"]);
    assert_eq!(run(command).await.well().json().len(), 2);

    let server = Canned::start(|_| Answer::Text(r#"{"response":[{"id":"1","na"#.to_owned())).await;
    let result = run(asking(&server.url, "a-token", &["groups", "--members"])).await;
    let error = result.refused(5);
    assert!(
        error.contains("`GET v3/groups` (status 200, 26 bytes) ends in the middle"),
        "{error}"
    );
    assert!(
        error.contains("omit --members") && !error.contains("REST API"),
        "{error}"
    );
}

#[tokio::test]
async fn addresses_and_the_user_may_come_from_the_environment() {
    let sim = sim().await;
    let with_environment = |arguments: &[&str]| {
        let mut command = crate::program::groupme(arguments);
        command
            .env("GROUPME_ACCESS_TOKEN", sim.token())
            .env("GROUPME_API_URL", sim.api_url())
            .env("GROUPME_GATEWAY_URL", sim.gateway_url())
            .env("GROUPME_USER_ID", sim.user_id());
        command
    };
    let groups = run(with_environment(&["groups"])).await.well().json();
    assert_eq!(groups.len(), 1);
    let ping = with_environment(&["ping", "--count", "1"]);
    assert_eq!(run(ping).await.well().json().last().unwrap()["answered"], 1);
}
