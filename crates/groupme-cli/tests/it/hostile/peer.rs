//! A stand-in of a server on raw sockets.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

/// What a stand-in does on each connection.
pub(super) type Attack = Arc<dyn Fn(&mut Peer) -> io::Result<()> + Send + Sync>;

/// One connection of the command.
pub(super) struct Peer {
    stream: TcpStream,
    /// Bytes read and not yet used.
    unread: Vec<u8>,
}

/// An HTTP request.
pub(super) struct Request {
    pub(super) target: String,
    head: String,
    pub(super) body: Vec<u8>,
}

/// Starts a server that attacks on each connection. Returns its port.
pub(super) fn serve(attack: Attack) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let attack = Arc::clone(&attack);
            thread::spawn(move || {
                let unread = Vec::new();
                // An attack ends with an error when the command closes the connection.
                let _ = attack(&mut Peer { stream, unread });
            });
        }
    });
    port
}

impl Peer {
    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Sends the same bytes until the connection is closed.
    pub(super) fn send_forever(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        loop {
            self.send(&bytes)?;
        }
    }

    /// Reads from now on in a thread, which drops what it reads.
    pub(super) fn read_aside(&self) -> io::Result<()> {
        let mut stream = self.stream.try_clone()?;
        thread::spawn(move || io::copy(&mut stream, &mut io::sink()));
        Ok(())
    }

    /// Ends the attack: closes the connection once the command has had time to read what was sent.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)?;
        self.hold()?;
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    /// Waits until the connection is closed, without sending anything.
    pub(super) fn hold(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16_384];
        while self.stream.read(&mut buffer)? > 0 {}
        Ok(())
    }

    /// Sends a response with a body.
    pub(super) fn respond(
        &mut self,
        status: &str,
        headers: &str,
        body: impl AsRef<[u8]>,
    ) -> io::Result<()> {
        let body = body.as_ref();
        self.send(format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        ))?;
        self.send(body)
    }

    /// Sends a REST response.
    pub(super) fn json(&mut self, body: impl AsRef<[u8]>) -> io::Result<()> {
        self.respond("200 OK", "Content-Type: application/json\r\n", body)
    }

    /// Reads one request.
    pub(super) fn request(&mut self) -> io::Result<Request> {
        let end = loop {
            let end = self.unread.windows(4).position(|part| part == b"\r\n\r\n");
            match end {
                Some(end) => break end + 4,
                None => self.read()?,
            }
        };
        let head = self.take(end)?;
        let head = String::from_utf8_lossy(&head).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.trim().parse().unwrap_or(0))
        });
        let body = self.take(length.unwrap_or(0))?;
        let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
        Ok(Request { target, head, body })
    }

    /// Accepts an upgrade to a websocket.
    pub(super) fn accept(&mut self, request: &Request) -> io::Result<()> {
        self.accept_with(request, "")
    }

    pub(super) fn accept_with(&mut self, request: &Request, headers: &str) -> io::Result<()> {
        let key = request.head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_key = name.eq_ignore_ascii_case("sec-websocket-key");
            is_key.then(|| value.trim())
        });
        let text = [
            key.unwrap_or_default(),
            "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
        ]
        .concat();
        let accept = BASE64_STANDARD.encode(Sha1::digest(text));
        self.send(format!(
            "{SWITCHING}Sec-WebSocket-Accept: {accept}\r\n{headers}\r\n"
        ))
    }

    /// Reads an upgrade request and accepts it.
    pub(super) fn upgrade(&mut self) -> io::Result<()> {
        let request = self.request()?;
        self.accept(&request)
    }

    /// Accepts the upgrade and the session, up to the subscription.
    pub(super) fn live(&mut self) -> io::Result<()> {
        self.live_as("abc", "")
    }

    /// Like [`live`](Self::live), with a `clientId` and with advice, if not empty.
    pub(super) fn live_as(&mut self, client_id: &str, advice: &str) -> io::Result<()> {
        self.upgrade()?;
        loop {
            let messages = self.messages()?;
            self.send(text(replies(&messages, client_id, advice)))?;
            if messages
                .iter()
                .any(|one| one["channel"] == "/meta/subscribe")
            {
                return Ok(());
            }
        }
    }

    /// Answers every message of a websocket but later connects, which are held.
    pub(super) fn serve_gateway(&mut self) -> io::Result<()> {
        let mut connected = false;
        loop {
            let mut messages = self.messages()?;
            messages.retain(|one| one["channel"] != "/meta/connect" || !connected);
            connected |= messages.iter().any(|one| one["channel"] == "/meta/connect");
            if !messages.is_empty() {
                let advice = r#"{"reconnect":"retry","interval":0,"timeout":30000}"#;
                self.send(text(replies(&messages, "abc", advice)))?;
            }
        }
    }

    /// Reads the messages of the next text frame.
    pub(super) fn messages(&mut self) -> io::Result<Vec<Value>> {
        loop {
            let (opcode, payload) = self.frame()?;
            match opcode {
                1 => return Ok(array(&payload)),
                8 => return Err(io::ErrorKind::UnexpectedEof.into()),
                _ => {}
            }
        }
    }

    /// Reads a frame: its opcode and its payload.
    pub(super) fn frame(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let head = self.take(2)?;
        let length = match head[1] & 0x7f {
            126 => self
                .take(2)?
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
            127 => self
                .take(8)?
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
            length => usize::from(length),
        };
        let mask = if head[1] & 0x80 == 0 {
            vec![0; 4]
        } else {
            self.take(4)?
        };
        let payload = self.take(length)?;
        let payload = payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask);
        Ok((head[0] & 0x0f, payload.collect()))
    }

    fn take(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.unread.len() < count {
            self.read()?;
        }
        Ok(self.unread.drain(..count).collect())
    }

    fn read(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16_384];
        let count = self.stream.read(&mut buffer)?;
        self.unread.extend_from_slice(&buffer[..count]);
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

