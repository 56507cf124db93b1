//! Interface between the client and HTTP.

use core::pin::Pin;

use bytes::Bytes;

use crate::TransportError;

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
}

/// Future of [`HttpTransport::send`].
pub type ResponseFuture<'a> =
    Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, HttpTransportError>> + Send + 'a>>;

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
