//! A Bayeux server on tokio, without GroupMe: a clock that publishes, and two clients that
//! subscribe, one over a WebSocket and one by long-polling.
//!
//! `bayeux_proto::server` decides which messages go to whom; this program brings the sockets: hyper
//! for HTTP, fastwebsockets for websockets, tokio for both.
//!
//! `cargo run --example own_server`

use core::{
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::collections::BTreeMap;

use anyhow::{Context, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use bayeux_proto::{
    Channel, LaneId, Session, SessionEvent, Transport,
    server::{Action, Config, LaneKind, Member, RequestContext, SecurityPolicy, Server},
};
use bayeux_transport::{Clock, Driver, DriverEvent, Endpoint, Lanes, Options};
use bayeux_wire::{Decoder, Frame, ServerPayload, Value};
use fastwebsockets::{
    self as websocket, FragmentCollectorRead, OpCode, Role, WebSocket, WebSocketError,
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header,
    server::conn::http1,
    service::service_fn,
    upgrade::OnUpgrade,
};
use hyper_util::rt::TokioIo;
use sha1::{Digest, Sha1};
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc, oneshot},
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (reports, reported) = mpsc::channel(64);
    tokio::spawn(run(reported));
    tokio::spawn(accept(listener, reports));
    tokio::try_join!(
        listen(address, Transport::WebSocket),
        listen(address, Transport::LongPolling),
    )?;
    Ok(())
}

/// Runs a client until the third event of the clock.
async fn listen(address: SocketAddr, transport: Transport) -> anyhow::Result<()> {
    let mut config = bayeux_proto::Config::default();
    config.transports = vec![transport];
    let mut session = Session::new(config, 1);
    session.subscribe(&Channel::new("/clock")?)?;
    session.connect();
    let endpoint = Endpoint::new(&format!("ws://{address}/bayeux"))?;
    let lanes = Lanes::new(endpoint, Options::default(), Clock::start())?;
    let mut driver = Driver::new(session, lanes, ());
    loop {
        match driver.next().await {
            DriverEvent::Delivery(delivery) => {
                let stroke = delivery.data().and_then(Value::as_u64);
                let stroke = stroke.context("the clock publishes a number")?;
                println!("{transport:?} received {stroke} on {}", delivery.channel());
                if stroke >= 3 {
                    driver.session().disconnect();
                }
            }
            DriverEvent::Session(SessionEvent::Ended(end)) => {
                println!("{transport:?} {end}");
                return Ok(());
            }
            other => println!("{transport:?} {other:?}"),
        }
    }
}

/// Action of the server, with the text that came with it.
type Output = (Action, Vec<u8>);

/// A report of a connection to the server.
enum Report {
    Opened(LaneId, LaneKind, mpsc::Sender<Output>),
    Received(LaneId, Bytes),
    Closed(LaneId),
}

/// Rules: everybody may subscribe, and only the clock may publish.
struct Rules;

impl SecurityPolicy for Rules {
    fn fill_random(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system has randomness");
    }

    fn may_publish(&mut self, context: &RequestContext<'_>) -> Result<(), String> {
        Err(format!(
            "403:{}:Only the clock publishes",
            context.request.message.channel
        ))
    }
}

/// Runs the server: one task that receives all reports, so that no lock is needed.
async fn run(mut reports: mpsc::Receiver<Report>) {
    let (mut server, mut decoder) = (Server::new(Config::default()), Decoder::new());
    let mut lanes = BTreeMap::new();
    let (clock, mut stroke) = (Clock::start(), 0_u64);
    let mut pendulum = tokio::time::interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            Some(report) = reports.recv() => match report {
                Report::Opened(lane, kind, outputs) => {
                    lanes.insert(lane, outputs);
                    server.handle_open(clock.now(), lane, kind);
                }
                Report::Received(lane, bytes) => {
                    let mut frame = Frame::from_bytes(&bytes);
                    ServerPayload::decode(&mut decoder, &mut frame).with(|payload| {
                        server.handle_payload(clock.now(), lane, payload, &mut Rules);
                    });
                }
                Report::Closed(lane) => {
                    lanes.remove(&lane);
                    server.handle_close(clock.now(), lane);
                }
            },
            _ = pendulum.tick() => {
                stroke += 1;
                let data = stroke.to_string();
                server.publish(clock.now(), "/clock", &[Member::new("data", &data)]);
            }
            () = clock.sleep_until(server.poll_timeout()) => server.handle_timeout(clock.now()),
        }
        let mut out = Vec::new();
        while let Some(action) = server.poll_action(&mut out) {
            let lane = action.lane();
            let output = (action, core::mem::take(&mut out));
            // A client that does not read is dropped, instead of delaying the others.
            if lanes
                .get(&lane)
                .is_some_and(|lane: &mpsc::Sender<_>| lane.try_send(output).is_err())
            {
                lanes.remove(&lane);
                server.handle_close(clock.now(), lane);
            }
        }
    }
}

