//! Page at `/`, for people: the chats as their members see them, faults, time, and the wire.
//!
//! Its files are part of the program, load nothing from elsewhere, and use the control API only.

use hyper::{
    Request, StatusCode,
    body::Incoming,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, X_CONTENT_TYPE_OPTIONS},
};

use super::{
    connection::Connection,
    control,
    http::{Reply, reply},
};

/// Returns the reply to a request for the page or one of its files; `None` for other requests.
pub(super) fn answer(connection: &Connection, request: &Request<Incoming>) -> Option<Reply> {
    let (kind, content) = file(request.uri().path())?;
    if !control::is_allowed(connection, request) {
        let text = "text/plain; charset=utf-8";
        return Some(reply(StatusCode::FORBIDDEN, text, control::FOREIGN));
    }
    let mut reply = reply(StatusCode::OK, kind, content);
    let headers = reply.headers_mut();
    let fixed = HeaderValue::from_static;
    headers.insert(CONTENT_SECURITY_POLICY, fixed(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(CACHE_CONTROL, fixed("no-cache"));
    Some(reply)
}

/// Returns media type and content of a file.
fn file(path: &str) -> Option<(&'static str, &'static str)> {
    const HTML: &str = "text/html; charset=utf-8";
    const CSS: &str = "text/css; charset=utf-8";
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    Some(match path {
        "/" => (HTML, include_str!("page/index.html")),
        "/sim/page/style.css" => (CSS, include_str!("page/style.css")),
        "/sim/page/app.js" => (SCRIPT, include_str!("page/app.js")),
        "/sim/page/api.js" => (SCRIPT, include_str!("page/api.js")),
        "/sim/page/chat.js" => (SCRIPT, include_str!("page/chat.js")),
        "/sim/page/wire.js" => (SCRIPT, include_str!("page/wire.js")),
        _ => return None,
    })
}

/// Nothing but the page's own files, so that no message can run a script or load anything.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";
