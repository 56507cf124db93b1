//! Faults, by whose they are: the caller's, GroupMe's, the road's.

use core::{error::Error as StdError, time::Duration};

use groupme_model::{Json, outgoing::DraftError};

use crate::{BaseUrlError, CallName, DialError, Token};

/// Why a call has no answer.
///
/// The text is one line and leaves its cause to [`source`](StdError::source). It never contains the
/// token, an id or anything that was sent; of what GroupMe answered only its own words for the
/// error, in which the token is blotted out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Yours: the call cannot be made as it is.
    #[error("cannot ask `{call}`: {what}")]
    Misuse {
        /// What was asked.
        call: CallName,
        /// What is wrong, and what would be right.
        what: &'static str,
    },
    /// Yours: the message cannot be sent as it is.
    #[error("the message cannot be sent")]
    Draft(#[from] DraftError),
    /// Yours: the token is not valid, or not for this one thing (HTTP 401). GroupMe uses the same
    /// answer for both, so it says nothing about other calls; only a token that gets it for
    /// everything, `users/me` included, is bad.
    #[error("not authorized: {0}")]
    Unauthorized(Box<ApiError>),
    /// Yours: not allowed (HTTP 403). For a send: banned for a while for sending too much.
    #[error("forbidden: {0}")]
    Forbidden(Box<ApiError>),
    /// Yours: there is no such thing, or not any more (HTTP 404); routine for groups that were
    /// left.
    #[error("not found: {0}")]
    NotFound(Box<ApiError>),
    /// Yours: it is there already (HTTP 409): a message with the same `source_guid` was sent
    /// within about a minute.
    #[error("there already: {0}")]
    Conflict(Box<ApiError>),
    /// Yours: the request makes no sense to GroupMe (any other 4xx). Its words are in
    /// [`ApiError::errors`].
    #[error("not accepted: {0}")]
    Invalid(Box<ApiError>),

    /// Theirs: too many requests (HTTP 429 or 420). [`Error::retry_after`] says when to come back,
    /// if GroupMe does.
    #[error("too many requests: {0}")]
    RateLimited(Box<ApiError>),
    /// Theirs: the server failed, or gave up waiting (HTTP 5xx or 408).
    #[error("the server failed: {0}")]
    Server(Box<ApiError>),
    /// Theirs: an HTTP status that this crate has no use for, such as a redirection, which is not
    /// followed.
    #[error("unexpected answer: {0}")]
    Unexpected(Box<ApiError>),
    /// Theirs: the answer is not what this call is answered with.
    #[error("the answer to `{call}` ({status}, {size} bytes) cannot be read")]
    Unreadable {
        /// What was asked.
        call: CallName,
        /// The HTTP status.
        status: u16,
        /// How long the body is, in bytes.
        size: usize,
        /// What is wrong with it.
        #[source]
        source: BoxError,
    },
    /// Theirs: the answer is larger than the limit of the options.
    #[error("the answer to `{call}` has more than {limit} bytes")]
    Oversize {
        /// What was asked.
        call: CallName,
        /// The limit in bytes.
        limit: usize,
    },

    /// The road's: no connection, or one that broke.
    #[error("no answer to `{call}`")]
    Transport {
        /// What was asked.
        call: CallName,
        /// How it broke.
        #[source]
        source: TransportError,
    },
    /// The road's: no answer in time.
    #[error("no answer to `{call}` within {limit:?}")]
    TimedOut {
        /// What was asked.
        call: CallName,
        /// The time it had.
        limit: Duration,
    },
}

/// Why a client cannot be made; the fault is the caller's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// An address cannot be used.
    #[error("an address cannot be used")]
    BaseUrl(#[from] BaseUrlError),
    /// There is no way to one of the addresses, or will not be: see [`DialError`].
    #[error(transparent)]
    Dial(#[from] DialError),
}

/// What GroupMe said to a request that it did not fulfil.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// What was asked.
    pub call: CallName,
    /// The HTTP status, by which errors are told apart.
    pub status: u16,
    /// GroupMe's own code, where it tells more than the status, such as 40102
    /// (`device_verification_failed`: only GroupMe's apps may ask this).
    pub code: Option<i64>,
    /// GroupMe's words for it; often none.
    pub errors: Vec<String>,
    /// Further details (`meta.details`), such as why joining a group was refused.
    pub details: Option<Json>,
    /// How long to wait, if GroupMe says so.
    pub retry_after: Option<Duration>,
}

impl ApiError {
    /// A refusal of which nothing but the status is known.
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
        write!(f, "`{}` was answered with {}", self.call, self.status)?;
        if let Some(code) = self.code.filter(|code| *code != i64::from(self.status)) {
            write!(f, " ({code})")?;
        }
        for (index, error) in self.errors.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            // One line, whatever they sent.
            for char in error.chars() {
                write!(f, "{}", if char.is_control() { ' ' } else { char })?;
            }
        }
        Ok(())
    }
}

/// The cause of an [`Error`] where its own type belongs to a dependency.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// How the way to GroupMe and back failed.
#[derive(Debug, thiserror::Error)]
#[error("{}", if *is_sent { "the connection broke" } else { "cannot connect" })]
pub struct TransportError {
    is_sent: bool,
    #[source]
    source: BoxError,
}

impl TransportError {
    /// A failure; `is_sent` if the request may have been heard.
    pub fn new(is_sent: bool, source: impl Into<BoxError>) -> Self {
        Self {
            is_sent,
            source: source.into(),
        }
    }

