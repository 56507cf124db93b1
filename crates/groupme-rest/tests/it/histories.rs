//! Histories as streams: both directions, every way to end, and what happens after a failure.

use groupme_rest::{Client, Conversation, History};

use crate::world::{Fate, World, answer, options};

fn page(ids: &[u64]) -> Fate {
    let messages: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    let body = format!(
        r#"{{"response":{{"count":99,"messages":[{}]}},"meta":{{"code":200}}}}"#,
        messages.join(",")
    );
    answer(200, body)
}

fn history(client: &Client) -> History {
    client.history(Conversation::Group("1835".into())).limit(3)
}

/// The ids of all pages.
async fn walk(mut history: History) -> Vec<String> {
    let mut ids = Vec::new();
    while let Some(page) = history.next().await {
        ids.extend(
            page.unwrap()
                .messages
                .into_iter()
                .map(|message| message.id.to_string()),
        );
    }
    assert!(history.next().await.is_none(), "it ended");
    ids
}

#[tokio::test(start_paused = true)]
async fn towards_the_past_it_ends_with_an_empty_page_whatever_that_looks_like() {
    for end in [
        page(&[]),
        answer(304, ""),
        answer(200, ""),
        answer(200, r#"{"response":null,"meta":{"code":200}}"#),
        page(&[7, 8, 9]),
    ] {
        let world = World::new([page(&[9, 8, 7]), page(&[6]), page(&[5, 4]), end]);
        let ids = walk(history(&world.client())).await;
        assert_eq!(ids, ["9", "8", "7", "6", "5", "4"]);
        assert_eq!(
            world.lines(),
            ["", "before_id=7&", "before_id=6&", "before_id=4&"].map(|cursor| format!(
                "GET /v3/groups/1835/messages?{cursor}limit=3&acceptFiles=1"
            ))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn towards_the_present_it_ends_where_there_is_nothing_more() {
    for end in [page(&[]), answer(304, ""), page(&[3, 4])] {
        let world = World::new([page(&[2, 3]), page(&[4]), end]);
        let ids = walk(history(&world.client()).after("1")).await;
        assert_eq!(ids, ["2", "3", "4"]);
        assert!(world.lines()[2].contains("after_id=4&"));
    }
}

#[tokio::test(start_paused = true)]
async fn direct_messages_are_walked_the_same_way() {
    let body = r#"{"response":{"count":1,"direct_messages":[{"id":"5"}],"read_receipt":{"chat_id":"185+230","message_id":"5","user_id":"230","read_at":1}},"meta":{"code":200}}"#;
    let world = World::new([answer(200, body), answer(304, "")]);
    let mut history = world
        .client_with(&options())
        .history(Conversation::User("230".into()));
    let page = history.next().await.unwrap().unwrap();
    assert_eq!(page.read_receipt.unwrap().user_id.unwrap(), "230");
    assert!(history.next().await.is_none());
    assert_eq!(
        world.lines()[1],
        "GET /v3/direct_messages?other_user_id=230&before_id=5&limit=100&acceptFiles=1"
    );
}

#[tokio::test(start_paused = true)]
async fn a_gap_that_after_id_would_leave_is_bridged() {
    let world = World::new([
        page(&[9, 8, 7]),
        page(&[6, 5, 4]),
        page(&[3, 2, 1]),
        answer(304, ""),
    ]);
    let ids = walk(history(&world.client()).after("2")).await;
    assert_eq!(ids, ["3", "4", "5", "6", "7", "8", "9"]);
    assert!(world.lines()[1].contains("before_id=7&"));
    assert!(world.lines()[3].contains("after_id=9&"));
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_it_goes_on_at_the_same_place() {
    let world = World::new([page(&[9, 8]), answer(404, ""), page(&[7]), page(&[])]);
    let mut history = history(&world.client());
    history.next().await.unwrap().unwrap();
    history.next().await.unwrap().unwrap_err();
    assert_eq!(walk(history).await, ["7"]);
    assert_eq!(world.lines()[1], world.lines()[2]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_given_up_is_not_lost() {
    let world = World::new([
        Fate::Slow(core::time::Duration::from_secs(1), Box::new(page(&[9]))),
        page(&[]),
    ]);
    let mut history = history(&world.client());
    let short = core::time::Duration::from_millis(10);
    assert!(tokio::time::timeout(short, history.next()).await.is_err());
    assert_eq!(walk(history).await, ["9"]);
    assert_eq!(world.lines().len(), 2);
}
