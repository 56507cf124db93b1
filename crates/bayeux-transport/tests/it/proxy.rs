//! Proxies. The server of a test is its proxy too.

use bayeux_proto::{Action, Close, Exchange};
use bayeux_transport::{Clock, DialError, Endpoint, Error, Lanes, Options, Proxy};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{
    peer::{Peer, Server},
    world::{Ask, chain, in_time, lane_ids},
};

const OPEN: &str = "HTTP/1.1 200 Connected\r\n\r\n";

fn through(proxy: &str) -> Options {
    let mut options = Options::default();
    options.proxy = Proxy::at(proxy, "").unwrap();
    options
}

fn lanes(url: &str, options: Options) -> Lanes {
    let endpoint = Endpoint::allowing_plaintext(url).unwrap();
    Lanes::new(endpoint, options, Clock::start()).unwrap()
}

/// Reads the request to a proxy and answers it. The following bytes belong to the target.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, answer: &str) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    stream.write_all(answer.as_bytes()).await.unwrap();
    String::from_utf8(head).unwrap().to_lowercase()
}

#[tokio::test]
async fn both_transports_go_through_the_tunnel() {
    in_time(async {
        let server = Server::bind().await;
        let proxy = format!("http://me:pw@127.0.0.1:{}", server.port);
        let mut lanes = lanes("ws://bayeux.example.com/faye", through(&proxy));
        let [socket, exchange] = lane_ids();

        lanes.perform(Action::Open(socket), b"");
        let mut stream = server.accept_raw().await;
        let head = answer(&mut stream, OPEN).await;
        let line = "connect bayeux.example.com:80 http/1.1\r\n";
        assert!(head.starts_with(line), "{head}");
        assert!(head.contains("\r\nhost: bayeux.example.com:80\r\n"));
        assert!(head.contains("\r\nproxy-authorization: basic bwu6chc=\r\n"));
        let mut peer = Peer::new(stream);
        let request = peer.upgrade().await;
        assert_eq!(request.header("host"), Some("bayeux.example.com"));
        assert_eq!(request.header("proxy-authorization"), None);
        lanes.opened(socket).await;
        peer.text("[{\"secret\":\"far\"}]").await;
        assert_eq!(lanes.text(socket).await, "[{\"secret\":\"far\"}]");

        lanes.perform(Action::Exchange(exchange, Exchange::Ordinary), b"[{}]");
        let mut stream = server.accept_raw().await;
        answer(&mut stream, OPEN).await;
        let request = Peer::new(stream).answer("[{\"n\":1}]").await;
        assert!(request.head.starts_with("POST /faye "), "{}", request.head);
        assert_eq!(lanes.text(exchange).await, "[{\"n\":1}]");
    })
    .await;
}

#[tokio::test]
async fn the_error_of_a_refusing_proxy_names_it_without_the_password() {
    in_time(async {
        for (status, is_transient) in [(407, false), (403, false), (503, true)] {
            let server = Server::bind().await;
            let proxy = format!("http://me:hush@localhost:{}", server.port);
            let mut lanes = lanes("wss://bayeux.example.com/", through(&proxy));
            let [socket] = lane_ids();
            lanes.perform(Action::Open(socket), b"");
            let mut stream = server.accept_raw().await;
            let refusal = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
            let head = answer(&mut stream, &refusal).await;
            assert!(
                head.starts_with("connect bayeux.example.com:443 "),
                "{head}"
            );
            let (close, error) = lanes.closed(socket).await;
            assert_eq!(close, Close::Unreachable);
            let error = error.unwrap();
            assert_eq!(error.is_transient(), is_transient);
            let shown = format!("{} {error:?}", chain(&error));
            for part in ["localhost", &status.to_string()] {
                assert!(shown.contains(part), "{shown}");
            }
            assert!(!shown.contains("hush"), "{shown}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_proxy_that_disconnects_or_cannot_be_reached_is_an_error() {
    in_time(async {
        let server = Server::bind().await;
        let proxy = format!("http://127.0.0.1:{}", server.port);
        let mut lanes = lanes("ws://bayeux.example.com/", through(&proxy));
        let [silent, absent] = lane_ids();
        lanes.perform(Action::Open(silent), b"");
        drop(server.accept_raw().await);
        let (close, error) = lanes.closed(silent).await;
        assert_eq!(close, Close::Unreachable);
        assert!(chain(&error.unwrap()).contains("tunnel"));

        let port = server.port;
        drop(server);
        lanes.perform(Action::Open(absent), b"");
        let (close, error) = lanes.closed(absent).await;
        assert_eq!(close, Close::ConnectionRefused);
        assert!(matches!(error, Some(Error::Dial(DialError::Connect { port: tried, .. })) if tried == port));
    })
    .await;
}

#[tokio::test]
async fn this_machine_is_reached_without_the_proxy() {
    in_time(async {
        let server = Server::bind().await;
        let options = through("http://proxy.invalid:3128");
        let mut lanes = lanes(&server.url(), options);
        let [socket] = lane_ids();
        lanes.perform(Action::Open(socket), b"");
        server.accept_websocket().await;
        lanes.opened(socket).await;
    })
    .await;
}

#[cfg(feature = "rustls-ring")]
#[tokio::test]
async fn tls_passes_through_the_proxy_which_may_use_tls_itself() {
    use crate::tls::identity;

    in_time(async {
        for is_secure in [false, true] {
            let server = Server::bind().await;
            let (root, _, acceptor) = identity("bayeux.example.com");
            let (proxy_root, _, proxy_acceptor) = identity("localhost");
            let scheme = if is_secure { "https" } else { "http" };
            let mut options = through(&format!("{scheme}://localhost:{}", server.port));
            options.roots.add_der(&root).unwrap();
            options.roots.add_der(&proxy_root).unwrap();
            let mut lanes = lanes("wss://bayeux.example.com/", options);
            let [socket] = lane_ids();
            lanes.perform(Action::Open(socket), b"");
            let stream = server.accept_raw().await;
            if is_secure {
                let mut stream = proxy_acceptor.accept(stream).await.unwrap();
                answer(&mut stream, OPEN).await;
                let stream = acceptor.accept(stream).await.unwrap();
                Peer::new(stream).upgrade().await;
            } else {
                let mut stream = stream;
                answer(&mut stream, OPEN).await;
                let stream = acceptor.accept(stream).await.unwrap();
                Peer::new(stream).upgrade().await;
            }
            lanes.opened(socket).await;
        }
    })
    .await;
}
