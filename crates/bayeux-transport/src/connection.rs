//! HTTP connections, as upgrades and exchanges use them.

use core::time::Duration;

use bayeux_dial::Stream;
use http::{HeaderMap, header};
use hyper::client::conn::http1;
use tokio::{task::JoinHandle, time::timeout};

use crate::{Error, shared::Shared};

/// Opens a connection to the endpoint within [`Options::connect_timeout`](crate::Options).
pub(crate) async fn connect(shared: &Shared) -> Result<Stream, Error> {
    let limit = shared.options.connect_timeout;
    match timeout(limit, shared.dialer.dial(&shared.endpoint.to_target())).await {
        Ok(outcome) => outcome.map_err(Error::Dial),
        Err(_) => Err(Error::TimedOut {
            doing: "connecting",
            limit,
        }),
    }
}

/// Returns a builder with bounded buffers: response heads are small, and bodies are read in pieces.
pub(crate) fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(64 * 1024);
    builder
}

/// Runs an HTTP connection in a task of its own. Dropping the guard closes the connection at once.
pub(crate) struct ConnectionTask(JoinHandle<()>);

impl ConnectionTask {
    pub(crate) fn spawn(
        connection: impl Future<Output = hyper::Result<()>> + Send + 'static,
    ) -> Self {
        Self(tokio::spawn(async move {
            // The pending request gets this error too; between requests it does not matter.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "an HTTP connection ended");
            }
        }))
    }
}

impl Drop for ConnectionTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Reads `Retry-After` in seconds (RFC 9110, section 10.2.3). The form with a date is ignored: it would
/// need a calendar and a clock in agreement with the server's.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}
