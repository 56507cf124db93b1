//! TLS by rustls: whom to trust, and how a connection is wrapped.

use std::{io, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use crate::{Error, connect::Stream};

/// The roots to trust: Mozilla's, where they are compiled in, and what was added.
#[derive(Clone)]
pub(crate) struct Roots(RootCertStore);

impl Roots {
    pub(crate) fn add_der(&mut self, der: &[u8]) -> Result<(), Error> {
        let root = CertificateDer::from_slice(der).into_owned();
        self.0
            .add(root)
            .map_err(|error| Error::RootCertificate(error.into()))
    }

    pub(crate) fn add_pem(&mut self, pem: &[u8]) -> Result<(), Error> {
        let mut found = false;
        for root in CertificateDer::pem_slice_iter(pem) {
            self.add_der(&root.map_err(|error| Error::RootCertificate(error.into()))?)?;
            found = true;
        }
        if found {
            Ok(())
        } else {
            Err(Error::RootCertificate("no certificate in it".into()))
        }
    }
}

impl Default for Roots {
    fn default() -> Self {
        #[cfg(feature = "bundled-roots")]
        let bundled = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        #[cfg(not(feature = "bundled-roots"))]
        let bundled = RootCertStore::empty();
        Self(bundled)
    }
}

/// Wraps connections.
pub(crate) struct Tls(TlsConnector);

impl Tls {
    pub(crate) fn new(roots: Roots) -> Result<Self, Error> {
        if roots.0.is_empty() {
            return Err(Error::NoTls {
                remedy: "add a root certificate to the options",
            });
        }
        let mut config = configuration(roots.0)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// Wraps a connection to `host`, who has to prove to be that.
    pub(crate) async fn wrap(&self, host: &str, stream: Stream) -> Result<Stream, Error> {
        let wrapping = async {
            let name = ServerName::try_from(host.to_owned())
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
            self.0.connect(name, stream).await
        };
        let stream = wrapping.await.map_err(|source| Error::Tls {
            host: host.to_owned(),
            source,
        })?;
        Ok(Stream::Tls(Box::new(stream)))
    }
}

#[cfg(feature = "rustls-ring")]
fn configuration(roots: RootCertStore) -> Result<ClientConfig, Error> {
    // The provider is named, because the plain builder panics in a program that links two.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::NoTls {
            remedy: "the provider supports no safe version of TLS",
        })?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(not(feature = "rustls-ring"))]
fn configuration(_: RootCertStore) -> Result<ClientConfig, Error> {
    Err(Error::NoTls {
        remedy: "build with the feature `rustls-ring`",
    })
}
