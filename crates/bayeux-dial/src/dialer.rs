//! The dialer: TCP, proxy and TLS in their order.

use std::io;

use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use crate::{
    ClientCertificate, DialError, Proxy, RootStore, Stream, Target, happy_eyeballs,
    proxy::ProxyServer,
};

/// Opens connections. Clones share the TLS configuration.
#[derive(Clone, Debug, Default)]
pub struct Dialer {
    proxy: Proxy,
    roots: RootStore,
    certificate: Option<ClientCertificate>,
}

impl Dialer {
    /// Creates a dialer that uses a proxy, for the targets that it applies to, and trusts these
    /// root certificates.
    pub fn new(proxy: Proxy, roots: RootStore) -> Self {
        Self {
            proxy,
            roots,
            certificate: None,
        }
    }

    /// Shows this certificate to targets that ask for one. Proxies never see it.
    #[must_use]
    pub fn with_client_certificate(mut self, certificate: ClientCertificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Checks the settings that apply to a target, without connecting.
    ///
    /// # Errors
    ///
    /// [`DialError::NoTls`] or [`DialError::Proxy`], with which [`dial`](Self::dial) would always
    /// fail.
    pub fn check(&self, target: &Target) -> Result<(), DialError> {
        let proxy = self.proxy.for_target(target)?;
        let no_tls = |remedy| DialError::NoTls { remedy };
        if target.is_secure() {
            self.connector().map_err(no_tls)?;
        }
        if proxy.is_some_and(|proxy| proxy.target().is_secure()) {
            self.roots.connector().map_err(no_tls)?;
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
                self.tunnel(proxy, proxy.tunnel_targets(target).await?)
                    .await?
            }
        };
        if !target.is_secure() {
            return Ok(stream);
        }
        secure(self.connector(), target.host(), stream).await
    }

    /// Asks a proxy for a connection to one of these targets, in turn, until it opens one. They are
    /// the addresses of one host, and the proxy may reach some of them only, such as IPv4.
    async fn tunnel(&self, proxy: &ProxyServer, targets: Vec<Target>) -> Result<Stream, DialError> {
        let mut targets = targets.into_iter();
        loop {
            let Some(target) = targets.next() else {
                return Err(DialError::Proxy {
                    what: "the host behind it has no address",
                });
            };
            let stream = connect(proxy.target()).await?;
            let stream = if proxy.target().is_secure() {
                let connector = self.roots.connector().cloned();
                secure(connector, proxy.target().host(), stream).await?
            } else {
                stream
            };
            match proxy.open_tunnel(stream, &target).await {
                // The proxy failed to connect, or does not know the type of the address.
                Err(DialError::Socks {
                    reply: 1 | 3..=6 | 8,
                    ..
                }) if targets.len() > 0 => {}
                outcome => return outcome,
            }
        }
    }

    fn connector(&self) -> Result<TlsConnector, &'static str> {
        match &self.certificate {
            None => self.roots.connector().cloned(),
            Some(certificate) => certificate.connector(&self.roots),
        }
    }
}

/// Performs the TLS handshake with `host`, whose certificate has to be for that name.
async fn secure(
    connector: Result<TlsConnector, &'static str>,
    host: &str,
    stream: Stream,
) -> Result<Stream, DialError> {
    let connector = connector.map_err(|remedy| DialError::NoTls { remedy })?;
    let handshake = async {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        connector.connect(name, stream).await
    };
    let stream = handshake.await.map_err(|source| DialError::Tls {
        host: host.to_owned(),
        source,
    })?;
    Ok(Stream::over_tls(stream))
}

async fn connect(target: &Target) -> Result<Stream, DialError> {
    let stream = happy_eyeballs::connect(target.host(), target.port()).await?;
    Ok(Stream::plain(stream))
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    /// Serves one connection as a SOCKS5 proxy with this reply.
    async fn serve(listener: &TcpListener, reply: u8) {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut greeting = [0; 3];
        stream.read_exact(&mut greeting).await.unwrap();
        stream.write_all(&[5, 0]).await.unwrap();
        let mut head = [0; 4];
        stream.read_exact(&mut head).await.unwrap();
        let mut address = vec![0; if head[3] == 1 { 4 + 2 } else { 16 + 2 }];
        stream.read_exact(&mut address).await.unwrap();
        let reply = [5, reply, 0, 1, 0, 0, 0, 0, 0, 0];
        stream.write_all(&reply).await.unwrap();
    }

    /// Dials two addresses through a proxy with these replies.
    async fn dial(replies: &[u8]) -> Result<Stream, DialError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Proxy::at(&format!("socks5://127.0.0.1:{port}"), "").unwrap();
        let dialer = Dialer::new(proxy.clone(), RootStore::default());
        let targets = ["2001:db8::7", "192.0.2.7"].map(|host| Target::new(host, 443, false));
        let server = proxy.for_target(&targets[0]).unwrap().unwrap();
        let serving = async {
            for reply in replies {
                serve(&listener, *reply).await;
            }
            core::future::pending::<()>().await;
        };
        tokio::select! {
            outcome = dialer.tunnel(server, targets.to_vec()) => outcome,
            () = serving => unreachable!(),
        }
    }

    #[tokio::test]
    async fn the_next_address_is_tried_if_the_proxy_cannot_reach_the_first() {
        for refusal in [1, 3, 4, 5, 6, 8] {
            let outcome = dial(&[refusal, 0]).await;
            assert!(outcome.is_ok(), "{refusal}");
        }
    }

    #[tokio::test]
    async fn a_refusal_by_rule_or_of_the_last_address_is_the_error() {
        let outcome = dial(&[2, 0]).await;
        assert!(matches!(outcome, Err(DialError::Socks { reply: 2, .. })));
        let outcome = dial(&[4, 5]).await;
        assert!(matches!(outcome, Err(DialError::Socks { reply: 5, .. })));
    }
}
