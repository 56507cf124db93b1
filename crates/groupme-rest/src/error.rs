//! Errors, by whose fault they are: the caller's, GroupMe's, the network's.

use core::{error::Error as StdError, time::Duration};

use groupme_model::{Json, outgoing::DraftError};

use crate::{BaseUrlError, CallName, DialError, Token};

/// Failure of a call.
///
/// The text is one line without its [`source`](StdError::source). It contains the ids of the request's
/// path, if a [`Client`](crate::Client) has sent it, but neither the token nor that of a share link nor
/// anything else that was sent; of GroupMe's answer it contains the error messages only, without the
/// token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Caller: the request cannot be made.
    #[error("cannot make the request `{call}`: {reason}")]
    Misuse {
        /// Name of the call.
        call: CallName,
        /// Cause, and the remedy if it is not obvious.
        reason: &'static str,
    },
    /// Caller: the bytes to upload cannot be read, or are not as many as was said.
    #[error("cannot read the bytes for `{call}`")]
    Upload {
        /// Name of the call.
        call: CallName,
        /// Failure of their source.
        #[source]
        source: BoxError,
    },
    /// Caller: GroupMe would refuse the message.
    #[error("the message cannot be sent")]
    Draft(#[from] DraftError),
    /// Caller: the token is not valid, or not for this resource (HTTP 401). GroupMe does not tell
    /// the two apart: a token is bad only if `users/me` fails in this way, too.
    #[error("not authorized: {0}")]
    Unauthorized(Box<ApiError>),
    /// Caller: not allowed (HTTP 403). For a message: the account is banned for a while for sending
    /// too many.
    #[error("forbidden: {0}")]
    Forbidden(Box<ApiError>),
    /// Caller: the resource does not exist (HTTP 404). Normal for groups that the account left.
    #[error("not found: {0}")]
    NotFound(Box<ApiError>),
    /// Caller: a message with the same `source_guid` was sent within about a minute (HTTP 409).
    #[error("there already: {0}")]
    Conflict(Box<ApiError>),
    /// Caller: another reaction of the account, from another program or device, came between, and is
    /// the message's now.
    #[error("another reaction came before that of `{call}`")]
    Overtaken {
        /// Name of the call.
        call: CallName,
    },
    /// Caller: any other 4xx status; see [`ApiError::errors`].
    #[error("bad request: {0}")]
    BadRequest(Box<ApiError>),

    /// Server: too many requests (HTTP 429 or 420); see [`Error::retry_after`].
    #[error("too many requests: {0}")]
    RateLimited(Box<ApiError>),
    /// Server: it failed, or timed out (HTTP 5xx or 408).
    #[error("the server failed: {0}")]
    Server(Box<ApiError>),
    /// Server: any other status, such as that of a redirect, which is not followed.
    #[error("unexpected status: {0}")]
    UnexpectedStatus(Box<ApiError>),
    /// Server: the answer does not have the content that the call expects.
    #[error("the answer to `{call}` (status {status}, {size} bytes) cannot be read")]
    Unreadable {
        /// Name of the call.
        call: CallName,
        /// HTTP status.
        status: u16,
        /// Size of the body, in bytes.
        size: usize,
        /// Mistake in the body.
        #[source]
        source: BoxError,
    },
    /// Server, or a proxy before it: the answer ends in the middle, although all bytes that its head
    /// promised are there. The call is repeated once; an answer to a request for less may be whole.
    #[error("the answer to `{call}` (status {status}, {size} bytes) ends in the middle")]
    CutOff {
        /// Name of the call.
        call: CallName,
        /// HTTP status.
        status: u16,
        /// Size of the body, in bytes.
        size: usize,
    },
    /// Server, or a proxy before it: the answer has no body, although its status promises one. A call
    /// that may be repeated is repeated twice.
    #[error("the answer to `{call}` (status {status}) has no body")]
    Empty {
        /// Name of the call.
        call: CallName,
        /// HTTP status.
        status: u16,
    },
    /// Server, or a proxy before it: the answer breaks the rules of HTTP, or of gzip. A call that may
    /// be repeated is repeated twice.
    #[error("the answer to `{call}` is not valid {format}")]
    Malformed {
        /// Name of the call.
        call: CallName,
        /// `HTTP` or `gzip`.
        format: &'static str,
        /// Mistake in the answer.
        #[source]
        source: BoxError,
    },
    /// Server: the answer is larger than [`Options::body_limit`](crate::Options::body_limit).
    #[error("the answer to `{call}` has more than {limit} bytes")]
    Oversize {
        /// Name of the call.
        call: CallName,
        /// Limit, in bytes.
        limit: usize,
    },

    /// Server: each page of a list has further elements.
    #[error("the list of `{call}` does not end: it has more than {limit} elements")]
    Endless {
        /// Name of the call.
        call: CallName,
        /// Limit, in elements.
        limit: usize,
    },

    /// Network: there is no connection, or it broke. [`TransportError::is_closed_early`] tells whether
    /// the server has ended it.
    #[error("no answer to `{call}`")]
    Transport {
        /// Name of the call.
        call: CallName,
        /// Failure of the connection.
        #[source]
        source: TransportError,
    },
    /// Network: no answer within the time limit.
    #[error("no answer to `{call}` within {limit:?}")]
    TimedOut {
        /// Name of the call.
        call: CallName,
        /// Time limit.
        limit: Duration,
    },
}

