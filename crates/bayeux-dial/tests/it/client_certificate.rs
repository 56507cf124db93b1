//! Certificates of clients, and the root certificates of the operating system.

use std::sync::Arc;

use bayeux_dial::{ClientCertificate, DialError, Dialer, Proxy, RootStore, Target};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// Certificate in DER and PEM, with its key in PEM.
struct Pair {
    der: CertificateDer<'static>,
    pem: String,
    key: String,
    key_der: PrivateKeyDer<'static>,
}

impl Pair {
    fn new(name: &str) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        Self {
            der: cert.der().clone(),
            pem: cert.pem(),
            key: signing_key.serialize_pem(),
            key_der: PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap(),
        }
    }

    fn certificate(&self) -> ClientCertificate {
        ClientCertificate::from_pem(self.pem.as_bytes(), self.key.as_bytes()).unwrap()
    }
}

/// Dials a server that admits only clients with this certificate, and returns the certificate that
/// the server was shown.
async fn shown(
    server: &Pair,
    admitted: &Pair,
    dialer: Dialer,
) -> Result<Option<CertificateDer<'static>>, DialError> {
    let mut clients = RootCertStore::empty();
    clients.add(admitted.der.clone()).unwrap();
    let provider = Arc::new(default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(clients), Arc::clone(&provider))
            .build()
            .unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![server.der.clone()], server.key_der.clone_key())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let dial = async {
        let target = Target::new("localhost", port, true);
        let mut stream = dialer.dial(&target).await?;
        // With TLS 1.3, a client learns of its refusal after its own handshake.
        let _ = stream.read_u8().await;
        Ok(())
    };
    let serve = async {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.ok()?;
        stream.write_u8(7).await.unwrap();
        stream.flush().await.unwrap();
        let (_, connection) = stream.get_ref();
        Some(connection.peer_certificates().unwrap()[0].clone())
    };
    let (outcome, shown): (Result<(), DialError>, _) = tokio::join!(dial, serve);
    outcome.map(|()| shown)
}

fn trusting(server: &Pair) -> RootStore {
    let mut roots = RootStore::none();
    roots.add_der(&server.der).unwrap();
    roots
}

#[tokio::test]
async fn a_server_that_asks_is_shown_the_certificate() {
    let (server, client) = (Pair::new("localhost"), Pair::new("client"));
    let dialer = Dialer::new(Proxy::none(), trusting(&server));
    let dialer = dialer.with_client_certificate(client.certificate());
    for dialer in [dialer.clone(), dialer] {
        let shown = shown(&server, &client, dialer).await.unwrap();
        assert_eq!(shown, Some(client.der.clone()));
    }
}

#[tokio::test]
async fn a_client_without_the_certificate_is_refused() {
    let (server, client) = (Pair::new("localhost"), Pair::new("client"));
    let without = Dialer::new(Proxy::none(), trusting(&server));
    let other = Pair::new("client").certificate();
    let with_other = without.clone().with_client_certificate(other);
    for dialer in [without, with_other] {
        let shown = shown(&server, &client, dialer).await;
        assert!(!matches!(shown, Ok(Some(_))), "{shown:?}");
    }
}

#[tokio::test]
async fn one_certificate_serves_several_sets_of_roots() {
    let client = Pair::new("client");
    let certificate = client.certificate();
    for server in [Pair::new("localhost"), Pair::new("localhost")] {
        let dialer = Dialer::new(Proxy::none(), trusting(&server));
        let dialer = dialer.with_client_certificate(certificate.clone());
        let shown = shown(&server, &client, dialer).await.unwrap();
        assert!(shown.is_some());
    }
}

#[cfg(feature = "platform-roots")]
#[tokio::test]
async fn roots_may_be_added_to_those_of_the_system_which_know_no_stranger() {
    let (server, client) = (Pair::new("localhost"), Pair::new("client"));
    let dial = |roots| {
        let dialer = Dialer::new(Proxy::none(), roots);
        shown(
            &server,
            &client,
            dialer.with_client_certificate(client.certificate()),
        )
    };
    let refused = dial(RootStore::platform()).await;
    assert!(
        matches!(
            refused,
            Err(DialError::Tls { .. } | DialError::NoTls { .. })
        ),
        "{refused:?}"
    );
    let mut roots = RootStore::platform();
    assert!(roots.add_der(b"nonsense").is_err());
    roots.add_der(&server.der).unwrap();
    assert_eq!(dial(roots).await.unwrap(), Some(client.der.clone()));
}
