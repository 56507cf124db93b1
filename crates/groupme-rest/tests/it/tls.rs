//! TLS, and proxies.

use std::sync::Arc;

use groupme_rest::{
    BaseUrl, Client, DialError, Error, Options, Proxy, RootStore, Services, SetupError,
    endpoint::users,
};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncWriteExt as _, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    scripted::token,
    server::{Server, read_request, reply},
};

const ME: &str = r#"{"response":{"id":"185"},"meta":{"code":200}}"#;
const HOST: &str = "api.example.test";

/// Starts a server with a certificate for some names, and returns both.
async fn serve(names: &[&str]) -> (Server, Vec<u8>) {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let certified = rcgen::generate_simple_self_signed(names).unwrap();
    let root = certified.cert.der().to_vec();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (server, listener) = Server::bind(vec![reply("200 OK", &[], ME); 4]).await;
    let accepting = server.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (server, acceptor) = (accepting.clone(), acceptor.clone());
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    server.serve(stream).await;
                }
            });
        }
    });
    (server, root)
}

/// Starts a proxy that requires a password and connects everything to one server. Returns its URL,
/// and adds the heads of its requests to `requests`.
async fn proxy(to: &Server, requests: Arc<std::sync::Mutex<Vec<String>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let to = to.address;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let Some(head) = read_request(&mut stream).await else {
                continue;
            };
            let authorized = head.contains("proxy-authorization: basic bwu6chc=");
            requests.lock().unwrap().push(head);
            let mut stream = stream.into_inner();
            if authorized {
                stream
                    .write_all(b"HTTP/1.1 200 Connected\r\n\r\n")
                    .await
                    .unwrap();
                let mut server = TcpStream::connect(to).await.unwrap();
                tokio::spawn(async move { copy_bidirectional(&mut stream, &mut server).await });
            } else {
                stream
                    .write_all(b"HTTP/1.1 407 Who are you\r\n\r\n")
                    .await
                    .unwrap();
            }
        }
    });
    address.to_string()
}

fn options(url: &str, root: &[u8]) -> Options {
    let mut options = Options::default();
    options.services = Services::with_base_url(&BaseUrl::allowing_plaintext(url).unwrap());
    options.roots.add_der(root).unwrap();
    options.retry.attempts = 1;
    options
}

async fn me(options: &Options) -> Result<groupme_model::User, Error> {
    Client::new(token(), options)
        .unwrap()
        .call(&users::me())
        .await
}

#[tokio::test]
async fn a_trusted_certificate_is_accepted() {
    let (server, root) = serve(&["localhost"]).await;
    let url = format!("https://localhost:{}", server.address.port());
    assert_eq!(me(&options(&url, &root)).await.unwrap().id, "185");
}

#[tokio::test]
async fn an_untrusted_or_foreign_certificate_is_refused() {
    let (server, root) = serve(&["elsewhere.example.test"]).await;
    let (_, other_root) = serve(&["localhost"]).await;
    let url = format!("https://localhost:{}", server.address.port());
    for root in [root, other_root] {
        let error = me(&options(&url, &root)).await.unwrap_err();
        assert!(
            matches!(&error, Error::Transport { source, .. } if !source.is_sent()),
            "{error:?}"
        );
    }
    assert_eq!(server.seen().heads.len(), 0);
}

#[tokio::test]
async fn a_proxy_is_asked_for_a_tunnel_and_does_not_receive_the_token() {
    let (server, root) = serve(&[HOST]).await;
    let requests = Arc::default();
    let proxy = proxy(&server, Arc::clone(&requests)).await;
    let mut options = options(&format!("https://{HOST}"), &root);
    options.proxy = Proxy::at(&format!("http://me:pw@{proxy}"), "").unwrap();
    assert_eq!(me(&options).await.unwrap().id, "185");
    let requests = requests.lock().unwrap();
    assert!(
        requests[0].starts_with("connect api.example.test:443 http/1.1\r\n"),
        "{requests:?}"
    );
    assert!(!requests[0].contains("hush"));
}

#[tokio::test]
async fn plain_http_goes_through_the_tunnel_at_its_own_port() {
    let server = Server::start(vec![reply("200 OK", &[], ME)]).await;
    let requests = Arc::default();
    let proxy = proxy(&server, Arc::clone(&requests)).await;
    let mut options = Options::default();
    let plain = BaseUrl::allowing_plaintext(&format!("http://{HOST}")).unwrap();
    options.services = Services::with_base_url(&plain);
    options.proxy = Proxy::at(&format!("http://me:pw@{proxy}"), "").unwrap();
    assert_eq!(me(&options).await.unwrap().id, "185");
    assert!(requests.lock().unwrap()[0].starts_with("connect api.example.test:80 http/1.1\r\n"));
}

#[tokio::test]
async fn a_proxy_that_refuses_means_that_nothing_was_processed() {
    let (server, root) = serve(&[HOST]).await;
    let proxy = proxy(&server, Arc::default()).await;
    let mut options = options(&format!("https://{HOST}"), &root);
    options.proxy = Proxy::at(&format!("http://{proxy}"), "").unwrap();
    let error = me(&options).await.unwrap_err();
    assert!(
        error.was_not_processed() && error.is_transient(),
        "{error:?}"
    );
    assert_eq!(server.seen().connections, 0);
}

#[test]
fn a_url_with_tls_needs_root_certificates() {
    let mut options = Options::default();
    options.roots = RootStore::none();
    assert!(matches!(
        Client::new(token(), &options),
        Err(SetupError::Dial(DialError::NoTls { .. }))
    ));
    let plain = BaseUrl::new("http://127.0.0.1:1").unwrap();
    options.services = Services::with_base_url(&plain);
    assert!(Client::new(token(), &options).is_ok());
}
