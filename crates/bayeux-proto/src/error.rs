//! Faults, by whose they are: misuse of this crate, and what a server refuses.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{error::Error, fmt};

/// The caller asked for something that cannot be. Nothing has been sent or queued.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// The name is not a channel by the grammar in force.
    InvalidChannel {
        /// The offending name, shortened.
        name: String,
    },
    /// `/meta/` channels belong to the protocol, and a pattern cannot be published to.
    ForbiddenChannel {
        /// The offending name.
        name: String,
    },
    /// As many commands wait as [`Config::max_requests`](crate::Config::max_requests) allows.
    QueueFull {
        /// The limit.
        limit: usize,
    },
    /// There are as many subscriptions as
    /// [`Config::max_subscriptions`](crate::Config::max_subscriptions) allows.
    TooManySubscriptions {
        /// The limit.
        limit: usize,
    },
    /// The payload is larger than [`Config::max_payload`](crate::Config::max_payload).
    PayloadTooLarge {
        /// The size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// No subscription goes by this id (any more).
    UnknownSubscription,
    /// The session has ended, or is about to.
    Ended,
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
        }
    }
}

impl Error for Misuse {}

/// The `error` member of a failed reply, read as `code:args:text`
/// (Bayeux specification, section "error"), free text accepted.
///
/// The first argument of Faye's "Unknown client" is a `clientId`, which is a credential: the
/// arguments of a 401 are therefore dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerError {
    /// The three-digit code, if the text began with one.
    pub code: Option<u16>,
    /// The comma-separated arguments, often channel names.
    pub args: Vec<String>,
    /// The rest, or the whole text where there is no code.
    pub text: String,
}

impl ServerError {
    /// Reads the text of an `error` member. Never fails: what is not `code:args:text` is all text.
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

    /// Whether this says that the server no longer knows the session: 401 from Faye, 402 from
    /// `CometD`, 403 from Salesforce. The text decides, because the codes have other meanings too.
    pub fn is_unknown_client(&self) -> bool {
        let said = |needle: &str| {
            self.text
                .as_bytes()
                .windows(needle.len())
                .any(|w| w.eq_ignore_ascii_case(needle.as_bytes()))
        };
        matches!(self.code, Some(401..=403))
            && (said("unknown client") || said("session_unknown") || said("invalid client id"))
    }

    /// Removes every occurrence of a secret from what will be shown.
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
