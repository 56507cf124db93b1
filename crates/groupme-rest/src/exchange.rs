//! One request, one response: the only thing that this crate wants of a network.

use core::pin::Pin;

use bytes::Bytes;

use crate::TransportError;

/// Carries a request to a server and its response back.
///
/// [`Client::new`](crate::Client::new) does it over HTTP/1.1. Another one, such as a simulator in
/// the same process, goes to [`Client::over`](crate::Client::over).
pub trait Exchange: Send + Sync + 'static {
    /// Sends a request and waits for the whole response. Dropping the future gives up.
    ///
    /// The body of the response is decompressed. A response with a status of failure is a response
    /// like any other.
    fn exchange(&self, request: http::Request<Bytes>) -> Exchanging<'_>;
}

/// A response on its way.
pub type Exchanging<'e> =
    Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, ExchangeError>> + Send + 'e>>;

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// No connection, or one that broke.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The body is larger than the limit of the options.
    #[error("the body has more than {limit} bytes")]
    Oversize {
        /// The limit in bytes.
        limit: usize,
    },
}