impl Request {
    pub(super) fn messages(&self) -> Vec<Value> {
        array(&self.body)
    }

    pub(super) fn header_len(&self) -> usize {
        self.head.len()
    }
}

fn array(bytes: &[u8]) -> Vec<Value> {
    match serde_json::from_slice(bytes).unwrap_or_default() {
        Value::Array(messages) => messages,
        message => vec![message],
    }
}

/// Returns successful replies as JSON, with advice in those that carry it.
pub(super) fn replies(messages: &[Value], client_id: &str, advice: &str) -> String {
    let replies = messages.iter().map(|message| {
        let channel = message["channel"].as_str().unwrap_or_default();
        let mut reply = json!({
            "channel": channel, "id": message["id"], "successful": true, "clientId": client_id,
        });
        if channel == "/meta/handshake" {
            reply["version"] = "1.0".into();
            reply["supportedConnectionTypes"] = json!(["websocket", "long-polling"]);
        }
        if channel == "/meta/subscribe" {
            reply["subscription"] = message["subscription"].clone();
        }
        if !advice.is_empty() && ["/meta/handshake", "/meta/connect"].contains(&channel) {
            reply["advice"] = "ADVICE".into();
        }
        reply.to_string().replace("\"ADVICE\"", advice)
    });
    format!("[{}]", replies.collect::<Vec<_>>().join(","))
}

/// Returns a frame by its first byte: FIN, reserved bits and opcode.
pub(super) fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut frame = vec![first];
    match payload.len() {
        length @ ..126 => frame.push(u8::try_from(length).unwrap()),
        length @ ..65_536 => {
            frame.push(126);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            frame.push(127);
            frame.extend(u64::try_from(length).unwrap().to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame
}

/// Returns a text frame.
pub(super) fn text(payload: impl AsRef<[u8]>) -> Vec<u8> {
    frame(0x81, payload)
}

pub(super) const SWITCHING: &str =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
