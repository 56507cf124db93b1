//! A proxy server: its URL, its protocol, and the credentials for it.

use core::net::{IpAddr, SocketAddr};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::HeaderValue;
use percent_encoding::percent_decode_str;
use url::Url;

use super::{http_connect, socks5};
use crate::{
    DialError, Stream, Target, happy_eyeballs,
    http_url::{NOT_ASCII, has_ascii_host},
};

/// Proxy server, parsed from its URL.
#[derive(Clone)]
pub(crate) struct ProxyServer {
    target: Target,
    protocol: Protocol,
}

#[derive(Clone)]
enum Protocol {
    Http {
        /// The value of `Proxy-Authorization`.
        authorization: Option<HeaderValue>,
    },
    Socks5(socks5::Options),
}

impl ProxyServer {
    /// Parses the URL of a proxy, or returns the reason why it cannot be used.
    pub(crate) fn parse(url: &str) -> Result<Self, &'static str> {
        if !has_ascii_host(url) {
            return Err(NOT_ASCII);
        }
        let url = Url::parse(url).map_err(|_| "it is not a URL with a valid host and port")?;
        let default_port = match url.scheme() {
            "http" => 80,
            "https" => 443,
            "socks5" | "socks5h" => 1080,
            _ => return Err("its scheme is not `http`, `https`, `socks5` or `socks5h`"),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or("it has no host")?;
        let port = url.port().unwrap_or(default_port);
        if port == 0 {
            return Err("its port is 0");
        }
        let credentials = credentials(&url);
        let protocol = match url.scheme() {
            "http" | "https" => Protocol::Http {
                authorization: credentials.as_ref().map(basic).transpose()?,
            },
            scheme => {
                let resolves_names = scheme == "socks5h";
                Protocol::Socks5(socks5::Options::new(resolves_names, credentials)?)
            }
        };
        Ok(Self {
            target: Target::new(host, port, url.scheme() == "https"),
            protocol,
        })
    }

    /// Returns the target at which the proxy is dialed.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Returns the targets to ask the proxy for, in turn: the target itself, or its addresses if the
    /// proxy does not look up names. IPv4 comes first, because proxies without IPv6 are common.
    pub(crate) async fn tunnel_targets(&self, target: &Target) -> Result<Vec<Target>, DialError> {
        let is_address = target.host().parse::<IpAddr>().is_ok();
        match &self.protocol {
            Protocol::Socks5(options) if !options.resolves_names() && !is_address => {
                let addresses = happy_eyeballs::resolve(target.host(), target.port()).await?;
                Ok(targets(target, addresses))
            }
            _ => Ok(vec![target.clone()]),
        }
    }

    /// Asks the proxy at the other end of `stream` for a connection to `target`.
    pub(crate) async fn open_tunnel(
        &self,
        stream: Stream,
        target: &Target,
    ) -> Result<Stream, DialError> {
        let proxy = self.target.host();
        match &self.protocol {
            Protocol::Http { authorization } => {
                http_connect::open(stream, proxy, authorization.as_ref(), target).await
            }
            Protocol::Socks5(options) => socks5::open(stream, proxy, options, target).await,
        }
    }
}

/// Returns the addresses of a target as targets, those of IPv4 first.
fn targets(target: &Target, mut addresses: Vec<SocketAddr>) -> Vec<Target> {
    addresses.sort_by_key(SocketAddr::is_ipv6);
    addresses.truncate(MAX_ADDRESSES);
    addresses
        .into_iter()
        .map(|address| Target::new(&address.ip().to_string(), target.port(), target.is_secure()))
        .collect()
}

/// Maximum number of addresses of a host to ask a proxy for.
const MAX_ADDRESSES: usize = 8;

/// A user name and a password, decoded.
#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) user: Vec<u8>,
    pub(super) password: Vec<u8>,
}

fn credentials(url: &Url) -> Option<Credentials> {
    let (user, password) = (url.username(), url.password());
    if user.is_empty() && password.is_none() {
        return None;
    }
    Some(Credentials {
        user: percent_decode_str(user).collect(),
        password: percent_decode_str(password.unwrap_or_default()).collect(),
    })
}

/// Returns the `Proxy-Authorization` of the scheme "Basic" (RFC 7617).
fn basic(credentials: &Credentials) -> Result<HeaderValue, &'static str> {
    let Credentials { user, password } = credentials;
    if user.contains(&b':') {
        return Err("its user name contains a colon");
    }
    let encoded = BASE64_STANDARD.encode([user, &b":"[..], password].concat());
    let mut value = HeaderValue::try_from(format!("Basic {encoded}"))
        .map_err(|_| "its user name and password cannot be sent")?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_ipv4_are_asked_for_first() {
        let address = |text: &str| text.parse().unwrap();
        let addresses = ["[2001:db8::1]:443", "192.0.2.1:443", "192.0.2.2:443"].map(address);
        let found = targets(&Target::new("a.example.com", 443, true), addresses.to_vec());
        let hosts: Vec<_> = found.iter().map(Target::host).collect();
        assert_eq!(hosts, ["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
        assert!(found.iter().all(Target::is_secure));
    }

    #[test]
    fn user_name_and_password_are_decoded() {
        for (url, expected) in [
            ("http://me:pw@proxy", "me:pw"),
            ("http://me@proxy", "me:"),
            ("http://:pw@proxy", ":pw"),
            ("http://me:p@ss@proxy", "me:p@ss"),
            ("https://me:p%40s%C3%A9@proxy", "me:p@sé"),
        ] {
            let server = ProxyServer::parse(url).unwrap();
            let Protocol::Http { authorization } = server.protocol else {
                panic!("{url}")
            };
            let expected = format!("Basic {}", BASE64_STANDARD.encode(expected));
            assert_eq!(authorization.unwrap(), expected, "{url}");
        }
        let server = ProxyServer::parse("http://proxy").unwrap();
        assert!(matches!(
            server.protocol,
            Protocol::Http {
                authorization: None
            }
        ));
    }
}
