//! Proxy settings: which targets are reached through which proxy.

mod exceptions;
mod http_connect;
mod server;
mod socks5;

use core::fmt;
use std::{ffi::OsString, sync::Arc};

use self::exceptions::Exceptions;
pub(crate) use self::server::ProxyServer;
use crate::{DialError, Target};

/// The proxy to connect through, if any.
///
/// An HTTP proxy is asked for a tunnel (`CONNECT`), a SOCKS5 proxy for a connection, so that with
/// TLS neither can read what is sent. Targets on this machine are never reached through a proxy.
///
/// A setting that cannot be used makes every connection that it applies to fail with
/// [`DialError::Proxy`]. It never leads to a direct connection.
#[derive(Clone, Default)]
pub struct Proxy(Option<Arc<Settings>>);

#[derive(Default)]
struct Settings {
    /// The setting for targets without TLS.
    http: Option<Setting>,
    /// The setting for targets with TLS.
    https: Option<Setting>,
    exceptions: Exceptions,
}

/// A proxy, or the reason why the setting cannot be used.
type Setting = Result<ProxyServer, &'static str>;

impl Proxy {
    /// Connects directly. The default, because a library must not read the environment unasked.
    pub fn none() -> Self {
        Self(None)
    }

    /// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` from the environment.
    ///
    /// - Each variable is also read in lower case; upper case takes precedence. An empty variable
    ///   counts as unset.
    /// - `HTTPS_PROXY` applies to targets with TLS, `HTTP_PROXY` to those without, and `ALL_PROXY`
    ///   to both if the first two are unset.
    /// - The value is a URL as for [`Proxy::at`], or a host and port, which means `http`.
    /// - `NO_PROXY` is a list as for [`Proxy::at`].
    /// - If `REQUEST_METHOD` is set, `HTTP_PROXY` in upper case is ignored, because a CGI server
    ///   sets it from the `Proxy` header of a request; a warning is logged. All other variables are read
    ///   as usual.
    pub fn from_environment() -> Self {
        Self::from_variables(|name| std::env::var_os(name))
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let find = |upper: &str| variable(upper).or_else(|| variable(&upper.to_lowercase()));
        let setting = |value: OsString| {
            let value = value.to_str().ok_or("it is not valid UTF-8")?.trim();
            if value.contains("://") {
                ProxyServer::parse(value)
            } else {
                ProxyServer::parse(&format!("http://{value}"))
            }
        };
        let http = if variable("REQUEST_METHOD").is_some() {
            if variable("HTTP_PROXY").is_some() {
                tracing::warn!(
                    "HTTP_PROXY is ignored, because REQUEST_METHOD is set, as for a CGI program; \
                     http_proxy in lower case is not"
                );
            }
            variable("http_proxy")
        } else {
            find("HTTP_PROXY")
        };
        let all = find("ALL_PROXY");
        let settings = Settings {
            http: http.or_else(|| all.clone()).map(setting),
            https: find("HTTPS_PROXY").or(all).map(setting),
            exceptions: find("NO_PROXY")
                .map(|list| Exceptions::new(&list.to_string_lossy()))
                .unwrap_or_default(),
        };
        Self(Some(Arc::new(settings)))
    }

    /// Uses the proxy at a URL for all targets except those of a list.
    ///
    /// The scheme is `http`, `https`, `socks5` (names are looked up on this machine) or `socks5h`
    /// (names are looked up by the proxy). The URL may have a user name and password.
    ///
    /// The list is that of `NO_PROXY`, separated by commas or spaces: a domain, which includes the
    /// domains below it; an IP address, or a network such as `10.0.0.0/8`; each of these with a
    /// port, such as `example.com:8080`; or `*` for all targets. It may be empty.
    ///
    /// # Errors
    ///
    /// [`DialError::Proxy`], if the URL cannot be used.
    pub fn at(url: &str, except: &str) -> Result<Self, DialError> {
        let server = ProxyServer::parse(url).map_err(|what| DialError::Proxy { what })?;
        let settings = Settings {
            http: Some(Ok(server.clone())),
            https: Some(Ok(server)),
            exceptions: Exceptions::new(except),
        };
        Ok(Self(Some(Arc::new(settings))))
    }

