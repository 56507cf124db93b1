//! Every recorded answer, parsed by its call.

use groupme_model::{ConversationId, HistoryWindow};
use groupme_rest::{
    Conversation, Error,
    endpoint::{Page, groups, messages},
};
use http::{HeaderMap, StatusCode};

use crate::recorded;

const GROUP: &str = "1835";
const USER: &str = "185";
const DIRECT: &str = "185+230";

fn group() -> Conversation {
    Conversation::Group(GROUP.into())
}

fn user() -> Conversation {
    Conversation::User(USER.into())
}

fn direct() -> ConversationId {
    DIRECT.into()
}

/// JavaScript servers send half of a surrogate pair where they cut a text in the middle of an
/// emoji.
#[test]
fn a_text_cut_in_the_middle_of_an_emoji_does_not_cost_its_page() {
    let bodies = [&br"\ud83d"[..], b"\xf0\x9f\x98"].map(|half| {
        let before = br#"{"response":{"count":2,"messages":[{"id":"2","text":"cut "#;
        let after = br#""},{"id":"1","text":"whole \ud83d\ude00"}]},"meta":{"code":200}}"#;
        [&before[..], half, &after[..]].concat()
    });
    let call = messages::list(group(), &HistoryWindow::Newest, 20);
    for body in bodies {
        let page = call.decode(StatusCode::OK, &HeaderMap::new(), &body);
        let page = page.unwrap();
        let texts = page.messages().map(|message| message.text());
        assert!(texts.eq([Some("cut \u{fffd}"), Some("whole 😀")]));
    }
}

#[test]
fn an_answer_that_is_not_json_is_an_error_with_the_offset_and_without_the_text() {
    let body = br#"{"response":{"id":"185","secret"}}"#;
    let call = groups::show(GROUP);
    let error = call
        .decode(StatusCode::OK, &HeaderMap::new(), body)
        .unwrap_err();
    let cause = core::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        cause,
        "the body is not JSON: no colon after a key, at byte 32"
    );
    assert!(!format!("{error} {error:?}").contains("secret"));
}

fn first() -> Page {
    Page::default()
}

/// File name of a recording, and its check.
type Case = (&'static str, fn(&'static str));

/// Parses the answer by the call, and compares the result with a strict parse at the JSON Pointer.
macro_rules! read {
    ($status:literal, $call:expr, $Content:ty, $pointer:literal) => {
        |name| {
            let answer = Answer::load(name);
            let expected: $Content = answer.at($pointer);
            assert_eq!(answer.read($status, &$call), expected, "{name}");
        }
    };
}

/// Parses a page of messages.
macro_rules! page {
    ($status:literal, $call:expr, $pointer:literal) => {
        |name| {
            let answer = Answer::load(name);
            let page = answer.read($status, &$call);
            assert!(!page.is_empty(), "{name}");
            assert_eq!(page.unreadable, 0, "{name}");
            let expected = answer.at::<Vec<Message>>($pointer);
            assert!(page.rows().iter().eq(&expected), "{name}");
            assert_eq!(page.into_messages(), expected, "{name}");
        }
    };
}

/// Checks that an answer of which only the success counts is one.
macro_rules! success {
    ($status:literal, $call:expr) => {
        |name| Answer::load(name).read($status, &$call)
    };
}

/// Parses an error.
macro_rules! api_error {
    ($status:literal, $variant:ident, $code:literal, $error:literal) => {
        |name| {
            let body = serde_json::to_vec(&recorded::load(name)).unwrap();
            let status = StatusCode::from_u16($status).unwrap();
            let error = users::me()
                .decode(status, &HeaderMap::new(), &body)
                .unwrap_err();
            assert!(matches!(error, Error::$variant(_)), "{name}: {error:?}");
            let error: &ApiError = error.api_error().unwrap();
            assert_eq!((error.status, error.code), ($status, Some($code)));
            assert_eq!(error.errors, [$error]);
        }
    };
}

mod about_messages;
mod about_others;
mod about_people;

/// Recordings that are not answers.
const NO_ANSWERS: [&str; 1] = ["emoji.powerups.2.json"];

fn all() -> impl Iterator<Item = &'static Case> {
    about_messages::MESSAGES
        .iter()
        .chain(about_people::PEOPLE)
        .chain(about_others::OTHERS)
}

#[test]
fn recorded_answers_about_messages_are_parsed() {
    for (name, check) in about_messages::MESSAGES {
        check(name);
    }
}

#[test]
fn recorded_answers_about_people_are_parsed() {
    for (name, check) in about_people::PEOPLE {
        check(name);
    }
}

#[test]
fn all_other_recorded_answers_are_parsed() {
    for (name, check) in about_others::OTHERS {
        check(name);
    }
}

