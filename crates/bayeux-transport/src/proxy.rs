//! Proxies: which connections go through one, and how it is asked.

use core::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use http_body_util::Empty;
use hyper::upgrade;
use hyper_util::{
    client::proxy::matcher::{Intercept, Matcher},
    rt::TokioIo,
};
use url::Url;

use crate::{
    Endpoint, Error,
    connect::Stream,
    connection::{self, Guard},
};

/// Through which proxy to go, if any. It is asked for a tunnel (`CONNECT`), so with TLS it sees
/// nothing of what is said. What is on this machine is never reached through one.
#[derive(Clone, Default)]
pub struct Proxy(Option<Arc<Matcher>>);

impl Proxy {
    /// No proxy, which is the default: a library does not read the environment in passing.
    pub fn none() -> Self {
        Self(None)
    }

    /// What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say now, in either case of
    /// letters.
    pub fn from_environment() -> Self {
        Self(Some(Arc::new(Matcher::from_env())))
    }

    /// The proxy at an `http` or `https` URL, which may have a user name and password, for all
    /// hosts but those of a list as `NO_PROXY` has it; may be empty.
    ///
    /// # Errors
    ///
    /// [`Error::Proxy`], if that is not the URL of a proxy.
    pub fn at(url: &str, except: &str) -> Result<Self, Error> {
        let url = Url::parse(url).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.ok_or(Error::Proxy { what: KNOWN })?;
        // As it was understood, with each character escaped that has to be.
        let matcher = Matcher::builder().all(url.as_str()).no(except).build();
        Ok(Self(Some(Arc::new(matcher))))
    }

    /// The proxy to go through to an endpoint.
    pub(crate) fn towards(&self, endpoint: &Endpoint) -> Result<Option<Hop>, Error> {
        let matcher = self.0.as_ref().filter(|_| !endpoint.is_loopback());
        let target: Option<Uri> = endpoint.url().as_str().parse().ok();
        let found = matcher.zip(target);
        let found = found.and_then(|(matcher, target)| matcher.intercept(&target));
        found.as_ref().map(Hop::new).transpose()
    }
}

/// Without user names and passwords.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("Proxy(none)"),
            Some(_) => f.write_str("Proxy(..)"),
        }
    }
}

/// One proxy on the way.
pub(crate) struct Hop {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) is_secure: bool,
    password: Option<HeaderValue>,
}

impl Hop {
    fn new(proxy: &Intercept) -> Result<Self, Error> {
        let uri = proxy.uri();
        let is_secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(Error::Proxy { what: KNOWN }),
        };
        let host = uri.host().unwrap_or_default();
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 }),
            is_secure,
            password: proxy.basic_auth().cloned(),
        })
    }

    /// Asks the proxy at the other end of `stream` for a tunnel to `target`, a host and a port.
    pub(crate) async fn open(&self, stream: Stream, target: &str) -> Result<Stream, Error> {
        let failed = |error| Error::http("asking the proxy for a tunnel", error);
        let (mut sender, connection) = connection::builder()
            .handshake(TokioIo::new(stream))
            .await
            .map_err(failed)?;
        let _guard = Guard::spawn(connection.with_upgrades());
        let mut request = Request::connect(target).header(header::HOST, target);
        if let Some(password) = &self.password {
            request = request.header(header::PROXY_AUTHORIZATION, password);
        }
        // A host that can be resolved can be written.
        let request = request.body(Empty::<Bytes>::new());
        let request = request.map_err(|_| Error::Proxy {
            what: "the host cannot be written",
        })?;
        let response = sender.send_request(request).await.map_err(failed)?;
        if !response.status().is_success() {
            return Err(Error::Tunnel {
                proxy: self.host.clone(),
                status: response.status().as_u16(),
            });
        }
        let tunnel = upgrade::on(response).await.map_err(failed)?;
        match tunnel.downcast::<TokioIo<Stream>>() {
            Ok(parts) if parts.read_buf.is_empty() => Ok(parts.io.into_inner()),
            // Neither TLS nor HTTP lets the server speak first.
            _ => Err(Error::Upgrade {
                what: "something came through the proxy's tunnel unasked",
            }),
        }
    }
}

const KNOWN: &str = "its address is not one of `http` or `https`";

#[cfg(test)]
mod tests {
    use super::*;

    fn towards(proxy: &Proxy, url: &str) -> Option<(String, u16)> {
        let endpoint = Endpoint::allowing_plaintext(url).unwrap();
        let hop = proxy.towards(&endpoint).unwrap()?;
        Some((hop.host, hop.port))
    }

    #[test]
    fn a_proxy_is_for_all_hosts_but_the_excepted_and_this_machine() {
        let proxy = Proxy::at("http://proxy.example.com:3128", "home.example.com").unwrap();
        let through = Some(("proxy.example.com".to_owned(), 3128));
        assert_eq!(towards(&proxy, "wss://bayeux.example.com/"), through);
        assert_eq!(towards(&proxy, "ws://bayeux.example.com/"), through);
        assert_eq!(towards(&proxy, "wss://home.example.com/"), None);
        assert_eq!(towards(&proxy, "ws://127.0.0.1:8080/"), None);
        assert_eq!(towards(&proxy, "ws://localhost/"), None);
        assert_eq!(towards(&Proxy::none(), "wss://bayeux.example.com/"), None);
        let secure = Proxy::at("https://[::1]", "").unwrap();
        let through = Some(("::1".to_owned(), 443));
        assert_eq!(towards(&secure, "wss://bayeux.example.com/"), through);
    }

    #[test]
    fn an_address_with_odd_characters_is_no_way_around_the_proxy() {
        for odd in [
            " http://proxy.example.com:3128\n",
            "http://me:p@ss@proxy.example.com:3128",
        ] {
            let proxy = Proxy::at(odd, "").unwrap();
            let through = Some(("proxy.example.com".to_owned(), 3128));
            assert_eq!(towards(&proxy, "wss://bayeux.example.com/"), through);
        }
    }

    #[test]
    fn the_password_of_a_proxy_is_never_shown() {
        let proxy = Proxy::at("http://me:p@hush@proxy.example.com", "").unwrap();
        assert!(!format!("{proxy:?}").contains("hush"));
        let fault = Proxy::at("socks9://me:hush@proxy.example.com", "").unwrap_err();
        assert!(!format!("{fault} {fault:?}").contains("hush"));
    }

    #[test]
    fn what_is_not_the_address_of_a_proxy_is_refused() {
        for bad in [
            "",
            "proxy.example.com",
            "ftp://proxy.example.com",
            "http://",
        ] {
            assert!(
                matches!(Proxy::at(bad, ""), Err(Error::Proxy { .. })),
                "{bad}"
            );
        }
    }
}
