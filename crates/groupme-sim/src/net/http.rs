//! HTTP server: exchanges and upgrades of the gateway, and requests to the REST API.

use core::{fmt, pin::pin, sync::atomic::Ordering};
use std::sync::{Mutex, PoisonError};

use bayeux_server::sockets::{self, Answer, Batch};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderValue, ORIGIN},
    server::conn::http1,
    service::service_fn,
    upgrade::OnUpgrade,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time,
};

use super::{connection::Connection, control, origin, page, rest, socket};
use crate::fault::{Backend, Direction, ErrorResponse};

pub(super) type Reply = Response<Full<Bytes>>;

/// Serves one connection to its end, including the WebSocket that it may become.
pub(super) async fn serve(
    connection: Connection,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) {
    let upgrading: Mutex<Option<OnUpgrade>> = Mutex::new(None);
    let service = service_fn(async |request: Request<Incoming>| {
        let reply = route(&connection, &upgrading, request).await?;
        deliver(&connection, reply).await
    });
    let exchanges = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(connection.shared.options.request_timeout)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut exchanges = pin!(exchanges.with_upgrades());
    if let Err(error) = exchanges.as_mut().await {
        tracing::debug!(cause = %error, "connection ended");
        // `exchanges` still owns the stream: the client of a half-open connection must not see that
        // the request timed out.
        connection.until_running().await;
        return;
    }
    let upgrading = upgrading
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(upgrading) = upgrading
        && let Ok(upgraded) = upgrading.await
    {
        socket::serve(&connection, upgraded).await;
    }
}

/// Maximum size of the head of a request, in bytes; until it is whole, it is kept.
const MAX_HEAD: usize = 64 << 10;

/// Error of an exchange that will never be answered; its connection is closed.
#[derive(Debug)]
pub(super) struct Aborted;

impl fmt::Display for Aborted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the exchange was given up")
    }
}

impl core::error::Error for Aborted {}

async fn route(
    connection: &Connection,
    upgrading: &Mutex<Option<OnUpgrade>>,
    request: Request<Incoming>,
) -> Result<Reply, Aborted> {
    if !connection.shared.options.any_host && !origin::is_local(&request) {
        return Ok(text(StatusCode::FORBIDDEN, FOREIGN));
    }
    if control::path(request.uri().path()).is_some() {
        connection.exempt.grant();
        return control::answer(connection, request).await;
    }
    if *request.method() == Method::GET
        && let Some(page) = page::answer(connection, &request)
    {
        return Ok(page);
    }
    // Faye serves everything below its mount point, too.
    let path = request.uri().path();
    let is_gateway = path == "/faye" || path.starts_with("/faye/");
    if is_gateway && sockets::is_upgrade(&request) {
        return Ok(upgrade_to_socket(connection, upgrading, request));
    }
    let backend = if is_gateway {
        Backend::Gateway
    } else {
        Backend::Rest
    };
    let bad = connection.shared.response_fault(backend);
    if let Some(bad) = bad.filter(|bad| !bad.executed) {
        return Ok(error_reply(bad));
    }
    let answer = match backend {
        Backend::Gateway => long_poll(connection, request).await?,
        Backend::Rest => rest::answer(connection, request).await?,
    };
    Ok(bad.map_or(answer, error_reply))
}

