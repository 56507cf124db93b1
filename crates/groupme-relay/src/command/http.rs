//! `/livez`, `/readyz` and `/metrics`.

use core::{convert::Infallible, net::SocketAddr, time::Duration};
use std::sync::Arc;

use super::own_figures::OwnFigures;
use anyhow::Context as _;
use bytes::Bytes;
use groupme_relay::{Health, describe_metrics};
use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode, body::Incoming, header, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{interval, timeout},
};

/// Server of probes and figures.
pub(super) struct Server {
    listener: TcpListener,
    figures: PrometheusHandle,
}

impl Server {
    /// Opens an address, and installs the recorder of the program's figures.
    pub(super) async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address}: choose another address for [http] `listen`")
        })?;
        let recorder = PrometheusBuilder::new()
            .set_buckets(BUCKETS)?
            .build_recorder();
        let figures = recorder.handle();
        metrics::set_global_recorder(OwnFigures(recorder))
            .map_err(|error| anyhow::anyhow!("the figures cannot be recorded: {error}"))?;
        describe_metrics();
        let server = Self { listener, figures };
        tracing::info!(address = %server.address()?, "probes and figures");
        Ok(server)
    }

    pub(super) fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Answers requests about a node, until dropped.
    pub(super) async fn run(self, health: Health) -> Infallible {
        let shared = Arc::new((health, self.figures));
        let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut upkeep = interval(UPKEEP);
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                _ = upkeep.tick() => {
                    shared.1.run_upkeep();
                    continue;
                }
            };
            // Beyond the limit, and without descriptors, connections are closed at once.
            let (Ok((stream, _)), Ok(permit)) =
                (accepted, Arc::clone(&permits).try_acquire_owned())
            else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                let _permit = permit;
                let (health, figures) = &*shared;
                let _ = timeout(LONGEST, connection(stream, health, figures)).await;
            });
        }
    }
}

async fn connection(stream: TcpStream, health: &Health, figures: &PrometheusHandle) {
    let service = service_fn(|request: Request<Incoming>| async move {
        let response = answer(request.method(), request.uri().path(), health, figures);
        Ok::<_, Infallible>(response)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(5))
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a request for figures");
    }
}

fn answer(
    method: &Method,
    path: &str,
    health: &Health,
    figures: &PrometheusHandle,
) -> Response<Full<Bytes>> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return text(StatusCode::METHOD_NOT_ALLOWED, "use GET\n".to_owned());
    }
    match path {
        "/livez" if health.is_live() => text(StatusCode::OK, "ok\n".to_owned()),
        "/livez" => {
            let reason = "the node's loop hangs: start the node anew\n";
            text(StatusCode::SERVICE_UNAVAILABLE, reason.to_owned())
        }
        "/readyz" => match health.check_ready() {
            Ok(()) => text(StatusCode::OK, "ok\n".to_owned()),
            Err(reason) => text(StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
        },
        "/metrics" => {
            health.record();
            text(StatusCode::OK, figures.render())
        }
        _ => {
            let paths = "there are /livez, /readyz and /metrics\n";
            text(StatusCode::NOT_FOUND, paths.to_owned())
        }
    }
}

fn text(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let plain = header::HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}

/// Upper bounds of all histograms, in seconds.
const BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    60.0,
];

const MAX_CONNECTIONS: usize = 64;

/// Longest life of a connection.
const LONGEST: Duration = Duration::from_mins(5);

/// Interval at which histograms are summed up when nobody reads them.
const UPKEEP: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use groupme_client::{RestClient, RestOptions};
    use groupme_relay::{
        AccountName, AccountRecord, Broker as _, GroupMe, Keys, MemoryBroker, Node, NodeId,
        NodeSettings,
    };
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn probes_and_figures_tell_about_a_node_and_no_secret() {
        let broker = MemoryBroker::new(Duration::from_secs(1), 1);
        let keys = Keys::parse(&Keys::generate().unwrap()).unwrap();
        let account = AccountName::new("t", "185").unwrap();
        let secret = "0123456789abcdef0123456789abcdef01234567";
        let token = groupme_client::Token::new(secret).unwrap();
        let record = AccountRecord::new(keys.seal(&account, &token).unwrap(), 1);
        broker.set_account(&account, Some(&record)).await.unwrap();
        // A port of loopback that nobody listens on: the account runs, and GroupMe is away.
        let options = RestOptions::with_base_url("http://127.0.0.1:9").unwrap();
        let rest = RestClient::without_token(&options).unwrap();
        let source = GroupMe::new("ws://127.0.0.1:9/faye", rest);
        let settings = NodeSettings::default();
        let node = Node::new(NodeId::new(1), broker, source, keys, settings);
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::open(address).await.unwrap();
        let address = server.address().unwrap();
        let health = node.health();
        tokio::spawn(server.run(health.clone()));
        assert!(get(address, "/livez").await.starts_with("HTTP/1.1 200"));
        let answer = get(address, "/readyz").await;
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains("lease"), "{answer}");

        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let task = tokio::spawn(node.run(async {
            let _ = stopped.await;
        }));
        let running = "groupme_relay_accounts{state=\"running\"} 1";
        let mut figures = String::new();
        for _ in 0..500 {
            figures = get(address, "/metrics").await;
            if figures.contains(running) && health.check_ready().is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(figures.contains(running), "{figures}");
        assert!(
            figures.contains("# HELP groupme_relay_claims_total"),
            "{figures}"
        );
        assert!(
            figures.contains("groupme_relay_claims_total 1"),
            "{figures}"
        );
        assert!(
            figures.contains("groupme_relay_append_seconds_bucket"),
            "{figures}"
        );
        assert!(
            !figures.contains(secret) && !figures.contains("185"),
            "{figures}"
        );
        assert!(get(address, "/readyz").await.starts_with("HTTP/1.1 200"));
        assert!(get(address, "/").await.starts_with("HTTP/1.1 404"));

        stop.send(()).unwrap();
        task.await.unwrap();
        let answer = get(address, "/readyz").await;
        assert!(answer.contains("drains"), "{answer}");
        assert!(get(address, "/livez").await.starts_with("HTTP/1.1 200"));
    }
}