/// Accepts clients, one task each.
async fn accept(listener: TcpListener, reports: mpsc::Sender<Report>) -> anyhow::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let reports = reports.clone();
        let service = service_fn(move |request| answer(request, reports.clone()));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection.with_upgrades());
    }
}

/// Handles one HTTP request: a WebSocket upgrade, or one batch that another batch answers.
async fn answer(
    request: Request<Incoming>,
    reports: mpsc::Sender<Report>,
) -> anyhow::Result<Response<Full<Bytes>>> {
    static LANES: AtomicU64 = AtomicU64::new(1);
    let lane = LaneId::new(LANES.fetch_add(1, Ordering::Relaxed));
    if let Some(key) = request.headers().get(header::SEC_WEBSOCKET_KEY) {
        let accept = Sha1::new().chain_update(key).chain_update(WEBSOCKET_GUID);
        let response = Response::builder()
            .status(StatusCode::SWITCHING_PROTOCOLS)
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "websocket")
            .header(
                header::SEC_WEBSOCKET_ACCEPT,
                STANDARD.encode(accept.finalize()),
            )
            .body(Full::default())?;
        tokio::spawn(serve_socket(lane, hyper::upgrade::on(request), reports));
        return Ok(response);
    }
    let batch = Limited::new(request.into_body(), MAX_BATCH).collect().await;
    let batch = batch.map_err(anyhow::Error::from_boxed)?.to_bytes();
    let (answering, answer) = oneshot::channel();
    tokio::spawn(serve_exchange(lane, batch, answering, reports));
    match answer.await?.context("the server has ended")? {
        (Action::Respond(..), body) => Ok(Response::builder()
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into())?),
        (Action::Reject(_, rejection), _) => Ok(Response::builder()
            .status(rejection.status())
            .body(Full::default())?),
        (other, _) => bail!("{other:?} is for sockets"),
    }
}

/// Serves an exchange: one batch each way. A client that gives up waiting ends the lane.
async fn serve_exchange(
    lane: LaneId,
    batch: Bytes,
    mut answering: oneshot::Sender<Option<Output>>,
    reports: mpsc::Sender<Report>,
) -> anyhow::Result<()> {
    let (sender, mut outputs) = mpsc::channel(1);
    reports
        .send(Report::Opened(lane, LaneKind::Exchange, sender))
        .await?;
    reports.send(Report::Received(lane, batch)).await?;
    tokio::select! {
        output = outputs.recv() => drop(answering.send(output)),
        () = answering.closed() => {}
    }
    Ok(reports.send(Report::Closed(lane)).await?)
}

/// Serves a WebSocket: any number of batches both ways.
async fn serve_socket(
    lane: LaneId,
    upgrade: OnUpgrade,
    reports: mpsc::Sender<Report>,
) -> anyhow::Result<()> {
    let socket = WebSocket::after_handshake(TokioIo::new(upgrade.await?), Role::Server);
    let (reader, writer) = socket.split(tokio::io::split);
    let (mut reader, writer) = (FragmentCollectorRead::new(reader), Mutex::new(writer));
    let (sender, mut outputs) = mpsc::channel(64);
    reports
        .send(Report::Opened(lane, LaneKind::Socket, sender))
        .await?;
    let write = async |frame| writer.lock().await.write_frame(frame).await;
    let reading = async {
        // The reader writes pongs by itself.
        while let Ok(frame) = reader.read_frame(&mut |frame| write(frame)).await {
            let batch = Bytes::copy_from_slice(&frame.payload);
            let is_batch = matches!(frame.opcode, OpCode::Text | OpCode::Binary);
            if is_batch && reports.send(Report::Received(lane, batch)).await.is_err() {
                break;
            }
        }
    };
    let writing = async {
        while let Some(output) = outputs.recv().await {
            let frame = match output {
                (Action::Send(_), text) => websocket::Frame::text(text.into()),
                (Action::Close(_, code), _) => websocket::Frame::close(code, &[]),
                (Action::Respond(..) | Action::Reject(..), _) => continue,
            };
            write(frame).await?;
        }
        Ok(())
    };
    // Reading is never cancelled before the end: a cancelled read would lose its position.
    let written: Result<(), WebSocketError> = tokio::select! {
        () = reading => Ok(()),
        written = writing => written,
    };
    reports.send(Report::Closed(lane)).await?;
    Ok(written?)
}

/// RFC 6455, section 1.3.
const WEBSOCKET_GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Maximum bytes of a batch.
const MAX_BATCH: usize = 1 << 20;
