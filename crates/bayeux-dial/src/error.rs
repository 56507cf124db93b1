//! Faults on the way to a host, by whose they are.

use core::error::Error as StdError;
use std::io;

/// Why there is no connection.
///
/// The text is one line and leaves its cause to [`source`](StdError::source). It never contains a
/// user name or password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DialError {
    /// Yours: a root certificate that was supplied is none.
    #[error("a supplied root certificate cannot be read")]
    RootCertificate(#[source] BoxError),
    /// Yours: TLS is asked for, and there is nobody to trust, or no TLS was compiled in.
    #[error("no TLS: {remedy}")]
    NoTls {
        /// What would help.
        remedy: &'static str,
    },
    /// Yours: the address of a proxy cannot be used. It is not repeated: it may hold a password.
    #[error("the proxy cannot be used: {what}")]
    Proxy {
        /// What is wrong with it.
        what: &'static str,
    },

    /// The road's: the name of the host has no address.
    #[error("cannot find the address of `{host}`")]
    Resolve {
        /// The host.
        host: String,
        /// What the resolver said.
        #[source]
        source: io::Error,
    },
    /// The road's: no connection to any address of the host.
    #[error("cannot connect to `{host}` on port {port}")]
    Connect {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// What the last address that was tried said.
        #[source]
        source: io::Error,
    },
    /// The road's: the proxy opens no tunnel.
    #[error("the proxy `{proxy}` opens no tunnel: HTTP status {status}")]
    Tunnel {
        /// The proxy's host.
        proxy: String,
        /// The HTTP status; 407 asks for a user name and a password.
        status: u16,
    },
    /// The road's: the proxy broke off when it was asked for a tunnel.
    #[error("the proxy `{proxy}` breaks off instead of opening a tunnel")]
    TunnelBroke {
        /// The proxy's host.
        proxy: String,
        /// How it broke off, where more is known.
        #[source]
        source: Option<BoxError>,
    },
    /// The road's, or the peer's: TLS could not be agreed on.
    #[error("cannot agree on TLS with `{host}`")]
    Tls {
        /// The host.
        host: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The cause of a [`DialError`] where its own type belongs to a dependency.
pub type BoxError = Box<dyn StdError + Send + Sync>;

impl DialError {
    /// Whether trying again without changing anything can help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::RootCertificate(_) | Self::NoTls { .. } | Self::Proxy { .. } => false,
            Self::Tunnel { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_one_lower_case_line_that_leaves_its_cause_to_the_chain() {
        let io = || io::Error::other("the cause");
        let host = || "a.example.com".to_owned();
        let errors = [
            DialError::RootCertificate("the cause".into()),
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
            DialError::Tunnel {
                proxy: host(),
                status: 407,
            },
            DialError::TunnelBroke {
                proxy: host(),
                source: Some("the cause".into()),
            },
            DialError::Tls {
                host: host(),
                source: io(),
            },
        ];
        for error in errors {
            let text = error.to_string();
            assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
            assert!(text.starts_with(char::is_lowercase), "{text}");
            assert!(!text.contains("the cause"), "{text}");
        }
    }

    #[test]
    fn what_is_refused_for_good_is_not_worth_another_try() {
        let refused = |status| {
            DialError::Tunnel {
                proxy: "a".to_owned(),
                status,
            }
            .is_transient()
        };
        assert!(!refused(407) && !refused(403));
        assert!(refused(503) && refused(429));
    }
}
