//! The error of a lane, grouped by cause: the configuration, the server, the network.

use core::{error::Error as StdError, fmt, time::Duration};
use std::io;

use bayeux_dial::{DialError, HttpUrlError};
use bayeux_proto::Close;
use bayeux_wire::DecodeError;

/// The reason why a lane could not be opened, or ended.
///
/// The text is one line and leaves the cause to [`source`](StdError::source). It never contains a
/// header value, a cookie or message content.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Configuration: the endpoint's URL cannot be used.
    #[error("the endpoint cannot be used")]
    Endpoint(#[from] HttpUrlError),
    /// Configuration: a header cannot be added. The error does not contain its value.
    #[error("the header `{name}` cannot be added: {why}")]
    Header {
        /// Name of the header, as given.
        name: String,
        /// Reason of the refusal.
        why: &'static str,
    },
    /// Program: the hook of [`Options::on_request`](crate::Options::on_request) panicked, and the
    /// request was not sent.
    #[error("the hook of the program for request headers panicked; the request was not sent")]
    Hook,

    /// Server: an HTTP status other than success.
    #[error("the server answered {what} with HTTP status {status}")]
    Status {
        /// The request that was answered.
        what: &'static str,
        /// The HTTP status.
        status: u16,
        /// Time to wait by `Retry-After`, if the response has one.
        retry_after: Option<Duration>,
    },
    /// Server: a redirect that is not followed.
    #[error(
        "the server redirects to {target} (HTTP status {status}), which is not followed: {why}"
    )]
    Redirect {
        /// The HTTP status.
        status: u16,
        /// The target, without query and credentials.
        target: String,
        /// Reason of the refusal.
        why: &'static str,
    },
    /// Server: a response is compressed in a way that this crate does not read.
    #[error("the response is compressed, and not with gzip")]
    Encoding,
    /// Server: a response that claims to be compressed with gzip is not.
    #[error("the response is not the gzip that it claims to be")]
    BadGzip(#[source] BoxError),
    /// Server: the response to the upgrade violates RFC 6455 (section 4.1).
    #[error("the server's answer to the upgrade violates RFC 6455: {what}")]
    Upgrade {
        /// Description of the violation.
        what: &'static str,
    },
    /// Server: the response is not HTTP.
    #[error("the server's answer is not HTTP")]
    NotHttp(#[source] BoxError),
    /// Server: the bytes are not valid WebSocket frames.
    #[error("the server violated the WebSocket framing: {what}")]
    Framing {
        /// Description of the violation.
        what: &'static str,
    },
    /// Server: bytes that must be text are not UTF-8.
    #[error("the server sent {what} that is not UTF-8")]
    NotUtf8 {
        /// The text.
        what: &'static str,
    },
    /// Server: the WebSocket was closed with a reason.
    #[error("the server closed the websocket with code {code}: {reason}")]
    ClosedByPeer {
        /// The close code.
        code: u16,
        /// The reason that the server gave. Characters that control a terminal are escaped, and
        /// words that may be ids are left out.
        reason: String,
    },
    /// Server: a frame or body is not Bayeux.
    #[error("the server sent {size} bytes that are not Bayeux")]
    NotBayeux {
        /// Size of the frame or body, in bytes.
        size: usize,
        /// Description of the error.
        #[source]
        source: DecodeError,
    },
    /// Server: a frame or body exceeds the limit.
    #[error("the server sent more than {limit} bytes at once")]
    Oversize {
        /// The limit, in bytes.
        limit: usize,
    },

    /// Server: a long-polling response with a list, but without a message in it.
    #[error("the server sent a list without a message")]
    NoMessage,
    /// Server: the connection is kept busy with bytes that carry no message.
    #[error("the server keeps the connection busy without a message: {what}")]
    Flood {
        /// Description of the bytes.
        what: &'static str,
    },

    /// No connection could be opened.
    #[error(transparent)]
    Dial(DialError),
    /// Server: the connection ended before the response to a request did.
    #[error("the server closed the connection before the end of its response, while {doing}")]
    Incomplete {
        /// The activity that was interrupted.
        doing: &'static str,
        /// Cause.
        #[source]
        source: BoxError,
    },
    /// Network: an established connection broke.
    #[error("the connection broke while {doing}")]
    Lost {
        /// The activity that was interrupted.
        doing: &'static str,
        /// Cause, if more is known than that the peer closed the connection.
        #[source]
        source: Option<BoxError>,
    },
    /// Network: a timeout of [`Options`](crate::Options) expired.
    #[error("no progress within {limit:?} while {doing}")]
    TimedOut {
        /// The activity that was interrupted.
        doing: &'static str,
        /// The timeout.
        limit: Duration,
    },
    /// Network: the queue of outgoing batches is full, because the peer does not read.
    #[error("the peer does not read: {limit} batches are waiting")]
    Stalled {
        /// Maximum number of waiting batches of a lane.
        limit: usize,
    },
}

/// Shows the text with those of the sources.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_chain(self, f)
    }
}

/// The cause of an [`Error`] whose own type belongs to a dependency.
pub type BoxError = Box<dyn StdError + Send + Sync>;