    /// Whether the request may have been heard.
    pub fn is_sent(&self) -> bool {
        self.is_sent
    }
}

impl Error {
    /// Whether trying again without changing anything can help. For what is not harmless to
    /// repeat, see [`was_not_processed`](Self::was_not_processed) as well.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited(_) | Self::Server(_) | Self::Transport { .. } | Self::TimedOut { .. }
        )
    }

    /// Whether it is certain that GroupMe did nothing.
    pub fn was_not_processed(&self) -> bool {
        match self {
            Self::Unreadable { .. }
            | Self::Oversize { .. }
            | Self::Server(_)
            | Self::Conflict(_)
            | Self::TimedOut { .. } => false,
            Self::Transport { source, .. } => !source.is_sent(),
            _ => true,
        }
    }

    /// How long to wait before the next attempt, if GroupMe said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.refusal()?.retry_after
    }

    /// What GroupMe said, if it answered.
    pub fn refusal(&self) -> Option<&ApiError> {
        match self {
            Self::Unauthorized(refusal)
            | Self::Forbidden(refusal)
            | Self::NotFound(refusal)
            | Self::Conflict(refusal)
            | Self::Invalid(refusal)
            | Self::RateLimited(refusal)
            | Self::Server(refusal)
            | Self::Unexpected(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// A refusal as the error that its status stands for (GroupMe's documentation, "Responses").
    pub(crate) fn from_refusal(refusal: ApiError) -> Self {
        let refusal = Box::new(refusal);
        match refusal.status {
            401 => Self::Unauthorized(refusal),
            403 => Self::Forbidden(refusal),
            404 => Self::NotFound(refusal),
            408 | 500..=599 => Self::Server(refusal),
            409 => Self::Conflict(refusal),
            420 | 429 => Self::RateLimited(refusal),
            400..=499 => Self::Invalid(refusal),
            _ => Self::Unexpected(refusal),
        }
    }

    /// Blots out the token in what GroupMe said.
    pub(crate) fn redact(mut self, token: &Token) -> Self {
        if let Self::Unauthorized(refusal)
        | Self::Forbidden(refusal)
        | Self::NotFound(refusal)
        | Self::Conflict(refusal)
        | Self::Invalid(refusal)
        | Self::RateLimited(refusal)
        | Self::Server(refusal)
        | Self::Unexpected(refusal) = &mut self
        {
            for error in &mut refusal.errors {
                if let Some(redacted) = token.redact(error) {
                    *error = redacted;
                }
            }
            if let Some(details) = &mut refusal.details {
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
            Error::from_refusal(ApiError {
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
                what: "an id is empty",
            },
            Error::Draft(DraftError::Empty),
            Error::Unreadable {
                call: CALL,
                status: 200,
                size: 9,
                source: "the cause".into(),
            },
            Error::Oversize {
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
            Error::TimedOut {
                call: CALL,
                limit: Duration::from_secs(15),
            },
        ]);
        errors
    }

    fn is_one_line_that_leaves_its_cause_to_the_chain(error: &dyn StdError) {
        let text = error.to_string();
        assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
        assert!(text.starts_with(char::is_lowercase), "{text}");
        if let Some(source) = error.source() {
            assert!(!text.contains(&source.to_string()), "{text}");
        }
    }

    #[test]
    fn every_error_is_one_lower_case_line_that_leaves_its_cause_to_the_chain() {
        for error in every_variant() {
            is_one_line_that_leaves_its_cause_to_the_chain(&error);
        }
        for error in [
            SetupError::BaseUrl(BaseUrlError::Credentials),
            SetupError::Dial(DialError::RootCertificate("the cause".into())),
        ] {
            is_one_line_that_leaves_its_cause_to_the_chain(&error);
        }
    }

    #[test]
    fn a_refusal_tells_the_call_the_status_and_what_groupme_said() {
        let refusal = ApiError {
            code: Some(40_100),
            errors: vec!["Not authorized".to_owned()],
            ..ApiError::new(CALL, 401)
        };
        assert_eq!(
            Error::from_refusal(refusal).to_string(),
            "not authorized: `GET v3/groups/{}` was answered with 401 (40100): Not authorized"
        );
        let bare = ApiError {
            code: Some(404),
            ..ApiError::new(CALL, 404)
        };
        assert_eq!(
            Error::from_refusal(bare).to_string(),
            "not found: `GET v3/groups/{}` was answered with 404"
        );
    }

    #[test]
    fn only_what_passes_is_transient_and_only_what_was_refused_or_never_sent_is_unheard() {
        let count =
            |judge: fn(&Error) -> bool| every_variant().iter().filter(|error| judge(error)).count();
        // 408, 420, 429, 500, the two transports and the timeout.
        assert_eq!(count(Error::is_transient), 7);
        // 401, 403, 404, 420, 422, 429, 302, misuse, draft, and the connection that never was.
        assert_eq!(count(Error::was_not_processed), 10);
    }

    #[test]
    fn the_token_is_blotted_out_of_what_groupme_said() {
        let token = Token::new("hush-hush").unwrap();
        let details = serde_json::json!({"hush-hush": [1, "was hush-hush", null]});
        let refusal = ApiError {
            errors: vec![
                "bad token hush-hush".to_owned(),
                "cut short: hush-".to_owned(),
            ],
            details: serde_json::from_value(details).ok(),
            ..ApiError::new(CALL, 401)
        };
        let error = Error::from_refusal(refusal).redact(&token);
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
}
