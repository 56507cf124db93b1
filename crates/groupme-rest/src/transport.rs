//! Interface between the client and HTTP.

use core::{fmt, pin::Pin};
use std::io;

use bytes::Bytes;

use crate::{
    BoxError, CallName, Error, TransportError,
    body::{RequestBody, ResponseBody},
};

/// Sends HTTP requests.
///
/// [`Client::new`](crate::Client::new) uses HTTP/1.1 over TCP and TLS. Another implementation, such
/// as a simulator in the same process, goes to
/// [`Client::with_transport`](crate::Client::with_transport).
pub trait HttpTransport: Send + Sync + 'static {
    /// Sends a request and returns the response with its whole body, decompressed. Dropping the
    /// future cancels the request.
    ///
    /// A response with an error status is `Ok` like any other.
    fn send(&self, request: http::Request<Bytes>) -> ResponseFuture<'_>;

    /// Sends a request whose body may come piece by piece, and returns the response once its head is
    /// there; its body follows piece by piece. For uploads and downloads.
    ///
    /// Default: [`send`](Self::send), with both bodies in memory.
    fn stream(&self, request: http::Request<RequestBody>) -> StreamFuture<'_> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.into_bytes().await;
            let body = body.map_err(|error| TransportError::new(false, error))?;
            let response = self.send(http::Request::from_parts(parts, body)).await?;
            Ok(response.map(ResponseBody::from))
        })
    }
}

/// Future of [`HttpTransport::send`].
pub type ResponseFuture<'a> =
    Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, HttpTransportError>> + Send + 'a>>;

/// Future of [`HttpTransport::stream`].
pub type StreamFuture<'a> = Pin<
    Box<dyn Future<Output = Result<http::Response<ResponseBody>, HttpTransportError>> + Send + 'a>,
>;

/// Failure of an [`HttpTransport`] to return a response.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum HttpTransportError {
    /// Missing or broken connection.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The response is not valid HTTP, or its body not the gzip that it claims to be.
    #[error("the response is not valid {format}")]
    Malformed {
        /// `HTTP` or `gzip`.
        format: &'static str,
        /// Mistake in the response.
        #[source]
        source: BoxError,
    },
    /// The decompressed body is larger than [`Options::body_limit`](crate::Options::body_limit).
    #[error("the body has more than {limit} bytes")]
    Oversize {
        /// Limit, in bytes.
        limit: usize,
    },
}

/// Shows the text with those of the sources.
impl fmt::Debug for HttpTransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::error::write_chain(self, f)
    }
}

impl HttpTransportError {
    /// Returns the failure of a connection on which a request was sent: malformed, closed early or
    /// broken.
    pub(crate) fn of_connection(source: impl Into<BoxError>) -> Self {
        let source = source.into();
        match Fault::of(&*source) {
            Fault::Format => Self::Malformed {
                format: "HTTP",
                source,
            },
            Fault::EarlyEnd => TransportError::closed_early(source).into(),
            Fault::Other => TransportError::new(true, source).into(),
        }
    }

    pub(crate) fn into_error(self, call: CallName) -> Error {
        match self {
            Self::Transport(source) => Error::Transport { call, source },
            Self::Malformed { format, source } => Error::Malformed {
                call,
                format,
                source,
            },
            Self::Oversize { limit } => Error::Oversize { call, limit },
        }
    }
}

/// Fault behind an error of hyper.
enum Fault {
    /// The server's, which does not keep to HTTP.
    Format,
    /// The server's, which ends the connection in the middle.
    EarlyEnd,
    Other,
}

impl Fault {
    fn of(error: &(dyn core::error::Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<hyper::Error>() {
                // The source of an upload, which is the caller's.
                if error.is_user() {
                    return Self::Other;
                }
                if error.is_parse() {
                    return Self::Format;
                }
                if error.is_incomplete_message() {
                    return Self::EarlyEnd;
                }
            }
            // hyper reports mistakes in the framing of a body in this way.
            match error.downcast_ref::<io::Error>().map(io::Error::kind) {
                Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {
                    return Self::Format;
                }
                Some(io::ErrorKind::UnexpectedEof) => return Self::EarlyEnd,
                _ => {}
            }
            cause = error.source();
        }
        Self::Other
    }
}
