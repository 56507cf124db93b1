//! Responses of exchanges.

use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
        CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, SET_COOKIE, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};
use http_body_util::Full;

use super::{batch::Batch, lanes::Answer};

impl Batch {
    /// Returns the response with an answer.
    pub fn respond(&self, answer: Answer) -> Response<Full<Bytes>> {
        let (body, cookie) = match answer {
            Answer::Batch(body, cookie) => (body, cookie),
            Answer::Rejected(status) => return rejection(status),
        };
        let (kind, body) = match &self.callback {
            None => ("application/json; charset=utf-8", body),
            Some(callback) => ("text/javascript; charset=utf-8", script(callback, &body)),
        };
        let mut response = Response::new(Full::new(Bytes::from(body)));
        let headers = response.headers_mut();
        let fixed = HeaderValue::from_static;
        headers.insert(CONTENT_TYPE, fixed(kind));
        headers.insert(CACHE_CONTROL, fixed("no-cache, no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
        if self.callback.is_some() {
            headers.insert(CONTENT_DISPOSITION, fixed("attachment; filename=f.txt"));
        }
        if let Some(cookie) = cookie {
            let cookie = format!("{COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax");
            if let Ok(cookie) = HeaderValue::try_from(cookie) {
                headers.insert(SET_COOKIE, cookie);
            }
        }
        response
    }
}

/// Returns the response to a request that is no Bayeux, or that comes at a bad time.
pub fn rejection(status: u16) -> Response<Full<Bytes>> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let text = match status {
        // The text is Faye's.
        StatusCode::BAD_REQUEST => "Bad request",
        _ => status.canonical_reason().unwrap_or_default(),
    };
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    response
}

/// Returns the response to the CORS preflight of a browser.
pub fn preflight() -> Response<Full<Bytes>> {
    let mut response = Response::default();
    let headers = response.headers_mut();
    let fixed = HeaderValue::from_static;
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        fixed("Accept, Authorization, Content-Type, Pragma, X-Requested-With"),
    );
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, fixed("POST, GET"));
    headers.insert(ACCESS_CONTROL_MAX_AGE, fixed("86400"));
    response
}

/// Lets the pages of an allowed origin read a response.
pub fn allow(response: &mut Response<Full<Bytes>>, origin: Option<&HeaderValue>) {
    let Some(origin) = origin else {
        return;
    };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    let fixed = HeaderValue::from_static;
    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, fixed("true"));
    headers.insert(VARY, fixed("Origin"));
}

/// Returns the script that calls `callback` with `answer`, which is JSON.
///
/// The comment in front keeps the chooser of the name from choosing the first bytes as well
/// (Rosetta Flash).
fn script(callback: &str, answer: &[u8]) -> Vec<u8> {
    let mut script = format!("/**/{callback}(").into_bytes();
    let mut rest = answer;
    // JSON allows U+2028 and U+2029 in strings; in a script they end the line.
    while let Some((first, others)) = rest.split_first() {
        if let [0xe2, 0x80, end @ (0xa8 | 0xa9), after @ ..] = rest {
            script.extend_from_slice(if *end == 0xa8 { b"\\u2028" } else { b"\\u2029" });
            rest = after;
        } else {
            script.push(*first);
            rest = others;
        }
    }
    script.extend_from_slice(b");");
    script
}

/// Name of the cookie that ties sessions to a browser, as `CometD` calls it.
pub(crate) const COOKIE: &str = "BAYEUX_BROWSER";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_has_no_line_ends_in_its_texts() {
        let script = script("cb", "[\"a\u{2028}b\u{2029}é\"]".as_bytes());
        let script = String::from_utf8(script).unwrap();
        assert_eq!(script, r#"/**/cb(["a\u2028b\u2029é"]);"#);
    }
}
