//! Root certificates to trust.

use core::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use crate::{DialError, tls};

/// The root certificates to trust.
///
/// The default are Mozilla's, if they are compiled in. Clones share the TLS configuration and its
/// session cache.
#[derive(Clone)]
pub struct RootStore(Arc<Inner>);

struct Inner {
    trust: Trust,
    /// Created on first use.
    connector: OnceLock<Result<TlsConnector, &'static str>>,
}

/// Certificates to trust.
#[derive(Clone, Debug)]
pub(crate) enum Trust {
    Store(RootCertStore),
    /// Those of the operating system, and these.
    #[cfg(feature = "platform-roots")]
    Platform(Vec<CertificateDer<'static>>),
}

impl RootStore {
    /// Creates an empty store, which trusts no server.
    pub fn none() -> Self {
        Self::of(Trust::Store(RootCertStore::empty()))
    }

    /// Creates a store with the root certificates of the operating system: on Linux those in the
    /// usual files, or in `SSL_CERT_FILE` and `SSL_CERT_DIR`; on macOS and Windows the system itself
    /// judges certificates. What the system trusts is read on first use.
    #[cfg(feature = "platform-roots")]
    pub fn platform() -> Self {
        Self::of(Trust::Platform(Vec::new()))
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
        let mut trust = self.0.trust.clone();
        for root in roots {
            trust
                .add(root)
                .map_err(|error| DialError::RootCertificate(error.into()))?;
        }
        *self = Self::of(trust);
        Ok(())
    }

    fn of(trust: Trust) -> Self {
        Self(Arc::new(Inner {
            trust,
            connector: OnceLock::new(),
        }))
    }

    /// Returns the connector of all clones, for clients without a certificate.
    pub(crate) fn connector(&self) -> Result<&TlsConnector, &'static str> {
        let connector = self.0.connector.get_or_init(|| tls::connector(self, None));
        connector.as_ref().map_err(|remedy| *remedy)
    }

    /// Returns whether it is a clone of the other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn trust(&self) -> &Trust {
        &self.0.trust
    }
}

impl Trust {
    fn add(&mut self, root: CertificateDer<'static>) -> Result<(), rustls::Error> {
        match self {
            Self::Store(store) => store.add(root),
            #[cfg(feature = "platform-roots")]
            Self::Platform(added) => {
                // Checks that the bytes are a certificate.
                RootCertStore::empty().add(root.clone())?;
                added.push(root);
                Ok(())
            }
        }
    }
}

impl Default for RootStore {
    fn default() -> Self {
        static BUNDLED: LazyLock<RootStore> = LazyLock::new(|| {
            #[cfg(feature = "bundled-roots")]
            let store = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
            #[cfg(not(feature = "bundled-roots"))]
            let store = RootCertStore::empty();
            RootStore::of(Trust::Store(store))
        });
        BUNDLED.clone()
    }
}

impl fmt::Debug for RootStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, added) = match &self.0.trust {
            Trust::Store(store) => ("RootStore", store.len()),
            #[cfg(feature = "platform-roots")]
            Trust::Platform(added) => ("RootStore::platform", added.len()),
        };
        f.debug_tuple(name).field(&added).finish()
    }
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
        assert!(RootStore::none().connector().is_err());
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