#[test]
fn every_recorded_answer_has_a_case() {
    let mut left_out = recorded::names();
    left_out.retain(|name| {
        !name.contains(".request")
            && !NO_ANSWERS.contains(&&**name)
            && !all().any(|(checked, _)| checked == name)
    });
    assert_eq!(left_out, [""; 0]);
}

#[test]
fn an_element_that_cannot_be_parsed_does_not_cost_the_others() {
    let body = br#"{"response":{"count":3,"messages":[{"id":"1"},{"text":"no id"},7,{"id":"2"}]},"meta":{"code":200}}"#;
    let call = messages::list(group(), &HistoryWindow::Newest, 20);
    let page = call
        .decode(StatusCode::OK, &HeaderMap::new(), body)
        .unwrap();
    assert_eq!((page.len(), page.unreadable, page.count), (2, 2, Some(3)));
    let body = br#"[{"id":"1"},{"name":"no id"}]"#;
    let list = groups::list(first()).decode(StatusCode::OK, &HeaderMap::new(), body);
    assert_eq!(list.unwrap().len(), 1);
}

#[test]
fn an_empty_history_has_many_forms() {
    let call = messages::list(user(), &HistoryWindow::Newest, 20);
    for (status, body) in [
        (304, ""),
        (204, ""),
        (200, r#"{"meta":{"code":200},"response":null}"#),
        (200, r#"{"meta":{"code":200}}"#),
        (
            200,
            r#"{"meta":{"code":200},"response":{"count":0,"direct_messages":[]}}"#,
        ),
        (
            200,
            r#"{"meta":{"code":200},"response":{"count":0,"messages":null}}"#,
        ),
        (200, r#"{"meta":{"code":200},"response":[]}"#),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let page = call
            .decode(status, &HeaderMap::new(), body.as_bytes())
            .unwrap();
        assert!(page.is_empty(), "{status} {body}");
    }
}

#[test]
fn an_answer_without_a_list_does_not_pass_for_an_empty_one() {
    let decode = |call: &dyn Fn(&[u8]) -> Option<Error>, content: &str| {
        let body = format!(r#"{{"response":{content},"meta":{{"code":200}}}}"#);
        call(body.as_bytes())
    };
    let messages = |body: &[u8]| {
        messages::list(group(), &HistoryWindow::Newest, 20)
            .decode(StatusCode::OK, &HeaderMap::new(), body)
            .err()
    };
    let groups = |body: &[u8]| {
        groups::list(first())
            .decode(StatusCode::OK, &HeaderMap::new(), body)
            .err()
    };
    for content in [
        r#""hello""#,
        "1",
        r#"{"count":1}"#,
        r#"{"name":"something else"}"#,
        r#"{"messages":{}}"#,
        r#"{"messages":[{"text":"no id"},7]}"#,
    ] {
        let error = decode(&messages, content);
        assert!(matches!(error, Some(Error::Unreadable { .. })), "{content}");
    }
    for content in [r#"{"count":0}"#, r#"{"count":3,"messages":null}"#] {
        assert!(decode(&messages, content).is_none(), "{content}");
    }
    for content in [r#""hello""#, "1", r#"{"groups":7}"#] {
        let error = decode(&groups, content);
        assert!(matches!(error, Some(Error::Unreadable { .. })), "{content}");
    }
}

#[test]
fn an_unexpected_answer_is_an_error_that_does_not_quote_it() {
    for body in [
        "<html>secret</html>",
        r#"{"response":{"name":"secret"},"meta":{"code":200}}"#,
        r#"["secret"}"#,
        r#"{"response":"secret","meta":{"code":200}}"#,
    ] {
        let error = groups::show(GROUP)
            .decode(StatusCode::OK, &HeaderMap::new(), body.as_bytes())
            .unwrap_err();
        assert!(
            matches!(error, Error::Unreadable { status: 200, .. }),
            "{body}"
        );
        let source = core::error::Error::source(&error).unwrap().to_string();
        assert!(!source.contains("secret") && !error.to_string().contains("secret"));
        assert!(!error.is_transient() && !error.was_not_processed());
    }
}

#[test]
fn a_success_without_content_has_many_forms() {
    for (status, body) in [
        (204, ""),
        (200, ""),
        (202, ""),
        (201, " \r\n"),
        (200, "null"),
        (200, "{}"),
        (200, r#"{"response":null,"meta":{"code":200}}"#),
        (200, r#"{"meta":{"code":20000,"errors":[]}}"#),
        (200, r#"{"response":{"id":"1"},"meta":{"code":201}}"#),
        (200, r#"{"pinned_conversation_ids":["1"]}"#),
        (200, "[]"),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let delete = messages::delete(direct(), "1");
        delete
            .decode(status, &HeaderMap::new(), body.as_bytes())
            .unwrap();
    }
}
