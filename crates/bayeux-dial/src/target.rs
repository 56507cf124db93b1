//! Where to connect to.

use core::net::{Ipv4Addr, Ipv6Addr};

/// A host, a port, and whether TLS is spoken there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    host: String,
    port: u16,
    is_secure: bool,
}

impl Target {
    /// A target. The host is a name or an address; that of an IPv6 address may stand in brackets.
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

    /// The host, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether TLS is spoken there.
    pub fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Whether it is this machine, by its name or address.
    pub fn is_loopback(&self) -> bool {
        let host = &*self.host;
        host == "localhost"
            || host.ends_with(".localhost")
            || host
                .parse()
                .is_ok_and(|address: Ipv4Addr| address.is_loopback())
            || host
                .parse()
                .is_ok_and(|address: Ipv6Addr| address.is_loopback())
    }

    /// Host and port, as HTTP has them.
    pub(crate) fn authority(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_names_and_addresses() {
        let is_loopback = |host| Target::new(host, 1, true).is_loopback();
        for near in ["localhost", "a.localhost", "127.9.9.9", "[::1]", "::1"] {
            assert!(is_loopback(near), "{near}");
        }
        for far in [
            "example.com",
            "10.0.0.1",
            "localhost.example.com",
            "[::2]",
            "",
        ] {
            assert!(!is_loopback(far), "{far}");
        }
    }

    #[test]
    fn an_address_with_colons_stands_in_brackets_where_a_port_follows() {
        let authority = |host| Target::new(host, 443, true).authority();
        assert_eq!(authority("[2001:db8::1]"), "[2001:db8::1]:443");
        assert_eq!(authority("example.com"), "example.com:443");
    }
}
