//! Requests to an account: what a program asks of the node that holds it, and the answers.

mod command;
mod error;

use core::{fmt, time::Duration};

use bytes::Bytes;
use serde_json::{Value, json};

pub use self::{
    command::Command,
    error::{ErrorCode, RequestError},
};
use crate::AccountName;

/// Request to an account.
///
/// The request goes to the node that holds the account. It may be repeated: with the same `source_guid`
/// within a minute, a message appears once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// Account.
    pub account: AccountName,
    /// Verb: `send`, `edit`, `delete`, `react`, `unreact` or `typing`.
    pub verb: Box<str>,
    /// Id of the message to send, drawn by the caller: the same for each repetition.
    pub source_guid: Option<Box<str>>,
    /// Time since 1970 after which the request is not begun any more, 45 s ahead at most.
    pub deadline: Option<Duration>,
    /// Arguments, in JSON: see [`Command::read`].
    pub body: Bytes,
}

impl Request {
    /// Returns a request with a deadline, as time since 1970.
    pub fn new(
        account: AccountName,
        verb: &str,
        deadline: Duration,
        body: impl Into<Bytes>,
    ) -> Self {
        Self {
            account,
            verb: verb.into(),
            source_guid: None,
            deadline: Some(deadline),
            body: body.into(),
        }
    }

    /// Names the message to send.
    #[must_use]
    pub fn with_source_guid(mut self, guid: &str) -> Self {
        self.source_guid = Some(guid.into());
        self
    }
}

/// Request at the node that holds the account, with the way back to its sender.
pub struct Asked {
    request: Request,
    reply: Box<dyn FnOnce(Bytes) + Send>,
}

impl Asked {
    /// Returns a request with the function that takes the answer back.
    pub fn new(request: Request, reply: impl FnOnce(Bytes) + Send + 'static) -> Self {
        Self {
            request,
            reply: Box::new(reply),
        }
    }

    /// Returns the request.
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// Answers the request: with the result in JSON, or an error.
    pub fn answer(self, result: Result<Bytes, RequestError>) {
        (self.reply)(write_answer(result));
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked")
            .field("account", &self.request.account)
            .field("verb", &self.request.verb)
            .finish_non_exhaustive()
    }
}

/// Requests to one account, as they come.
pub trait Requests: Send + 'static {
    /// Waits for the next request; `None` if none comes any more. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = Option<Asked>> + Send;
}

/// Writes an answer: `{"ok":…}` or `{"error":{…}}`.
fn write_answer(result: Result<Bytes, RequestError>) -> Bytes {
    match result {
        Ok(json) => [b"{\"ok\":", &*json, b"}"].concat().into(),
        Err(error) => {
            let wait = error.retry_after.map(|wait| wait.as_millis());
            json!({ "error": {
                "code": error.code.name(),
                "message": error.message,
                "transient": error.code.is_transient(),
                "may_be_done": error.may_be_done,
                "retry_after_ms": wait.and_then(|wait| u64::try_from(wait).ok()),
            } })
            .to_string()
            .into()
        }
    }
}

/// Reads an answer.
pub(crate) fn read_answer(bytes: &[u8]) -> Result<Bytes, RequestError> {
    let unreadable = |reason: &str| {
        let message = format!("the answer cannot be read: {reason}");
        RequestError::new(ErrorCode::NoAnswer, message).after_an_attempt()
    };
    let answer: Value =
        serde_json::from_slice(bytes).map_err(|error| unreadable(&error.to_string()))?;
    if let Some(result) = answer.get("ok") {
        return Ok(result.to_string().into());
    }
    let refusal = &answer["error"];
    let Some(code) = refusal["code"].as_str() else {
        return Err(unreadable("neither `ok` nor the code of an error"));
    };
    // A code that is unknown is one of a later version.
    let code = ErrorCode::from_name(code).unwrap_or(ErrorCode::Refused);
    let mut error = RequestError::new(code, refusal["message"].as_str().unwrap_or_default());
    error.may_be_done = refusal["may_be_done"].as_bool().unwrap_or(false);
    error.retry_after = refusal["retry_after_ms"]
        .as_u64()
        .map(Duration::from_millis);
    Err(error)
}
