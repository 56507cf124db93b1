//! Load server: as much of GroupMe's gateway and REST API as clients need to listen, and one stream
//! of messages that all sessions receive.
//!
//! The simulator of `groupme-sim` knows much more of GroupMe, and would be measured with each client.
//! Here a flood is a copy of prepared bytes in which three numbers change.

mod bayeux;
mod event;
mod rest;
mod socket;
mod stream;
mod tls;

use core::{
    convert::Infallible,
    sync::atomic::{AtomicU64, Ordering},
};
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, Response, StatusCode, body::Incoming, header, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    sync::watch,
};

use self::{bayeux::Gateway, stream::Stream};
use crate::meter::unix_micros;

/// Settings of the load server.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Port; a free one by default.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Messages per second to each session; 0 for none.
    #[arg(long, default_value_t = 0)]
    pub(crate) rate: u64,
    /// Sends as fast as clients read, this many messages in a frame or reply.
    #[arg(long, conflicts_with = "rate")]
    pub(crate) flood: Option<u64>,
    /// Time from a subscription to its flood, in milliseconds, in which clients read the REST API.
    #[arg(long, default_value_t = 500)]
    pub(crate) flood_after: u64,
    /// Maximum hold of a connect, in milliseconds.
    #[arg(long, default_value_t = 30_000)]
    pub(crate) hold: u64,
    /// Groups of every account.
    #[arg(long, default_value_t = 16)]
    pub(crate) groups: u64,
    /// Time of the first message, in microseconds since 1970: a server that is started again with
    /// the same time has the messages in between in its history. Default: now.
    #[arg(long)]
    pub(crate) begin: Option<u64>,
    /// Speaks TLS.
    #[arg(long)]
    pub(crate) tls: bool,
}

/// State of the server.
struct Shared {
    gateway: Gateway,
    stream: Arc<Stream>,
    connections: AtomicU64,
    broken: watch::Sender<()>,
}

/// Serves until the process is killed. Prints the ports and the certificate first, in JSON.
pub(crate) async fn serve(options: Options) -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let (acceptor, certificate) = options.tls.then(tls::acceptor).transpose()?.unzip();
    let certificate = certificate.unwrap_or_default();
    let stream = Arc::new(Stream::new(&options, unix_micros()));
    let shared = Arc::new(Shared {
        gateway: Gateway::new(&options, Arc::clone(&stream)),
        stream: Arc::clone(&stream),
        connections: AtomicU64::new(0),
        broken: watch::Sender::new(()),
    });
    tokio::spawn(async move { stream.run().await });
    let commands = TcpListener::bind(("127.0.0.1", 0)).await?;
    let ports = [&listener, &commands].map(TcpListener::local_addr);
    let [Ok(port), Ok(control_port)] = ports.map(|address| address.map(|address| address.port()))
    else {
        anyhow::bail!("a listener without an address");
    };
    tokio::spawn(control(Arc::clone(&shared), commands));
    println!(
        "{}",
        json!({ "port": port, "control": control_port, "certificate": certificate })
    );
    loop {
        let (tcp, _) = listener.accept().await?;
        tcp.set_nodelay(true)?;
        shared.connections.fetch_add(1, Ordering::Relaxed);
        let (shared, acceptor) = (Arc::clone(&shared), acceptor.clone());
        let mut broken = shared.broken.subscribe();
        tokio::spawn(async move {
            let connection = async {
                match acceptor {
                    None => connection(shared, tcp).await,
                    Some(acceptor) => {
                        if let Ok(tls) = acceptor.accept(tcp).await {
                            connection(shared, tls).await;
                        }
                    }
                }
            };
            tokio::select! {
                () = connection => {}
                _ = broken.changed() => {}
            }
        });
    }
}

/// Serves a connection, and the socket that it may become: in one task, which a break drops.
async fn connection<S>(shared: Arc<Shared>, io: S)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let upgraded = tokio::sync::Mutex::new(None);
    let service = service_fn(|mut request: Request<Incoming>| {
        let (shared, upgraded) = (&shared, &upgraded);
        async move {
            if let Some(response) = bayeux_server::sockets::accept(&request) {
                *upgraded.lock().await = Some(hyper::upgrade::on(&mut request));
                return Ok::<_, Infallible>(response);
            }
            Ok(answer(shared, request).await)
        }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.half_close(false);
    let served = http
        .serve_connection(TokioIo::new(io), service)
        .with_upgrades();
    if served.await.is_err() {
        return;
    }
    if let Some(upgraded) = upgraded.into_inner()
        && let Ok(upgraded) = upgraded.await
    {
        socket::serve(&shared, TokioIo::new(upgraded)).await;
    }
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = match *request.method() {
        Method::GET if path == "/faye" => Some(callback_polling(shared, &query).await),
        Method::GET => rest::answer(&shared.stream, &path, &query),
        _ => match request.into_body().collect().await {
            Ok(body) => Some(shared.gateway.exchange(&body.to_bytes()).await),
            Err(_) => None,
        },
    };
    let status = match body {
        Some(_) => StatusCode::OK,
        None => StatusCode::NOT_FOUND,
    };
    let mut response = Response::new(Full::from(body.unwrap_or_default()));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// Answers a request of callback-polling, with which groupme-push begins: a script with a call.
async fn callback_polling(shared: &Shared, query: &str) -> Vec<u8> {
    let value = |key: &str| {
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        let pair = pairs.find(|(name, _)| name == key);
        pair.map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let batch = shared.gateway.exchange(value("message").as_bytes()).await;
    let batch = String::from_utf8_lossy(&batch);
    format!("/**/{}({batch});", value("jsonp")).into_bytes()
}

/// Carries out a command of the run: breaks all connections, or returns the counts since the start.
async fn control(shared: Arc<Shared>, listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut command = [0];
        if stream.read_exact(&mut command).await.is_ok() && command == *BREAK {
            shared.broken.send_replace(());
        }
        let counts = json!({
            "connections": shared.connections.load(Ordering::Relaxed),
            "subscribed": shared.gateway.subscribed(),
        });
        // Who has gone needs no answer.
        let _ = stream.write_all(counts.to_string().as_bytes()).await;
    }
}

/// Command that breaks all connections.
pub(crate) const BREAK: &[u8; 1] = b"b";
/// Command that only asks for the counts.
pub(crate) const COUNT: &[u8; 1] = b"c";
