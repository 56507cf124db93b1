//! Histories as streams: both directions, all forms of the end, and failures.

use groupme_rest::{Client, Conversation, History};

use crate::scripted::{Outcome, ScriptedServer, answer, options};

fn page(ids: &[u64]) -> Outcome {
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

/// Returns the ids of all pages.
async fn walk(mut history: History) -> Vec<String> {
    let mut ids = Vec::new();
    while let Some(page) = history.next().await {
        let page = page.unwrap();
        ids.extend(page.messages().map(|message| message.id().to_string()));
    }
    assert!(history.next().await.is_none(), "the end is final");
    ids
}

#[tokio::test(start_paused = true)]
async fn backwards_every_form_of_an_empty_page_is_the_end() {
    for end in [
        page(&[]),
        answer(304, ""),
        answer(204, ""),
        answer(200, r#"{"response":null,"meta":{"code":200}}"#),
        page(&[7, 8, 9]),
    ] {
        let server = ScriptedServer::new([page(&[9, 8, 7]), page(&[6]), page(&[5, 4]), end]);
        let ids = walk(history(&server.client())).await;
        assert_eq!(ids, ["9", "8", "7", "6", "5", "4"]);
        assert_eq!(
            server.lines(),
            ["", "before_id=7&", "before_id=6&", "before_id=4&"].map(|cursor| format!(
                "GET /v3/groups/1835/messages?{cursor}limit=3&acceptFiles=1"
            ))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn forwards_a_page_without_new_messages_is_the_end() {
    for end in [page(&[]), answer(304, ""), page(&[3, 4])] {
        let server = ScriptedServer::new([page(&[2, 3]), page(&[4]), end]);
        let ids = walk(history(&server.client()).after("1")).await;
        assert_eq!(ids, ["2", "3", "4"]);
        assert!(server.lines()[2].contains("after_id=4&"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_history_can_begin_with_the_first_message() {
    let server = ScriptedServer::new([page(&[1, 2]), page(&[])]);
    let ids = walk(history(&server.client()).from_start()).await;
    assert_eq!(ids, ["1", "2"]);
    assert!(server.lines()[0].contains("after_id=0&"));
}

#[tokio::test(start_paused = true)]
async fn direct_messages_are_paged_in_the_same_way() {
    let body = r#"{"response":{"count":1,"direct_messages":[{"id":"5"}],"read_receipt":{"chat_id":"185+230","message_id":"5","user_id":"230","read_at":1}},"meta":{"code":200}}"#;
    let server = ScriptedServer::new([answer(200, body), answer(304, "")]);
    let mut history = server
        .client_with(&options())
        .history(Conversation::User("230".into()));
    let page = history.next().await.unwrap().unwrap();
    assert_eq!(page.read_receipt.unwrap().user_id.unwrap(), "230");
    assert!(history.next().await.is_none());
    assert_eq!(
        server.lines()[1],
        "GET /v3/direct_messages?other_user_id=230&before_id=5&limit=100&acceptFiles=1"
    );
}

#[tokio::test(start_paused = true)]
async fn newest_messages_in_answer_to_after_id_cause_no_gap() {
    let server = ScriptedServer::new([
        page(&[9, 8, 7]),
        page(&[6, 5, 4]),
        page(&[3, 2, 1]),
        answer(304, ""),
    ]);
    let ids = walk(history(&server.client()).after("2")).await;
    assert_eq!(ids, ["3", "4", "5", "6", "7", "8", "9"]);
    assert!(server.lines()[1].contains("before_id=7&"));
    assert!(server.lines()[3].contains("after_id=9&"));
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_the_same_page_is_requested_again() {
    let server = ScriptedServer::new([page(&[9, 8]), answer(404, ""), page(&[7]), page(&[])]);
    let mut history = history(&server.client());
    history.next().await.unwrap().unwrap();
    history.next().await.unwrap().unwrap_err();
    assert_eq!(walk(history).await, ["7"]);
    assert_eq!(server.lines()[1], server.lines()[2]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_loses_no_page() {
    let server = ScriptedServer::new([
        Outcome::Slow(core::time::Duration::from_secs(1), Box::new(page(&[9]))),
        page(&[]),
    ]);
    let mut history = history(&server.client());
    let short = core::time::Duration::from_millis(10);
    assert!(tokio::time::timeout(short, history.next()).await.is_err());
    assert_eq!(walk(history).await, ["9"]);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn messages_that_cannot_be_read_are_counted_across_the_pages_of_a_bridge() {
    let partly = |id: u64| {
        let body = format!(
            r#"{{"response":{{"messages":[{{"id":"{id}"}},{{"text":"x"}}]}},"meta":{{"code":200}}}}"#
        );
        answer(200, body)
    };
    let newest =
        r#"{"response":{"messages":[{"id":"9"},{"id":"8"},{"text":"x"}]},"meta":{"code":200}}"#;
    let server = ScriptedServer::new([answer(200, newest), partly(7), partly(2), answer(304, "")]);
    let page = history(&server.client())
        .after("2")
        .next()
        .await
        .unwrap()
        .unwrap();
    assert_eq!((page.len(), page.unreadable), (3, 3));
}
