//! Connector of hyper's pool.

use core::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bayeux_dial::{Dialer, Target};
use http::{Uri, uri::Scheme};
use hyper_util::rt::TokioIo;
use tokio::time;
use tower_service::Service;

use crate::{BoxError, meter::Metered};

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
    type Response = TokioIo<Metered>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<Metered>, BoxError>> + Send>>;

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
            Ok(TokioIo::new(Metered::new(stream)))
        })
    }
}
