//! Tunnels: how a proxy is asked for one (RFC 9110, section 9.3.6).

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use http_body_util::Empty;
use hyper::{client::conn::http1, upgrade};
use hyper_util::{client::proxy::matcher::Intercept, rt::TokioIo};
use tokio::task::JoinHandle;

use crate::{BoxError, DialError, Stream, Target, proxy::KNOWN};

/// A proxy on the way.
pub(crate) struct Hop {
    pub(crate) proxy: Target,
    password: Option<HeaderValue>,
}

impl Hop {
    pub(crate) fn new(found: &Intercept) -> Result<Self, DialError> {
        let uri = found.uri();
        let is_secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(DialError::Proxy { what: KNOWN }),
        };
        let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        Ok(Self {
            proxy: Target::new(uri.host().unwrap_or_default(), port, is_secure),
            password: found.basic_auth().cloned(),
        })
    }

    /// Asks the proxy, which is at the other end of `stream`, for a tunnel.
    pub(crate) async fn open(&self, stream: Stream, target: &Target) -> Result<Stream, DialError> {
        let broke = |error: Option<hyper::Error>| DialError::TunnelBroke {
            proxy: self.proxy.host().to_owned(),
            source: error.map(BoxError::from),
        };
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| broke(Some(error)))?;
        let _connection = Running(tokio::spawn(async move {
            // Whoever waits for the answer learns of it as well.
            if let Err(error) = connection.with_upgrades().await {
                tracing::debug!(%error, "the connection to a proxy ended");
            }
        }));
        let authority = target.authority();
        let mut request = Request::connect(&authority).header(header::HOST, &authority);
        if let Some(password) = &self.password {
            request = request.header(header::PROXY_AUTHORIZATION, password);
        }
        let request = request.body(Empty::<Bytes>::new());
        let request = request.map_err(|_| DialError::Proxy {
            what: "the host behind it cannot be written",
        })?;
        let response = sender.send_request(request).await;
        let response = response.map_err(|error| broke(Some(error)))?;
        if !response.status().is_success() {
            return Err(DialError::Tunnel {
                proxy: self.proxy.host().to_owned(),
                status: response.status().as_u16(),
            });
        }
        let tunnel = upgrade::on(response).await;
        let tunnel = tunnel.map_err(|error| broke(Some(error)))?;
        match tunnel.downcast::<TokioIo<Stream>>() {
            Ok(parts) if parts.read_buf.is_empty() => Ok(parts.io.into_inner()),
            // Neither TLS nor HTTP lets the server speak first.
            _ => Err(broke(None)),
        }
    }
}

/// A connection that is closed when nobody needs it any more.
struct Running(JoinHandle<()>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The head of a proxy's answer is small.
const MAX_HEAD: usize = 64 * 1024;
