//! Addresses of servers and proxies.

use bayeux_transport::{Endpoint, HttpUrl, Proxy};
use groupme_rest::BaseUrl;

use super::ensure;

/// The first line of the input is an address, the rest the exceptions of a proxy at that address.
pub(super) fn check(input: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(input);
    let (address, exceptions) = text.split_once('\n').unwrap_or((&text, ""));
    let (strict, lenient) = (HttpUrl::new(address), HttpUrl::allowing_plaintext(address));
    ensure(strict.is_err() || lenient.is_ok(), || {
        format!("{address:?} is allowed, but not with plaintext")
    })?;
    for url in strict.iter().chain(&lenient) {
        let again = HttpUrl::allowing_plaintext(url.as_str());
        let is_same = again
            .as_ref()
            .is_ok_and(|again| again.as_str() == url.as_str());
        ensure(is_same, || format!("{url:?} is read as {again:?}"))?;
        ensure(!url.host().is_empty(), || format!("{url:?} has no host"))?;
        ensure(url.path().starts_with('/'), || {
            format!("{url:?} has no path")
        })?;
        let _ = url.to_target();
    }
    if let Ok(url) = &strict {
        ensure(url.is_secure() || url.is_loopback(), || {
            format!("{url:?} is plaintext to another machine")
        })?;
    }
    let _ = (
        Endpoint::new(address),
        BaseUrl::new(address),
        Proxy::at(address, exceptions),
    );
    Ok(())
}
