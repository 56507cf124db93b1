//! Answers without a body, or without the list that was asked for, which must not pass for an empty list.

use groupme_model::{GroupId, HistoryWindow, Timestamp, UserId};
use groupme_rest::{
    Call, Conversation, Error,
    endpoint::{
        Page, blocks, bots, calendar, chats, directories, gallery, groups, members, messages, pins,
        polls, reactions, receipts, relationships, topics, uploads, users,
    },
};
use http::{HeaderMap, StatusCode};

use crate::scripted::{ScriptedServer, answer};

/// Returns the outcome of a call for an answer: its error, if there is one.
type Decode = Box<dyn Fn(u16, &str) -> Option<Error>>;

fn of<T: 'static>(call: Call<T>) -> (String, Decode) {
    let name = call.name().to_string();
    let decode = move |status, body: &str| {
        let status = StatusCode::from_u16(status).unwrap();
        call.decode(status, &HeaderMap::new(), body.as_bytes())
            .err()
    };
    (name, Box::new(decode))
}

fn group() -> Conversation {
    Conversation::Group(GroupId::from("1835"))
}

fn direct() -> Conversation {
    Conversation::User(UserId::from("185"))
}

/// Pages of messages, of which status 304 says that they are empty.
fn pages() -> Vec<(String, Decode)> {
    let newest = HistoryWindow::Newest;
    vec![
        of(messages::list(group(), &newest, 20)),
        of(messages::list(direct(), &newest, 20)),
        of(gallery::list(group(), None, 20)),
        of(pins::list(group())),
        of(pins::list(direct())),
    ]
}

/// Lists that are not pages of messages.
fn lists() -> Vec<(String, Decode)> {
    let page = Page::default();
    let pending: members::PendingAdd = serde_json::from_str(r#"{"results_id":"r"}"#).unwrap();
    let batch: relationships::ImportBatch = serde_json::from_str(r#"{"batch_id":"b"}"#).unwrap();
    vec![
        of(groups::list(page)),
        of(groups::list_without_members(page)),
        of(groups::former()),
        of(groups::membership_states()),
        of(groups::change_owners(&[])),
        of(members::list("1835")),
        of(members::former("1835")),
        of(members::pending("1835")),
        of(members::add_results("1835", &pending)),
        of(topics::list("1835")),
        of(chats::list(page)),
        of(relationships::list(false, None)),
        of(relationships::import_results(&batch)),
        of(blocks::list()),
        of(bots::list()),
        of(calendar::list(group(), Timestamp::from_secs(1), 20)),
        of(directories::popular()),
        of(directories::trending()),
        of(directories::groups()),
        of(directories::users()),
        of(directories::search("lake")),
        of(polls::list(group(), None)),
        of(pins::conversations()),
        of(reactions::popular("1835", reactions::Period::Day)),
        of(reactions::mine(group())),
        of(reactions::for_me(direct())),
        of(receipts::list()),
        of(uploads::file_infos(group(), &[])),
    ]
}

/// Calls for one thing.
fn single() -> Vec<(String, Decode)> {
    let video = r#"{"status_url":"https://video.groupme.com/status?job=1"}"#;
    let video: uploads::VideoUpload = serde_json::from_str(video).unwrap();
    vec![
        of(groups::show("1835")),
        of(groups::preview("1835", None)),
        of(topics::show("1835", "2")),
        of(chats::show(direct())),
        of(users::me()),
        of(users::show("185")),
        of(blocks::between("185")),
        of(calendar::show(group(), "7")),
        of(directories::show()),
        of(messages::show(group(), "7")),
        of(polls::show(group(), "7")),
        of(uploads::video_status(&video)),
        of(uploads::file_status(
            "https://file.groupme.com/v1/1835/uploadStatus?job=1",
        )),
    ]
}

#[test]
fn an_answer_without_a_body_is_an_error_that_names_the_call() {
    for (name, decode) in pages().into_iter().chain(lists()).chain(single()) {
        for body in ["", " \r\n"] {
            let error = decode(200, body).unwrap_or_else(|| panic!("{name} takes an empty body"));
            let expected = format!("the answer to `{name}` (status 200) has no body");
            assert_eq!(error.to_string(), expected);
            assert!(error.is_transient() && !error.was_not_processed(), "{name}");
        }
    }
}

#[test]
fn a_status_can_say_that_there_is_nothing() {
    for (name, decode) in pages().into_iter().chain(lists()) {
        for body in [
            r#"{"response":null,"meta":{"code":200}}"#,
            r#"{"meta":{"code":200}}"#,
        ] {
            let error = decode(200, body);
            assert!(
                error.is_none() || name.starts_with("GET v1/search"),
                "{name}: {error:?}"
            );
        }
        if !name.ends_with("search") {
            assert!(decode(204, "").is_none(), "{name}");
        }
    }
    for (name, decode) in pages() {
        assert!(decode(304, "").is_none(), "{name}");
    }
    // Nothing was asked for that could be unchanged.
    for (name, decode) in lists() {
        let error = decode(304, "");
        assert!(
            matches!(error, Some(Error::UnexpectedStatus(_))),
            "{name}: {error:?}"
        );
    }
}

#[test]
fn an_object_without_the_list_is_an_error() {
    for (name, decode) in pages().into_iter().chain(lists()) {
        for body in [
            r#"{"name":"something else"}"#,
            r#"{"response":{"name":"something else"},"meta":{"code":200}}"#,
        ] {
            let error = decode(200, body);
            assert!(
                matches!(error, Some(Error::Unreadable { .. })),
                "{name}: {error:?}"
            );
        }
        // Anybody answers so; GroupMe's empty object is in its envelope.
        if !name.ends_with("search") {
            assert!(decode(200, "{}").is_some(), "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_is_asked_for_again_and_is_no_end_of_a_list() {
    let groups = r#"{"response":[{"id":"1"}],"meta":{"code":200}}"#;
    let none = r#"{"response":[],"meta":{"code":200}}"#;
    let script = [answer(200, ""), answer(200, groups), answer(200, none)];
    let server = ScriptedServer::new(script);
    let found = server.client().groups().all().await.unwrap();
    assert_eq!(found.len(), 1);

    let server = ScriptedServer::new((0..9).map(|_| answer(200, "")));
    let error = server.client().groups().all().await.unwrap_err();
    assert!(error.to_string().ends_with("has no body"), "{error}");
    assert_eq!(server.lines().len(), 3, "{:?}", server.lines());
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_is_no_end_of_a_history_and_its_page_is_not_divided() {
    let page =
        r#"{"response":{"count":2,"messages":[{"id":"170000000300000000"}]},"meta":{"code":200}}"#;
    let script = [answer(200, page)]
        .into_iter()
        .chain((0..9).map(|_| answer(200, "")));
    let server = ScriptedServer::new(script);
    let mut history = server.client().history(GroupId::from("1835"));
    assert_eq!(history.next().await.unwrap().unwrap().len(), 1);
    let error = history.next().await.unwrap().unwrap_err();
    assert!(error.to_string().ends_with("has no body"), "{error}");
    let lines = server.lines();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("limit=100")));
}

#[test]
fn a_poll_that_cannot_be_read_does_not_cost_the_others() {
    let body = r#"{"response":{"polls":[7,{"data":{"id":"1"}}],"continuation_token":"t"},"meta":{"code":200}}"#;
    let call = polls::list(group(), None);
    let page = call.decode(StatusCode::OK, &HeaderMap::new(), body.as_bytes());
    let page = page.unwrap().unwrap();
    assert_eq!(page.polls.len(), 1);
    assert_eq!(page.continuation_token.as_deref(), Some("t"));
}
