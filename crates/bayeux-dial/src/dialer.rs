//! The dialer: TCP, proxy and TLS in their order.

use crate::{DialError, Proxy, RootStore, Stream, Target, happy_eyeballs};

/// Opens connections. Clones share the TLS configuration.
#[derive(Clone, Debug, Default)]
pub struct Dialer {
    proxy: Proxy,
    roots: RootStore,
}

impl Dialer {
    /// Creates a dialer that uses a proxy, for the targets that it applies to, and trusts these
    /// root certificates.
    pub fn new(proxy: Proxy, roots: RootStore) -> Self {
        Self { proxy, roots }
    }

    /// Checks the settings that apply to a target, without connecting.
    ///
    /// # Errors
    ///
    /// [`DialError::NoTls`] or [`DialError::Proxy`], with which [`dial`](Self::dial) would always
    /// fail.
    pub fn check(&self, target: &Target) -> Result<(), DialError> {
        let proxy = self.proxy.for_target(target)?;
        if target.is_secure() || proxy.is_some_and(|proxy| proxy.target().is_secure()) {
            self.roots.check()?;
        }
        Ok(())
    }

    /// Connects to a target. There is no timeout: drop the future to give up.
    ///
    /// # Errors
    ///
    /// [`DialError`], if no connection can be opened.
    pub async fn dial(&self, target: &Target) -> Result<Stream, DialError> {
        let stream = match self.proxy.for_target(target)? {
            None => connect(target).await?,
            Some(proxy) => {
                let stream = connect(proxy.target()).await?;
                let stream = self.secure(proxy.target(), stream).await?;
                proxy.open_tunnel(stream, target).await?
            }
        };
        self.secure(target, stream).await
    }

    async fn secure(&self, target: &Target, stream: Stream) -> Result<Stream, DialError> {
        if target.is_secure() {
            self.roots.secure(target.host(), stream).await
        } else {
            Ok(stream)
        }
    }
}

async fn connect(target: &Target) -> Result<Stream, DialError> {
    let stream = happy_eyeballs::connect(target.host(), target.port()).await?;
    Ok(Stream::plain(stream))
}