impl Error {
    /// Returns the close reason to report to a session.
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
            &Self::Redirect { status, .. } => Close::Status {
                status,
                retry_after: None,
            },
            Self::Upgrade { .. }
            | Self::Encoding
            | Self::BadGzip(_)
            | Self::NotHttp(_)
            | Self::Framing { .. }
            | Self::NotUtf8 { .. }
            | Self::NotBayeux { .. }
            | Self::NoMessage
            | Self::Flood { .. } => Close::Malformed,
            &Self::ClosedByPeer { code, .. } => Close::ByPeer { code: Some(code) },
            Self::Oversize { .. } => Close::Oversize,
            Self::Dial(
                DialError::Tls { .. } | DialError::NoTls { .. } | DialError::RootCertificate(_),
            ) => Close::Tls,
            Self::Dial(DialError::Connect { source, .. })
                if source.kind() == io::ErrorKind::ConnectionRefused =>
            {
                Close::ConnectionRefused
            }
            Self::Endpoint(_) | Self::Header { .. } | Self::Hook | Self::Dial(_) => {
                Close::Unreachable
            }
            Self::Incomplete { .. } | Self::Lost { .. } => Close::Lost,
            Self::TimedOut { .. } | Self::Stalled { .. } => Close::TimedOut,
        }
    }

    /// Returns whether trying again without changing anything can help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Endpoint(_) | Self::Header { .. } | Self::Hook => false,
            Self::Dial(error) => error.is_transient(),
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => true,
        }
    }

    /// Converts an error of hyper that occurred while `doing`.
    pub(crate) fn http(doing: &'static str, error: hyper::Error) -> Self {
        // hyper reports mistakes in the framing of a body in this way.
        let cause = error.source().and_then(<dyn StdError>::downcast_ref);
        let kind = cause.map(io::Error::kind);
        match kind {
            _ if error.is_parse() => Self::NotHttp(error.into()),
            Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {
                Self::NotHttp(error.into())
            }
            _ if error.is_incomplete_message() => Self::Incomplete {
                doing,
                source: error.into(),
            },
            Some(io::ErrorKind::UnexpectedEof) => Self::Incomplete {
                doing,
                source: error.into(),
            },
            _ => Self::Lost {
                doing,
                source: Some(error.into()),
            },
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn every_variant() -> Vec<Error> {
        let io = || io::Error::other("the cause");
        vec![
            Error::Endpoint(HttpUrlError::Credentials),
            Error::Header {
                name: "a b".to_owned(),
                why: "its name is not legal in HTTP",
            },
            Error::Status {
                what: "an exchange",
                status: 503,
                retry_after: None,
            },
            Error::Redirect {
                status: 307,
                target: "http://a.example.com/".to_owned(),
                why: "the target has no TLS",
            },
            Error::Hook,
            Error::BadGzip("the cause".into()),
            Error::Upgrade { what: "no key" },
            Error::NotHttp("the cause".into()),
            Error::Framing { what: "no frame" },
            Error::NotUtf8 { what: "a text" },
            Error::ClosedByPeer {
                code: 4401,
                reason: "token expired".to_owned(),
            },
            Error::NotBayeux {
                size: 9,
                source: DecodeError::Empty,
            },
            Error::Encoding,
            Error::Flood { what: "pings" },
            Error::Oversize { limit: 9 },
            Error::Dial(DialError::NoTls {
                remedy: "add a root",
            }),
            Error::Dial(DialError::Connect {
                host: "a.example.com".to_owned(),
                port: 443,
                source: io(),
            }),
            Error::Dial(DialError::Connect {
                host: "a.example.com".to_owned(),
                port: 443,
                source: io::ErrorKind::ConnectionRefused.into(),
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
            Error::Incomplete {
                doing: "reading a response",
                source: "the cause".into(),
            },
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
    fn every_error_is_one_lower_case_line_without_its_cause() {
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
    fn each_error_has_the_close_reason_of_its_cause() {
        let closes: Vec<_> = every_variant().iter().map(Error::close).collect();
        let status = Close::Status {
            status: 503,
            retry_after: None,
        };
        let expected = [
            Close::Unreachable,
            Close::Unreachable,
            status,
            Close::Status {
                status: 307,
                retry_after: None,
            },
            Close::Unreachable,
            Close::Malformed,
            Close::Malformed,
            Close::Malformed,
            Close::Malformed,
            Close::Malformed,
            Close::ByPeer { code: Some(4401) },
            Close::Malformed,
            Close::Malformed,
            Close::Malformed,
            Close::Oversize,
            Close::Tls,
            Close::Unreachable,
            Close::ConnectionRefused,
            Close::Unreachable,
            Close::Unreachable,
            Close::Tls,
            Close::Lost,
            Close::Lost,
            Close::Lost,
            Close::TimedOut,
            Close::TimedOut,
        ];
        assert_eq!(closes, expected);
    }

    #[test]
    fn only_configuration_errors_and_permanent_refusals_are_not_transient() {
        let permanent = every_variant()
            .iter()
            .filter(|error| !error.is_transient())
            .count();
        assert_eq!(permanent, 5);
        let status = |status| Error::Status {
            what: "an exchange",
            status,
            retry_after: None,
        };
        assert!(!status(401).is_transient() && !status(404).is_transient());
        assert!(status(429).is_transient() && status(504).is_transient());
    }
}
