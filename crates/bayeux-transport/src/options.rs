//! What an embedder can choose about the road.

use core::{fmt, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{Error, Proxy, RootStore};

/// Limits, deadlines, extra request headers and extra trust of a set of [`Lanes`](crate::Lanes).
///
/// Start from [`Options::default`] and change what differs.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// The largest WebSocket message to accept, in bytes, all its fragments together.
    /// Default: 256 KiB.
    pub max_frame: usize,
    /// The largest HTTP response body to accept, in bytes. A response of long-polling carries
    /// everything that was queued meanwhile. Default: 1 MiB.
    pub max_body: usize,
    /// How long name lookup, TCP and TLS may take together. Default: 15 s.
    pub connect_timeout: Duration,
    /// How long an ordinary exchange may take, the connecting included. Default: 30 s.
    pub exchange_timeout: Duration,
    /// What is added to the hold of a held exchange before it counts as dead. The session's own
    /// allowance should be shorter, so that it decides. Default: 20 s.
    pub hold_allowance: Duration,
    /// How long one batch may take to leave this machine. Default: 10 s.
    pub write_timeout: Duration,
    /// How long an HTTP connection without an exchange is kept. Default: 30 s.
    pub idle_timeout: Duration,
    /// Through which proxy to go. Default: none.
    pub proxy: Proxy,
    /// Whom to trust where there is TLS. Default: Mozilla's roots, where they are compiled in.
    pub roots: RootStore,
    pub(crate) headers: HeaderMap,
}

impl Options {
    /// Sends a header with every exchange and every upgrade request. Its value is a secret: it is
    /// never shown.
    ///
    /// # Errors
    ///
    /// [`Error::Header`] where HTTP knows no such name or value, and for headers that the transport
    /// writes itself.
    pub fn add_header(&mut self, name: &str, value: &str) -> Result<&mut Self, Error> {
        let refuse = |why| Error::Header {
            name: name.to_owned(),
            why,
        };
        let legal =
            HeaderName::try_from(name).map_err(|_| refuse("its name is not legal in HTTP"))?;
        let mut value =
            HeaderValue::try_from(value).map_err(|_| refuse("its value is not legal in HTTP"))?;
        if OWN_HEADERS.contains(&legal) || legal.as_str().starts_with("sec-websocket-") {
            return Err(refuse("the transport writes it itself"));
        }
        value.set_sensitive(true);
        self.headers.append(legal, value);
        Ok(self)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_frame: 256 * 1024,
            max_body: 1024 * 1024,
            connect_timeout: Duration::from_secs(15),
            exchange_timeout: Duration::from_secs(30),
            hold_allowance: Duration::from_secs(20),
            write_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            proxy: Proxy::none(),
            headers: HeaderMap::new(),
            roots: RootStore::default(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("max_frame", &self.max_frame)
            .field("max_body", &self.max_body)
            .field("connect_timeout", &self.connect_timeout)
            .field("exchange_timeout", &self.exchange_timeout)
            .field("hold_allowance", &self.hold_allowance)
            .field("write_timeout", &self.write_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("proxy", &self.proxy)
            .field("roots", &self.roots)
            .field("headers", &self.headers.keys())
            .finish()
    }
}

/// What frames a message, names its connection, or comes from the cookie jar.
const OWN_HEADERS: [HeaderName; 9] = [
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::COOKIE,
    header::HOST,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_added_and_never_shown() {
        let mut options = Options::default();
        options.add_header("X-Access-Token", "secret").unwrap();
        options
            .add_header("X-Access-Token", "another secret")
            .unwrap();
        assert_eq!(options.headers.get_all("x-access-token").iter().count(), 2);
        let shown = format!("{options:?} {:?}", options.headers);
        assert!(
            shown.contains("x-access-token") && !shown.contains("secret"),
            "{shown}"
        );
    }

    #[test]
    fn a_header_that_cannot_be_sent_is_refused_without_its_value() {
        for (name, value) in [
            ("no name", "secret"),
            ("x", "secret\r\n"),
            ("Host", "secret"),
            ("Cookie", "secret"),
            ("transfer-encoding", "secret"),
            ("Sec-WebSocket-Protocol", "secret"),
        ] {
            let mut options = Options::default();
            let error = options.add_header(name, value).unwrap_err();
            assert!(matches!(error, Error::Header { .. }));
            assert!(error.to_string().contains(name) && !error.to_string().contains("secret"));
        }
    }
}
