//! TLS by rustls: the configuration of a client.

use std::sync::Arc;

use rustls::{
    ClientConfig, ConfigBuilder, client::WantsClientCert, crypto::CryptoProvider,
    sign::SingleCertAndKey,
};
use tokio_rustls::TlsConnector;

use crate::{ClientCertificate, RootStore, root_store::Trust};

/// Returns the connector of a client, or the remedy if there can be none.
pub(crate) fn connector(
    roots: &RootStore,
    certificate: Option<&ClientCertificate>,
) -> Result<TlsConnector, &'static str> {
    let config = trusting(roots.trust())?;
    let mut config = match certificate {
        None => config.with_no_client_auth(),
        Some(certificate) => {
            let key = SingleCertAndKey::from(Arc::clone(certificate.key()));
            config.with_client_cert_resolver(Arc::new(key))
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn trusting(trust: &Trust) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, &'static str> {
    if matches!(trust, Trust::Store(store) if store.is_empty()) {
        return Err("add a root certificate to the options");
    }
    let provider = Arc::new(provider()?);
    // The provider is named, because the plain builder panics in a program that links two.
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| "the provider supports no safe version of TLS")?;
    match trust {
        Trust::Store(store) => Ok(config.with_root_certificates(store.clone())),
        #[cfg(feature = "platform-roots")]
        Trust::Platform(added) => {
            let added = added.iter().cloned();
            let verifier =
                rustls_platform_verifier::Verifier::new_with_extra_roots(added, provider)
                    .map_err(|_| "install the root certificates of the system, or add your own")?;
            Ok(config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier)))
        }
    }
}

/// Returns Graviola, if it is compiled in and the processor suffices, or else ring.
#[cfg_attr(
    feature = "rustls-ring",
    expect(clippy::unnecessary_wraps, reason = "ring suits every processor")
)]
pub(crate) fn provider() -> Result<CryptoProvider, &'static str> {
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

#[cfg(all(test, feature = "rustls-graviola"))]
mod tests {
    use super::*;

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
}
