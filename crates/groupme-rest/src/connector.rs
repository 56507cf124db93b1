//! Connector of hyper's pool.

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
use tokio::time;
use tower_service::Service;

use crate::BoxError;

/// Opens connections for hyper's pool, by way of `bayeux-dial`.
#[derive(Clone)]
pub(crate) struct Connector {
    dialer: Dialer,
    timeout: Duration,
}

impl Connector {
    pub(crate) fn new(dialer: Dialer, timeout: Duration) -> Self {
        Self { dialer, timeout }
    }
}

impl Service<Uri> for Connector {
    type Response = HttpConnection;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpConnection, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Self { dialer, timeout } = self.clone();
        Box::pin(async move {
            let is_secure = uri.scheme() == Some(&Scheme::HTTPS);
            let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
            let target = Target::new(uri.host().unwrap_or_default(), port, is_secure);
            let stream = time::timeout(timeout, dialer.dial(&target))
                .await
                .map_err(|_| format!("no connection within {timeout:?}"))??;
            Ok(HttpConnection(TokioIo::new(stream)))
        })
    }
}

/// Connection of hyper's pool.
pub(crate) struct HttpConnection(TokioIo<Stream>);

impl Connection for HttpConnection {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for HttpConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl Write for HttpConnection {
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
