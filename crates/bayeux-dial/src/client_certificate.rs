//! Certificate that a client shows to servers that ask for one.

use core::fmt;
use std::sync::{Arc, OnceLock};

use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};
use tokio_rustls::TlsConnector;

use crate::{DialError, RootStore, tls};

/// Certificate with its key, which a client shows to servers that ask for one (mutual TLS).
///
/// Clones share the TLS configuration and its session cache. The key is never shown.
#[derive(Clone)]
pub struct ClientCertificate(Arc<Inner>);

struct Inner {
    key: Arc<CertifiedKey>,
    /// Created on first use, with the roots of that use.
    connector: OnceLock<(RootStore, Result<TlsConnector, &'static str>)>,
}

impl ClientCertificate {
    /// Reads a certificate, followed by those that lead to a root, and its private key, each in
    /// PEM. Both may be in the same text. The key is of PKCS 8, PKCS 1 (RSA) or SEC1 (elliptic
    /// curve), without a passphrase.
    ///
    /// # Errors
    ///
    /// [`DialError::ClientCertificate`] if there is no certificate or no key, if one cannot be read,
    /// or if the key is not that of the certificate; [`DialError::NoTls`] if no TLS was compiled in.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, DialError> {
        let unreadable =
            |error: Box<dyn core::error::Error + Send + Sync>| DialError::ClientCertificate(error);
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
        let chain = chain.map_err(|error| unreadable(error.into()))?;
        if chain.is_empty() {
            return Err(unreadable("no certificate in it".into()));
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| unreadable(error.into()))?;
        let provider = tls::provider().map_err(|remedy| DialError::NoTls { remedy })?;
        let key = CertifiedKey::from_der(chain, key, &provider)
            .map_err(|error| unreadable(error.into()))?;
        Ok(Self(Arc::new(Inner {
            key: Arc::new(key),
            connector: OnceLock::new(),
        })))
    }

    pub(crate) fn key(&self) -> &Arc<CertifiedKey> {
        &self.0.key
    }

    /// Returns the connector with these roots, shared by clones that are used with the same ones.
    pub(crate) fn connector(&self, roots: &RootStore) -> Result<TlsConnector, &'static str> {
        let new = || tls::connector(roots, Some(self));
        let (of, connector) = self.0.connector.get_or_init(|| (roots.clone(), new()));
        if of.is_same(roots) {
            connector.clone()
        } else {
            new()
        }
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("certificates", &self.0.key.cert.len())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "rustls-ring"))]
mod tests {
    use rcgen::{CertifiedKey, generate_simple_self_signed};

    use super::*;

    fn pair() -> (String, String) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec!["client".to_owned()]).expect("a pair");
        (cert.pem(), signing_key.serialize_pem())
    }

    #[test]
    fn a_certificate_is_read_with_its_key_in_one_text_or_two() {
        let (certificate, key) = pair();
        ClientCertificate::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let both = format!("{key}{certificate}");
        let read = ClientCertificate::from_pem(both.as_bytes(), both.as_bytes()).unwrap();
        assert_eq!(
            format!("{read:?}"),
            "ClientCertificate { certificates: 1, .. }"
        );
    }

    #[test]
    fn a_missing_part_and_the_key_of_another_are_refused() {
        let ((certificate, key), (_, other)) = (pair(), pair());
        for (certificate, key) in [
            (&*key, &*key),
            (&certificate, &certificate),
            (&certificate, &other),
            ("", &key),
        ] {
            let read = ClientCertificate::from_pem(certificate.as_bytes(), key.as_bytes());
            assert!(matches!(read, Err(DialError::ClientCertificate(_))));
        }
    }
}
