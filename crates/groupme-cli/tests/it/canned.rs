//! A REST API with scripted responses, for faults that the simulator lacks.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// The parts of a request that tests check.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Method and path, such as `POST /v3/groups/1/messages`.
    pub(crate) line: String,
    /// Header lines in lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Reaction to a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Responds with a status and a body.
    Json(u16, serde_json::Value),
    /// Responds with status 200 and a body that need not be JSON.
    Text(String),
    /// Responds with a body that has no end.
    Endless,
    /// Closes the connection without a response.
    None,
}

#[derive(Debug)]
pub(crate) struct Canned {
    /// Returns the address for `--api-url`.
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Canned {
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let answer = Arc::new(answer);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v3", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&answer), Arc::clone(&log)));
            }
        });
        Self { url, asked }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// Wraps a response in GroupMe's envelope.
#[expect(clippy::needless_pass_by_value, reason = "as `json!` makes it")]
pub(crate) fn enveloped(response: serde_json::Value) -> serde_json::Value {
    serde_json::json!({ "response": response, "meta": { "code": 200 } })
}

async fn serve(
    stream: TcpStream,
    answer: Arc<impl Fn(&Asked) -> Answer>,
    log: Arc<Mutex<Vec<Asked>>>,
) {
    let mut stream = BufReader::new(stream);
    while let Some(asked) = read(&mut stream).await {
        let answer = answer(&asked);
        log.lock().unwrap().push(asked);
        let (status, body) = match answer {
            Answer::Json(status, body) => (status, body.to_string()),
            Answer::Text(body) => (200, body),
            Answer::Endless => {
                let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                let chunk = format!("10000\r\n{}\r\n", "x".repeat(65_536));
                let mut sent = stream.write_all(head.as_bytes()).await;
                while sent.is_ok() {
                    sent = stream.write_all(chunk.as_bytes()).await;
                }
                return;
            }
            Answer::None => return,
        };
        let response = format!(
            "HTTP/1.1 {status} \r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(response.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let line = head
        .lines()
        .next()?
        .trim_end_matches(" HTTP/1.1")
        .to_owned();
    let head = head.to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |length| length.trim().parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { line, head, body })
}