/// Failure to create a client; always the caller's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A base URL cannot be used.
    #[error("a base URL cannot be used")]
    BaseUrl(#[from] BaseUrlError),
    /// TLS or the proxy cannot be used; see [`DialError`].
    #[error(transparent)]
    Dial(#[from] DialError),
}

/// Answer of GroupMe with an error status.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// Name of the call.
    pub call: CallName,
    /// HTTP status, which decides the variant of [`Error`].
    pub status: u16,
    /// GroupMe's own code (`meta.code`), where it says more than the status: 40102
    /// (`device_verification_failed`) refuses everything but GroupMe's apps.
    pub code: Option<i64>,
    /// Messages of GroupMe; often none.
    pub errors: Vec<String>,
    /// Further details (`meta.details`), such as the reason why joining a group was refused.
    pub details: Option<Json>,
    /// Delay before a retry, if GroupMe names one: at most 24 hours.
    pub retry_after: Option<Duration>,
}

impl ApiError {
    /// Returns an error with a status and nothing else.
    pub fn new(call: CallName, status: u16) -> Self {
        Self {
            call,
            status,
            code: None,
            errors: Vec::new(),
            details: None,
            retry_after: None,
        }
    }
}

impl core::fmt::Display for ApiError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "`{}` was answered with status {}",
            self.call, self.status
        )?;
        if let Some(code) = self.code.filter(|code| *code != i64::from(self.status)) {
            write!(f, " ({code})")?;
        }
        for (index, error) in self.errors.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            // Line breaks would break the promise of one line.
            for char in error.chars() {
                write!(f, "{}", if char.is_control() { ' ' } else { char })?;
            }
        }
        Ok(())
    }
}

/// Cause of an [`Error`] whose type belongs to a dependency.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Failure to connect, or of a connection.
#[derive(Debug, thiserror::Error)]
#[error("{}", state.text())]
pub struct TransportError {
    state: Connection,
    #[source]
    source: BoxError,
}

/// State of a connection that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Connection {
    /// No byte of the request was sent.
    NotMade,
    /// Broken after the request, or a part of it, was sent.
    Broken,
    /// Closed by the server before the end of its answer.
    ClosedEarly,
}

impl Connection {
    fn text(self) -> &'static str {
        match self {
            Self::NotMade => "cannot connect",
            Self::Broken => "the connection broke",
            Self::ClosedEarly => "the server closed the connection before the end of its answer",
        }
    }
}

impl TransportError {
    /// Returns a failure. `is_sent`: the server may have received the request.
    pub fn new(is_sent: bool, source: impl Into<BoxError>) -> Self {
        Self {
            state: if is_sent {
                Connection::Broken
            } else {
                Connection::NotMade
            },
            source: source.into(),
        }
    }

    /// Returns the failure of a connection that the server, or a proxy before it, closed although its
    /// answer was not complete, or had not begun.
    pub fn closed_early(source: impl Into<BoxError>) -> Self {
        Self {
            state: Connection::ClosedEarly,
            source: source.into(),
        }
    }

