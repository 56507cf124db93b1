//! Clients written by hand: requests without a socket, an HTTP connection, and a websocket.

use core::{fmt::Write as _, net::SocketAddr};

use bayeux_server::{AllowAll, Options, Rules, Server};
use bytes::Bytes;
use fastwebsockets::{Frame, OpCode, Payload, Role, WebSocket};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Returns a server that permits everything.
pub(crate) fn open_server() -> Server {
    Server::new(AllowAll, Options::default())
}

/// Gives a server a listener.
pub(crate) async fn listen(server: &Server) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let server = server.clone();
    tokio::spawn(async move { server.serve(listener).await });
    addr
}

/// Starts a server with a listener.
pub(crate) async fn start(rules: impl Rules, options: Options) -> (Server, SocketAddr) {
    let server = Server::new(rules, options);
    let addr = listen(&server).await;
    (server, addr)
}

/// Posts a batch without a socket.
pub(crate) async fn post(server: &Server, batch: &Value) -> Response<Full<Bytes>> {
    let body = Full::new(Bytes::from(batch.to_string()));
    server.call(Request::post("/").body(body).unwrap()).await
}

/// Posts a batch without a socket, and returns the answer.
pub(crate) async fn ask(server: &Server, batch: &Value) -> Value {
    let response = post(server, batch).await;
    assert_eq!(response.status(), StatusCode::OK);
    serde_json::from_slice(&body(response).await).unwrap()
}

pub(crate) async fn body(response: Response<Full<Bytes>>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

/// Shakes hands without a socket; returns the client id.
pub(crate) async fn open_session(server: &Server) -> String {
    let answer = ask(server, &json!([handshake()])).await;
    answer[0]["clientId"].as_str().unwrap().to_owned()
}

pub(crate) fn handshake() -> Value {
    let types = ["websocket", "long-polling", "callback-polling"];
    json!({"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": types, "id": "h"})
}

pub(crate) fn connect(client: &str) -> Value {
    json!({"channel": "/meta/connect", "clientId": client, "connectionType": "long-polling", "id": "c"})
}

/// Connect that is not held.
pub(crate) fn connect_now(client: &str) -> Value {
    let mut message = connect(client);
    message["advice"] = json!({"timeout": 0});
    message
}

pub(crate) fn subscribe(client: &str, channel: &str) -> Value {
    json!({"channel": "/meta/subscribe", "clientId": client, "subscription": channel, "id": "s"})
}

pub(crate) fn publish(client: &str, channel: &str, data: &Value) -> Value {
    json!({"channel": channel, "clientId": client, "data": data, "id": "p"})
}

/// Returns the data of the events on `channel` in an answer.
pub(crate) fn data_of(answer: &Value, channel: &str) -> Vec<Value> {
    let messages = answer.as_array().unwrap().iter();
    let events = messages.filter(|message| message["channel"] == channel);
    let data = events.filter_map(|message| message.get("data"));
    data.cloned().collect()
}

/// Waits until something becomes true by the work of other tasks.
pub(crate) async fn until(mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(core::time::Duration::from_secs(20), waiting).await;
    waited.expect("becomes true within 20 s");
}

/// HTTP connection that is kept alive.
pub(crate) struct Http(BufReader<TcpStream>);

/// HTTP response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Http {
    pub(crate) async fn open(addr: SocketAddr) -> Self {
        Self(BufReader::new(TcpStream::connect(addr).await.unwrap()))
    }

    pub(crate) async fn write(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).await.unwrap();
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) {
        let length = body.len();
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n");
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        write!(request, "\r\n{body}").unwrap();
        self.write(&request).await;
    }

    pub(crate) async fn post(&mut self, batch: &Value) {
        self.send("POST", "/bayeux", &[], &batch.to_string()).await;
    }

    /// Reads a response; `None` if the connection ends first.
    pub(crate) async fn reply(&mut self) -> Option<Reply> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        let (line, headers) = head.split_once("\r\n").unwrap();
        let headers = headers.to_ascii_lowercase();
        let mut lines = headers.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body).await.ok()?;
        Some(Reply {
            status: line.split(' ').nth(1).unwrap().parse().unwrap(),
            body: String::from_utf8(body).unwrap(),
        })
    }

    /// Reads until the connection ends, orderly or not; returns the number of bytes.
    pub(crate) async fn drain(&mut self) -> usize {
        let mut bytes = Vec::new();
        let _ = self.0.read_to_end(&mut bytes).await;
        bytes.len()
    }

    /// Reads a number of bytes.
    pub(crate) async fn bytes(&mut self, number: usize) -> Vec<u8> {
        let mut bytes = vec![0; number];
        self.0.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    pub(crate) async fn answer(&mut self) -> Value {
        let reply = self.reply().await.expect("an answer");
        assert_eq!(reply.status, 200, "{reply:?}");
        serde_json::from_str(&reply.body).unwrap()
    }
}

/// Websocket, upgraded by hand.
pub(crate) struct Socket(WebSocket<TcpStream>);

pub(crate) const UPGRADE: [(&str, &str); 4] = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

impl Socket {
    pub(crate) async fn open(addr: SocketAddr) -> Self {
        let mut http = Http::open(addr).await;
        http.send("GET", "/bayeux", &UPGRADE, "").await;
        let reply = http.reply().await.unwrap();
        assert_eq!(reply.status, 101, "{reply:?}");
        let mut socket = WebSocket::after_handshake(http.0.into_inner(), Role::Client);
        socket.set_auto_close(true);
        Self(socket)
    }

    pub(crate) async fn send(&mut self, batch: &Value) {
        self.write(OpCode::Text, batch.to_string().as_bytes()).await;
    }

    pub(crate) async fn write(&mut self, opcode: OpCode, payload: &[u8]) {
        let frame = Frame::new(true, opcode, None, Payload::Owned(payload.to_vec()));
        self.0.write_frame(frame).await.unwrap();
    }

    /// Reads the next frame; `None` if the connection breaks.
    pub(crate) async fn read(&mut self) -> Option<(OpCode, Vec<u8>)> {
        let frame = self.0.read_frame().await.ok()?;
        Some((frame.opcode, frame.payload.to_vec()))
    }

    /// Reads the next batch.
    pub(crate) async fn batch(&mut self) -> Value {
        let (opcode, payload) = self.read().await.expect("a frame");
        assert_eq!(opcode, OpCode::Text, "{payload:?}");
        serde_json::from_slice(&payload).unwrap()
    }

    pub(crate) async fn ask(&mut self, batch: &Value) -> Value {
        self.send(batch).await;
        self.batch().await
    }

    /// Shakes hands, subscribes and connects; returns the client id.
    pub(crate) async fn listen(&mut self, channel: &str) -> String {
        let answer = self.ask(&json!([handshake()])).await;
        let client = answer[0]["clientId"].as_str().unwrap().to_owned();
        let reply = self.ask(&json!([subscribe(&client, channel)])).await;
        assert_eq!(reply[0]["successful"], true, "{reply}");
        self.send(&json!([connect(&client)])).await;
        // The connect is held, so this answer says that it has arrived.
        assert_eq!(self.ask(&json!([])).await, json!([]));
        client
    }
}
