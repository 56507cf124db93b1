//! URLs of HTTP servers, and the rules for scheme, credentials and plaintext.

use core::{fmt, str::FromStr};

use url::{Position, Url};

use crate::Target;

/// The URL of an HTTP server or of a resource on it.
///
/// `wss` is read as `https` and `ws` as `http`, because a WebSocket is opened by an HTTP request. A
/// URL with a user name or password is refused. Plaintext is accepted for loopback hosts only,
/// unless the URL is read by [`HttpUrl::allowing_plaintext`]. A fragment is dropped, since it is
/// never sent.
///
/// `Display` and `Debug` leave out the query, which may hold a credential.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpUrl(Url);

impl HttpUrl {
    /// Parses a URL such as `https://push.example.com/faye`.
    ///
    /// # Errors
    ///
    /// [`HttpUrlError`] if it is not a URL with a host, has another scheme or contains credentials,
    /// or if the scheme is plaintext and the host is not loopback.
    pub fn new(url: &str) -> Result<Self, HttpUrlError> {
        let url = Self::allowing_plaintext(url)?;
        if url.is_secure() || url.is_loopback() {
            Ok(url)
        } else {
            Err(HttpUrlError::Plaintext {
                host: url.host().to_owned(),
            })
        }
    }

    /// Parses a URL and accepts plaintext for any host: everybody on the network path can then read
    /// and change everything, credentials included.
    ///
    /// # Errors
    ///
    /// [`HttpUrlError`] in the same cases as [`HttpUrl::new`], except plaintext.
    pub fn allowing_plaintext(url: &str) -> Result<Self, HttpUrlError> {
        let malformed = |reason: &str| HttpUrlError::Malformed {
            reason: reason.to_owned(),
        };
        if !has_ascii_host(url) {
            return Err(malformed(NOT_ASCII));
        }
        let mut url = Url::parse(url).map_err(|error| malformed(&error.to_string()))?;
        let scheme = match url.scheme() {
            "https" | "wss" => "https",
            "http" | "ws" => "http",
            other => {
                return Err(HttpUrlError::Scheme {
                    found: other.to_owned(),
                });
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HttpUrlError::Credentials);
        }
        if url.set_scheme(scheme).is_err() || url.host().is_none() {
            return Err(malformed("empty host"));
        }
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// Returns whether TLS is used.
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Returns whether the host is this machine: see [`Target::is_loopback`].
    pub fn is_loopback(&self) -> bool {
        self.to_target().is_loopback()
    }

    /// Returns the target to dial.
    pub fn to_target(&self) -> Target {
        Target::new(self.host(), self.port(), self.is_secure())
    }

    /// Returns the host: a name, or an address without brackets.
    pub fn host(&self) -> &str {
        let host = self.0.host_str().unwrap_or_default();
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host)
    }

    /// Returns the port, explicit or implied by the scheme.
    pub fn port(&self) -> u16 {
        // Both schemes have a default.
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// Returns host and port as the `Host` header has them: with a port only if it is not the
    /// scheme's default.
    pub fn authority(&self) -> &str {
        &self.0[Position::BeforeHost..Position::AfterPort]
    }

    /// Returns scheme, host and port, such as `https://api.example.com`.
    pub fn origin(&self) -> &str {
        &self.0[..Position::BeforePath]
    }

    /// Returns the path, which begins with a slash.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// Returns the query, without its question mark.
    pub fn query(&self) -> Option<&str> {
        self.0.query()
    }

    /// Returns path and query as the request line has them.
    pub fn path_and_query(&self) -> &str {
        &self.0[Position::BeforePath..]
    }

    /// Returns the whole URL, query included.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns the URL of another path on the same server, without a query.
    #[must_use]
    pub fn with_path(&self, path: &str) -> Self {
        let mut url = self.0.clone();
        url.set_path(path);
        url.set_query(None);
        Self(url)
    }
}

impl FromStr for HttpUrl {
    type Err = HttpUrlError;

    fn from_str(url: &str) -> Result<Self, HttpUrlError> {
        Self::new(url)
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0[..Position::AfterPath])?;
        f.write_str(if self.query().is_some() { "?…" } else { "" })
    }
}

impl fmt::Debug for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpUrl({self})")
    }
}

/// The reason why a URL is not an [`HttpUrl`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HttpUrlError {
    /// Not a URL. The error does not quote it, because it may hold a credential.
    #[error("not a URL with a host: {reason}")]
    Malformed {
        /// Description of the error.
        reason: String,
    },
    /// The scheme is not one of HTTP or WebSocket.
    #[error(
        "the scheme of the URL is `{found}`; expected `https` or `wss`, or `http` or `ws` on loopback"
    )]
    Scheme {
        /// The scheme.
        found: String,
    },
    /// The URL holds a user name or password.
    #[error("the URL holds a user name or password, which have options of their own")]
    Credentials,
    /// The URL has no TLS, and the host is not this machine.
    #[error("the host `{host}` is not this machine, and needs `https` or `wss`")]
    Plaintext {
        /// Name of the host.
        host: String,
    },
}

