//! TLS session resumption: dialers with the same roots share their session tickets.

use std::sync::Arc;

use bayeux_dial::{Dialer, Proxy, RootStore, Target};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{
    HandshakeKind, ServerConfig, crypto::ring::default_provider, pki_types::PrivateKeyDer,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

struct Server {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    root: Vec<u8>,
}

impl Server {
    async fn start() -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
            root: cert.der().to_vec(),
        }
    }

    fn roots(&self) -> RootStore {
        let mut roots = RootStore::none();
        roots.add_der(&self.root).unwrap();
        roots
    }

    /// Connects with these roots, and returns the kind of the handshake.
    async fn handshake_with(&self, roots: &RootStore) -> HandshakeKind {
        let port = self.listener.local_addr().unwrap().port();
        let target = Target::new("localhost", port, true);
        let dialer = Dialer::new(Proxy::none(), roots.clone());
        let dial = async {
            // Tickets arrive with the first bytes that are read.
            let mut stream = dialer.dial(&target).await.unwrap();
            assert_eq!(stream.read_u8().await.unwrap(), 7);
        };
        let serve = async {
            let (stream, _) = self.listener.accept().await.unwrap();
            let mut stream = self.acceptor.accept(stream).await.unwrap();
            stream.write_u8(7).await.unwrap();
            stream.flush().await.unwrap();
            stream.get_ref().1.handshake_kind().unwrap()
        };
        tokio::join!(dial, serve).1
    }
}

#[tokio::test]
async fn clones_share_session_tickets_and_separate_stores_do_not() {
    let server = Server::start().await;
    let (roots, others) = (server.roots(), server.roots());
    assert_eq!(server.handshake_with(&roots).await, HandshakeKind::Full);
    assert_eq!(server.handshake_with(&roots).await, HandshakeKind::Resumed);
    assert_eq!(server.handshake_with(&others).await, HandshakeKind::Full);
}
