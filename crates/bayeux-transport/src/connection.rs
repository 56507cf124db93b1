//! What upgrades and exchanges have in common about HTTP connections.

use core::time::Duration;

use http::{HeaderMap, header};
use hyper::client::conn::http1;
use tokio::task::JoinHandle;

/// Bounded buffers: a response head of this protocol is small, and bodies are read in pieces.
pub(crate) fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(64 * 1024);
    builder
}

/// Runs a connection for as long as the guard lives: dropping it closes the connection at once.
pub(crate) struct Guard(JoinHandle<()>);

impl Guard {
    pub(crate) fn spawn(
        connection: impl Future<Output = hyper::Result<()>> + Send + 'static,
    ) -> Self {
        Self(tokio::spawn(async move {
            // Whoever waits for a response learns of it as well; between two, nobody needs to.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "an HTTP connection ended");
            }
        }))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// `Retry-After` in its form of seconds (RFC 9110, section 10.2.3). A date would need a calendar
/// and a clock that agrees with the server's.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}
