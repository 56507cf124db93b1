//! TLS by rustls: the trusted root certificates and the handshake.

use core::fmt;
use std::{
    io,
    sync::{Arc, LazyLock, OnceLock},
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use crate::{DialError, Stream};

/// The root certificates to trust.
///
/// The default are Mozilla's, if they are compiled in. Clones share the TLS configuration and its
/// session cache.
#[derive(Clone)]
pub struct RootStore(Arc<Inner>);

struct Inner {
    store: RootCertStore,
    /// Created on first use.
    connector: OnceLock<Result<TlsConnector, &'static str>>,
}

impl RootStore {
    /// Creates an empty store, which trusts no server.
    pub fn none() -> Self {
        Self::of(RootCertStore::empty())
    }

    /// Adds a root certificate in DER.
    ///
    /// # Errors
    ///
    /// [`DialError::RootCertificate`] if it is not a certificate.
    pub fn add_der(&mut self, der: &[u8]) -> Result<(), DialError> {
        self.add(core::iter::once(
            CertificateDer::from_slice(der).into_owned(),
        ))
    }

    /// Adds all root certificates of a PEM file.
    ///
    /// # Errors
    ///
    /// [`DialError::RootCertificate`] if the file has no certificate, or one that cannot be read.
    /// None of them is added then.
    pub fn add_pem(&mut self, pem: &[u8]) -> Result<(), DialError> {
        let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let roots = roots.map_err(|error| DialError::RootCertificate(error.into()))?;
        if roots.is_empty() {
            return Err(DialError::RootCertificate("no certificate in it".into()));
        }
        self.add(roots.into_iter())
    }

    fn add(
        &mut self,
        roots: impl Iterator<Item = CertificateDer<'static>>,
    ) -> Result<(), DialError> {
        let mut store = self.0.store.clone();
        for root in roots {
            store
                .add(root)
                .map_err(|error| DialError::RootCertificate(error.into()))?;
        }
        *self = Self::of(store);
        Ok(())
    }

    fn of(store: RootCertStore) -> Self {
        Self(Arc::new(Inner {
            store,
            connector: OnceLock::new(),
        }))
    }

    /// Checks that TLS can be used.
    pub(crate) fn check(&self) -> Result<(), DialError> {
        self.connector().map(drop)
    }

    /// Performs the TLS handshake with `host`, whose certificate has to be for that name.
    pub(crate) async fn secure(&self, host: &str, stream: Stream) -> Result<Stream, DialError> {
        let connector = self.connector()?;
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

    fn connector(&self) -> Result<&TlsConnector, DialError> {
        let connector = self.0.connector.get_or_init(|| connector(&self.0.store));
        connector
            .as_ref()
            .map_err(|remedy| DialError::NoTls { remedy })
    }
}

impl Default for RootStore {
    fn default() -> Self {
        static BUNDLED: LazyLock<RootStore> = LazyLock::new(|| {
            #[cfg(feature = "bundled-roots")]
            let store = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
            #[cfg(not(feature = "bundled-roots"))]
            let store = RootCertStore::empty();
            RootStore::of(store)
        });
        BUNDLED.clone()
    }
}

impl fmt::Debug for RootStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RootStore")
            .field(&self.0.store.len())
            .finish()
    }
}

fn connector(store: &RootCertStore) -> Result<TlsConnector, &'static str> {
    if store.is_empty() {
        return Err("add a root certificate to the options");
    }
    let mut config = configuration(store.clone())?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn configuration(roots: RootCertStore) -> Result<ClientConfig, &'static str> {
    // The provider is named, because the plain builder panics in a program that links two.
    let config = ClientConfig::builder_with_provider(Arc::new(provider()?))
        .with_safe_default_protocol_versions()
        .map_err(|_| "the provider supports no safe version of TLS")?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Returns Graviola, if it is compiled in and the processor suffices, or else ring.
#[cfg_attr(
    feature = "rustls-ring",
    expect(clippy::unnecessary_wraps, reason = "ring suits every processor")
)]
fn provider() -> Result<CryptoProvider, &'static str> {
    #[cfg(feature = "rustls-graviola")]
    if graviola::util::is_cpu_supported() {
        return Ok(rustls_graviola::default_provider());
    }
    #[cfg(feature = "rustls-ring")]
    return Ok(rustls::crypto::ring::default_provider());
    #[cfg(not(feature = "rustls-ring"))]
    Err(if cfg!(feature = "rustls-graviola") {
        "the processor is too old for Graviola: build with the feature `rustls-ring`"
    } else {
        "build with the feature `rustls-ring` or `rustls-graviola`"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_a_certificate_are_refused_and_change_nothing() {
        let mut roots = RootStore::none();
        let good = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let half = format!("{}-----BEGIN CERTIFICATE-----\n!", good.cert.pem());
        for bad in [
            roots.clone().add_der(b"nonsense"),
            roots.clone().add_pem(b"nonsense"),
            roots.add_pem(half.as_bytes()),
        ] {
            assert!(matches!(bad, Err(DialError::RootCertificate(_))));
        }
        assert_eq!(format!("{roots:?}"), "RootStore(0)");
        roots.add_pem(good.cert.pem().as_bytes()).unwrap();
        roots.add_der(good.cert.der()).unwrap();
        assert_eq!(format!("{roots:?}"), "RootStore(2)");
    }

    #[test]
    fn tls_needs_a_root_certificate() {
        assert!(matches!(
            RootStore::none().check(),
            Err(DialError::NoTls { .. })
        ));
    }

    #[cfg(feature = "rustls-graviola")]
    #[test]
    fn graviola_goes_before_ring_where_the_processor_suffices() {
        let provider = format!("{:?}", provider().unwrap().secure_random);
        let graviola = format!("{:?}", rustls_graviola::default_provider().secure_random);
        assert_eq!(
            provider == graviola,
            graviola::util::is_cpu_supported(),
            "{provider}"
        );
    }

    #[cfg(all(feature = "bundled-roots", feature = "rustls-ring"))]
    #[test]
    fn clones_and_defaults_share_the_tls_configuration() {
        let (one, other) = (RootStore::default(), RootStore::default());
        let same = |a: &RootStore, b: &RootStore| {
            core::ptr::eq(a.connector().unwrap(), b.connector().unwrap())
        };
        assert!(same(&one, &other));
        assert!(same(&one.clone(), &one));
        let mut more = one.clone();
        let root = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        more.add_der(root.cert.der()).unwrap();
        assert!(
            !same(&one, &more),
            "an added root is not added to the default"
        );
    }
}
