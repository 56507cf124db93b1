//! Server side of the WebSocket opening handshake (RFC 6455, section 4.2).

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version,
    header::{
        CONNECTION, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION,
        UPGRADE,
    },
};
use http_body_util::Full;
use sha1::{Digest, Sha1};

/// Returns whether the request asks for a WebSocket.
pub fn is_upgrade<B>(request: &Request<B>) -> bool {
    request.method() == Method::GET && has_token(request.headers(), &UPGRADE, "websocket")
}

/// Returns the response that accepts an upgrade; `None` if the handshake is invalid, which is a bad
/// request. [`hyper::upgrade::on`] gives the socket once the response has been sent.
pub fn accept<B>(request: &Request<B>) -> Option<Response<Full<Bytes>>> {
    let accept = HeaderValue::try_from(accept_of(request)?).ok()?;
    let mut response = Response::default();
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    Some(response)
}

/// Returns the `Sec-WebSocket-Accept` of a request; `None` if the handshake is invalid.
fn accept_of<B>(request: &Request<B>) -> Option<String> {
    let headers = request.headers();
    let key = headers.get(SEC_WEBSOCKET_KEY)?.as_bytes();
    let proper = request.version() == Version::HTTP_11
        && has_token(headers, &CONNECTION, "upgrade")
        && headers.get(SEC_WEBSOCKET_VERSION)?.as_bytes() == b"13"
        && STANDARD.decode(key).is_ok_and(|nonce| nonce.len() == 16);
    proper.then(|| accept_for(key))
}

fn accept_for(key: &[u8]) -> String {
    let mut digest = Sha1::new();
    digest.update(key);
    digest.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    STANDARD.encode(digest.finalize())
}

/// Returns whether a header with a list of tokens contains this one, ignoring case.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_a_key_as_the_rfc_does() {
        assert_eq!(
            accept_for(b"dGhlIHNhbXBsZSBub25jZQ=="),
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
    }

    #[test]
    fn finds_tokens_in_lists_of_any_case() {
        let request = |connection: &str| {
            Request::builder()
                .header("Upgrade", "WebSocket")
                .header("Connection", connection)
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                .body(())
                .unwrap()
        };
        assert!(is_upgrade(&request("keep-alive")));
        assert_eq!(accept_of(&request("keep-alive")), None);
        assert!(accept_of(&request("keep-alive, Upgrade")).is_some());
    }
}
