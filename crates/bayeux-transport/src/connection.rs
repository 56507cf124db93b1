//! HTTP connections, as upgrades and exchanges use them.

use core::time::Duration;
use std::sync::Arc;

use bayeux_dial::Stream;
use http::{HeaderMap, header};
use hyper::client::conn::http1;
use tokio::{task::JoinHandle, time::timeout};

use crate::{
    Error,
    meter::{Meter, Metered},
    shared::Shared,
    site::Site,
};

/// Opens a connection to the endpoint of `site` within [`Options::connect_timeout`](crate::Options).
pub(crate) async fn connect(
    shared: &Shared,
    site: &Site,
    meter: &Arc<Meter>,
) -> Result<Metered<Stream>, Error> {
    let limit = shared.options.connect_timeout;
    match timeout(limit, shared.dialer(site).dial(&site.endpoint.to_target())).await {
        Ok(Ok(stream)) => Ok(Metered::new(stream, Arc::clone(meter))),
        Ok(Err(error)) => Err(Error::Dial(error)),
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
    // More than hyper's 100: gateways add a field for each hop and policy.
    builder.max_headers(256);
    builder
}

/// Returns the error to report for `error`: a flood, if reading failed because of the meter's limit.
pub(crate) fn flooded(meter: &Meter, error: Error) -> Error {
    if meter.is_exceeded() {
        Error::Flood {
            what: "interim responses or a response head without end",
        }
    } else {
        error
    }
}

/// Maximum size of a response head with all interim responses before it, in bytes.
pub(crate) const MAX_HEADS: u64 = 256 * 1024;

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

/// Reads `Retry-After` of either form, seconds or a date. A date counts from the response's own
/// `Date`, so the local clock does not matter (RFC 9110, section 10.2.3). The session caps the
/// result.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok();
    let value = text(header::RETRY_AFTER)?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Only a number that is too large for 64 bits fails to parse.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = |text| httpdate::parse_http_date(text).ok();
    let (then, now) = (date(value)?, date(text(header::DATE)?)?);
    Some(then.duration_since(now).unwrap_or_default())
}

/// Returns the time for which an idle connection may be reused: one second less than the server's
/// `Keep-Alive: timeout=`, so that a request does not cross the server's close, or `default`; at
/// most `limit`.
pub(crate) fn idle_timeout(headers: &HeaderMap, default: Duration, limit: Duration) -> Duration {
    let named = keep_alive(headers);
    let named = named.map(|timeout| timeout.saturating_sub(Duration::from_secs(1)));
    named.unwrap_or(default).min(limit)
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

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date_after_the_response() {
        let date = "Wed, 21 Oct 2015 07:28:00 GMT";
        for (value, now, expected) in [
            ("120", None, Some(120)),
            (" 0 ", None, Some(0)),
            ("99999999999999999999", None, Some(u64::MAX)),
            (date, Some("Wed, 21 Oct 2015 07:26:30 GMT"), Some(90)),
            // Obsolete forms of a date (RFC 9110, section 5.6.7).
            (
                "Wednesday, 21-Oct-15 07:28:00 GMT",
                Some("Wed Oct 21 07:27:00 2015"),
                Some(60),
            ),
            (date, Some("Wed, 21 Oct 2015 07:30:00 GMT"), Some(0)),
            (date, None, None),
            (date, Some("today"), None),
            ("soon", Some(date), None),
            ("-5", Some(date), None),
            ("", None, None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(value));
            if let Some(now) = now {
                headers.insert(header::DATE, HeaderValue::from_static(now));
            }
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(&headers), expected, "{value:?} at {now:?}");
        }
    }

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
            let timeout = idle_timeout(&headers, default, Duration::from_mins(1));
            assert_eq!(timeout.as_secs(), expected, "{header:?}");
            let least = Duration::from_secs(2);
            let timeout = idle_timeout(&headers, default, least);
            assert_eq!(timeout.as_secs(), expected.min(2), "{header:?}, limited");
        }
    }
}
