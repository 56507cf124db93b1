//! Clients written by hand: an HTTP connection and a WebSocket.

use core::fmt::Write as _;

use fastwebsockets::{Frame, OpCode, Payload, Role, WebSocket};
use groupme_sim::Sim;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::peer::{connect, handshake, subscribe};

/// HTTP connection that is kept alive.
pub(crate) struct Http(BufReader<TcpStream>);

/// HTTP response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Http {
    pub(crate) async fn open(sim: &Sim) -> Self {
        Self(BufReader::new(
            TcpStream::connect(sim.addr()).await.unwrap(),
        ))
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        write!(request, "\r\n{body}").unwrap();
        self.0
            .get_mut()
            .write_all(request.as_bytes())
            .await
            .unwrap();
    }

    /// Reads a response; `None` if the connection ends first.
    pub(crate) async fn response(&mut self) -> Option<Response> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        let (line, headers) = head.split_once("\r\n").unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let headers = headers.to_ascii_lowercase();
        let length = headers
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body).await.ok()?;
        Some(Response {
            status,
            headers,
            body: String::from_utf8(body).unwrap(),
        })
    }

    pub(crate) async fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        self.send(method, path, headers, body).await;
        self.response().await.expect("an answer")
    }

    /// Posts a batch.
    pub(crate) async fn post(&mut self, batch: &Value) {
        self.send(
            "POST",
            "/faye",
            &[("Content-Type", "application/json")],
            &batch.to_string(),
        )
        .await;
    }

    /// Reads the reply to a batch; `None` if the connection ends first.
    pub(crate) async fn answer(&mut self) -> Option<Value> {
        let response = self.response().await?;
        assert_eq!(response.status, 200, "{}", response.body);
        Some(serde_json::from_str(&response.body).unwrap())
    }

    pub(crate) async fn ask(&mut self, batch: &Value) -> Value {
        self.post(batch).await;
        self.answer().await.expect("an answer")
    }
}

/// WebSocket, upgraded by hand.
pub(crate) struct Socket(WebSocket<TcpStream>);

pub(crate) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

impl Socket {
    pub(crate) async fn open(sim: &Sim) -> Self {
        let mut http = Http::open(sim).await;
        let response = http.request("GET", "/faye", &upgrade(KEY), "").await;
        assert_eq!(response.status, 101, "{response:?}");
        assert!(
            response
                .headers
                .contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="),
            "{response:?}"
        );
        assert!(http.0.buffer().is_empty());
        let mut socket = WebSocket::after_handshake(http.0.into_inner(), Role::Client);
        socket.set_auto_close(true);
        Self(socket)
    }

    pub(crate) async fn send(&mut self, batch: &Value) {
        self.write(true, OpCode::Text, batch.to_string().as_bytes())
            .await;
    }

    pub(crate) async fn write(&mut self, fin: bool, opcode: OpCode, payload: &[u8]) {
        let frame = Frame::new(fin, opcode, None, Payload::Owned(payload.to_vec()));
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
        assert_eq!(opcode, OpCode::Text);
        serde_json::from_slice(&payload).unwrap()
    }

    /// Reads the next batch and returns its only message.
    pub(crate) async fn message(&mut self) -> Value {
        match &self.batch().await.as_array().unwrap()[..] {
            [message] => message.clone(),
            other => panic!("{other:#?}"),
        }
    }

    pub(crate) async fn ask(&mut self, message: &Value) -> Value {
        self.send(&json!([message])).await;
        self.message().await
    }

    /// Waits until everything sent so far has arrived, when nothing else is expected.
    pub(crate) async fn settle(&mut self) {
        self.send(&json!([])).await;
        assert_eq!(self.batch().await, json!([]));
    }

    /// Handshakes, subscribes to all channels of the user, and connects; returns the client id.
    pub(crate) async fn listen(&mut self, sim: &Sim) -> String {
        let client = self.ask(&handshake("1")).await["clientId"]
            .as_str()
            .unwrap()
            .to_owned();
        for channel in sim.with_world(|world| world.channels(sim.cast().me)) {
            let reply = self.ask(&subscribe(&client, &channel, sim.token())).await;
            assert_eq!(reply["successful"], true, "{reply}");
        }
        self.send(&json!([connect(&client, "c")])).await;
        client
    }
}

pub(crate) fn upgrade(key: &str) -> [(&str, &str); 4] {
    [
        ("Connection", "keep-alive, Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key),
    ]
}

/// Starts a simulator without pings and with the same ids each time.
pub(crate) async fn sim() -> Sim {
    Sim::builder().ping_interval(None).start().await.unwrap()
}
