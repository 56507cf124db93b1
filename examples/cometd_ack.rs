//! CometD's acknowledgement extension: a response with events is lost on the way, and the server
//! sends the events again. Each is printed once.
//!
//! `cargo run --example cometd_ack`

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::Arc;

use anyhow::{bail, ensure};
use bayeux_proto::{
    Ack, Channel, Config, Session, SessionEvent, Transport,
    server::{self, Profile},
};
use bayeux_server::{AllowAll, Server};
use bayeux_transport::{Clock, Driver, DriverEvent, Endpoint, Lanes, Options};
use bayeux_wire::Value;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Server on a bad line: a response with events can be lost.
#[derive(Clone)]
struct BadLine {
    server: Server,
    /// Whether the next response with events is lost.
    is_losing: Arc<AtomicBool>,
}

impl BadLine {
    async fn serve(self, listener: TcpListener) -> anyhow::Result<()> {
        loop {
            let (stream, _) = listener.accept().await?;
            let line = self.clone();
            let service = service_fn(move |request| line.clone().answer(request));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }

    /// Answers a request as the server does, or cuts the connection by an error.
    async fn answer(self, request: Request<Incoming>) -> anyhow::Result<Response<Full<Bytes>>> {
        let (head, body) = self.server.call(request).await.into_parts();
        let body = body.collect().await?.to_bytes();
        let has_events = body.windows(7).any(|text| text == b"\"data\":");
        if has_events && self.is_losing.swap(false, Relaxed) {
            bail!("the response is lost");
        }
        Ok(Response::from_parts(head, Full::new(body)))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut config = server::Config::new(Profile::cometd());
    config.ack_extension = true;
    let server = Server::new(AllowAll, bayeux_server::Options::new(config));
    let is_losing = Arc::new(AtomicBool::new(false));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/cometd", listener.local_addr()?);
    let line = BadLine {
        server: server.clone(),
        is_losing: Arc::clone(&is_losing),
    };
    tokio::spawn(line.serve(listener));

    let mut config = Config::default();
    config.transports = vec![Transport::LongPolling];
    let mut session = Session::new(config, 1);
    session.subscribe(&Channel::new("/news")?)?;
    let lanes = Lanes::new(Endpoint::new(&url)?, Options::default(), Clock::start())?;
    // Further extensions go beside it: `(Ack::new(), my_token, …)`.
    let mut driver = Driver::new(session, lanes, Ack::new());
    driver.connect();

    let mut received = Vec::new();
    while received.len() < 4 {
        match driver.next().await {
            DriverEvent::Session(SessionEvent::Subscribed(_)) => {
                server.publish("/news", "1")?;
            }
            DriverEvent::Delivery(delivery) => {
                let number = delivery.data().and_then(Value::as_u64).unwrap_or(0);
                println!("received {number}, batch {}", driver.extension().latest());
                received.push(number);
                match number {
                    1 => {
                        is_losing.store(true, Relaxed);
                        server.publish("/news", "2")?;
                        server.publish("/news", "3")?;
                    }
                    3 => server.publish("/news", "4")?,
                    _ => {}
                }
            }
            DriverEvent::LaneFailed(_, error) => println!("a response is lost: {error}"),
            _ => {}
        }
    }
    ensure!(
        received == [1, 2, 3, 4],
        "each once, in order: {received:?}"
    );
    ensure!(driver.extension().is_on(), "the server acknowledges");
    Ok(())
}
