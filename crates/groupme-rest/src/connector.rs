//! Connections for hyper's pool.

use core::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bayeux_dial::{Dialer, Stream, Target};
use http::{Uri, uri::Scheme};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
    client::legacy::connect::{Connected, Connection},
    rt::TokioIo,
};
use tokio::time::timeout;
use tower_service::Service;

use crate::BoxError;

/// Connects hyper's pool.
#[derive(Clone)]
pub(crate) struct Connector {
    dialer: Dialer,
    limit: Duration,
}

impl Connector {
    pub(crate) fn new(dialer: Dialer, limit: Duration) -> Self {
        Self { dialer, limit }
    }
}

impl Service<Uri> for Connector {
    type Response = Link;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Link, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Self { dialer, limit } = self.clone();
        Box::pin(async move {
            let is_secure = uri.scheme() == Some(&Scheme::HTTPS);
            let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
            let target = Target::new(uri.host().unwrap_or_default(), port, is_secure);
            let stream = timeout(limit, dialer.dial(&target))
                .await
                .map_err(|_| format!("no connection within {limit:?}"))??;
            Ok(Link(TokioIo::new(stream)))
        })
    }
}

/// A connection, as hyper's pool wants one.
pub(crate) struct Link(TokioIo<Stream>);

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
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl Write for Link {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }
}
