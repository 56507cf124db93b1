//! REST API over HTTP.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue},
};

use super::{
    connection::Connection,
    http::{Aborted, MAX_BODY, Reply, read_body},
};
use crate::{
    journal::Entry,
    rest::{RestRequest, RestResponse},
    simulation::Simulation,
};

/// Answers requests that are not for the gateway.
pub(super) async fn answer(
    connection: &Connection,
    request: Request<Incoming>,
) -> Result<Reply, Aborted> {
    let (head, body) = request.into_parts();
    let largest = if is_upload(head.uri.path()) {
        MAX_UPLOAD
    } else {
        MAX_BODY
    };
    let body = match read_body(connection, body, largest).await? {
        Ok(body) => body,
        Err(refusal) => return Ok(refusal),
    };
    let token = head.headers.get("X-Access-Token");
    let media_type = head.headers.get(CONTENT_TYPE);
    let request = RestRequest {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        // A header that is no text is a wrong token, not a missing one.
        token: token.map(|token| token.to_str().unwrap_or_default()),
        host: head.headers.get(HOST).and_then(|host| host.to_str().ok()),
        media_type: media_type.and_then(|kind| kind.to_str().ok()),
        body: &body,
    };
    let ask = |simulation: &mut Simulation, now| simulation.handle_request(now, &request);
    let response = connection.shared.act(ask);
    note(connection, &request, &response);
    if !response.delay.is_zero() {
        connection.shared.clock.sleep(response.delay).await;
    }
    Ok(reply(response))
}

/// Adds an exchange to the journal, with the user instead of the token.
fn note(connection: &Connection, request: &RestRequest<'_>, response: &RestResponse) {
    let shared = &connection.shared;
    let user = shared.read(|simulation| {
        let user = simulation.world().user_with_token(request.token?)?;
        Some(user.to_string())
    });
    let text = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
    shared.note(Entry::Request {
        method: request.method.to_owned(),
        path: request.path.to_owned(),
        query: request.query.to_owned(),
        user,
        body: if is_upload(request.path) {
            String::new()
        } else {
            text(request.body)
        },
        status: response.status,
        response: response.body.clone(),
    });
}

fn is_upload(path: &str) -> bool {
    let services = ["/image/", "/video/", "/file/", "/cdn2/"];
    services.iter().any(|service| path.starts_with(service))
}

fn reply(response: RestResponse) -> Reply {
    let body = match response.file {
        Some(file) => Bytes::copy_from_slice(&file),
        None => Bytes::from(response.body),
    };
    let mut reply = Response::new(Full::new(body));
    // Only a test can set an invalid status.
    *reply.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            reply.headers_mut().insert(name, value);
        }
    }
    reply
}

/// Maximum size of an uploaded picture, video or file, in bytes.
const MAX_UPLOAD: usize = 64 << 20;