    /// Returns whether the server may have received the request.
    pub fn is_sent(&self) -> bool {
        self.state != Connection::NotMade
    }

    /// Returns whether the server, or a proxy before it, closed the connection before the end of its
    /// answer. Otherwise the network may be at fault.
    pub fn is_closed_early(&self) -> bool {
        self.state == Connection::ClosedEarly
    }
}

impl Error {
    /// Returns whether a retry of the same call can succeed. For a call that is not idempotent, see
    /// [`was_not_processed`](Self::was_not_processed), too.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited(_)
                | Self::Server(_)
                | Self::CutOff { .. }
                | Self::Empty { .. }
                | Self::Malformed { .. }
                | Self::Transport { .. }
                | Self::TimedOut { .. }
        )
    }

    /// Returns whether GroupMe certainly did not process the request.
    pub fn was_not_processed(&self) -> bool {
        match self {
            Self::Upload { .. }
            | Self::Unreadable { .. }
            | Self::CutOff { .. }
            | Self::Empty { .. }
            | Self::Malformed { .. }
            | Self::Oversize { .. }
            | Self::Endless { .. }
            | Self::Server(_)
            | Self::Conflict(_)
            | Self::Overtaken { .. }
            | Self::TimedOut { .. } => false,
            Self::Transport { source, .. } => !source.is_sent(),
            _ => true,
        }
    }

    /// Returns the delay before a retry, if GroupMe names one: at most 24 hours.
    pub fn retry_after(&self) -> Option<Duration> {
        self.api_error()?.retry_after
    }

    /// Returns GroupMe's answer, if there is one.
    pub fn api_error(&self) -> Option<&ApiError> {
        match self {
            Self::Unauthorized(error)
            | Self::Forbidden(error)
            | Self::NotFound(error)
            | Self::Conflict(error)
            | Self::BadRequest(error)
            | Self::RateLimited(error)
            | Self::Server(error)
            | Self::UnexpectedStatus(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the error for a status (GroupMe's documentation, "Responses").
    pub(crate) fn from_api_error(error: ApiError) -> Self {
        let error = Box::new(error);
        match error.status {
            401 => Self::Unauthorized(error),
            403 => Self::Forbidden(error),
            404 => Self::NotFound(error),
            408 | 500..=599 => Self::Server(error),
            409 => Self::Conflict(error),
            420 | 429 => Self::RateLimited(error),
            400..=499 => Self::BadRequest(error),
            _ => Self::UnexpectedStatus(error),
        }
    }

    /// Names the ids of the call, if the error is of a call of this name.
    pub(crate) fn with_ids(mut self, name: CallName) -> Self {
        let call = match &mut self {
            Self::Draft(_) => return self,
            Self::Misuse { call, .. }
            | Self::Upload { call, .. }
            | Self::Overtaken { call }
            | Self::Unreadable { call, .. }
            | Self::CutOff { call, .. }
            | Self::Empty { call, .. }
            | Self::Malformed { call, .. }
            | Self::Oversize { call, .. }
            | Self::Endless { call, .. }
            | Self::Transport { call, .. }
            | Self::TimedOut { call, .. } => call,
            Self::Unauthorized(error)
            | Self::Forbidden(error)
            | Self::NotFound(error)
            | Self::Conflict(error)
            | Self::BadRequest(error)
            | Self::RateLimited(error)
            | Self::Server(error)
            | Self::UnexpectedStatus(error) => &mut error.call,
        };
        if *call == name {
            *call = name;
        }
        self
    }

    /// Removes the token from GroupMe's messages and details.
    pub(crate) fn redact(mut self, token: &Token) -> Self {
        if let Self::Unauthorized(error)
        | Self::Forbidden(error)
        | Self::NotFound(error)
        | Self::Conflict(error)
        | Self::BadRequest(error)
        | Self::RateLimited(error)
        | Self::Server(error)
        | Self::UnexpectedStatus(error) = &mut self
        {
            for message in &mut error.errors {
                if let Some(redacted) = token.redact(message) {
                    *message = redacted;
                }
            }
            if let Some(details) = &mut error.details {
                token.redact_json(details);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::Service;

    const CALL: CallName = CallName::new("GET", Service::V3, "groups/{}");

    fn every_variant() -> Vec<Error> {
        let status = |status| {
            Error::from_api_error(ApiError {
                errors: vec!["first\nline".to_owned(), "second".to_owned()],
                ..ApiError::new(CALL, status)
            })
        };
        let mut errors: Vec<_> = [401, 403, 404, 408, 409, 420, 422, 429, 500, 302]
            .map(status)
            .into();
        errors.extend([
            Error::Misuse {
                call: CALL,
                reason: "an id is empty",
            },
            Error::Upload {
                call: CALL,
                source: "the cause".into(),
            },
            Error::Draft(DraftError::Empty),
            Error::Unreadable {
                call: CALL,
                status: 200,
                size: 9,
                source: "the cause".into(),
            },
            Error::Overtaken { call: CALL },
            Error::CutOff {
                call: CALL,
                status: 200,
                size: 9,
            },
            Error::Empty {
                call: CALL,
                status: 200,
            },
            Error::Malformed {
                call: CALL,
                format: "HTTP",
                source: "the cause".into(),
            },
            Error::Oversize {
                call: CALL,
                limit: 9,
            },
            Error::Endless {
                call: CALL,
                limit: 9,
            },
            Error::Transport {
                call: CALL,
                source: TransportError::new(true, "the cause"),
            },
            Error::Transport {
                call: CALL,
                source: TransportError::new(false, "the cause"),
            },
            Error::Transport {
                call: CALL,
                source: TransportError::closed_early("the cause"),
            },
            Error::TimedOut {
                call: CALL,
                limit: Duration::from_secs(15),
            },
        ]);
        errors
    }

    fn assert_one_line_without_its_source(error: &dyn StdError) {
        let text = error.to_string();
        assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
        assert!(text.starts_with(char::is_lowercase), "{text}");
        if let Some(source) = error.source() {
            assert!(!text.contains(&source.to_string()), "{text}");
        }
    }

    #[test]
    fn every_error_is_one_lower_case_line_without_its_source() {
        for error in every_variant() {
            assert_one_line_without_its_source(&error);
        }
        for error in [
            SetupError::BaseUrl(BaseUrlError::Query),
            SetupError::Dial(DialError::RootCertificate("the cause".into())),
        ] {
            assert_one_line_without_its_source(&error);
        }
    }

    #[test]
    fn an_api_error_names_the_call_the_status_and_the_messages() {
        let error = ApiError {
            code: Some(40_100),
            errors: vec!["Not authorized".to_owned()],
            ..ApiError::new(CALL, 401)
        };
        assert_eq!(
            Error::from_api_error(error).to_string(),
            "not authorized: `GET v3/groups/{}` was answered with status 401 (40100): Not authorized"
        );
        let bare = ApiError {
            code: Some(404),
            ..ApiError::new(CALL, 404)
        };
        assert_eq!(
            Error::from_api_error(bare).to_string(),
            "not found: `GET v3/groups/{}` was answered with status 404"
        );
    }

    #[test]
    fn only_temporary_failures_are_transient_and_only_refused_or_unsent_requests_are_unprocessed() {
        let count =
            |judge: fn(&Error) -> bool| every_variant().iter().filter(|error| judge(error)).count();
        // 408, 420, 429, 500, the answer cut off, empty or malformed, three transport errors, the timeout.
        assert_eq!(count(Error::is_transient), 11);
        // 401, 403, 404, 420, 422, 429, 302, misuse, draft, and the failed connection.
        assert_eq!(count(Error::was_not_processed), 10);
    }

    #[test]
    fn the_token_is_removed_from_the_messages_and_details() {
        let token = Token::new("hush-hush").unwrap();
        let details = serde_json::json!({"hush-hush": [1, "was hush-hush", null]});
        let error = ApiError {
            errors: vec![
                "bad token hush-hush".to_owned(),
                "cut short: hush-".to_owned(),
            ],
            details: serde_json::from_value(details).ok(),
            ..ApiError::new(CALL, 401)
        };
        let error = Error::from_api_error(error).redact(&token);
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
}
