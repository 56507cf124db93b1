//! Tunnels through HTTP proxies (RFC 9110, section 9.3.6).
//!
//! hyper-util's `Tunnel` is not used: it reports every status but 407 as "unsuccessful", so that a
//! refusal (403) could not be distinguished from a failure (503), and drops the bytes that follow
//! the response head in the same read.

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, header};
use http_body_util::Empty;
use hyper::{client::conn::http1, upgrade};
use hyper_util::rt::TokioIo;
use tokio::task::JoinHandle;

use crate::{BoxError, DialError, Stream, Target};

/// Asks the HTTP proxy at the other end of `stream` for a tunnel.
pub(super) async fn open(
    stream: Stream,
    proxy: &str,
    authorization: Option<&HeaderValue>,
    target: &Target,
) -> Result<Stream, DialError> {
    let broke = |error: Option<hyper::Error>| DialError::TunnelBroke {
        proxy: proxy.to_owned(),
        source: error.map(BoxError::from),
    };
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| broke(Some(error)))?;
    let _task = ConnectionTask(tokio::spawn(async move {
        // The pending request gets this error too.
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "the connection to a proxy ended");
        }
    }));
    let authority = target.authority();
    let mut request = Request::connect(&authority).header(header::HOST, &authority);
    if let Some(authorization) = authorization {
        request = request.header(header::PROXY_AUTHORIZATION, authorization);
    }
    let request = request.body(Empty::<Bytes>::new());
    let request = request.map_err(|_| DialError::Proxy {
        what: "the host behind it cannot be sent in HTTP",
    })?;
    let response = sender.send_request(request).await;
    let response = response.map_err(|error| broke(Some(error)))?;
    match response.status() {
        status if status.is_success() => {}
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            return Err(DialError::ProxyAuth {
                proxy: proxy.to_owned(),
                what: "HTTP status 407",
            });
        }
        status => {
            return Err(DialError::Tunnel {
                proxy: proxy.to_owned(),
                status: status.as_u16(),
            });
        }
    }
    let tunnel = upgrade::on(response).await;
    let tunnel = tunnel.map_err(|error| broke(Some(error)))?;
    match tunnel.downcast::<TokioIo<Stream>>() {
        Ok(parts) if parts.read_buf.is_empty() => Ok(parts.io.into_inner()),
        // Neither TLS nor HTTP lets the server send first.
        _ => Err(broke(None)),
    }
}

/// The task of a connection. Dropping it closes the connection, unless the stream was handed over.
struct ConnectionTask(JoinHandle<()>);

impl Drop for ConnectionTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Maximum size of the head of a proxy's response, in bytes.
const MAX_HEAD: usize = 64 * 1024;
