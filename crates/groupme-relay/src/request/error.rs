//! Errors of requests: codes that programs tell apart, with a sentence for people.

use core::{fmt, time::Duration};

/// Error of a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{code}: {message}")]
pub struct RequestError {
    /// Code.
    pub code: ErrorCode,
    /// Sentence with the cause and the remedy. Never contains a token.
    pub message: Box<str>,
    /// Whether the request may have been performed all the same, so that only a repetition with the same
    /// `source_guid` is safe.
    pub may_be_done: bool,
    /// Delay before a repetition, if it is known.
    pub retry_after: Option<Duration>,
}

impl RequestError {
    /// Returns an error of a request that was not performed.
    pub fn new(code: ErrorCode, message: impl Into<Box<str>>) -> Self {
        Self {
            code,
            message: message.into(),
            may_be_done: false,
            retry_after: None,
        }
    }

    /// Notes that the request may have been performed.
    #[must_use]
    pub fn after_an_attempt(mut self) -> Self {
        self.may_be_done = true;
        self
    }

    /// Sets the delay before a repetition.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }
}

macro_rules! codes {
    ($( $(#[$doc:meta])* $Code:ident, $name:literal, $transient:literal; )*) => {
        /// Code of a [`RequestError`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ErrorCode { $( $(#[$doc])* $Code, )* }

        impl ErrorCode {
            /// All codes.
            pub const ALL: &[Self] = &[$( Self::$Code, )*];

            /// Returns the code as it is in an answer.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$Code => $name, )* }
            }

            /// Returns whether the same request may succeed later.
            pub const fn is_transient(self) -> bool {
                match self { $( Self::$Code => $transient, )* }
            }
        }
    };
}

codes! {
    /// Caller: a header or the body is wrong.
    Malformed, "malformed", false;
    /// Caller: there is no such verb.
    UnknownVerb, "unknown_verb", false;
    /// Caller: the deadline had passed before the request was begun. Repeat with a later one.
    Expired, "expired", true;
    /// The deadline passed while the request was performed.
    TimedOut, "timed_out", true;
    /// The account has 64 requests that wait.
    Busy, "busy", true;
    /// The account moves to another node.
    Moved, "moved", true;
    /// No node holds the account: it is unknown, paused or refused, or moves right now.
    NoOwner, "no_owner", true;
    /// Network: no answer came.
    NoAnswer, "no_answer", true;
    /// GroupMe: the token is not valid, or not for this resource.
    Unauthorized, "unauthorized", false;
    /// GroupMe: not allowed; for a message, the account is banned for a while for sending too many.
    Forbidden, "forbidden", false;
    /// GroupMe: there is no such conversation or message.
    NotFound, "not_found", false;
    /// GroupMe: too many requests.
    RateLimited, "rate_limited", true;
    /// GroupMe: the request is refused for another reason.
    Refused, "refused", false;
    /// GroupMe or the network before it failed.
    Unavailable, "unavailable", true;
}

impl ErrorCode {
    /// Returns the code with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
