//! SOCKS5 proxies, against a small server on this machine.

use core::net::{Ipv6Addr, SocketAddr};

use bayeux_dial::{DialError, Dialer, Proxy, RootStore, Target};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

/// Behavior of the server.
#[derive(Clone, Copy)]
enum Mode {
    Open,
    /// Requires this user name and password.
    Password(&'static str, &'static str),
    /// Answers every request with this reply code.
    Reply(u8),
    /// Answers with HTTP.
    NotSocks,
}

/// A SOCKS5 server that connects every request to `upstream`.
struct Server {
    listener: TcpListener,
    upstream: SocketAddr,
    mode: Mode,
}

impl Server {
    async fn bind(upstream: SocketAddr, mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            listener,
            upstream,
            mode,
        }
    }

    /// Returns a dialer through this server.
    fn dialer(&self, scheme: &str, credentials: &str) -> Dialer {
        let port = self.listener.local_addr().unwrap().port();
        let proxy = Proxy::at(&format!("{scheme}://{credentials}127.0.0.1:{port}"), "");
        Dialer::new(proxy.unwrap(), RootStore::default())
    }

    /// Serves one connection, and returns the address that was requested.
    async fn serve(&self) -> std::io::Result<Vec<u8>> {
        let (mut stream, _) = self.listener.accept().await?;
        let [version, count] = read(&mut stream).await?;
        assert_eq!(version, 5);
        let mut methods = vec![0; usize::from(count)];
        stream.read_exact(&mut methods).await?;
        match self.mode {
            Mode::NotSocks => {
                stream
                    .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    .await?;
                return Ok(Vec::new());
            }
            Mode::Password(user, password) => {
                if !methods.contains(&2) {
                    stream.write_all(&[5, 0xff]).await?;
                    return Ok(Vec::new());
                }
                stream.write_all(&[5, 2]).await?;
                let [version] = read(&mut stream).await?;
                assert_eq!(version, 1);
                let given = (read_text(&mut stream).await?, read_text(&mut stream).await?);
                let is_right = given == (user.into(), password.into());
                stream.write_all(&[1, u8::from(!is_right)]).await?;
                if !is_right {
                    return Ok(Vec::new());
                }
            }
            Mode::Open | Mode::Reply(_) => {
                assert!(methods.contains(&0));
                stream.write_all(&[5, 0]).await?;
            }
        }
        let [version, command, _reserved, kind] = read(&mut stream).await?;
        assert_eq!((version, command), (5, 1));
        let address = match kind {
            1 => read::<4>(&mut stream).await?.to_vec(),
            4 => read::<16>(&mut stream).await?.to_vec(),
            3 => read_text(&mut stream).await?,
            other => panic!("address type {other}"),
        };
        let _port: [u8; 2] = read(&mut stream).await?;
        if let Mode::Reply(reply) = self.mode {
            stream
                .write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0])
                .await?;
            return Ok(address);
        }
        // The bound address is a name here, the longest form.
        stream
            .write_all(b"\x05\x00\x00\x03\x07example\x00\x50")
            .await?;
        let mut upstream = TcpStream::connect(self.upstream).await?;
        copy_bidirectional(&mut stream, &mut upstream).await?;
        Ok(address)
    }
}

async fn read<const N: usize>(stream: &mut TcpStream) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

async fn read_text(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let len = stream.read_u8().await?;
    let mut text = vec![0; usize::from(len)];
    stream.read_exact(&mut text).await?;
    Ok(text)
}

/// Dials `host` through a server in this mode, and exchanges a byte with the upstream. Returns the
/// address that the server was asked for.
async fn exchange(
    scheme: &str,
    credentials: &str,
    host: &str,
    mode: Mode,
) -> Result<Vec<u8>, DialError> {
    let upstream = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::bind(upstream.local_addr().unwrap(), mode).await;
    let dialer = server.dialer(scheme, credentials);
    let client = async {
        let mut stream = dialer.dial(&Target::new(host, 8080, false)).await?;
        stream.write_u8(7).await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), 8);
        Ok(())
    };
    let answering = async {
        let (mut stream, _) = upstream.accept().await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), 7);
        stream.write_u8(8).await.unwrap();
    };
    let client = async {
        tokio::select! {
            outcome = client => outcome,
            () = async { answering.await; core::future::pending().await } => Ok(()),
        }
    };
    let (outcome, address) = tokio::join!(client, server.serve());
    outcome?;
    Ok(address.unwrap())
}

#[tokio::test]
async fn names_are_looked_up_by_the_proxy_and_addresses_sent_as_they_are() {
    let asked = exchange("socks5h", "", "bayeux.example.com", Mode::Open).await;
    assert_eq!(asked.unwrap(), b"bayeux.example.com");
    let asked = exchange("socks5h", "", "192.0.2.7", Mode::Open).await;
    assert_eq!(asked.unwrap(), [192, 0, 2, 7]);
    let asked = exchange("socks5", "", "[2001:db8::7]", Mode::Open).await;
    let expected: Ipv6Addr = "2001:db8::7".parse().unwrap();
    assert_eq!(asked.unwrap(), expected.octets());
}

#[tokio::test]
async fn user_name_and_password_are_sent_decoded_if_the_proxy_asks_for_them() {
    let mode = Mode::Password("me", "p@ss");
    for credentials in ["me:p%40ss@", "me:p@ss@"] {
        let asked = exchange("socks5h", credentials, "bayeux.example.com", mode).await;
        assert_eq!(asked.unwrap(), b"bayeux.example.com");
    }
    let asked = exchange("socks5h", "me:p@ss@", "bayeux.example.com", Mode::Open).await;
    assert_eq!(asked.unwrap(), b"bayeux.example.com");
}

#[tokio::test]
async fn wrong_or_missing_credentials_are_an_error_of_their_own_without_the_password() {
    let mode = Mode::Password("me", "right");
    for credentials in ["me:hush@", ""] {
        let refused = exchange("socks5h", credentials, "bayeux.example.com", mode).await;
        let error = refused.unwrap_err();
        assert!(matches!(error, DialError::ProxyAuth { .. }), "{error}");
        assert!(!error.is_transient());
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains("127.0.0.1") && !shown.contains("hush"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_refusal_is_reported_with_its_code() {
    for (code, is_transient) in [(1, true), (2, false), (4, true), (5, true), (8, false)] {
        let mode = Mode::Reply(code);
        let refused = exchange("socks5h", "", "bayeux.example.com", mode).await;
        let error = refused.unwrap_err();
        assert!(
            matches!(error, DialError::Socks { reply, .. } if reply == code),
            "{error}"
        );
        assert_eq!(error.is_transient(), is_transient);
    }
}

#[tokio::test]
async fn a_server_of_another_protocol_is_an_error() {
    let refused = exchange("socks5h", "", "bayeux.example.com", Mode::NotSocks).await;
    let error = refused.unwrap_err();
    assert!(matches!(error, DialError::TunnelBroke { .. }), "{error}");
}

#[tokio::test]
async fn a_name_that_socks_cannot_carry_is_an_error() {
    let long = format!("{}.example.com", "a.".repeat(200));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let proxy = Proxy::at(&format!("socks5h://127.0.0.1:{port}"), "").unwrap();
    let dialer = Dialer::new(proxy, RootStore::default());
    let error = dialer.dial(&Target::new(&long, 443, false)).await;
    assert!(matches!(error, Err(DialError::Proxy { .. })));
    let too_long = format!("socks5://{}@proxy.example.com", "u".repeat(256));
    let error = Proxy::at(&too_long, "");
    assert!(matches!(error, Err(DialError::Proxy { .. })));
}