    /// Returns the proxy for a target, if there is one.
    pub(crate) fn for_target(&self, target: &Target) -> Result<Option<&ProxyServer>, DialError> {
        let Some(settings) = &self.0 else {
            return Ok(None);
        };
        let setting = if target.is_secure() {
            &settings.https
        } else {
            &settings.http
        };
        match setting {
            Some(setting) if !target.is_loopback() && !settings.exceptions.contain(target) => {
                let server = setting.as_ref();
                server.map(Some).map_err(|what| DialError::Proxy { what })
            }
            _ => Ok(None),
        }
    }
}

/// Leaves out the settings, which may hold user names and passwords.
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

    fn for_target(proxy: &Proxy, host: &str, is_secure: bool) -> Option<Target> {
        let port = if is_secure { 443 } else { 80 };
        let target = Target::new(host, port, is_secure);
        Some(proxy.for_target(&target).unwrap()?.target().clone())
    }

    /// Returns the settings of these environment variables.
    fn environment(variables: &[(&str, &str)]) -> Proxy {
        Proxy::from_variables(|name| {
            let found = variables.iter().find(|(key, _)| *key == name)?;
            Some(found.1.into())
        })
    }

    fn proxy_at(port: u16) -> Target {
        Target::new("proxy.example.com", port, false)
    }

    #[test]
    fn a_proxy_is_for_all_targets_except_the_listed_and_this_machine() {
        let proxy = Proxy::at("http://proxy.example.com:3128", "home.example.com").unwrap();
        let through = Some(proxy_at(3128));
        assert_eq!(for_target(&proxy, "bayeux.example.com", true), through);
        assert_eq!(for_target(&proxy, "bayeux.example.com", false), through);
        assert_eq!(for_target(&proxy, "[2001:db8::1]", true), through);
        assert_eq!(for_target(&proxy, "home.example.com", true), None);
        assert_eq!(for_target(&proxy, "127.0.0.1", false), None);
        assert_eq!(for_target(&proxy, "localhost", false), None);
        assert_eq!(for_target(&Proxy::none(), "bayeux.example.com", true), None);
        let secure = Proxy::at("https://[::1]", "").unwrap();
        let through = Some(Target::new("::1", 443, true));
        assert_eq!(for_target(&secure, "bayeux.example.com", true), through);
        for socks in ["socks5://[2001:db8::7]", "socks5h://[2001:db8::7]:1080"] {
            let proxy = Proxy::at(socks, "").unwrap();
            let through = Some(Target::new("2001:db8::7", 1080, false));
            assert_eq!(for_target(&proxy, "bayeux.example.com", true), through);
        }
    }

    #[test]
    fn unusual_characters_in_a_setting_do_not_bypass_the_proxy() {
        for odd in [
            " http://proxy.example.com:3128\n",
            "http://me:p@ss@proxy.example.com:3128",
            "http://me:p%40ss@proxy.example.com:3128/",
            "HTTP://PROXY.example.com:3128",
        ] {
            let proxy = Proxy::at(odd, "").unwrap();
            assert_eq!(
                for_target(&proxy, "bayeux.example.com", true),
                Some(proxy_at(3128))
            );
            let proxy = environment(&[("HTTPS_PROXY", odd)]);
            assert_eq!(
                for_target(&proxy, "bayeux.example.com", true),
                Some(proxy_at(3128))
            );
        }
    }

    #[test]
    fn the_password_of_a_proxy_is_never_shown() {
        let proxy = Proxy::at("http://me:p@hush@proxy.example.com", "").unwrap();
        assert!(!format!("{proxy:?}").contains("hush"));
        let error = Proxy::at("socks9://me:hush@proxy.example.com", "").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hush"));
    }

    #[test]
    fn a_setting_that_cannot_be_used_is_an_error_of_the_targets_it_applies_to() {
        for bad in [
            "proxy.example.com:port",
            "proxy.example.com:99999",
            "proxy.example.com:0",
            "proxy example.com:3128",
            "ftp://proxy.example.com",
            "socks4://proxy.example.com",
            "http://",
            "http://a.example.com:1,http://b.example.com:2",
            "socks5://proxy example.com",
            " ",
        ] {
            let proxy = environment(&[("HTTPS_PROXY", bad), ("NO_PROXY", "home.example.com")]);
            let fails = |host, port, is_secure| {
                let target = Target::new(host, port, is_secure);
                matches!(proxy.for_target(&target), Err(DialError::Proxy { .. }))
            };
            assert!(fails("bayeux.example.com", 443, true), "{bad}");
            assert!(!fails("bayeux.example.com", 80, false), "{bad}");
            assert!(!fails("home.example.com", 443, true), "{bad}");
            assert!(!fails("localhost", 443, true), "{bad}");
            let with_scheme = if bad.contains("://") {
                bad.to_owned()
            } else {
                format!("http://{bad}")
            };
            let refused = Proxy::at(&with_scheme, "");
            assert!(matches!(refused, Err(DialError::Proxy { .. })), "{bad}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_setting_that_is_not_utf_8_is_an_error() {
        use std::os::unix::ffi::OsStringExt as _;

        let proxy = Proxy::from_variables(|name| {
            (name == "ALL_PROXY").then(|| OsString::from_vec(b"http://\xff".to_vec()))
        });
        let target = Target::new("bayeux.example.com", 443, true);
        let refused = proxy.for_target(&target);
        assert!(matches!(refused, Err(DialError::Proxy { .. })));
    }

    #[test]
    fn a_url_without_a_scheme_is_refused() {
        for bad in ["", "proxy.example.com", "proxy.example.com:3128"] {
            let refused = Proxy::at(bad, "");
            assert!(matches!(refused, Err(DialError::Proxy { .. })), "{bad}");
        }
    }

    #[test]
    fn each_variable_applies_to_its_targets_and_upper_case_takes_precedence() {
        let proxy = environment(&[
            ("HTTPS_PROXY", "proxy.example.com:1"),
            ("https_proxy", "proxy.example.com:2"),
            ("http_proxy", "http://proxy.example.com:3"),
            ("ALL_PROXY", "http://proxy.example.com:4"),
        ]);
        assert_eq!(
            for_target(&proxy, "bayeux.example.com", true),
            Some(proxy_at(1))
        );
        assert_eq!(
            for_target(&proxy, "bayeux.example.com", false),
            Some(proxy_at(3))
        );
        let proxy = environment(&[
            ("HTTPS_PROXY", ""),
            ("all_proxy", "http://proxy.example.com:4"),
        ]);
        assert_eq!(
            for_target(&proxy, "bayeux.example.com", true),
            Some(proxy_at(4))
        );
        assert_eq!(
            for_target(&proxy, "bayeux.example.com", false),
            Some(proxy_at(4))
        );
        let proxy = environment(&[]);
        assert_eq!(for_target(&proxy, "bayeux.example.com", true), None);
    }

    #[test]
    fn a_cgi_request_disables_upper_case_http_proxy_and_nothing_else() {
        let proxy = environment(&[
            ("REQUEST_METHOD", "GET"),
            ("HTTP_PROXY", "http://attacker.example.com:1"),
            ("HTTPS_PROXY", "http://proxy.example.com:2"),
        ]);
        assert_eq!(for_target(&proxy, "bayeux.example.com", false), None);
        assert_eq!(
            for_target(&proxy, "bayeux.example.com", true),
            Some(proxy_at(2))
        );
        let proxy = environment(&[
            ("REQUEST_METHOD", "GET"),
            ("http_proxy", "http://proxy.example.com:3"),
        ]);
        assert_eq!(
            for_target(&proxy, "bayeux.example.com", false),
            Some(proxy_at(3))
        );
    }
}
