//! Errors: misuse of this crate, and refusals of a server.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{error::Error, fmt};

/// Invalid call by the caller. Nothing has been sent or queued.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// Name that is not a channel by the grammar in force.
    InvalidChannel {
        /// Offending name, shortened.
        name: String,
    },
    /// Name under `/meta/`, which is reserved for the protocol, or publish to a pattern.
    ForbiddenChannel {
        /// Offending name.
        name: String,
    },
    /// Queue full: [`Config::max_requests`](crate::Config::max_requests) publishes wait or are in
    /// flight.
    QueueFull {
        /// Limit that was reached.
        limit: usize,
    },
    /// Subscription beyond [`Config::max_subscriptions`](crate::Config::max_subscriptions).
    TooManySubscriptions {
        /// Limit that was reached.
        limit: usize,
    },
    /// Payload larger than [`Config::max_payload`](crate::Config::max_payload).
    PayloadTooLarge {
        /// Size in bytes.
        size: usize,
        /// Limit in bytes.
        limit: usize,
    },
    /// Id that names no current subscription.
    UnknownSubscription,
    /// Session that has ended or is disconnecting.
    Ended,
    /// Bytes that are no saved session, for
    /// [`SavedSession::from_bytes`](crate::SavedSession::from_bytes).
    MalformedSession {
        /// First defect that was found.
        why: &'static str,
    },
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidChannel { name } => write!(
                f,
                "`{name}` is not a channel name: expected `/` before each of one or more segments, \
                 with wildcards only as the last"
            ),
            Self::ForbiddenChannel { name } => {
                write!(f, "`{name}` is reserved for the protocol or is a pattern")
            }
            Self::QueueFull { limit } => {
                write!(f, "{limit} commands already wait; let some settle first")
            }
            Self::TooManySubscriptions { limit } => {
                write!(
                    f,
                    "there are {limit} subscriptions already; drop some first"
                )
            }
            Self::PayloadTooLarge { size, limit } => {
                write!(f, "the payload has {size} bytes, and {limit} is the limit")
            }
            Self::UnknownSubscription => f.write_str("no such subscription"),
            Self::Ended => f.write_str("the session has ended; connect again first"),
            Self::MalformedSession { why } => write!(
                f,
                "the bytes are no saved session ({why}); start a new session instead"
            ),
        }
    }
}

impl Error for Misuse {}

/// Contents of the `error` member of a failed reply, parsed as `code:args:text` (Bayeux
/// specification, section "error"); free text is accepted.
///
/// The first argument of Faye's "Unknown client" is a `clientId`, which is a credential, so the
/// arguments of a 401 are dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerError {
    /// Three-digit code, if the text starts with one.
    pub code: Option<u16>,
    /// Comma-separated arguments, often channel names.
    pub args: Vec<String>,
    /// Remaining text, or the whole text if there is no code.
    pub text: String,
}

impl ServerError {
    /// Parses the text of an `error` member. Never fails: anything other than `code:args:text`
    /// becomes `text`.
    pub fn parse(error: &str) -> Self {
        let mut parts = error.splitn(3, ':');
        if let (Some(code), Some(args), Some(text)) = (parts.next(), parts.next(), parts.next())
            && code.len() == 3
            && code.bytes().all(|byte| byte.is_ascii_digit())
            && let Ok(code) = code.parse::<u16>()
        {
            let args = match code {
                401 => Vec::new(),
                _ => args
                    .split(',')
                    .filter(|arg| !arg.is_empty())
                    .map(ToOwned::to_owned)
                    .collect(),
            };
            return Self {
                code: Some(code),
                args,
                text: text.to_owned(),
            };
        }
        Self {
            code: None,
            args: Vec::new(),
            text: error.to_owned(),
        }
    }

    /// Returns whether the server no longer knows the session: 401 from Faye, 402 from `CometD`,
    /// 403 from Salesforce, none from Lyrion Music Server. The text decides, because the codes have
    /// other meanings, too.
    pub fn is_unknown_client(&self) -> bool {
        let mentions = |needle: &str| {
            self.text
                .as_bytes()
                .windows(needle.len())
                .any(|w| w.eq_ignore_ascii_case(needle.as_bytes()))
        };
        match self.code {
            Some(401..=403) => {
                mentions("unknown client")
                    || mentions("session_unknown")
                    || mentions("invalid client id")
            }
            // Lyrion Music Server, which sends no codes.
            None => self.text.eq_ignore_ascii_case("invalid clientId"),
            Some(_) => false,
        }
    }

    /// Returns whether the refusal says that the server is busy or failed, by the codes 408, 429 and
    /// 5xx, as in HTTP: the same request may succeed later.
    pub fn is_temporary(&self) -> bool {
        matches!(self.code, Some(408 | 429 | 500..=599))
    }

    /// Removes every occurrence of `secret`.
    pub(crate) fn without(mut self, secret: &str) -> Self {
        if !secret.is_empty() {
            self.args.retain(|arg| !arg.contains(secret));
            if self.text.contains(secret) {
                self.text = self.text.replace(secret, "…");
            }
        }
        self
    }
}

impl ServerError {
    /// Cuts the texts to [`MAX_TEXT`] characters and the arguments to [`MAX_ARGS`].
    pub(crate) fn shortened(mut self) -> Self {
        self.args.truncate(MAX_ARGS);
        for text in self.args.iter_mut().chain([&mut self.text]) {
            if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
                text.truncate(end);
                text.push('…');
                text.shrink_to_fit();
            }
        }
        self
    }
}

/// Maximum number of characters of an error that are kept.
const MAX_TEXT: usize = 300;
/// Maximum number of arguments of an error that are kept.
const MAX_ARGS: usize = 8;

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.text.as_str()) {
            (Some(code), text) => write!(f, "{code} {text}"),
            (None, "") => f.write_str("refused without a reason"),
            (None, text) => f.write_str(text),
        }
    }
}

impl Error for ServerError {}