/// Returns the reply of a fault.
fn error_reply(bad: ErrorResponse) -> Reply {
    // Only a fault plan can name an invalid status.
    let status = StatusCode::from_u16(bad.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply(status, bad.content_type(), bad.body())
}

/// Passes a reply through the faults of its connection.
async fn deliver(connection: &Connection, reply: Reply) -> Result<Reply, Aborted> {
    if connection.is_faultless() || reply.status() == StatusCode::SWITCHING_PROTOCOLS {
        return Ok(reply);
    }
    let (head, body) = reply.into_parts();
    let Ok(body) = body.collect().await;
    let body = connection
        .transfer(Direction::ToClient, body.to_bytes().to_vec())
        .await;
    Ok(Reply::from_parts(head, Full::new(body.into())))
}

/// Answers requests to the gateway that are no upgrades.
async fn long_poll(connection: &Connection, request: Request<Incoming>) -> Result<Reply, Aborted> {
    let shared = &connection.shared;
    match *request.method() {
        Method::POST | Method::GET if !shared.polling_allowed.load(Ordering::Relaxed) => {
            Ok(text(StatusCode::GATEWAY_TIMEOUT, "Gateway Timeout"))
        }
        Method::POST => post(connection, request).await,
        Method::GET => {
            let batch = Batch::from_query(request.uri().query().unwrap_or(""));
            exchange(connection, batch, None).await
        }
        Method::OPTIONS => {
            let mut reply = sockets::preflight();
            sockets::allow(&mut reply, request.headers().get(ORIGIN));
            Ok(reply)
        }
        _ => Ok(sockets::rejection(400)),
    }
}

fn upgrade_to_socket(
    connection: &Connection,
    upgrading: &Mutex<Option<OnUpgrade>>,
    request: Request<Incoming>,
) -> Reply {
    if !connection.shared.sockets_allowed.load(Ordering::Relaxed) {
        return text(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
    }
    if let Some(status) = connection.refusal() {
        return error_reply(ErrorResponse::page(status));
    }
    let Some(reply) = sockets::accept(&request) else {
        return sockets::rejection(400);
    };
    *upgrading.lock().unwrap_or_else(PoisonError::into_inner) = Some(hyper::upgrade::on(request));
    reply
}

async fn post(connection: &Connection, request: Request<Incoming>) -> Result<Reply, Aborted> {
    let (head, body) = request.into_parts();
    let body = match read_body(connection, body, MAX_BODY).await? {
        Ok(body) => body,
        Err(refusal) => return Ok(refusal),
    };
    let batch = Batch::from_post(&head.headers, body);
    exchange(connection, batch, head.headers.get(ORIGIN)).await
}

/// Handles a batch and returns its reply.
async fn exchange(
    connection: &Connection,
    batch: Option<Batch>,
    origin: Option<&HeaderValue>,
) -> Result<Reply, Aborted> {
    let Some(batch) = batch else {
        return Ok(sockets::rejection(400));
    };
    let (lane, answer) = connection.shared.open_exchange();
    lane.receive(batch.messages());
    let answer: Option<Answer> = answer.wait().await;
    let mut reply = batch.respond(answer.ok_or(Aborted)?);
    sockets::allow(&mut reply, origin);
    Ok(reply)
}

/// Reads a whole body through the faults of its connection; `Ok(Err(_))` is the reply to one that
/// is too large.
pub(super) async fn read_body(
    connection: &Connection,
    body: Incoming,
    largest: usize,
) -> Result<Result<Bytes, Reply>, Aborted> {
    let timeout = connection.shared.options.request_timeout;
    let reading = time::timeout(timeout, Limited::new(body, largest).collect());
    let Ok(read) = reading.await else {
        let status = StatusCode::REQUEST_TIMEOUT;
        return Ok(Err(text(status, "Request Timeout")));
    };
    match read {
        Ok(body) if connection.is_faultless() => Ok(Ok(body.to_bytes())),
        Ok(body) => {
            let body = connection
                .transfer(Direction::ToServer, body.to_bytes().to_vec())
                .await;
            Ok(Ok(body.into()))
        }
        Err(error) if error.is::<LengthLimitError>() => Ok(Err(text(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Payload Too Large",
        ))),
        Err(_) => Err(Aborted),
    }
}

pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Reply {
    reply(status, "application/json; charset=utf-8", body)
}

fn text(status: StatusCode, body: &'static str) -> Reply {
    reply(status, "text/plain; charset=utf-8", body)
}

pub(super) fn reply(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    reply
}

/// Reply to a request with a foreign `Host` or `Origin`.
const FOREIGN: &str = "Host or Origin is not on this machine. \
     `groupme sim --any-host` and `SimBuilder::any_host` accept all.";
/// Maximum size of a request body, in bytes.
pub(super) const MAX_BODY: usize = 1 << 20;
