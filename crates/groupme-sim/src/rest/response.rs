//! Answers, and GroupMe's envelope around them.

use core::time::Duration;

use serde_json::{Value, json};

use super::config::RetryAfter;
use crate::world::WorldError;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestResponse {
    /// The HTTP status.
    pub status: u16,
    /// Headers by name.
    pub headers: Vec<(&'static str, String)>,
    /// The body, mostly JSON, or empty.
    pub body: String,
    /// How long to wait before the answer is given.
    pub delay: Duration,
}

impl RestResponse {
    /// An answer in the envelope. The code in it is the status.
    pub(super) fn enveloped(status: u16, response: &Value) -> Self {
        Self::coded(status, status.into(), response)
    }

    /// The same with a code of GroupMe's own.
    pub(super) fn coded(status: u16, code: u32, response: &Value) -> Self {
        let envelope = json!({ "response": response, "meta": { "code": code } });
        Self::with_body(status, JSON, envelope.to_string())
    }

    /// An answer of nothing but a status.
    pub(super) fn empty(status: u16) -> Self {
        let uncached = "must-revalidate, private, max-age=0".to_owned();
        Self {
            status,
            headers: vec![("Cache-Control", uncached)],
            body: String::new(),
            delay: Duration::ZERO,
        }
    }

    /// A refusal in the envelope. GroupMe's code may have more digits than the status.
    pub(super) fn refusal(status: u16, code: u32, error: &str) -> Self {
        let envelope = json!({ "meta": { "code": code, "errors": [error] } });
        Self::with_body(status, JSON, envelope.to_string())
    }

    pub(super) fn bad(error: &str) -> Self {
        Self::refusal(400, 400, error)
    }

    /// No valid token.
    pub(super) fn unauthorized() -> Self {
        Self::refusal(401, 401, "unauthorized")
    }

    /// A valid token, but of the wrong user for this.
    pub(super) fn not_yours() -> Self {
        Self::refusal(401, 40100, "Not authorized")
    }

    pub(super) fn not_found() -> Self {
        Self::refusal(404, 404, "not found")
    }

    /// No such conversation, or not one of the caller's: not even an envelope.
    pub(super) fn no_conversation() -> Self {
        Self::empty(404)
    }

    /// No such API.
    pub(super) fn no_page() -> Self {
        Self::with_body(404, "text/html", "Not Found".to_owned())
    }

    /// In GroupMe's words.
    pub(super) fn banned() -> Self {
        Self::refusal(
            403,
            403,
            "User has been auto-banned for sending too many messages.",
        )
    }

    pub(super) fn slow_down(retry_after: RetryAfter, refusals: u64) -> Self {
        let mut response = Self::refusal(429, 42901, "rate limit exceeded");
        let told = match retry_after {
            RetryAfter::Never => false,
            RetryAfter::EverySecond => refusals.is_multiple_of(2),
            RetryAfter::Always => true,
        };
        if told {
            response.headers.push(("Retry-After", "1".to_owned()));
        }
        response
    }

    /// What a proxy says.
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

/// What the world refuses, in GroupMe's words where they are known.
impl From<WorldError> for RestResponse {
    fn from(error: WorldError) -> Self {
        match error {
            WorldError::NoSuchUser(_)
            | WorldError::NoSuchGroup(_)
            | WorldError::NotAMember { .. } => Self::no_conversation(),
            WorldError::NoSuchMessage(_) | WorldError::Deleted(_) | WorldError::NoSuchPoll(_) => {
                Self::not_found()
            }
            WorldError::PollEnded(_) => Self::refusal(412, 41202, "the poll has ended"),
            WorldError::NotInConversation { .. } | WorldError::NotTheOwner { .. } => {
                Self::not_yours()
            }
            WorldError::AlreadySent(_) => Self::refusal(409, 409, "duplicate source_guid"),
            WorldError::TooLate(_) => Self::bad("the message is too old to be changed"),
            other => Self::bad(&other.to_string()),
        }
    }
}

const JSON: &str = "application/json; charset=utf-8";
