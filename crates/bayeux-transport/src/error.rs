//! Faults, by whose they are: the caller's, the peer's, the road's.

use core::{error::Error as StdError, time::Duration};

use bayeux_dial::DialError;
use bayeux_proto::Close;
use bayeux_wire::DecodeError;

use crate::EndpointError;

/// Why a lane could not be opened, or ended.
///
/// The text is one line and leaves its cause to [`source`](StdError::source). It never contains a
/// header value, a cookie or anything of a message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Yours: the address cannot be used.
    #[error("the endpoint cannot be used")]
    Endpoint(#[from] EndpointError),
    /// Yours: a header cannot be added. Its value is not shown.
    #[error("the header `{name}` cannot be added: {why}")]
    Header {
        /// The name as supplied.
        name: String,
        /// What speaks against it.
        why: &'static str,
    },

    /// Theirs: an HTTP status that carries no Bayeux.
    #[error("the server answered {what} with HTTP status {status}")]
    Status {
        /// What was asked.
        what: &'static str,
        /// The HTTP status.
        status: u16,
        /// `Retry-After`, where it is given in seconds.
        retry_after: Option<Duration>,
    },
    /// Theirs: the server agreed to a WebSocket, but not as RFC 6455 (section 4.1) demands.
    #[error("the server's answer to the upgrade breaks RFC 6455: {what}")]
    Upgrade {
        /// What is wrong with it.
        what: &'static str,
    },
    /// Theirs: the bytes are no HTTP.
    #[error("the server's answer is not HTTP")]
    NotHttp(#[source] BoxError),
    /// Theirs: the bytes are no WebSocket frames.
    #[error("the server broke the WebSocket framing: {what}")]
    Framing {
        /// What is wrong with them.
        what: &'static str,
    },
    /// Theirs: a frame or body is not Bayeux.
    #[error("the server sent {size} bytes that are not Bayeux")]
    NotBayeux {
        /// How many bytes there were.
        size: usize,
        /// What is wrong with them.
        #[source]
        source: DecodeError,
    },
    /// Theirs: a response of long-polling without a single message, which answers nothing.
    #[error("the server sent a response without a message")]
    NoMessage,
    /// Theirs: a frame or body is larger than the limit.
    #[error("the server sent more than {limit} bytes at once")]
    Oversize {
        /// The limit in bytes.
        limit: usize,
    },

    /// There is no connection; the fault tells whose it is.
    #[error(transparent)]
    Dial(DialError),
    /// The road's: an established connection broke.
    #[error("the connection broke while {doing}")]
    Lost {
        /// What was going on.
        doing: &'static str,
        /// How it broke, where more is known than that the peer was gone.
        #[source]
        source: Option<BoxError>,
    },
    /// The road's: a deadline of this crate passed.
    #[error("no progress within {limit:?} while {doing}")]
    TimedOut {
        /// What was going on.
        doing: &'static str,
        /// The deadline.
        limit: Duration,
    },
    /// The road's: more batches wait on a lane than it holds, because the peer does not read.
    #[error("the peer reads none of the {limit} batches that wait")]
    Stalled {
        /// How many batches a lane holds.
        limit: usize,
    },
}

/// The cause of an [`Error`] where its own type belongs to a dependency.
pub type BoxError = Box<dyn StdError + Send + Sync>;

impl Error {
    /// How a session is told about it.
    pub fn close(&self) -> Close {
        match self {
            &Self::Status {
                status,
                retry_after,
                ..
            } => Close::Status {
                status,
                retry_after,
            },
            Self::Upgrade { .. }
            | Self::NotHttp(_)
            | Self::Framing { .. }
            | Self::NotBayeux { .. }
            | Self::NoMessage => Close::Malformed,
            Self::Oversize { .. } => Close::Oversize,
            Self::Dial(
                DialError::Tls { .. } | DialError::NoTls { .. } | DialError::RootCertificate(_),
            ) => Close::Tls,
            Self::Endpoint(_) | Self::Header { .. } | Self::Dial(_) => Close::Unreachable,
            Self::Lost { .. } => Close::Lost,
            Self::TimedOut { .. } | Self::Stalled { .. } => Close::TimedOut,
        }
    }

    /// Whether trying again without changing anything can help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Endpoint(_) | Self::Header { .. } => false,
            Self::Dial(error) => error.is_transient(),
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => true,
        }
    }

    /// What went wrong in hyper while `doing`.
    pub(crate) fn http(doing: &'static str, error: hyper::Error) -> Self {
        if error.is_parse() {
            Self::NotHttp(error.into())
        } else {
            Self::Lost {
                doing,
                source: Some(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_variant() -> Vec<Error> {
        let io = || std::io::Error::other("the cause");
        vec![
            Error::Endpoint(EndpointError::Credentials),
            Error::Header {
                name: "a b".to_owned(),
                why: "its name is not legal in HTTP",
            },
            Error::Status {
                what: "an exchange",
                status: 503,
                retry_after: None,
            },
            Error::Upgrade { what: "no key" },
            Error::NotHttp("the cause".into()),
            Error::Framing { what: "no frame" },
            Error::NotBayeux {
                size: 9,
                source: DecodeError::Empty,
            },
            Error::NoMessage,
            Error::Oversize { limit: 9 },
            Error::Dial(DialError::NoTls {
                remedy: "add a root",
            }),
            Error::Dial(DialError::Tunnel {
                proxy: "a.example.com".to_owned(),
                status: 407,
            }),
            Error::Dial(DialError::Resolve {
                host: "a.example.com".to_owned(),
                source: io(),
            }),
            Error::Dial(DialError::Tls {
                host: "a.example.com".to_owned(),
                source: io(),
            }),
            Error::Lost {
                doing: "reading a frame",
                source: Some("the cause".into()),
            },
            Error::Lost {
                doing: "reading a frame",
                source: None,
            },
            Error::TimedOut {
                doing: "connecting",
                limit: Duration::from_secs(15),
            },
            Error::Stalled { limit: 32 },
        ]
    }

    #[test]
    fn every_error_is_one_lower_case_line_that_leaves_its_cause_to_the_chain() {
        for error in every_variant() {
            let text = error.to_string();
            assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
            assert!(text.starts_with(char::is_lowercase), "{text}");
            if let Some(source) = error.source() {
                assert!(!text.contains(&source.to_string()), "{text}");
                assert!(source.source().is_none(), "{text}: the chain ends here");
            }
        }
    }

    #[test]
    fn the_fault_decides_what_the_session_hears() {
        let heard: Vec<_> = every_variant().iter().map(Error::close).collect();
        let status = Close::Status {
            status: 503,
            retry_after: None,
        };
        let expected = [
            Close::Unreachable,
            Close::Unreachable,
            status,
            Close::Malformed,
            Close::Malformed,
            Close::Malformed,
            Close::Malformed,
            Close::Malformed,
            Close::Oversize,
            Close::Tls,
            Close::Unreachable,
            Close::Unreachable,
            Close::Tls,
            Close::Lost,
            Close::Lost,
            Close::TimedOut,
            Close::TimedOut,
        ];
        assert_eq!(heard, expected);
    }

    #[test]
    fn only_what_is_yours_or_refused_for_good_is_not_worth_another_try() {
        let hopeless = every_variant()
            .iter()
            .filter(|error| !error.is_transient())
            .count();
        assert_eq!(hopeless, 4);
        let status = |status| Error::Status {
            what: "an exchange",
            status,
            retry_after: None,
        };
        assert!(!status(401).is_transient() && !status(404).is_transient());
        assert!(status(429).is_transient() && status(504).is_transient());
    }
}
