//! Requests of the feed as HTTP requests, and its responses.

use std::sync::Arc;

use bayeux_wire::{Decoder, Frame};
use groupme_delivery::{Failure, Request, Response, Rows};
use groupme_model::{ConversationId, HistoryWindow, MessageRow};
use serde::de::DeserializeOwned;

use crate::rest_requests::Reply;

/// Returns path and query of a request.
pub(crate) fn address(request: &Request, user: &str) -> (String, String) {
    match request {
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
                HistoryWindow::Before(id) => format!("&before_id={}", id.as_str()),
                HistoryWindow::After(id) => format!("&after_id={}", id.as_str()),
                _ => String::new(),
            };
            match other(conversation, user) {
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
        Request::Pinned { conversation } => match other(conversation, user) {
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

fn other<'a>(conversation: &'a ConversationId, user: &str) -> Option<&'a str> {
    let (one, two) = conversation.as_str().split_once('+')?;
    Some(if one == user { two } else { one })
}

/// Reads a response.
pub(super) fn read(request: &Request, reply: Reply) -> Result<Response, Failure> {
    match reply {
        Reply::Pending | Reply::Lost | Reply::Response(408 | 429 | 500.., _) => {
            Err(Failure::Unavailable)
        }
        Reply::Response(200, body) => read_body(request, &body).ok_or(Failure::Unavailable),
        Reply::Response(304, _) => Ok(Response::Messages(Rows::default())),
        Reply::Response(404, _) if matches!(request, Request::Pinned { .. }) => {
            Ok(Response::Messages(Rows::default()))
        }
        Reply::Response(404, _) => Err(Failure::Gone),
        Reply::Response(..) => Err(Failure::Refused),
    }
}

fn read_body(request: &Request, body: &str) -> Option<Response> {
    let mut body: serde_json::Value = serde_json::from_str(body).ok()?;
    let response = body.get_mut("response")?.take();
    Some(match request {
        Request::Groups { .. } => Response::Groups(rows(response)?),
        Request::Chats { .. } => Response::Chats(rows(response)?),
        Request::Memberships => Response::Memberships(rows(response)?),
        Request::Topics { .. } => Response::Topics(rows(response)?),
        _ => {
            let group = response.get("messages").is_some();
            let name = if group { "messages" } else { "direct_messages" };
            Response::Messages(page(response.get(name)?)?)
        }
    })
}

fn rows<T: DeserializeOwned>(list: serde_json::Value) -> Option<Vec<T>> {
    serde_json::from_value(list).ok()
}

/// Reads messages, all in one frame.
fn page(list: &serde_json::Value) -> Option<Rows> {
    let mut frame = Frame::from_bytes(&serde_json::to_vec(list).ok()?);
    Decoder::new().decode_value(&mut frame).ok()?;
    let frame = Arc::new(frame);
    let rows = frame.root()?.items();
    let rows: Option<Vec<_>> = rows
        .map(|row| MessageRow::new(&frame, row.place()))
        .collect();
    Some(rows?.into())
}
