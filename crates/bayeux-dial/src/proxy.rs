//! Proxies: which connections go through one.

use core::fmt;
use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::{DialError, Target, tunnel::Hop};

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
    /// [`DialError::Proxy`], if that is not the URL of a proxy.
    pub fn at(url: &str, except: &str) -> Result<Self, DialError> {
        let url = Url::parse(url).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.ok_or(DialError::Proxy { what: KNOWN })?;
        // As it was understood, with each character escaped that has to be.
        let matcher = Matcher::builder().all(url.as_str()).no(except).build();
        Ok(Self(Some(Arc::new(matcher))))
    }

    /// The proxy to go through to a target.
    pub(crate) fn towards(&self, target: &Target) -> Result<Option<Hop>, DialError> {
        let matcher = self.0.as_ref().filter(|_| !target.is_loopback());
        let scheme = if target.is_secure() { "https" } else { "http" };
        let uri = format!("{scheme}://{}/", target.authority());
        let uri: Option<Uri> = uri.parse().ok();
        let found = matcher.zip(uri);
        let found = found.and_then(|(matcher, uri)| matcher.intercept(&uri));
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

/// What is wrong with the address of a proxy.
pub(crate) const KNOWN: &str = "its address is not one of `http` or `https`";

#[cfg(test)]
mod tests {
    use super::*;

    fn towards(proxy: &Proxy, host: &str, is_secure: bool) -> Option<Target> {
        let port = if is_secure { 443 } else { 80 };
        let hop = proxy.towards(&Target::new(host, port, is_secure));
        Some(hop.unwrap()?.proxy)
    }

    #[test]
    fn a_proxy_is_for_all_hosts_but_the_excepted_and_this_machine() {
        let proxy = Proxy::at("http://proxy.example.com:3128", "home.example.com").unwrap();
        let through = Some(Target::new("proxy.example.com", 3128, false));
        assert_eq!(towards(&proxy, "bayeux.example.com", true), through);
        assert_eq!(towards(&proxy, "bayeux.example.com", false), through);
        assert_eq!(towards(&proxy, "[2001:db8::1]", true), through);
        assert_eq!(towards(&proxy, "home.example.com", true), None);
        assert_eq!(towards(&proxy, "127.0.0.1", false), None);
        assert_eq!(towards(&proxy, "localhost", false), None);
        assert_eq!(towards(&Proxy::none(), "bayeux.example.com", true), None);
        let secure = Proxy::at("https://[::1]", "").unwrap();
        let through = Some(Target::new("::1", 443, true));
        assert_eq!(towards(&secure, "bayeux.example.com", true), through);
    }

    #[test]
    fn an_address_with_odd_characters_is_no_way_around_the_proxy() {
        for odd in [
            " http://proxy.example.com:3128\n",
            "http://me:p@ss@proxy.example.com:3128",
        ] {
            let proxy = Proxy::at(odd, "").unwrap();
            let through = Some(Target::new("proxy.example.com", 3128, false));
            assert_eq!(towards(&proxy, "bayeux.example.com", true), through);
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
                matches!(Proxy::at(bad, ""), Err(DialError::Proxy { .. })),
                "{bad}"
            );
        }
    }
}
