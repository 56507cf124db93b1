//! Checks of the `Host` and `Origin` headers, against DNS rebinding: a web page whose name was made
//! to point at this machine could read and control the simulator otherwise.

use core::net::IpAddr;

use hyper::{
    Request,
    header::{HOST, HeaderValue, ORIGIN},
    http::uri::Authority,
};

/// Returns whether a request names no foreign host and comes from no foreign page.
///
/// `Host` has to be an IP address, which no DNS record can redirect, or `localhost`. `Origin` has
/// to be on this machine. Either header may be missing: browsers always send them.
pub(super) fn is_local<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let hosts = headers.get_all(HOST).iter().map(HeaderValue::as_bytes);
    let target = request
        .uri()
        .authority()
        .map(|name| name.as_str().as_bytes());
    hosts.chain(target).all(|host| is_at(host, |_| true)) && is_from_here(request)
}

/// Returns whether a request comes from no page of another machine.
fn is_from_here<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    // A script of a foreign page is requested without an origin.
    let is_script = !headers.contains_key(ORIGIN)
        && headers
            .get("sec-fetch-site")
            .is_some_and(|site| site.as_bytes() == b"cross-site");
    let mut origins = headers.get_all(ORIGIN).iter();
    !is_script && origins.all(|origin| is_local_origin(origin.as_bytes()))
}

fn is_local_origin(origin: &[u8]) -> bool {
    let authority = origin.strip_prefix(b"http://");
    let authority = authority.or_else(|| origin.strip_prefix(b"https://"));
    authority.is_some_and(|authority| is_at(authority, |address| address.is_loopback()))
}

/// Returns whether an authority is `localhost` or an IP address that is accepted.
fn is_at(authority: &[u8], accept: impl Fn(IpAddr) -> bool) -> bool {
    let Ok(authority) = Authority::try_from(authority) else {
        return false;
    };
    let host = authority.host();
    // `Authority` takes `[::1].evil.example` for the host `[::1]`.
    let rest = authority.as_str().strip_prefix(host);
    let is_whole = rest.is_some_and(|rest| rest.is_empty() || is_port(rest));
    if !is_whole {
        return false;
    }
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if let Ok(address) = bare.unwrap_or(host).parse() {
        return accept(address);
    }
    let name = host.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

fn is_port(text: &str) -> bool {
    let digits = text.strip_prefix(':');
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(host: &str, origin: Option<&str>) -> bool {
        let request = Request::builder().header("Host", host);
        let request = match origin {
            Some(origin) => request.header("Origin", origin),
            None => request,
        };
        is_local(&request.body(()).unwrap())
    }

    #[test]
    fn hosts_are_addresses_or_localhost() {
        for host in [
            "127.0.0.1:8080",
            "localhost",
            "LocalHost:1",
            "a.localhost:8080",
            "[::1]:8080",
            "192.168.1.7:8080",
        ] {
            assert!(accepts(host, None), "{host}");
        }
        for host in [
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "localhost@evil.example",
            "notlocalhost",
            "[::1].evil.example",
            "[::1].evil.example:8080",
            "[::1]evil",
            "",
        ] {
            assert!(!accepts(host, None), "{host}");
        }
    }

    #[test]
    fn a_script_for_a_foreign_page_is_refused() {
        for (site, is_accepted) in [("cross-site", false), ("same-origin", true), ("none", true)] {
            let request = Request::builder()
                .header("Host", "127.0.0.1:8080")
                .header("Sec-Fetch-Site", site);
            assert_eq!(is_local(&request.body(()).unwrap()), is_accepted, "{site}");
        }
    }

    #[test]
    fn origins_are_on_this_machine() {
        for origin in [
            "http://localhost:3000",
            "https://127.0.0.1",
            "http://[::1]:5173",
        ] {
            assert!(accepts("127.0.0.1", Some(origin)), "{origin}");
        }
        for origin in [
            "https://evil.example",
            "http://192.168.1.7",
            "null",
            "http://localhost.evil.example",
            "http://[::1].evil.example",
            "http://127.0.0.1@evil.example",
            "ftp://localhost",
        ] {
            assert!(!accepts("127.0.0.1", Some(origin)), "{origin}");
        }
    }

    #[test]
    fn each_of_several_hosts_is_checked() {
        let request = Request::builder()
            .header("Host", "127.0.0.1")
            .header("Host", "evil.example");
        assert!(!is_local(&request.body(()).unwrap()));
        let request = Request::builder().uri("http://evil.example/v3/groups");
        assert!(!is_local(&request.body(()).unwrap()));
        assert!(is_local(&Request::new(())));
    }
}
