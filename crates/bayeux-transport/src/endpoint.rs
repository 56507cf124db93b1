//! The server's address: a single URL for both transports.

use core::{fmt, str::FromStr};

use bayeux_dial::Target;
use http::{HeaderValue, Uri};
use url::{Position, Url};

/// The URL of a Bayeux server, the same for both transports.
///
/// `wss` is read as `https`, and `ws` as `http`. Plaintext is accepted for loopback hosts only, unless
/// the endpoint is made by [`Endpoint::allowing_plaintext`].
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The scheme is `https` or `http`.
    url: Url,
    secure: bool,
    /// The `Host` header: with a port only if it is not the scheme's default.
    authority: HeaderValue,
    /// Path and query, as the request line has them.
    target: Uri,
}

impl Endpoint {
    /// Parses a URL such as `https://push.example.com/faye`.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] if it is not a URL, has another scheme or contains credentials, or if the
    /// scheme is plaintext and the host is not loopback.
    pub fn new(url: &str) -> Result<Self, EndpointError> {
        let endpoint = Self::allowing_plaintext(url)?;
        if endpoint.secure || endpoint.is_loopback() {
            Ok(endpoint)
        } else {
            Err(EndpointError::Plaintext {
                host: endpoint.host().to_owned(),
            })
        }
    }

    /// Parses a URL and accepts plaintext for any host: everybody on the network path can then read
    /// and change everything, credentials included.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] in the same cases as [`Endpoint::new`], except plaintext.
    pub fn allowing_plaintext(url: &str) -> Result<Self, EndpointError> {
        let malformed = |reason: &str| EndpointError::Malformed {
            reason: reason.to_owned(),
        };
        let mut url = Url::parse(url).map_err(|error| malformed(&error.to_string()))?;
        let secure = match url.scheme() {
            "https" | "wss" => true,
            "http" | "ws" => false,
            other => {
                return Err(EndpointError::Scheme {
                    found: other.to_owned(),
                });
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointError::Credentials);
        }
        let scheme = if secure { "https" } else { "http" };
        if url.set_scheme(scheme).is_err() || url.host().is_none() {
            return Err(malformed("it names no host"));
        }
        url.set_fragment(None);
        let authority = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort])
            .map_err(|_| malformed("its host cannot be sent in HTTP"))?;
        let target = url[Position::BeforePath..Position::AfterQuery]
            .parse()
            .map_err(|_| malformed("its path or query cannot be sent in HTTP"))?;
        Ok(Self {
            url,
            secure,
            authority,
            target,
        })
    }

    /// Returns whether TLS is used.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Returns whether the host is this machine, by its name or address.
    pub fn is_loopback(&self) -> bool {
        self.to_target().is_loopback()
    }

    /// Returns the target to dial.
    pub(crate) fn to_target(&self) -> Target {
        Target::new(self.host(), self.port(), self.secure)
    }

    /// Returns the host: a name, or an address without brackets.
    pub fn host(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host)
    }

    /// Returns the port, explicit or implied by the scheme.
    pub fn port(&self) -> u16 {
        self.url
            .port_or_known_default()
            .unwrap_or(if self.secure { 443 } else { 80 })
    }

    pub(crate) fn authority(&self) -> &HeaderValue {
        &self.authority
    }

    pub(crate) fn target(&self) -> &Uri {
        &self.target
    }

    /// Returns the URL that cookies are stored under.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(url: &str) -> Result<Self, EndpointError> {
        Self::new(url)
    }
}

impl fmt::Display for Endpoint {
    /// Writes the URL without its query, which may hold a credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url[..Position::AfterPath])?;
        f.write_str(if self.url.query().is_some() {
            "?…"
        } else {
            ""
        })
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

/// The reason why a URL is not an [`Endpoint`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Not a URL. The error does not quote it, because it may hold a credential.
    #[error("it is not a URL with a host: {reason}")]
    Malformed {
        /// Description of the error.
        reason: String,
    },
    /// The scheme is not one of the four.
    #[error("its scheme is `{found}`; expected `https` or `wss`, or `http` or `ws` on loopback")]
    Scheme {
        /// The scheme.
        found: String,
    },
    /// The URL holds a user name or password.
    #[error("it holds a user name or password; send credentials as a header instead")]
    Credentials,
    /// The URL has no TLS, and the host is not this machine.
    #[error("`{host}` is not this machine, so it needs `https` or `wss`")]
    Plaintext {
        /// The host.
        host: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_and_websocket_schemes_name_the_same_endpoint() {
        assert_eq!(
            Endpoint::new("wss://push.example.com/faye"),
            Endpoint::new("https://push.example.com:443/faye"),
        );
        assert_eq!(
            Endpoint::new("ws://127.0.0.1:9292/faye"),
            Endpoint::new("http://127.0.0.1:9292/faye"),
        );
    }

    #[test]
    fn plaintext_is_refused_except_for_loopback_or_if_allowed() {
        for loopback in ["localhost", "a.localhost", "127.9.9.9", "[::1]"] {
            assert!(
                Endpoint::new(&format!("ws://{loopback}:1/")).is_ok(),
                "{loopback}"
            );
        }
        for far in ["example.com", "10.0.0.1", "localhost.example.com", "[::2]"] {
            let url = format!("http://{far}/");
            assert!(
                matches!(Endpoint::new(&url), Err(EndpointError::Plaintext { .. })),
                "{far}"
            );
            assert!(Endpoint::allowing_plaintext(&url).is_ok(), "{far}");
        }
    }

    #[test]
    fn a_wrong_url_is_a_typed_error() {
        let malformed = |url| matches!(Endpoint::new(url), Err(EndpointError::Malformed { .. }));
        assert!(malformed(""));
        assert!(malformed("push.example.com/faye"));
        assert!(malformed("https://"));
        assert_eq!(
            Endpoint::new("ftp://example.com/"),
            Err(EndpointError::Scheme {
                found: "ftp".to_owned()
            })
        );
        assert_eq!(
            Endpoint::new("https://me:pw@example.com/"),
            Err(EndpointError::Credentials)
        );
        assert_eq!(
            Endpoint::new("https://me@example.com/"),
            Err(EndpointError::Credentials)
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
    fn a_query_is_never_shown() {
        let endpoint = Endpoint::new("https://push.example.com/faye?token=secret").unwrap();
        assert_eq!(endpoint.to_string(), "https://push.example.com/faye?…");
        assert!(!format!("{endpoint:?}").contains("secret"));
    }
}
