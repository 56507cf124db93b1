//! The opening handshake of a WebSocket (RFC 6455, section 4.1).

use core::hash::{BuildHasher, Hasher};
use std::hash::RandomState;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::Empty;
use hyper::{body::Incoming, upgrade::Upgraded};
use hyper_util::rt::TokioIo;
use sha1::{Digest, Sha1};

use crate::{Error, connect::connect, connection, road::Road};

/// Connects and upgrades; what comes back speaks WebSocket frames.
pub(crate) async fn open(road: &Road) -> Result<TokioIo<Upgraded>, Error> {
    let stream = connect(road).await?;
    let (mut sender, connection) = connection::builder()
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| Error::http(DOING, error))?;
    // It ends by itself when the stream changes hands, and with this guard otherwise.
    let _connection = connection::Guard::spawn(async move { connection.with_upgrades().await });

    let key = key();
    let mut request = road.request(Method::GET, Empty::<Bytes>::new());
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

    let response = sender
        .send_request(request)
        .await
        .map_err(|error| Error::http(DOING, error))?;
    road.cookies.store(road.endpoint.url(), response.headers());
    check(&response, &key)?;
    let upgraded = hyper::upgrade::on(response)
        .await
        .map_err(|error| Error::http(DOING, error))?;
    Ok(TokioIo::new(upgraded))
}

fn check(response: &Response<Incoming>, key: &str) -> Result<(), Error> {
    let (status, headers) = (response.status(), response.headers());
    if status != StatusCode::SWITCHING_PROTOCOLS {
        return Err(Error::Status {
            what: "the upgrade",
            status: status.as_u16(),
            retry_after: connection::retry_after(headers),
        });
    }
    let broken = |what| Err(Error::Upgrade { what });
    if !has_token(headers, &header::UPGRADE, "websocket") {
        return broken("no `Upgrade: websocket`");
    }
    if !has_token(headers, &header::CONNECTION, "upgrade") {
        return broken("no `Connection: Upgrade`");
    }
    let accept = headers
        .get(header::SEC_WEBSOCKET_ACCEPT)
        .map(HeaderValue::as_bytes);
    if accept.map(<[u8]>::trim_ascii) != Some(accepted(key).as_bytes()) {
        return broken("`Sec-WebSocket-Accept` does not match the key");
    }
    if headers.contains_key(header::SEC_WEBSOCKET_EXTENSIONS) {
        return broken("an extension that was not offered");
    }
    if headers.contains_key(header::SEC_WEBSOCKET_PROTOCOL) {
        return broken("a subprotocol that was not offered");
    }
    Ok(())
}

/// Whether `token` is in the comma-separated lists of all headers called `name`, in any case.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        .any(|item| item.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}

/// Sixteen bytes that no cache in between has seen, in Base64. Nothing secret hangs on them, so the
/// randomness that the standard library seeds its hashers with is enough.
fn key() -> String {
    let mut nonce = [0; 16];
    for half in nonce.chunks_exact_mut(8) {
        half.copy_from_slice(&RandomState::new().build_hasher().finish().to_ne_bytes());
    }
    BASE64_STANDARD.encode(nonce)
}

/// The `Sec-WebSocket-Accept` that answers `key`.
fn accepted(key: &str) -> String {
    const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    BASE64_STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

const DOING: &str = "opening the websocket";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accepted_key_is_that_of_the_rfc() {
        // RFC 6455, section 1.3.
        assert_eq!(
            accepted("dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
    }

    #[test]
    fn keys_differ_and_hold_sixteen_bytes() {
        let (one, other) = (key(), key());
        assert_ne!(one, other);
        assert_eq!(BASE64_STANDARD.decode(one).unwrap().len(), 16);
    }

    #[test]
    fn tokens_are_found_in_lists_whatever_their_case() {
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
