//! The server's side of a connection, byte by byte, as a test scripts it.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha1::{Digest, Sha1};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
};

/// A listener on a free port of this machine.
pub(crate) struct Server {
    listener: TcpListener,
    pub(crate) port: u16,
}

impl Server {
    pub(crate) async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { listener, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/faye", self.port)
    }

    pub(crate) async fn accept(&self) -> Peer<TcpStream> {
        Peer::new(self.accept_raw().await)
    }

    pub(crate) async fn accept_raw(&self) -> TcpStream {
        self.listener.accept().await.unwrap().0
    }

    /// Accepts a connection and a WebSocket on it.
    pub(crate) async fn accept_websocket(&self) -> Peer<TcpStream> {
        let mut peer = self.accept().await;
        peer.upgrade().await;
        peer
    }
}

pub(crate) struct Peer<S>(BufStream<S>);

/// A request as received.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    /// Returns the value of a header; its name is matched in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Returns the `Sec-WebSocket-Accept` for this upgrade request.
    pub(crate) fn accept(&self) -> String {
        let key = self.header("sec-websocket-key").unwrap();
        let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        BASE64_STANDARD.encode(Sha1::new().chain_update(key).chain_update(guid).finalize())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self(BufStream::new(stream))
    }

    /// Reads a request with a body by `Content-Length`.
    pub(crate) async fn request(&mut self) -> Request {
        self.try_request().await.expect("a request")
    }

    /// Reads a request; `None` if the client closes the connection instead.
    pub(crate) async fn try_request(&mut self) -> Option<Request> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap();
        let mut request = Request {
            head,
            body: String::new(),
        };
        let length = request
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.unwrap();
        request.body = String::from_utf8(body).unwrap();
        Some(request)
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// Writes to a client that may have disconnected.
    pub(crate) async fn try_write(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.0.write_all(bytes.as_ref()).await?;
        self.0.flush().await
    }

    /// Writes a response of a status line, header lines and a body.
    pub(crate) async fn respond(&mut self, status: &str, headers: &[&str], body: &str) {
        let mut head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        self.write(format!("{head}\r\n{body}")).await;
    }

    /// Reads a request and answers it with JSON.
    pub(crate) async fn answer(&mut self, json: &str) -> Request {
        let request = self.request().await;
        self.respond("200 OK", &["Content-Type: application/json"], json)
            .await;
        request
    }

    /// Reads an upgrade request and accepts it.
    pub(crate) async fn upgrade(&mut self) -> Request {
        let request = self.request().await;
        self.switch(
            &["Upgrade: websocket", "Connection: Upgrade"],
            &request.accept(),
        )
        .await;
        request
    }

    /// Answers an upgrade request with 101, header lines and an accept key.
    pub(crate) async fn switch(&mut self, headers: &[&str], accept: &str) {
        let mut head = String::from("HTTP/1.1 101 Switching Protocols\r\n");
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        self.write(format!("{head}Sec-WebSocket-Accept: {accept}\r\n\r\n"))
            .await;
    }

    /// Sends a whole text frame.
    pub(crate) async fn text(&mut self, payload: &str) {
        self.frame(FIN | TEXT, payload).await;
    }

    /// Sends a whole text frame to a client that may have disconnected.
    pub(crate) async fn try_text(&mut self, payload: &str) -> std::io::Result<()> {
        self.0
            .write_all(&frame(FIN | TEXT, payload.as_bytes()))
            .await?;
        self.0.flush().await
    }

    /// Sends a frame whose first byte is `first`.
    pub(crate) async fn frame(&mut self, first: u8, payload: impl AsRef<[u8]>) {
        self.write(frame(first, payload.as_ref())).await;
    }

    /// Reads a frame of the client, and returns its opcode and payload.
    pub(crate) async fn read_frame(&mut self) -> (u8, Vec<u8>) {
        let first = self.0.read_u8().await.expect("a frame");
        assert_eq!(
            first & 0xf0,
            FIN,
            "a client of this crate fragments nothing"
        );
        let second = self.0.read_u8().await.unwrap();
        assert_eq!(second & 0x80, 0x80, "clients mask");
        let length = match second & 0x7f {
            126 => usize::from(self.0.read_u16().await.unwrap()),
            127 => usize::try_from(self.0.read_u64().await.unwrap()).unwrap(),
            short => usize::from(short),
        };
        let mut mask = [0; 4];
        self.0.read_exact(&mut mask).await.unwrap();
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).await.unwrap();
        for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
        (first & 0x0f, payload)
    }

    /// Reads a frame, which has to be a text frame.
    pub(crate) async fn read_text(&mut self) -> String {
        let (opcode, payload) = self.read_frame().await;
        assert_eq!(opcode, TEXT);
        String::from_utf8(payload).unwrap()
    }

    /// Waits until the client has closed the connection, and ignores what it sends until then.
    pub(crate) async fn gone(mut self) {
        let mut rest = Vec::new();
        // A reset is as good as an orderly end.
        let _ = self.0.read_to_end(&mut rest).await;
    }
}

/// Returns an unmasked frame, as servers send them.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        short @ ..=125 => bytes.push(u8::try_from(short).unwrap()),
        middle @ ..=0xffff => {
            bytes.push(126);
            bytes.extend(u16::try_from(middle).unwrap().to_be_bytes());
        }
        long => {
            bytes.push(127);
            bytes.extend(u64::try_from(long).unwrap().to_be_bytes());
        }
    }
    bytes.extend(payload);
    bytes
}

pub(crate) const FIN: u8 = 0x80;
pub(crate) const RSV1: u8 = 0x40;
pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;
