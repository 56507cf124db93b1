//! The way to a target.

use crate::{DialError, Proxy, RootStore, Stream, Target, race};

/// Connects to targets. Clones share what TLS is made of.
#[derive(Clone, Debug, Default)]
pub struct Dialer {
    proxy: Proxy,
    roots: RootStore,
}

impl Dialer {
    /// A dialer that goes through a proxy, where that is for the target, and trusts these roots.
    pub fn new(proxy: Proxy, roots: RootStore) -> Self {
        Self { proxy, roots }
    }

    /// Finds out whether it knows a way to a target, without going it.
    ///
    /// # Errors
    ///
    /// [`DialError::NoTls`] or [`DialError::Proxy`]: what [`dial`](Self::dial) would never succeed
    /// with.
    pub fn check(&self, target: &Target) -> Result<(), DialError> {
        let hop = self.proxy.towards(target)?;
        if target.is_secure() || hop.is_some_and(|hop| hop.proxy.is_secure()) {
            self.roots.check()?;
        }
        Ok(())
    }

    /// Connects to a target. Takes as long as the network lets it: limit the time, and drop the
    /// future to give up.
    ///
    /// # Errors
    ///
    /// If there is no connection.
    pub async fn dial(&self, target: &Target) -> Result<Stream, DialError> {
        let stream = match self.proxy.towards(target)? {
            None => self.reach(target).await?,
            Some(hop) => {
                let stream = self.reach(&hop.proxy).await?;
                let stream = self.secure(&hop.proxy, stream).await?;
                hop.open(stream, target).await?
            }
        };
        self.secure(target, stream).await
    }

    async fn reach(&self, target: &Target) -> Result<Stream, DialError> {
        let stream = race::reach(target.host(), target.port()).await?;
        Ok(Stream::plain(stream))
    }

    async fn secure(&self, target: &Target, stream: Stream) -> Result<Stream, DialError> {
        if target.is_secure() {
            self.roots.secure(target.host(), stream).await
        } else {
            Ok(stream)
        }
    }
}
