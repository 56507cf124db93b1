//! Targets: the hosts that can be dialed.

use core::net::{Ipv4Addr, Ipv6Addr};

/// A host, a port, and whether the connection uses TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    host: String,
    port: u16,
    is_secure: bool,
}

impl Target {
    /// Creates a target. The host is a name or an address; an IPv6 address may be in brackets.
    pub fn new(host: &str, port: u16, is_secure: bool) -> Self {
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        Self {
            host: host.to_owned(),
            port,
            is_secure,
        }
    }

    /// Returns the host, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns whether the connection uses TLS.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Returns whether the target is dialed at a loopback address: an address in `127.0.0.0/8`,
    /// `::1`, or a name below `localhost`, which is never looked up.
    pub fn is_loopback(&self) -> bool {
        let host = &*self.host;
        is_localhost(host)
            || host
                .parse()
                .is_ok_and(|address: Ipv4Addr| address.is_loopback())
            || host
                .parse()
                .is_ok_and(|address: Ipv6Addr| address.is_loopback())
    }

    /// Returns host and port, as HTTP writes them.
    pub(crate) fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }
}

/// Returns whether a name is `localhost` or below it (RFC 6761, section 6.3).
pub(crate) fn is_localhost(host: &str) -> bool {
    let top = host.rsplit('.').next().unwrap_or(host);
    top.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_known_by_names_and_addresses() {
        let is_loopback = |host| Target::new(host, 1, true).is_loopback();
        for near in [
            "localhost",
            "LocalHost",
            "a.localhost",
            "127.9.9.9",
            "[::1]",
            "::1",
        ] {
            assert!(is_loopback(near), "{near}");
        }
        for far in [
            "example.com",
            "10.0.0.1",
            "localhost.example.com",
            "notlocalhost",
            "localhost.",
            "[::2]",
            "[::ffff:127.0.0.1]",
            "",
        ] {
            assert!(!is_loopback(far), "{far}");
        }
    }

    #[test]
    fn an_ipv6_address_is_in_brackets_before_a_port() {
        let authority = |host| Target::new(host, 443, true).authority();
        assert_eq!(authority("[2001:db8::1]"), "[2001:db8::1]:443");
        assert_eq!(authority("example.com"), "example.com:443");
    }
}
