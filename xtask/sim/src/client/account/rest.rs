//! How questions are put to REST, and its answers read.

use groupme_delivery::{Answer, Failure, Question, Window};
use groupme_model::ConversationId;
use serde::de::DeserializeOwned;

use crate::errands::Reply;

/// Where a question is asked: path and query.
pub(crate) fn address(question: &Question, you: &str) -> (String, String) {
    match question {
        Question::Groups { page, limit } => (
            "/v3/groups".to_owned(),
            format!("page={page}&per_page={limit}&omit=memberships"),
        ),
        Question::Chats { page, limit } => (
            "/v3/chats".to_owned(),
            format!("page={page}&per_page={limit}"),
        ),
        Question::Memberships => ("/v3/memberships/states".to_owned(), String::new()),
        Question::Topics { group } => (
            format!("/v3/groups/{}/subgroups", group.as_str()),
            String::new(),
        ),
        Question::History {
            conversation,
            window,
            limit,
        } => {
            let window = match window {
                Window::Before(id) => format!("&before_id={}", id.as_str()),
                Window::After(id) => format!("&after_id={}", id.as_str()),
                _ => String::new(),
            };
            match other(conversation, you) {
                None => (
                    format!("/v3/groups/{}/messages", conversation.as_str()),
                    format!("limit={limit}{window}"),
                ),
                Some(other) => (
                    "/v3/direct_messages".to_owned(),
                    format!("other_user_id={other}&limit={limit}{window}"),
                ),
            }
        }
        Question::Pinned { conversation } => match other(conversation, you) {
            None => (
                format!("/v3/pinned/groups/{}/messages", conversation.as_str()),
                String::new(),
            ),
            Some(other) => (
                "/v3/pinned/direct_messages".to_owned(),
                format!("other_user_id={other}"),
            ),
        },
        _ => (String::new(), String::new()),
    }
}

fn other<'a>(conversation: &'a ConversationId, you: &str) -> Option<&'a str> {
    let (one, two) = conversation.as_str().split_once('+')?;
    Some(if one == you { two } else { one })
}

/// What an answer says.
pub(super) fn read(question: &Question, reply: Reply) -> Result<Answer, Failure> {
    match reply {
        Reply::Asked | Reply::Lost | Reply::Given(408 | 429 | 500.., _) => {
            Err(Failure::Unavailable)
        }
        Reply::Given(200, body) => read_body(question, &body).ok_or(Failure::Unavailable),
        Reply::Given(304, _) => Ok(Answer::Messages(Vec::new())),
        Reply::Given(404, _) if matches!(question, Question::Pinned { .. }) => {
            Ok(Answer::Messages(Vec::new()))
        }
        Reply::Given(404, _) => Err(Failure::Gone),
        Reply::Given(..) => Err(Failure::Refused),
    }
}

fn read_body(question: &Question, body: &str) -> Option<Answer> {
    let mut body: serde_json::Value = serde_json::from_str(body).ok()?;
    let mut response = body.get_mut("response")?.take();
    Some(match question {
        Question::Groups { .. } => Answer::Groups(rows(response)?),
        Question::Chats { .. } => Answer::Chats(rows(response)?),
        Question::Memberships => Answer::Memberships(rows(response)?),
        Question::Topics { .. } => Answer::Topics(rows(response)?),
        _ => {
            let group = response.get("messages").is_some();
            let name = if group { "messages" } else { "direct_messages" };
            Answer::Messages(rows(response.get_mut(name)?.take())?)
        }
    })
}

fn rows<T: DeserializeOwned>(list: serde_json::Value) -> Option<Vec<T>> {
    serde_json::from_value(list).ok()
}
