//! Interface between the client and HTTP.

use core::pin::Pin;

use bytes::Bytes;

use crate::{
    CallName, Error, TransportError,
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
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpTransportError {
    /// There is no connection, or it broke.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The decompressed body is larger than [`Options::body_limit`](crate::Options::body_limit).
    #[error("the body has more than {limit} bytes")]
    Oversize {
        /// Limit, in bytes.
        limit: usize,
    },
}

impl HttpTransportError {
    pub(crate) fn into_error(self, call: CallName) -> Error {
        match self {
            Self::Transport(source) => Error::Transport { call, source },
            Self::Oversize { limit } => Error::Oversize { call, limit },
        }
    }
}
