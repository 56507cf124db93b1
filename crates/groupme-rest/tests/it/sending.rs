//! Messages are sent once, whatever happens to requests and answers.

use groupme_model::{ConversationId, Draft, LikeIcon, SourceGuid};
use groupme_rest::{Conversation, Error, Sent};
use serde_json::Value;

use crate::scripted::{Outcome, ScriptedServer, answer, options};

fn group() -> Conversation {
    Conversation::Group("1835".into())
}

/// Returns the first id that a client draws.
fn guid() -> SourceGuid {
    ScriptedServer::new([]).client().source_guid()
}

fn history(guid: &str) -> Outcome {
    let body = format!(
        r#"{{"response":{{"count":2,"messages":[{{"id":"2","source_guid":"other"}},{{"id":"1","source_guid":"{guid}"}}]}},"meta":{{"code":200}}}}"#
    );
    answer(200, body)
}

fn created(key: &str) -> Outcome {
    answer(
        201,
        format!(r#"{{"response":{{"{key}":{{"id":"1","text":"hi"}}}},"meta":{{"code":201}}}}"#),
    )
}

#[tokio::test(start_paused = true)]
async fn the_message_is_found_under_either_key() {
    for (conversation, key) in [
        (group(), "message"),
        (Conversation::User("230".into()), "direct_message"),
        (Conversation::User("230".into()), "message"),
    ] {
        let server = ScriptedServer::new([created(key)]);
        let sent = server
            .client()
            .send(&conversation, Draft::new("hi"))
            .await
            .unwrap();
        assert!(matches!(sent, Sent::Created(_)));
        assert_eq!(sent.message().unwrap().id, "1");
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_share_a_source_guid_and_messages_do_not() {
    let server = ScriptedServer::new([
        answer(503, ""),
        Outcome::Lost,
        answer(500, ""),
        created("message"),
        created("message"),
    ]);
    let client = server.client();
    client.send(group(), Draft::new("hi")).await.unwrap();
    client.send(group(), Draft::new("hi")).await.unwrap();
    let guids: Vec<_> = server
        .received()
        .iter()
        .map(|asked| {
            let body: Value = serde_json::from_str(&asked.body).unwrap();
            body["message"]["source_guid"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(guids.len(), 5);
    assert!(guids[..4].iter().all(|other| *other == guid().as_str()));
    assert_ne!(guids[4], guids[0]);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_on_a_retry_is_a_success_and_the_message_is_found() {
    let server = ScriptedServer::new([Outcome::Lost, answer(409, ""), history(guid().as_str())]);
    let sent = server
        .client()
        .send(group(), Draft::new("hi"))
        .await
        .unwrap();
    assert!(
        matches!(&sent, Sent::Duplicate(message) if message.id == "1"),
        "{sent:?}"
    );
    assert_eq!(
        server.lines(),
        [
            "POST /v3/groups/1835/messages",
            "POST /v3/groups/1835/messages",
            "GET /v3/groups/1835/messages?limit=100&acceptFiles=1",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_a_success_even_if_the_message_is_not_found() {
    for look in [
        history("another"),
        answer(304, ""),
        answer(404, ""),
        answer(200, "<html>"),
    ] {
        let server = ScriptedServer::new([answer(503, ""), answer(409, ""), look]);
        let sent = server
            .client()
            .send(group(), Draft::new("hi"))
            .await
            .unwrap();
        assert_eq!(sent, Sent::DuplicateNotFound);
        assert_eq!(sent.message(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn sending_again_with_the_same_source_guid_after_a_restart_is_a_success() {
    let server = ScriptedServer::new([answer(409, ""), history("kept")]);
    let direct = Conversation::User("230".into());
    let sent = server
        .client()
        .send_as(&direct, Draft::new("hi"), "kept".into())
        .await
        .unwrap();
    assert!(matches!(sent, Sent::Duplicate(_)));
    assert!(server.lines()[1].starts_with("GET /v3/direct_messages?other_user_id=230&"));
}

#[tokio::test(start_paused = true)]
async fn a_ban_is_not_retried() {
    let body = r#"{"meta":{"code":403,"errors":["User has been auto-banned for sending too many messages."]}}"#;
    let server = ScriptedServer::new([answer(403, body)]);
    let error = server
        .client()
        .send(group(), Draft::new("hi"))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Forbidden(refusal) if refusal.errors[0].contains("auto-banned"))
    );
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_groupme_would_refuse_is_not_sent() {
    let server = ScriptedServer::new([]);
    let error = server
        .client()
        .send(group(), Draft::new(""))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Draft(_)));
    assert_eq!(server.lines().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_new_reaction_replaces_the_old_one() {
    let reactions = r#"{"response":{"reactions":[{"type":"unicode","code":"🤣","user_ids":["185"]}]},"meta":{"code":200}}"#;
    let server = ScriptedServer::new([
        answer(200, r#"{"response":{"reactions":[]},"meta":{"code":200}}"#),
        answer(200, reactions),
    ]);
    let icon = LikeIcon::unicode("🤣");
    let left = server
        .client_with(&options())
        .react(ConversationId::from("185+230"), "1", Some(icon))
        .await
        .unwrap();
    assert_eq!(left.len(), 1);
    let asked = server.received();
    assert_eq!(asked[0].line, "POST /v3/messages/185+230/1/unlike");
    assert_eq!(asked[1].line, "POST /v3/messages/185+230/1/like");
    assert_eq!(
        asked[1].body,
        r#"{"like_icon":{"type":"unicode","code":"🤣"}}"#
    );
}

#[tokio::test(start_paused = true)]
async fn an_id_from_an_event_is_sent_to_as_it_is_and_the_user_is_asked_for_once() {
    let me = answer(200, r#"{"response":{"id":"185"},"meta":{"code":200}}"#);
    let server = ScriptedServer::new([me, created("direct_message"), created("direct_message")]);
    let client = server.client();
    let direct = ConversationId::from("185+230");
    client.send(direct.as_view(), "hi").await.unwrap();
    client.clone().send(&direct, "hi").await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "GET /v3/users/me",
            "POST /v3/direct_messages",
            "POST /v3/direct_messages"
        ]
    );
    assert!(
        server.received()[1]
            .body
            .contains(r#""recipient_id":"230""#)
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_knows_its_user_does_not_ask() {
    let server = ScriptedServer::new([created("direct_message")]);
    let client = server.client().with_user("185".into());
    let direct = ConversationId::from("185+230");
    client.send(direct, "hi").await.unwrap();
    assert_eq!(server.lines(), ["POST /v3/direct_messages"]);
}

#[tokio::test(start_paused = true)]
async fn a_user_that_cannot_be_asked_for_is_the_error_of_the_call_and_is_asked_for_again() {
    let me = answer(200, r#"{"response":{"id":"185"},"meta":{"code":200}}"#);
    let server = ScriptedServer::new([answer(401, ""), me, created("direct_message")]);
    let client = server.client();
    let direct = ConversationId::from("185+230");
    let error = client.send(&direct, "hi").await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized(_)), "{error}");
    client.send(&direct, "hi").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_for_another_token_does_not_take_over_the_user() {
    let server = ScriptedServer::new([answer(
        200,
        r#"{"response":{"id":"7"},"meta":{"code":200}}"#,
    )]);
    let client = server.client().with_user("185".into());
    let other = client.with_token(groupme_rest::Token::new("other").unwrap());
    assert_eq!(other.user_id().await.unwrap(), "7");
    assert_eq!(client.user_id().await.unwrap(), "185");
}
