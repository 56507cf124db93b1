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

/// Reads `Retry-After` in seconds (RFC 9110, section 10.2.3). The form with a date is ignored: it
/// would need a calendar and a clock in agreement with the server's.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// Returns the time for which an idle connection may be reused: one second less than the server's
/// `Keep-Alive: timeout=`, so that a request does not cross the server's close, or `default`.
pub(crate) fn idle_timeout(headers: &HeaderMap, default: Duration) -> Duration {
    match keep_alive(headers) {
        Some(timeout) => timeout.saturating_sub(Duration::from_secs(1)).min(MAX_IDLE),
        None => default,
    }
}

fn keep_alive(headers: &HeaderMap) -> Option<Duration> {
    let parameters = headers.get("keep-alive")?.to_str().ok()?;
    let timeout = parameters.split(',').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_timeout = name.trim().eq_ignore_ascii_case("timeout");
        is_timeout.then(|| value.trim().trim_matches('"'))
    })?;
    timeout.parse().ok().map(Duration::from_secs)
}

/// Maximum time for which an idle connection is kept, whatever the server allows.
const MAX_IDLE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn an_idle_connection_is_kept_a_second_less_than_the_server_keeps_it() {
        let default = Duration::from_secs(4);
        for (header, expected) in [
            (None, 4),
            (Some("timeout=5"), 4),
            (Some("max=100, Timeout=\"20\""), 19),
            (Some("timeout=1"), 0),
            (Some("timeout=0"), 0),
            (Some("timeout=18446744073709551615"), 60),
            (Some("timeout=soon"), 4),
            (Some("max=100"), 4),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(header) = header {
                headers.insert("keep-alive", HeaderValue::from_static(header));
            }
            let timeout = idle_timeout(&headers, default);
            assert_eq!(timeout.as_secs(), expected, "{header:?}");
        }
    }
}
