//! Answers with the status of a success whose body says something else.

use groupme_model::{GroupId, LikeIcon, UserId};
use groupme_rest::{
    Call, Conversation, Error, Service,
    endpoint::{
        blocks, bots, calendar, chats, directories, groups, members, messages, pins, reactions,
        receipts, relationships, topics, users,
    },
};
use http::{HeaderMap, StatusCode};

fn decode<T>(call: &Call<T>, body: &str) -> Result<T, Error> {
    call.decode(StatusCode::OK, &HeaderMap::new(), body.as_bytes())
}

fn group() -> Conversation {
    Conversation::Group(GroupId::from("1835"))
}

fn direct() -> Conversation {
    Conversation::User(UserId::from("185"))
}

/// Calls for whose answer success is all that counts.
fn acknowledged() -> Vec<Call<()>> {
    vec![
        messages::delete(group(), "1"),
        messages::clear_history(direct()),
        pins::pin(group(), "1"),
        pins::unpin(direct(), "1"),
        pins::pin_conversations([group()]),
        members::remove("1835", "7"),
        members::ban_or_leave("1835", "7"),
        groups::destroy("1835"),
        topics::delete("1835", "2"),
        chats::delete(direct()),
        chats::approve(direct()),
        bots::post("b", "hello").unwrap(),
        bots::destroy("b"),
        blocks::delete("185"),
        calendar::delete(group(), "7"),
        directories::leave("1928"),
        receipts::mark_all_read(),
        relationships::create("185", "link"),
        relationships::delete("185"),
        users::enable_sms(1, None),
        users::disable_sms(),
        Call::post(Service::V3, "anything"),
    ]
}

#[test]
fn a_page_of_a_proxy_is_no_success() {
    for call in acknowledged() {
        for body in ["<html>login</html>", "OK", "\"OK\"", "7", "true", "{}{}"] {
            let error = decode(&call, body).expect_err(&format!("{call:?} takes {body}"));
            assert!(matches!(error, Error::Unreadable { .. }), "{body}: {error}");
            assert!(error.to_string().contains(&call.name().to_string()));
            assert!(!error.was_not_processed());
        }
    }
}

#[test]
fn the_code_of_an_envelope_distinguishes_failure_from_success() {
    for call in acknowledged() {
        for content in ["null", r#"{"id":"1"}"#] {
            let body = |code: &str| {
                format!(r#"{{"response":{content},"meta":{{"code":{code},"errors":["bad"]}}}}"#)
            };
            let error = |code| decode(&call, &body(code)).unwrap_err();
            assert!(matches!(error("400"), Error::BadRequest(_)), "{call:?}");
            assert!(matches!(error("40300"), Error::Forbidden(_)), "{call:?}");
            assert!(matches!(error("503"), Error::Server(_)), "{call:?}");
            for code in ["0", "-1", "304", "1e3", "123456789"] {
                let error = error(code);
                assert!(
                    matches!(error, Error::UnexpectedStatus(_)),
                    "{code}: {error}"
                );
                assert!(error.to_string().ends_with(": bad"), "{error}");
            }
        }
    }
}

#[test]
fn error_messages_without_an_envelope_are_a_failure_of_a_change() {
    let heart = LikeIcon::unicode("❤️");
    let reactions = [
        reactions::like(group(), "1", None),
        reactions::like(group(), "1", Some(heart)),
        reactions::unlike(direct(), "1"),
    ];
    for (body, text) in [
        (r#"{"errors":["no"],"code":403}"#, "forbidden"),
        (
            r#"{"error":{"code":403,"message":"no"}}"#,
            "unexpected status",
        ),
        (r#"{"meta":{"errors":["no"]}}"#, "unexpected status"),
    ] {
        for call in acknowledged() {
            let error = decode(&call, body).expect_err(&format!("{call:?} takes {body}"));
            let error = error.to_string();
            assert!(
                error.starts_with(text) && error.ends_with(": no"),
                "{error}"
            );
        }
        for call in &reactions {
            let error = decode(call, body).expect_err(&format!("{call:?} takes {body}"));
            let error = error.to_string();
            assert!(
                error.starts_with(text) && error.ends_with(": no"),
                "{error}"
            );
        }
    }
    for call in &reactions {
        for body in [r#"{"response":"x"}"#, r#"{"response":null}"#, "7", "<html>"] {
            let error = decode(call, body).expect_err(&format!("{call:?} takes {body}"));
            assert!(matches!(error, Error::Unreadable { .. }), "{body}: {error}");
        }
        for body in ["", "{}", r#"{"response":null,"meta":{"code":200}}"#] {
            assert!(decode(call, body).unwrap().is_empty(), "{body}");
        }
        let body = r#"{"reactions":[],"errors":["kept back"]}"#;
        assert!(decode(call, body).unwrap().is_empty(), "{body}");
    }
}

#[test]
fn a_bare_null_is_no_answer_to_a_question() {
    let list = decode(&groups::former(), "null");
    assert!(matches!(list, Err(Error::Unreadable { .. })), "{list:?}");
    let history = messages::list(group(), &groupme_model::HistoryWindow::Newest, 20);
    let history = decode(&history, " null ");
    assert!(matches!(history, Err(Error::Unreadable { .. })));
}
