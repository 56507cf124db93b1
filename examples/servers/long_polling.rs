//! A Bayeux server by long-polling on loopback, for the examples beside this folder. `own_server`
//! shows one with websockets, too.

use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::BTreeMap;

use bayeux_proto::{
    Instant, LaneId,
    server::{Action, Config, LaneKind, Member, SecurityPolicy, Server},
};
use bayeux_transport::Clock;
use bayeux_wire::{Decoder, Frame, ServerPayload};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    HeaderMap, Request, Response,
    body::{Bytes, Incoming},
    header,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};

/// Rules and services of a server.
pub(crate) trait Service: SecurityPolicy + Send + 'static {
    /// Returns whether a request with these headers is let in; 401 otherwise.
    fn admits(&mut self, headers: &HeaderMap) -> bool {
        let _ = headers;
        true
    }

    /// Sends what the messages of a payload led to.
    fn answer(&mut self, now: Instant, server: &mut Server) {
        let _ = (now, server);
    }
}

/// Orders of an example to its server.
#[allow(dead_code, reason = "each example gives some of the orders")]
pub(crate) enum Order {
    /// Publishes JSON on a channel.
    Publish(&'static str, String),
    /// Ends all sessions.
    EndSessions,
    /// Cuts the connection instead of sending the next response with events.
    LoseResponse,
}

/// Starts a server, and returns its URL and the way to give it orders.
pub(crate) async fn start(
    config: Config,
    service: impl Service,
) -> anyhow::Result<(String, mpsc::UnboundedSender<Order>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/bayeux", listener.local_addr()?);
    let (reports, reported) = mpsc::unbounded_channel();
    let (orders, ordered) = mpsc::unbounded_channel();
    tokio::spawn(run(config, service, reported, ordered));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let reports = reports.clone();
            let service = service_fn(move |request| exchange(request, reports.clone()));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    Ok((url, orders))
}

enum Report {
    Received(LaneId, HeaderMap, Bytes, oneshot::Sender<(u16, Vec<u8>)>),
    Closed(LaneId),
}

/// Reports the end of an exchange, also if the client gives up waiting.
struct Exchange(LaneId, mpsc::UnboundedSender<Report>);

impl Drop for Exchange {
    fn drop(&mut self) {
        let _: Result<(), _> = self.1.send(Report::Closed(self.0));
    }
}

async fn exchange(
    request: Request<Incoming>,
    reports: mpsc::UnboundedSender<Report>,
) -> anyhow::Result<Response<Full<Bytes>>> {
    static LANES: AtomicU64 = AtomicU64::new(1);
    let lane = LaneId::new(LANES.fetch_add(1, Ordering::Relaxed));
    let headers = request.headers().clone();
    let body = Limited::new(request.into_body(), 1 << 20).collect().await;
    let body = body.map_err(anyhow::Error::from_boxed)?.to_bytes();
    let (sender, answer) = oneshot::channel();
    reports.send(Report::Received(lane, headers, body, sender))?;
    let _exchange = Exchange(lane, reports);
    // Without an answer, the error cuts the connection.
    let (status, body) = answer.await?;
    let response = Response::builder().status(status);
    let response = response.header(header::CONTENT_TYPE, "application/json");
    Ok(response.body(body.into())?)
}

/// Runs the server: one task that receives all reports and orders.
async fn run(
    config: Config,
    mut service: impl Service,
    mut reports: mpsc::UnboundedReceiver<Report>,
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    let (mut server, mut decoder) = (Server::new(config), Decoder::new());
    let (mut lanes, clock) = (BTreeMap::new(), Clock::start());
    let mut loses_response = false;
    loop {
        let due = server.poll_timeout();
        tokio::select! {
            Some(report) = reports.recv() => match report {
                Report::Received(_, headers, _, answer) if !service.admits(&headers) => {
                    let _: Result<(), _> = answer.send((401, Vec::new()));
                }
                Report::Received(lane, _, body, answer) => {
                    lanes.insert(lane, answer);
                    server.handle_open(clock.now(), lane, LaneKind::Exchange);
                    let mut frame = Frame::from_bytes(&body);
                    ServerPayload::decode(&mut decoder, &mut frame).with(|payload| {
                        server.handle_payload(clock.now(), lane, payload, &mut service);
                    });
                    service.answer(clock.now(), &mut server);
                }
                Report::Closed(lane) => server.handle_close(clock.now(), lane),
            },
            Some(order) = orders.recv() => match order {
                Order::Publish(channel, json) => {
                    server.publish(clock.now(), channel, &[Member::new("data", &json)]);
                }
                Order::EndSessions => {
                    let clients: Vec<String> = server.sessions().map(str::to_owned).collect();
                    for client in clients {
                        server.end_session(clock.now(), &client);
                    }
                }
                Order::LoseResponse => loses_response = true,
            },
            () = clock.sleep_until(due) => server.handle_timeout(clock.now()),
        }
        let mut out = Vec::new();
        while let Some(action) = server.poll_action(&mut out) {
            let body = core::mem::take(&mut out);
            let Some(answer) = lanes.remove(&action.lane()) else {
                continue;
            };
            let has_events = body.windows(7).any(|text| text == b"\"data\":");
            if has_events && core::mem::take(&mut loses_response) {
                continue;
            }
            let status = match action {
                Action::Reject(_, rejection) => rejection.status(),
                _ => 200,
            };
            // A client that is gone has been reported as closed.
            let _: Result<(), _> = answer.send((status, body));
        }
    }
}
