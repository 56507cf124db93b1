//! Errors, by whose fault they are: the caller's, GroupMe's, the network's.

mod api_error;
#[cfg(test)]
mod tests;
mod transport_error;

use core::{error::Error as StdError, fmt, time::Duration};

use groupme_model::outgoing::DraftError;

pub use self::{api_error::ApiError, transport_error::TransportError};

use crate::{BaseUrlError, CallName, DialError, Token};

/// Failure of a call.
///
/// The text is one line without its [`source`](StdError::source). It contains the ids of the request's
/// path, if a [`Client`](crate::Client) has sent it, but neither the token nor that of a share link nor
/// anything else that was sent; of GroupMe's answer it contains the error messages only, without the
/// token.
#[derive(thiserror::Error)]
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

/// Shows the text with those of the sources.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_chain(self, f)
    }
}

/// Failure to create a client; always the caller's.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A base URL cannot be used.
    #[error("a base URL cannot be used")]
    BaseUrl(#[from] BaseUrlError),
    /// TLS or the proxy cannot be used; see [`DialError`].
    #[error(transparent)]
    Dial(#[from] DialError),
}

/// Shows the text with those of the sources.
impl fmt::Debug for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_chain(self, f)
    }
}

/// Cause of an [`Error`] whose type belongs to a dependency.
pub type BoxError = Box<dyn StdError + Send + Sync>;

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

    /// Returns whether GroupMe certainly did not process the request, in any of the attempts.
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
            error => error.api_error().is_none_or(|error| !error.may_be_done),
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

    fn api_error_mut(&mut self) -> Option<&mut ApiError> {
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

    /// Notes that an earlier attempt of the call had no answer, and may have been processed.
    pub(crate) fn after_a_lost_answer(self) -> Self {
        let mut error = match self {
            Self::Transport { call, source } => {
                let source = source.after_a_lost_answer();
                return Self::Transport { call, source };
            }
            error => error,
        };
        if let Some(refusal) = error.api_error_mut() {
            refusal.may_be_done = true;
        }
        error
    }

    /// Removes the token from GroupMe's messages and details.
    pub(crate) fn redact(mut self, token: &Token) -> Self {
        if let Some(error) = self.api_error_mut() {
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

/// Writes the text of an error and those of its sources: what `fn main() -> Result<…>` prints has to
/// read well, without names of types.
pub(crate) fn write_chain(
    error: &(dyn core::error::Error + 'static),
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    write!(f, "{error}")?;
    let mut source = error.source();
    while let Some(error) = source {
        write!(f, ": {error}")?;
        source = error.source();
    }
    Ok(())
}
