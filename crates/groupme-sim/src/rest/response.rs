//! REST responses and GroupMe's envelope.

use core::time::Duration;
use std::sync::Arc;

use serde_json::{Value, json};

use super::config::RetryAfter;
use crate::world::WorldError;

/// REST response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers as pairs of name and value.
    pub headers: Vec<(&'static str, String)>,
    /// Body, mostly JSON, or empty.
    pub body: String,
    /// Picture, video or file that is sent instead of `body`.
    pub file: Option<Arc<[u8]>>,
    /// Delay after which the response is sent.
    pub delay: Duration,
}

impl RestResponse {
    /// Returns a response in the envelope, with the status as its code.
    pub(super) fn enveloped(status: u16, response: &Value) -> Self {
        Self::coded(status, status.into(), response)
    }

    /// Returns a response in the envelope, with a code of GroupMe's.
    pub(super) fn coded(status: u16, code: u32, response: &Value) -> Self {
        let envelope = json!({ "response": response, "meta": { "code": code } });
        Self::with_body(status, JSON, envelope.to_string())
    }

    /// Returns JSON without an envelope, as the upload services do.
    pub(super) fn bare(status: u16, body: &Value) -> Self {
        Self::with_body(status, JSON, body.to_string())
    }

    /// Returns a picture, video or file. An uploaded page must not run in the origin of the control
    /// API, so a browser gets it sandboxed.
    pub(super) fn of_file(media_type: &str, bytes: Arc<[u8]>) -> Self {
        let mut response = Self::with_body(200, media_type, String::new());
        response.headers.extend([
            ("X-Content-Type-Options", "nosniff".to_owned()),
            ("Content-Security-Policy", "sandbox".to_owned()),
        ]);
        response.file = Some(bytes);
        response
    }

    /// Returns a response without a body.
    pub(super) fn empty(status: u16) -> Self {
        let uncached = "must-revalidate, private, max-age=0".to_owned();
        Self {
            status,
            headers: vec![("Cache-Control", uncached)],
            body: String::new(),
            file: None,
            delay: Duration::ZERO,
        }
    }

    /// Returns an error in the envelope. GroupMe's code may have more digits than the status.
    pub(super) fn refusal(status: u16, code: u32, error: &str) -> Self {
        let envelope = json!({ "meta": { "code": code, "errors": [error] } });
        Self::with_body(status, JSON, envelope.to_string())
    }

    pub(super) fn bad(error: &str) -> Self {
        Self::refusal(400, 400, error)
    }

    /// Returns the error of a missing or invalid token.
    pub(super) fn unauthorized() -> Self {
        Self::refusal(401, 401, "unauthorized")
    }

    /// Returns the error of a valid token of the wrong user.
    pub(super) fn not_yours() -> Self {
        Self::refusal(401, 40100, "Not authorized")
    }

    /// Returns the error of a request to join without an answer to the group's question.
    pub(super) fn answer_required() -> Self {
        let envelope = json!({
            "meta": {
                "code": 40016,
                "errors": ["Reason requires answer to groups question"],
                "details": { "rejection_reason": "answer_required" },
            },
        });
        Self::with_body(400, JSON, envelope.to_string())
    }

    pub(super) fn not_found() -> Self {
        Self::refusal(404, 404, "not found")
    }

    /// Returns the error of an unknown or foreign conversation, which has no envelope.
    pub(super) fn no_conversation() -> Self {
        Self::empty(404)
    }

    /// Returns the page of an unknown API.
    pub(super) fn no_page() -> Self {
        Self::with_body(404, "text/html", "Not Found".to_owned())
    }

    /// Returns the error of a banned user, in GroupMe's words.
    pub(super) fn banned() -> Self {
        Self::refusal(
            403,
            403,
            "User has been auto-banned for sending too many messages.",
        )
    }

    pub(super) fn slow_down(retry_after: RetryAfter, refusals: u64) -> Self {
        let mut response = Self::refusal(429, 42901, "rate limit exceeded");
        let has_header = match retry_after {
            RetryAfter::Never => false,
            RetryAfter::EverySecond => refusals.is_multiple_of(2),
            RetryAfter::Always => true,
        };
        if has_header {
            response.headers.push(("Retry-After", "1".to_owned()));
        }
        response
    }

    /// Returns the page of a proxy.
    pub(super) fn outage(status: u16) -> Self {
        let page = format!("<html><body><h1>{status}</h1></body></html>");
        Self::with_body(status, "text/html", page)
    }

    fn with_body(status: u16, kind: &str, body: String) -> Self {
        let mut response = Self::empty(status);
        response.headers.push(("Content-Type", kind.to_owned()));
        response.body = body;
        response
    }
}

/// Errors of the world, in GroupMe's words where they are known.
impl From<WorldError> for RestResponse {
    fn from(error: WorldError) -> Self {
        match error {
            WorldError::NoSuchUser(_)
            | WorldError::NoSuchGroup(_)
            | WorldError::NotAMember { .. } => Self::no_conversation(),
            WorldError::NoSuchMessage(_)
            | WorldError::Deleted(_)
            | WorldError::NoSuchPoll(_)
            | WorldError::NoSuchBot
            | WorldError::NoSuchEvent => Self::not_found(),
            WorldError::PollEnded(_) => Self::refusal(412, 41202, "the poll has ended"),
            WorldError::NotInConversation { .. }
            | WorldError::NotTheOwner { .. }
            | WorldError::NotAnAdmin { .. }
            | WorldError::NotTheGroupOwner { .. }
            | WorldError::NotTheEventOwner(_)
            | WorldError::CannotReturn { .. } => Self::not_yours(),
            WorldError::Blocked(_) => Self::refusal(403, 403, "blocked"),
            WorldError::AlreadySent(_) => Self::refusal(409, 409, "duplicate source_guid"),
            WorldError::TooLate(_) => Self::bad("the message is too old to be changed"),
            other => Self::bad(&other.to_string()),
        }
    }
}

const JSON: &str = "application/json; charset=utf-8";
