//! TLS by rustls: whom to trust, and how a connection is wrapped.

use core::fmt;
use std::{
    io,
    sync::{Arc, LazyLock, OnceLock},
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use crate::{DialError, Stream};

/// The root certificates to trust.
///
/// The default are Mozilla's, where they are compiled in. Clones share what TLS is made of, and the
/// tickets with which a server is greeted the next time.
#[derive(Clone)]
pub struct RootStore(Arc<Trust>);

struct Trust {
    store: RootCertStore,
    /// Made when it is needed for the first time.
    connector: OnceLock<Result<TlsConnector, &'static str>>,
}

impl RootStore {
    /// Trusts nobody yet.
    pub fn none() -> Self {
        Self::of(RootCertStore::empty())
    }

    /// Trusts one more root certificate, in DER.
    ///
    /// # Errors
    ///
    /// [`DialError::RootCertificate`] if it is none.
    pub fn add_der(&mut self, der: &[u8]) -> Result<(), DialError> {
        self.add(core::iter::once(
            CertificateDer::from_slice(der).into_owned(),
        ))
    }

    /// Trusts every root certificate of a file in PEM.
    ///
    /// # Errors
    ///
    /// [`DialError::RootCertificate`] if there is none in it, or one that cannot be read. Nothing of
    /// it is trusted then.
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
        Self(Arc::new(Trust {
            store,
            connector: OnceLock::new(),
        }))
    }

    /// The fault, unless there can be TLS.
    pub(crate) fn check(&self) -> Result<(), DialError> {
        self.connector().map(drop)
    }

    /// Wraps a connection to `host`, who has to prove to be that.
    pub(crate) async fn secure(&self, host: &str, stream: Stream) -> Result<Stream, DialError> {
        let connector = self.connector()?;
        let wrapping = async {
            let name = ServerName::try_from(host.to_owned())
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
            connector.connect(name, stream).await
        };
        let stream = wrapping.await.map_err(|source| DialError::Tls {
            host: host.to_owned(),
            source,
        })?;
        Ok(Stream::over_tls(stream))
    }

    fn connector(&self) -> Result<&TlsConnector, DialError> {
        let made = self.0.connector.get_or_init(|| connector(&self.0.store));
        made.as_ref().map_err(|remedy| DialError::NoTls { remedy })
    }
}

impl Default for RootStore {
    fn default() -> Self {
        static COMPILED_IN: LazyLock<RootStore> = LazyLock::new(|| {
            #[cfg(feature = "bundled-roots")]
            let store = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
            #[cfg(not(feature = "bundled-roots"))]
            let store = RootCertStore::empty();
            RootStore::of(store)
        });
        COMPILED_IN.clone()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused_and_changes_nothing() {
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
    fn there_is_no_tls_without_anybody_to_trust() {
        assert!(matches!(
            RootStore::none().check(),
            Err(DialError::NoTls { .. })
        ));
    }

    #[cfg(all(feature = "bundled-roots", feature = "rustls-ring"))]
    #[test]
    fn clones_and_defaults_share_what_tls_is_made_of() {
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
            "what is trusted in addition is not forced on others"
        );
    }
}