/// Returns whether the host of a URL is written in ASCII, without percent-encoding.
///
/// The version of `idna_adapter` in a program decides what becomes of other host names, and version
/// 1.0, which has no tables of Unicode, makes `Url` panic in builds with debug assertions.
pub(crate) fn has_ascii_host(url: &str) -> bool {
    let rest = url.split_once(':').map_or(url, |(_, rest)| rest);
    // Also without slashes, and with backslashes, as `Url` reads it.
    let rest = rest.trim_start_matches(['/', '\\', '\t', '\n', '\r']);
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.is_ascii() && !host.contains('%')
}

/// Reason of a URL with another host.
pub(crate) const NOT_ASCII: &str = "its host is not ASCII; write it as `xn--…`";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_in_other_letters_is_refused_before_it_is_converted() {
        for url in [
            "https://b\u{fc}cher.example/",
            "HTTP:CALHOST\u{fffd}",
            "https:\\\\A%C3%BC.example",
            "wss://me@%41.example/faye",
            "https:/\t/\u{c4}/",
        ] {
            let error = HttpUrl::new(url).expect_err(url).to_string();
            assert!(error.contains("xn--"), "{url}: {error}");
        }
        assert!(HttpUrl::new("https://example.com/\u{fc}%41?\u{fc}#\u{fc}").is_ok());
    }

    #[test]
    fn http_and_websocket_schemes_are_the_same() {
        assert_eq!(
            HttpUrl::new("wss://push.example.com/faye"),
            HttpUrl::new("https://push.example.com:443/faye"),
        );
        assert_eq!(
            HttpUrl::new("ws://127.0.0.1:9292/faye"),
            HttpUrl::new("http://127.0.0.1:9292/faye"),
        );
    }

    #[test]
    fn plaintext_is_refused_except_for_loopback_or_if_allowed() {
        for loopback in ["localhost", "a.localhost", "127.9.9.9", "[::1]"] {
            let url = format!("ws://{loopback}:1/");
            assert!(HttpUrl::new(&url).is_ok(), "{loopback}");
        }
        for far in ["example.com", "10.0.0.1", "localhost.example.com", "[::2]"] {
            let url = format!("http://{far}/");
            let refused = HttpUrl::new(&url);
            assert!(
                matches!(refused, Err(HttpUrlError::Plaintext { .. })),
                "{far}"
            );
            assert!(HttpUrl::allowing_plaintext(&url).is_ok(), "{far}");
        }
    }

    #[test]
    fn a_wrong_url_is_a_typed_error_without_its_secrets() {
        let error = |url| HttpUrl::new(url).unwrap_err();
        for malformed in ["", "push.example.com/faye", "https://"] {
            assert!(matches!(error(malformed), HttpUrlError::Malformed { .. }));
        }
        let found = "ftp".to_owned();
        assert_eq!(error("ftp://example.com/"), HttpUrlError::Scheme { found });
        for url in ["https://me:pw@example.com/", "https://me@example.com/"] {
            assert_eq!(error(url), HttpUrlError::Credentials);
        }
        assert!(!error("https://me:secret@").to_string().contains("secret"));
    }

    #[test]
    fn parts_are_those_of_the_url() {
        let url = HttpUrl::new("wss://[2001:db8::1]:8443/a/b?c=d#e").unwrap();
        assert_eq!(url.host(), "2001:db8::1");
        assert_eq!(url.port(), 8443);
        assert_eq!(url.authority(), "[2001:db8::1]:8443");
        assert_eq!(url.origin(), "https://[2001:db8::1]:8443");
        assert_eq!(url.path_and_query(), "/a/b?c=d");
        assert_eq!(url.as_str(), "https://[2001:db8::1]:8443/a/b?c=d");
        let other = url.with_path("/x");
        assert_eq!(other.as_str(), "https://[2001:db8::1]:8443/x");
        let url = HttpUrl::new("https://push.example.com").unwrap();
        assert_eq!(url.port(), 443);
        assert_eq!(url.authority(), "push.example.com");
        assert_eq!((url.path(), url.query()), ("/", None));
    }

    #[test]
    fn a_query_is_never_shown() {
        let url = HttpUrl::new("https://push.example.com/faye?token=secret").unwrap();
        assert_eq!(url.to_string(), "https://push.example.com/faye?…");
        assert!(!format!("{url:?}").contains("secret"));
    }
}
