//! The error of dialing, grouped by cause: the configuration, the network, the proxy, TLS.

use core::{error::Error as StdError, fmt};
use std::io;

/// The reason why no connection could be opened.
///
/// The text is one line and leaves the cause to [`source`](StdError::source). It never contains a
/// user name or password.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum DialError {
    /// Configuration: a supplied root certificate is not valid.
    #[error("a supplied root certificate cannot be read")]
    RootCertificate(#[source] BoxError),
    /// Configuration: the certificate of the client, or its key, is not valid.
    #[error("the client certificate cannot be used")]
    ClientCertificate(#[source] BoxError),
    /// Configuration: TLS is needed, but there is no root certificate to trust, or no TLS was
    /// compiled in.
    #[error("no TLS: {remedy}")]
    NoTls {
        /// Remedy.
        remedy: &'static str,
    },
    /// Configuration: a proxy setting cannot be used. The error does not quote it, because it may
    /// hold a password.
    #[error("the proxy setting cannot be used: {what}")]
    Proxy {
        /// Description of the error.
        what: &'static str,
    },

    /// Network: the name of the host has no address.
    #[error("cannot find the address of `{host}`")]
    Resolve {
        /// Name of the host.
        host: String,
        /// Error of the resolver.
        #[source]
        source: io::Error,
    },
    /// Network: no address of the host accepts a connection.
    #[error("cannot connect to `{host}` on port {port}")]
    Connect {
        /// Name of the host.
        host: String,
        /// The port.
        port: u16,
        /// Error of the last address that was tried.
        #[source]
        source: io::Error,
    },

    /// Proxy: it does not accept the user name and password, or there are none and it needs them.
    #[error("the proxy `{proxy}` does not accept the user name and password: {what}")]
    ProxyAuth {
        /// Name of the proxy's host.
        proxy: String,
        /// Answer of the proxy.
        what: &'static str,
    },
    /// Proxy: an HTTP proxy refuses to open a tunnel.
    #[error("the proxy `{proxy}` opens no tunnel: HTTP status {status}")]
    Tunnel {
        /// Name of the proxy's host.
        proxy: String,
        /// The HTTP status.
        status: u16,
    },
    /// Proxy: a SOCKS5 proxy refuses or fails to connect to the target.
    #[error("the proxy `{proxy}` does not connect: SOCKS reply {reply} ({})", socks_reply(*reply))]
    Socks {
        /// Name of the proxy's host.
        proxy: String,
        /// The reply code (RFC 1928, section 6).
        reply: u8,
    },
    /// Proxy: it closed the connection, or broke its protocol, instead of opening a tunnel.
    #[error("the proxy `{proxy}` breaks off instead of opening a tunnel")]
    TunnelBroke {
        /// Name of the proxy's host.
        proxy: String,
        /// Cause, if more is known.
        #[source]
        source: Option<BoxError>,
    },

    /// TLS: the handshake failed, because of the network, the server or its certificate.
    #[error("cannot agree on TLS with `{host}`")]
    Tls {
        /// Name of the host.
        host: String,
        /// Error of the handshake.
        #[source]
        source: io::Error,
    },
}

/// Shows the text with those of the sources.
impl fmt::Debug for DialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_chain(self, f)
    }
}

/// The cause of a [`DialError`] whose own type belongs to a dependency.
pub type BoxError = Box<dyn StdError + Send + Sync>;

impl DialError {
    /// Returns whether trying again without changing anything can help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::RootCertificate(_)
            | Self::ClientCertificate(_)
            | Self::NoTls { .. }
            | Self::Proxy { .. }
            | Self::ProxyAuth { .. } => false,
            Self::Tunnel { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            // Neither the rules of the proxy nor its abilities change by themselves.
            Self::Socks { reply, .. } => !matches!(reply, 2 | 7 | 8),
            _ => true,
        }
    }
}

/// Returns the meaning of a SOCKS reply code (RFC 1928, section 6).
fn socks_reply(reply: u8) -> &'static str {
    match reply {
        1 => "general failure",
        2 => "not allowed by the proxy's rules",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        6 => "TTL expired",
        7 => "command not supported",
        8 => "address type not supported",
        _ => "unknown",
    }
}

/// Writes the text of an error and those of its sources: what `fn main() -> Result<…>` prints has to
/// read well, without names of types.
fn write_chain(
    error: &(dyn core::error::Error + 'static),
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    write!(f, "{error}")?;
    let mut source = error.source();
    while let Some(error) = source {
        write!(f, ": {error}")?;
        source = error.source();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_variant() -> Vec<DialError> {
        let io = || io::Error::other("the cause");
        let host = || "a.example.com".to_owned();
        vec![
            DialError::RootCertificate("the cause".into()),
            DialError::ClientCertificate("the cause".into()),
            DialError::NoTls { remedy: "add one" },
            DialError::Proxy { what: "no URL" },
            DialError::Resolve {
                host: host(),
                source: io(),
            },
            DialError::Connect {
                host: host(),
                port: 443,
                source: io(),
            },
            DialError::ProxyAuth {
                proxy: host(),
                what: "HTTP status 407",
            },
            DialError::Tunnel {
                proxy: host(),
                status: 403,
            },
            DialError::Socks {
                proxy: host(),
                reply: 5,
            },
            DialError::TunnelBroke {
                proxy: host(),
                source: Some("the cause".into()),
            },
            DialError::Tls {
                host: host(),
                source: io(),
            },
        ]
    }

    #[test]
    fn every_error_is_one_lower_case_line_without_its_cause() {
        for error in every_variant() {
            let text = error.to_string();
            assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
            assert!(text.starts_with(char::is_lowercase), "{text}");
            assert!(!text.contains("the cause"), "{text}");
        }
    }

    #[test]
    fn permanent_refusals_are_not_transient() {
        let proxy = || "a".to_owned();
        let http = |status| {
            let proxy = proxy();
            DialError::Tunnel { proxy, status }.is_transient()
        };
        assert!(!http(403) && !http(404));
        assert!(http(503) && http(429));
        let socks = |reply| {
            let proxy = proxy();
            DialError::Socks { proxy, reply }.is_transient()
        };
        assert!(!socks(2) && !socks(7) && !socks(8));
        assert!(socks(1) && socks(4) && socks(5));
        let permanent = every_variant();
        let permanent = permanent.iter().filter(|error| !error.is_transient());
        assert_eq!(permanent.count(), 6);
    }
}
