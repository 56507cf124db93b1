//! REST API over HTTP.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{HeaderName, HeaderValue},
};

use super::{
    connection::Connection,
    http::{Aborted, Reply, read_body},
};
use crate::{
    rest::{RestRequest, RestResponse},
    simulation::Simulation,
};

/// Answers requests that are not for the gateway.
pub(super) async fn answer(
    connection: &Connection,
    request: Request<Incoming>,
) -> Result<Reply, Aborted> {
    let (head, body) = request.into_parts();
    let body = match read_body(connection, body).await? {
        Ok(body) => body,
        Err(refusal) => return Ok(refusal),
    };
    let token = head.headers.get("X-Access-Token");
    let request = RestRequest {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        // A header that is no text is a wrong token, not a missing one.
        token: token.map(|token| token.to_str().unwrap_or_default()),
        body: &body,
    };
    let ask = |simulation: &mut Simulation, now| simulation.handle_request(now, &request);
    let response = connection.shared.act(ask);
    if !response.delay.is_zero() {
        connection.shared.clock.sleep(response.delay).await;
    }
    Ok(reply(response))
}

fn reply(response: RestResponse) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(response.body)));
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
