//! TLS by rustls: whom to trust, and how a connection is wrapped.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use crate::{SetupError, Source};

/// The roots to trust: Mozilla's, where they are compiled in, and what was added.
#[derive(Clone)]
pub(crate) struct Roots(RootCertStore);

impl Roots {
    pub(crate) fn add_der(&mut self, der: &[u8]) -> Result<(), SetupError> {
        let root = CertificateDer::from_slice(der).into_owned();
        self.0
            .add(root)
            .map_err(|error| SetupError::RootCertificate(error.into()))
    }

    pub(crate) fn add_pem(&mut self, pem: &[u8]) -> Result<(), SetupError> {
        let mut found = false;
        for root in CertificateDer::pem_slice_iter(pem) {
            self.add_der(&root.map_err(|error| SetupError::RootCertificate(error.into()))?)?;
            found = true;
        }
        if found {
            Ok(())
        } else {
            Err(SetupError::RootCertificate("no certificate in it".into()))
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

/// Wraps connections in TLS, if there is somebody to trust.
#[derive(Clone)]
pub(crate) struct Tls(Result<TlsConnector, &'static str>);

impl Tls {
    pub(crate) fn new(roots: Roots) -> Self {
        if roots.0.is_empty() {
            return Self(Err("add a root certificate to the options"));
        }
        Self(configuration(roots.0).map(|mut config| {
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            TlsConnector::from(Arc::new(config))
        }))
    }

    /// The fault, unless there can be TLS.
    pub(crate) fn check(&self) -> Result<(), SetupError> {
        self.connector().map(drop)
    }

    /// What wraps a connection, and the name that the server must prove to have.
    pub(crate) fn towards(
        &self,
        host: &str,
    ) -> Result<(&TlsConnector, ServerName<'static>), Source> {
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        Ok((self.connector()?, ServerName::try_from(host.to_owned())?))
    }

    fn connector(&self) -> Result<&TlsConnector, SetupError> {
        self.0
            .as_ref()
            .map_err(|remedy| SetupError::NoTls { remedy })
    }
}

#[cfg(feature = "rustls-ring")]
fn configuration(roots: RootCertStore) -> Result<ClientConfig, &'static str> {
    // The provider is named, because the plain builder panics in a program that links two.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| "the provider supports no safe version of TLS")?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(not(feature = "rustls-ring"))]
fn configuration(_: RootCertStore) -> Result<ClientConfig, &'static str> {
    Err("build with the feature `rustls-ring`")
}
