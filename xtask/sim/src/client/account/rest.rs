//! How questions are put to REST, and its answers read.

use groupme_delivery::{Failure, Request, Response, Window};
use groupme_model::ConversationId;
use serde::de::DeserializeOwned;

use crate::errands::Reply;

/// Where a question is asked: path and query.
pub(crate) fn address(question: &Request, you: &str) -> (String, String) {
    match question {
        Request::Groups { page, limit } => (
            "/v3/groups".to_owned(),
            format!("page={page}&per_page={limit}&omit=memberships"),
        ),
        Request::Chats { page, limit } => (
            "/v3/chats".to_owned(),
            format!("page={page}&per_page={limit}"),
        ),
        Request::Memberships => ("/v3/memberships/states".to_owned(), String::new()),
        Request::Topics { group } => (
            format!("/v3/groups/{}/subgroups", group.as_str()),
            String::new(),
        ),
        Request::History {
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
        Request::Pinned { conversation } => match other(conversation, you) {
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
pub(super) fn read(question: &Request, reply: Reply) -> Result<Response, Failure> {
    match reply {
        Reply::Asked | Reply::Lost | Reply::Given(408 | 429 | 500.., _) => {
            Err(Failure::Unavailable)
        }
        Reply::Given(200, body) => read_body(question, &body).ok_or(Failure::Unavailable),
        Reply::Given(304, _) => Ok(Response::Messages(Vec::new())),
        Reply::Given(404, _) if matches!(question, Request::Pinned { .. }) => {
            Ok(Response::Messages(Vec::new()))
        }
        Reply::Given(404, _) => Err(Failure::Gone),
        Reply::Given(..) => Err(Failure::Refused),
    }
}

fn read_body(question: &Request, body: &str) -> Option<Response> {
    let mut body: serde_json::Value = serde_json::from_str(body).ok()?;
    let mut response = body.get_mut("response")?.take();
    Some(match question {
        Request::Groups { .. } => Response::Groups(rows(response)?),
        Request::Chats { .. } => Response::Chats(rows(response)?),
        Request::Memberships => Response::Memberships(rows(response)?),
        Request::Topics { .. } => Response::Topics(rows(response)?),
        _ => {
            let group = response.get("messages").is_some();
            let name = if group { "messages" } else { "direct_messages" };
            Response::Messages(rows(response.get_mut(name)?.take())?)
        }
    })
}

fn rows<T: DeserializeOwned>(list: serde_json::Value) -> Option<Vec<T>> {
    serde_json::from_value(list).ok()
}
