//! The opening handshake of a WebSocket (RFC 6455, section 4.1).

use core::hash::{BuildHasher, Hasher};
use std::{hash::RandomState, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::Empty;
use hyper::{body::Incoming, upgrade::Upgraded};
use hyper_util::rt::TokioIo;
use sha1::{Digest, Sha1};

use crate::{
    Error,
    connection::{self, ConnectionTask},
    meter::Meter,
    shared::Shared,
    site::{MAX_REDIRECTS, Redirect, Site},
};

/// Connects and upgrades, and returns a stream of WebSocket frames.
pub(crate) async fn open(shared: &Shared, meter: &Arc<Meter>) -> Result<TokioIo<Upgraded>, Error> {
    for _ in 0..MAX_REDIRECTS {
        let site = shared.sites.current();
        match attempt(shared, &site, meter).await? {
            Attempt::Open(stream) => return Ok(stream),
            Attempt::Redirect(redirect, _) => shared.sites.redirect(&site, *redirect),
        }
    }
    match attempt(shared, &shared.sites.current(), meter).await? {
        Attempt::Open(stream) => Ok(stream),
        Attempt::Redirect(redirect, status) => Err(redirect.too_many(status)),
    }
}

enum Attempt {
    Open(TokioIo<Upgraded>),
    Redirect(Box<Redirect>, StatusCode),
}

async fn attempt(shared: &Shared, site: &Site, meter: &Arc<Meter>) -> Result<Attempt, Error> {
    let stream = connection::connect(shared, site, meter).await?;
    let (mut sender, connection) = connection::builder()
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| Error::http(DOING, error))?;
    // The task ends by itself when the stream is upgraded, and with the guard otherwise.
    let _task = ConnectionTask::spawn(async move { connection.with_upgrades().await });

    let key = random_key();
    let mut request = shared.request(site, Method::GET, None, Empty::<Bytes>::new())?;
    let headers = request.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(
        header::SEC_WEBSOCKET_VERSION,
        HeaderValue::from_static("13"),
    );
    if let Ok(key) = HeaderValue::from_str(&key) {
        headers.insert(header::SEC_WEBSOCKET_KEY, key);
    }

    let offered = &shared.options.subprotocols;
    if let Ok(offered) = HeaderValue::try_from(offered.join(", "))
        && !offered.is_empty()
    {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, offered);
    }

    meter.allow(connection::MAX_HEADS);
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| connection::flooded(meter, Error::http(DOING, error)))?;
    meter.allow(u64::MAX);
    site.cookies
        .store(site.endpoint.cookie_url(), response.headers());
    let (status, headers) = (response.status(), response.headers());
    let permission = shared.permission(&[301, 302, 307, 308]);
    if let Some(redirect) = Redirect::of(&site.endpoint, status, headers, permission)? {
        return Ok(Attempt::Redirect(Box::new(redirect), status));
    }
    check_response(&response, &key, offered)?;
    let upgraded = hyper::upgrade::on(response)
        .await
        .map_err(|error| Error::http(DOING, error))?;
    Ok(Attempt::Open(TokioIo::new(upgraded)))
}

fn check_response(
    response: &Response<Incoming>,
    key: &str,
    subprotocols: &[String],
) -> Result<(), Error> {
    let (status, headers) = (response.status(), response.headers());
    if status != StatusCode::SWITCHING_PROTOCOLS {
        return Err(Error::Status {
            what: "the upgrade",
            status: status.as_u16(),
            retry_after: connection::retry_after(headers),
        });
    }
    let violation = |what| Err(Error::Upgrade { what });
    if !has_token(headers, &header::UPGRADE, "websocket") {
        return violation("no `Upgrade: websocket`");
    }
    if !has_token(headers, &header::CONNECTION, "upgrade") {
        return violation("no `Connection: Upgrade`");
    }
    let accept = headers
        .get(header::SEC_WEBSOCKET_ACCEPT)
        .map(HeaderValue::as_bytes);
    if accept.map(<[u8]>::trim_ascii) != Some(accept_for(key).as_bytes()) {
        return violation("`Sec-WebSocket-Accept` does not match the key");
    }
    if headers.contains_key(header::SEC_WEBSOCKET_EXTENSIONS) {
        return violation("an extension that was not offered");
    }
    let mut selected = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).into_iter();
    let is_offered = |selected: &HeaderValue| {
        let selected = selected.as_bytes().trim_ascii();
        subprotocols.iter().any(|name| name.as_bytes() == selected)
    };
    if !selected.by_ref().take(1).all(is_offered) {
        return violation("a subprotocol that was not offered");
    }
    if selected.next().is_some() {
        return violation("more than one subprotocol");
    }
    Ok(())
}

/// Returns whether `token` is in the comma-separated lists of all headers called `name`, in any
/// case.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        .any(|item| item.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}

/// Returns 16 random bytes in Base64, so that no cache has seen the request before. The key
/// protects no secret, so the randomness that seeds the standard library's hashers is enough.
fn random_key() -> String {
    let mut nonce = [0; 16];
    for half in nonce.chunks_exact_mut(8) {
        half.copy_from_slice(&RandomState::new().build_hasher().finish().to_ne_bytes());
    }
    BASE64_STANDARD.encode(nonce)
}

/// Returns the `Sec-WebSocket-Accept` for `key`.
fn accept_for(key: &str) -> String {
    const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    BASE64_STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

const DOING: &str = "opening the websocket";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_header_is_that_of_the_rfc() {
        // RFC 6455, section 1.3.
        assert_eq!(
            accept_for("dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
    }

    #[test]
    fn keys_differ_and_have_sixteen_bytes() {
        let (one, other) = (random_key(), random_key());
        assert_ne!(one, other);
        assert_eq!(BASE64_STANDARD.decode(one).unwrap().len(), 16);
    }

    #[test]
    fn tokens_are_found_in_lists_in_any_case() {
        let mut headers = HeaderMap::new();
        headers.append(header::CONNECTION, HeaderValue::from_static("keep-alive"));
        headers.append(
            header::CONNECTION,
            HeaderValue::from_static("close , UPGRADE"),
        );
        assert!(has_token(&headers, &header::CONNECTION, "upgrade"));
        assert!(!has_token(&headers, &header::CONNECTION, "grade"));
        assert!(!has_token(&headers, &header::UPGRADE, "websocket"));
    }
}
