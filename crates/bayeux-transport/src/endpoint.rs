//! The server's address: a single URL for both transports.

use core::{fmt, str::FromStr};

use bayeux_dial::{HttpUrl, HttpUrlError, Target};
use http::{HeaderValue, Uri};
use url::Url;

/// The URL of a Bayeux server, the same for both transports.
///
/// The rules for schemes, credentials and plaintext are those of [`HttpUrl`].
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: HttpUrl,
    /// The URL as the cookie jar takes it.
    cookie_url: Url,
    /// The `Host` header.
    authority: HeaderValue,
    /// Path and query, as the request line has them.
    target: Uri,
}

impl Endpoint {
    /// Parses a URL such as `https://push.example.com/faye`.
    ///
    /// # Errors
    ///
    /// Fails in the same cases as [`HttpUrl::new`], and if the URL cannot be sent in HTTP.
    pub fn new(url: &str) -> Result<Self, HttpUrlError> {
        Self::from_url(HttpUrl::new(url)?)
    }

    /// Parses a URL and accepts plaintext for any host: everybody on the network path can then read
    /// and change everything, credentials included.
    ///
    /// # Errors
    ///
    /// Fails in the same cases as [`Endpoint::new`], except plaintext.
    pub fn allowing_plaintext(url: &str) -> Result<Self, HttpUrlError> {
        Self::from_url(HttpUrl::allowing_plaintext(url)?)
    }

    pub(crate) fn from_url(url: HttpUrl) -> Result<Self, HttpUrlError> {
        let malformed = |reason: &str| HttpUrlError::Malformed {
            reason: reason.to_owned(),
        };
        let cookie_url = Url::parse(url.as_str()).map_err(|error| malformed(&error.to_string()))?;
        let authority = HeaderValue::from_str(url.authority())
            .map_err(|_| malformed("its host cannot be sent in HTTP"))?;
        let target = url.path_and_query().parse();
        let target = target.map_err(|_| malformed("its path or query cannot be sent in HTTP"))?;
        Ok(Self {
            url,
            cookie_url,
            authority,
            target,
        })
    }

    /// Returns the URL.
    pub fn url(&self) -> &HttpUrl {
        &self.url
    }

    /// Returns whether TLS is used.
    pub fn is_secure(&self) -> bool {
        self.url.is_secure()
    }

    /// Returns whether the host is this machine, by its name or address.
    pub fn is_loopback(&self) -> bool {
        self.url.is_loopback()
    }

    /// Returns the host: a name, or an address without brackets.
    pub fn host(&self) -> &str {
        self.url.host()
    }

    /// Returns the port, explicit or implied by the scheme.
    pub fn port(&self) -> u16 {
        self.url.port()
    }

    /// Returns the target to dial.
    pub(crate) fn to_target(&self) -> Target {
        self.url.to_target()
    }

    /// Returns the value of the `Host` header.
    pub(crate) fn authority(&self) -> &HeaderValue {
        &self.authority
    }

    /// Returns path and query, as the request line has them.
    pub(crate) fn target(&self) -> &Uri {
        &self.target
    }

    /// Returns path and query with an operation as the last segment of the path.
    pub(crate) fn target_of(&self, operation: &str) -> Uri {
        let path = self.target.path().trim_end_matches('/');
        let target = match self.target.query() {
            Some(query) => format!("{path}/{operation}?{query}"),
            None => format!("{path}/{operation}"),
        };
        // The segment is a word, and the rest is valid already.
        target.parse().unwrap_or_else(|_| self.target.clone())
    }

    /// Returns the endpoint without an operation as the last segment of its path.
    pub(crate) fn without_operation(self, operation: &str) -> Self {
        let mut url = self.cookie_url.clone();
        let Some(path) = url.path().strip_suffix(operation) else {
            return self;
        };
        let Some(path) = path.strip_suffix('/').map(str::to_owned) else {
            return self;
        };
        url.set_path(&path);
        let shorter = HttpUrl::allowing_plaintext(url.as_str());
        let shorter = shorter.and_then(Self::from_url);
        shorter.unwrap_or(self)
    }

    /// Returns the URL that cookies are stored under.
    pub(crate) fn cookie_url(&self) -> &Url {
        &self.cookie_url
    }
}

impl FromStr for Endpoint {
    type Err = HttpUrlError;

    fn from_str(url: &str) -> Result<Self, HttpUrlError> {
        Self::new(url)
    }
}

impl fmt::Display for Endpoint {
    /// Writes the URL without its query, which may hold a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_schemes_of_a_server_make_the_same_endpoint() {
        assert_eq!(
            Endpoint::new("wss://push.example.com/faye"),
            Endpoint::new("https://push.example.com:443/faye#fragment"),
        );
    }

    #[test]
    fn the_rules_are_those_of_http_urls() {
        assert!(matches!(
            Endpoint::new("ws://example.com/"),
            Err(HttpUrlError::Plaintext { .. })
        ));
        assert!(Endpoint::allowing_plaintext("ws://example.com/").is_ok());
        assert_eq!(
            "https://me:pw@example.com/".parse::<Endpoint>(),
            Err(HttpUrlError::Credentials)
        );
    }

    #[test]
    fn host_port_authority_and_target_are_taken_from_the_url() {
        let endpoint = Endpoint::new("wss://[2001:db8::1]:8443/a/b?c=d#e").unwrap();
        assert_eq!(endpoint.host(), "2001:db8::1");
        assert_eq!(endpoint.port(), 8443);
        assert_eq!(endpoint.authority(), "[2001:db8::1]:8443");
        assert_eq!(endpoint.target(), "/a/b?c=d");
        let endpoint = Endpoint::new("https://push.example.com").unwrap();
        assert_eq!(endpoint.port(), 443);
        assert_eq!(endpoint.authority(), "push.example.com");
        assert_eq!(endpoint.target(), "/");
    }

    #[test]
    fn an_operation_becomes_the_last_segment_of_the_path_and_is_taken_off_again() {
        for (url, expected) in [
            ("https://example.com", "/connect"),
            ("https://example.com/cometd", "/cometd/connect"),
            ("https://example.com/cometd/", "/cometd/connect"),
            ("https://example.com/a/b?c=d/", "/a/b/connect?c=d/"),
        ] {
            let endpoint = Endpoint::new(url).unwrap();
            assert_eq!(endpoint.target_of("connect").to_string(), expected);
        }
        for (url, expected) in [
            ("https://example.com/new/connect?a=b", "/new?a=b"),
            ("https://example.com/connect", "/"),
            ("https://example.com/reconnect", "/reconnect"),
            ("https://example.com/connect/more", "/connect/more"),
        ] {
            let endpoint = Endpoint::new(url).unwrap().without_operation("connect");
            assert_eq!(endpoint.target().to_string(), expected);
            let again = endpoint.url().as_str().parse::<Endpoint>();
            assert_eq!(again, Ok(endpoint));
        }
    }

    #[test]
    fn a_query_is_never_shown() {
        let endpoint = Endpoint::new("https://push.example.com/faye?token=secret").unwrap();
        assert_eq!(endpoint.to_string(), "https://push.example.com/faye?…");
        assert!(!format!("{endpoint:?}").contains("secret"));
    }
}
