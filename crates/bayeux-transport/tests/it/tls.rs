//! TLS: trusted and untrusted servers, and the errors.

use std::sync::Arc;

use bayeux_proto::{Action, Close, Exchange};
use bayeux_transport::{
    ClientCertificate, Clock, DialError, Endpoint, Error, Lanes, Options, RootStore,
};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    RootCertStore, ServerConfig, crypto::ring::default_provider, pki_types::PrivateKeyDer,
    server::WebPkiClientVerifier,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    peer::{Peer, Server},
    world::{Ask, chain, in_time, lane_ids, lanes_with},
};

/// Returns a certificate for this name in DER and PEM, and an acceptor with it.
pub(crate) fn identity(name: &str) -> (Vec<u8>, String, TlsAcceptor) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    (
        cert.der().to_vec(),
        cert.pem(),
        TlsAcceptor::from(Arc::new(config)),
    )
}

#[tokio::test]
async fn an_added_root_is_trusted_by_both_transports() {
    in_time(async {
        let (der, pem, acceptor) = identity("localhost");
        let mut by_der = Options::default();
        by_der.roots.add_der(&der).unwrap();
        let mut by_pem = Options::default();
        by_pem.roots.add_pem(pem.as_bytes()).unwrap();
        for options in [by_der, by_pem] {
            let server = Server::bind().await;
            let mut lanes = lanes_with(&format!("wss://localhost:{}/", server.port), options);
            let [socket, exchange] = lane_ids();

            lanes.perform(Action::Open(socket), b"");
            let stream = acceptor.accept(server.accept_raw().await).await.unwrap();
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
            let mut peer = Peer::new(stream);
            let request = peer.upgrade().await;
            assert_eq!(
                request.header("host"),
                Some(&*format!("localhost:{}", server.port))
            );
            lanes.opened(socket).await;
            peer.text("[{\"secret\":\"far\"}]").await;
            assert_eq!(lanes.text(socket).await, "[{\"secret\":\"far\"}]");
            lanes.perform(Action::Send(socket), b"[{\"secret\":\"near\"}]");
            assert_eq!(peer.read_text().await, "[{\"secret\":\"near\"}]");

            lanes.perform(Action::Exchange(exchange, Exchange::Ordinary), b"[{}]");
            let stream = acceptor.accept(server.accept_raw().await).await.unwrap();
            Peer::new(stream).answer("[{\"n\":1}]").await;
            assert_eq!(lanes.text(exchange).await, "[{\"n\":1}]");
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_certificate_and_a_wrong_name_are_refused() {
    in_time(async {
        let (_, _, stranger) = identity("localhost");
        let (friend, _, other_name) = identity("example.com");
        let mut options = Options::default();
        options.roots.add_der(&friend).unwrap();
        for acceptor in [stranger, other_name] {
            let server = Server::bind().await;
            let url = format!("https://localhost:{}/", server.port);
            let mut lanes = lanes_with(&url, options.clone());
            let [lane] = lane_ids();
            lanes.perform(Action::Open(lane), b"");
            let refused = acceptor.accept(server.accept_raw().await).await;
            assert!(refused.is_err());
            let (close, error) = lanes.closed(lane).await;
            assert_eq!(close, Close::Tls);
            let text = chain(&error.unwrap());
            assert!(
                text.contains("localhost") && text.contains("certificate"),
                "{text}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_without_tls_is_a_tls_failure() {
    in_time(async {
        let server = Server::bind().await;
        let url = format!("https://localhost:{}/", server.port);
        let mut lanes = lanes_with(&url, Options::default());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let mut peer = server.accept().await;
        peer.write("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        assert_eq!(lanes.closed(lane).await.0, Close::Tls);
    })
    .await;
}

#[test]
fn an_endpoint_with_tls_needs_a_root_certificate() {
    let endpoint = Endpoint::new("https://example.com/").unwrap();
    let mut options = Options::default();
    options.roots = RootStore::none();
    let lanes = Lanes::new(endpoint, options, Clock::start());
    assert!(matches!(lanes, Err(Error::Dial(DialError::NoTls { .. }))));
}

/// Certificate of a server or client in DER and PEM, with its key.
struct Pair {
    cert: rcgen::Certificate,
    key: rcgen::KeyPair,
}

impl Pair {
    fn new(name: &str) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        Self {
            cert,
            key: signing_key,
        }
    }

    /// Returns an acceptor that asks for a certificate of this client, and does without.
    fn asking(&self, client: &Self) -> TlsAcceptor {
        let mut clients = RootCertStore::empty();
        clients.add(client.cert.der().clone()).unwrap();
        let provider = Arc::new(default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(clients), Arc::clone(&provider))
                .allow_unauthenticated()
                .build()
                .unwrap();
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![self.cert.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

#[tokio::test]
async fn the_client_certificate_is_shown_to_the_origin_of_the_endpoint_only() {
    in_time(async {
        let (name, client) = (Pair::new("localhost"), Pair::new("client"));
        let acceptor = name.asking(&client);
        let mut options = Options::default();
        options.roots.add_der(name.cert.der()).unwrap();
        options.follow_to_other_origins = true;
        let key = client.key.serialize_pem();
        let certificate = ClientCertificate::from_pem(client.cert.pem().as_bytes(), key.as_bytes());
        options.client_certificate = Some(certificate.unwrap());
        let (server, other) = (Server::bind().await, Server::bind().await);
        let mut lanes = lanes_with(&format!("https://localhost:{}/", server.port), options);
        let [one] = lane_ids();
        lanes.perform(Action::Exchange(one, Exchange::Ordinary), b"[{}]");
        let stream = acceptor.accept(server.accept_raw().await).await.unwrap();
        let shown = stream.get_ref().1.peer_certificates().unwrap();
        assert_eq!(shown, [client.cert.der().clone()]);
        let mut peer = Peer::new(stream);
        peer.request().await;
        let location = format!("Location: https://localhost:{}/", other.port);
        peer.respond("307 Temporary Redirect", &[&location], "")
            .await;
        let stream = acceptor.accept(other.accept_raw().await).await.unwrap();
        assert!(stream.get_ref().1.peer_certificates().is_none());
        Peer::new(stream).answer("[{\"n\":1}]").await;
        assert_eq!(lanes.text(one).await, "[{\"n\":1}]");
    })
    .await;
}
