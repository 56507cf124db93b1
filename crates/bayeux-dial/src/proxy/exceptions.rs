//! Targets that are reached without the proxy: the list of `NO_PROXY`.

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use crate::Target;

/// A list of targets, as `NO_PROXY` has it.
///
/// Domains, addresses and networks are matched by hyper-util. It knows no ports, and takes `*` for
/// all names but not for addresses, so both are handled here.
#[derive(Default)]
pub(super) struct Exceptions(Vec<Exception>);

struct Exception {
    host: String,
    /// The only port to which the exception applies, if it names one.
    port: Option<u16>,
}

impl Exceptions {
    pub(super) fn new(list: &str) -> Self {
        let entries = list.split(|c: char| c == ',' || c.is_whitespace());
        let entries = entries.filter(|entry| !entry.is_empty());
        Self(entries.map(Exception::parse).collect())
    }

    /// Returns whether the list contains a target.
    pub(super) fn contain(&self, target: &Target) -> bool {
        let applies = |exception: &&Exception| {
            let port = exception.port;
            port.is_none_or(|port| port == target.port())
        };
        let hosts: Vec<_> = self
            .0
            .iter()
            .filter(applies)
            .map(|exception| &*exception.host)
            .collect();
        if hosts.is_empty() {
            return false;
        }
        hosts.contains(&"*") || is_matched(&hosts.join(","), target)
    }
}

impl Exception {
    fn parse(entry: &str) -> Self {
        let (host, port) = match entry.rsplit_once(':') {
            // More colons without brackets are an IPv6 address.
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                match port.parse() {
                    Ok(port) => (host, Some(port)),
                    Err(_) => (entry, None),
                }
            }
            _ => (entry, None),
        };
        let host = host.strip_prefix('[').unwrap_or(host);
        let host = host.strip_suffix(']').unwrap_or(host);
        // `*.example.com` is a common spelling of `.example.com`.
        let host = match host.strip_prefix('*') {
            Some(domain) if domain.starts_with('.') => domain,
            _ => host,
        };
        Self {
            host: host.to_owned(),
            port,
        }
    }
}

/// Returns whether hyper-util finds a target in a list without ports.
fn is_matched(list: &str, target: &Target) -> bool {
    let matcher = Matcher::builder().all(ANY_PROXY).no(list).build();
    let uri = format!("http://{}/", target.authority()).parse::<Uri>();
    uri.is_ok_and(|uri| matcher.intercept(&uri).is_none())
}

/// A proxy that a matcher needs and that is never used.
const ANY_PROXY: &str = "http://proxy.invalid";

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(list: &str, host: &str, port: u16) -> bool {
        Exceptions::new(list).contain(&Target::new(host, port, true))
    }

    #[test]
    fn a_star_is_for_every_name_and_every_address() {
        for host in ["example.com", "10.0.0.1", "2001:db8::1"] {
            assert!(contains("*", host, 443), "{host}");
            assert!(contains("a.example.org, *", host, 443), "{host}");
            assert!(!contains("", host, 443), "{host}");
            assert!(!contains(" , ", host, 443), "{host}");
        }
    }

    #[test]
    fn a_domain_includes_the_domains_below_it() {
        for list in [
            "example.com",
            ".example.com",
            "*.example.com",
            "a.org EXAMPLE.com",
        ] {
            assert!(contains(list, "a.b.example.com", 443), "{list}");
            assert!(!contains(list, "notexample.com", 443), "{list}");
            assert!(!contains(list, "example.com.org", 443), "{list}");
        }
        assert!(contains("example.com", "example.com", 443));
    }

    #[test]
    fn addresses_and_networks_are_matched() {
        assert!(contains("10.0.0.0/8,2001:db8::/32", "10.1.2.3", 443));
        assert!(contains("10.0.0.0/8,2001:db8::/32", "2001:db8::7", 443));
        assert!(contains("[2001:db8::7]", "2001:db8::7", 443));
        assert!(!contains("10.0.0.0/8,2001:db8::/32", "11.1.2.3", 443));
    }

    #[test]
    fn a_port_limits_an_exception_to_it() {
        for (entry, host) in [
            ("example.com:8080", "a.example.com"),
            ("10.0.0.1:8080", "10.0.0.1"),
            ("[2001:db8::1]:8080", "2001:db8::1"),
            ("*:8080", "10.0.0.1"),
        ] {
            assert!(contains(entry, host, 8080), "{entry}");
            assert!(!contains(entry, host, 443), "{entry}");
        }
    }
}
