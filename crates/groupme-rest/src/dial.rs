//! Connections: TCP, a proxy's tunnel where there is one, TLS where it is asked for.

use core::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use std::io;

use http::{Uri, uri::Scheme};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
    client::legacy::connect::{Connected, Connection, HttpConnector, proxy::Tunnel},
    rt::TokioIo,
};
use tokio::time::timeout;
use tower_service::Service;

use crate::{Options, Source, proxy::Proxy, tls::Tls};

/// Connects hyper's pool.
#[derive(Clone)]
pub(crate) struct Dialer {
    reach: Reach,
    proxy: Proxy,
    limit: Duration,
}

impl Dialer {
    pub(crate) fn new(options: &Options, tls: Tls) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self {
            reach: Reach { tcp, tls },
            proxy: options.proxy.clone(),
            limit: options.connect_timeout,
        }
    }

    async fn dial(mut self, target: Uri) -> Result<Link, Source> {
        let Some(proxy) = self.proxy.towards(&target) else {
            return self.reach.call(target).await;
        };
        if !matches!(proxy.uri().scheme_str(), Some("http" | "https")) {
            return Err(
                "the proxy is neither `http` nor `https`, and nothing else is known".into(),
            );
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.reach.clone());
        if let Some(auth) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(auth.clone());
        }
        let link = tunnel.call(with_port(&target)?).await?;
        self.reach.secure(link, &target).await
    }
}

impl Service<Uri> for Dialer {
    type Response = Link;
    type Error = Source;
    type Future = Dialing;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Source>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Dialing {
        let dialer = self.clone();
        Box::pin(async move {
            let limit = dialer.limit;
            timeout(limit, dialer.dial(target))
                .await
                .map_err(|_| format!("no connection within {limit:?}"))?
        })
    }
}

/// Connects to a host directly.
#[derive(Clone)]
struct Reach {
    tcp: HttpConnector,
    tls: Tls,
}

impl Reach {
    async fn secure(&self, link: Link, target: &Uri) -> Result<Link, Source> {
        if target.scheme() != Some(&Scheme::HTTPS) {
            return Ok(link);
        }
        let (connector, name) = self.tls.towards(target.host().unwrap_or_default())?;
        let stream = connector.connect(name, TokioIo::new(link)).await?;
        Ok(Link(Box::new(TokioIo::new(stream))))
    }
}

impl Service<Uri> for Reach {
    type Response = Link;
    type Error = Source;
    type Future = Dialing;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Source>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Dialing {
        let mut reach = self.clone();
        Box::pin(async move {
            // The connector resolves names itself and is always ready.
            let stream = reach.tcp.call(target.clone()).await?;
            reach.secure(Link(Box::new(stream)), &target).await
        })
    }
}

/// The target with its port said: a tunnel would take another for granted than plain HTTP has.
fn with_port(target: &Uri) -> Result<Uri, Source> {
    let host = target.host().unwrap_or_default();
    let port = target.port_u16().unwrap_or({
        let is_https = target.scheme() == Some(&Scheme::HTTPS);
        if is_https { 443 } else { 80 }
    });
    Ok(Uri::builder()
        .scheme(target.scheme_str().unwrap_or_default())
        .authority(format!("{host}:{port}"))
        .path_and_query("/")
        .build()?)
}

type Dialing = Pin<Box<dyn Future<Output = Result<Link, Source>> + Send>>;

/// A connection, however many layers it has.
pub(crate) struct Link(Box<dyn Stream>);

trait Stream: Read + Write + Send + Unpin {}

impl<S: Read + Write + Send + Unpin> Stream for S {}

impl Connection for Link {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Link {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(cx, buf)
    }
}

impl Write for Link {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write_vectored(cx, slices)
    }
}
