//! Proxies: which requests go through one, and how it is asked.

use core::fmt;
use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Url;

use crate::{SetupError, host::is_loopback};

/// Through which proxy to go, if any. It is asked for a tunnel (`CONNECT`), so it does not see the
/// token. What is on this machine is never reached through one.
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
    /// [`SetupError::Proxy`], if that is not the URL of a proxy.
    pub fn at(url: &str, except: &str) -> Result<Self, SetupError> {
        let fault = |what| SetupError::Proxy { what };
        let parsed = Url::parse(url).map_err(|_| fault("its address is not a URL"))?;
        if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() {
            return Err(fault("its address is not one of `http` or `https`"));
        }
        // As it was understood, with each character escaped that has to be.
        let matcher = Matcher::builder().all(parsed.as_str()).no(except).build();
        Ok(Self(Some(Arc::new(matcher))))
    }

    /// The proxy to go through to `target`.
    pub(crate) fn towards(&self, target: &Uri) -> Option<Intercept> {
        let local = Url::parse(&target.to_string()).is_ok_and(|url| is_loopback(&url));
        self.0
            .as_ref()
            .filter(|_| !local)
            .and_then(|matcher| matcher.intercept(target))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn towards(proxy: &Proxy, target: &'static str) -> Option<String> {
        let intercept = proxy.towards(&Uri::from_static(target))?;
        Some(intercept.uri().to_string())
    }

    #[test]
    fn a_proxy_is_for_all_hosts_but_the_excepted_and_this_machine() {
        let proxy = Proxy::at("http://proxy.example.com:3128", "v2.groupme.com").unwrap();
        let through = Some("http://proxy.example.com:3128/".to_owned());
        assert_eq!(
            towards(&proxy, "https://api.groupme.com/v3/groups"),
            through
        );
        assert_eq!(towards(&proxy, "https://v2.groupme.com/users/1"), None);
        assert_eq!(towards(&proxy, "http://127.0.0.1:8080/v3"), None);
        assert_eq!(towards(&proxy, "http://localhost/v3"), None);
        assert_eq!(
            towards(&Proxy::none(), "https://api.groupme.com/v3/groups"),
            None
        );
    }

    #[test]
    fn an_address_with_odd_characters_is_no_way_around_the_proxy() {
        for odd in [
            " http://proxy.example.com:3128\n",
            "http://me:p@ss@proxy.example.com:3128",
        ] {
            let proxy = Proxy::at(odd, "").unwrap();
            let through = Some("http://proxy.example.com:3128/".to_owned());
            assert_eq!(towards(&proxy, "https://api.groupme.com/v3"), through);
        }
    }

    #[test]
    fn the_password_of_a_proxy_is_never_shown() {
        let proxy = Proxy::at("http://me:p@hush@proxy.example.com", "").unwrap();
        assert!(!format!("{proxy:?}").contains("hush"));
        let intercept = proxy
            .towards(&Uri::from_static("https://api.groupme.com/"))
            .unwrap();
        assert!(intercept.basic_auth().is_some());
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
                matches!(Proxy::at(bad, ""), Err(SetupError::Proxy { .. })),
                "{bad}"
            );
        }
    }
}
