//! Scripted HTTP server on loopback.

use core::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
        BufReader,
    },
    net::TcpListener,
};

/// Reaction of the server to a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers with these bytes and waits for the next request.
    Keep(Vec<u8>),
    /// Answers with these bytes and closes the connection.
    Close(Vec<u8>),
    /// Never answers.
    Hang,
}

/// Returns an answer with a length, on a connection that stays open.
pub(crate) fn reply(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Reply {
    Reply::Keep(response(status, headers, body))
}

pub(crate) fn response(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    if !status.starts_with("204") && !status.starts_with("304") {
        head.push_str("content-length: ");
        head.push_str(&body.len().to_string());
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

/// Received requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Heads of the requests, each with the number of its connection.
    pub(crate) heads: Vec<(usize, String)>,
    pub(crate) connections: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    script: std::vec::IntoIter<Reply>,
    seen: Seen,
}

impl Server {
    /// Starts a server that answers the requests of all connections by one script.
    pub(crate) async fn start(script: Vec<Reply>) -> Self {
        let (server, listener) = Self::bind(script).await;
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = accepting.clone();
                tokio::spawn(async move { server.serve(stream).await });
            }
        });
        server
    }

    /// Binds a server without accepting connections.
    pub(crate) async fn bind(script: Vec<Reply>) -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            state: Arc::new(Mutex::new(State {
                script: script.into_iter(),
                seen: Seen::default(),
            })),
        };
        (server, listener)
    }

    pub(crate) fn seen(&self) -> Seen {
        self.state.lock().unwrap().seen.clone()
    }

    /// Answers the requests of one connection until it ends.
    pub(crate) async fn serve(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let connection = {
            let mut state = self.state.lock().unwrap();
            state.seen.connections += 1;
            state.seen.connections
        };
        let mut stream = BufReader::new(stream);
        while let Some(head) = read_request(&mut stream).await {
            let reply = {
                let mut state = self.state.lock().unwrap();
                state.seen.heads.push((connection, head));
                state.script.next()
            };
            match reply {
                Some(Reply::Keep(bytes)) => {
                    if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err() {
                        return;
                    }
                }
                Some(Reply::Close(bytes)) => {
                    // The client may close first.
                    let _ = stream.write_all(&bytes).await;
                    let _ = stream.shutdown().await;
                    return;
                }
                Some(Reply::Hang) | None => core::future::pending().await,
            }
        }
    }
}

/// Reads a request with its body, and returns the head in lower case.
pub(crate) async fn read_request(
    stream: &mut BufReader<impl AsyncRead + AsyncWrite + Unpin>,
) -> Option<String> {
    let mut head = String::new();
    loop {
        let start = head.len();
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
        if head[start..].trim().is_empty() {
            break;
        }
    }
    let head = head.to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |length| length.trim().parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(head)
}
