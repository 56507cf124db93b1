//! Load on a Bayeux server, of this crate or another one on this machine: `cargo xtask bench server`
//! runs it.
//!
//! - `load serve` runs a server and prints its port and process.
//! - `load polls PORT PID N SECONDS`, `load sockets PORT PID N SECONDS` open N idle clients, and print
//!   memory and CPU time of the process over this time.
//! - `load flood PORT PID N RATE SECONDS` publishes RATE events a second to N websockets for this time,
//!   and prints deliveries, latencies and CPU time.
//!
//! Results are lines of JSON.

use core::{
    future,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};
use std::{fs, io, sync::Arc};

use bayeux_server::{AllowAll, Options, Server};
use fastwebsockets::{Frame, OpCode, Payload, Role, WebSocket};
use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, split},
    net::{TcpListener, TcpStream},
    sync::Mutex,
    time::{self, Instant},
};

type Failure = Box<dyn core::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    // Every client costs a socket, and the usual limit is 1,024.
    let mut files = getrlimit(Resource::Nofile);
    files.current = files.maximum;
    setrlimit(Resource::Nofile, files)?;
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["serve"] => serve().await,
        ["polls", port, process, clients, time] => {
            let port = port.parse()?;
            idle(process, clients.parse()?, seconds(time)?, move || {
                poll(port)
            })
            .await
        }
        ["sockets", port, process, clients, time] => {
            let port = port.parse()?;
            idle(process, clients.parse()?, seconds(time)?, move || {
                stay(port)
            })
            .await
        }
        ["flood", port, process, clients, rate, time] => {
            let (port, clients, rate) = (port.parse()?, clients.parse()?, rate.parse()?);
            flood(port, process, clients, rate, seconds(time)?).await
        }
        _ => Err(USAGE.into()),
    }
}

fn seconds(text: &str) -> Result<Duration, Failure> {
    Ok(Duration::from_secs(text.parse()?))
}

async fn serve() -> Result<(), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{} {}", listener.local_addr()?.port(), std::process::id());
    Server::new(AllowAll, Options::default())
        .serve(listener)
        .await;
    Ok(())
}

/// Opens idle clients, fifty at a time, and measures the server for some time.
async fn idle<F>(
    process: &str,
    clients: usize,
    duration: Duration,
    client: impl Fn() -> F,
) -> Result<(), Failure>
where
    F: Future<Output = Result<Client, Failure>> + Send + 'static,
{
    let before = usage(process)?;
    let mut open = Vec::new();
    while open.len() < clients {
        let opening: Vec<_> = (0..50).map(|_| tokio::spawn(client())).collect();
        for client in opening {
            open.push(client.await??);
        }
    }
    let tasks: Vec<_> = open
        .into_iter()
        .map(|client| tokio::spawn(client.live()))
        .collect();
    time::sleep(Duration::from_secs(5)).await;
    let (memory, start) = usage(process)?;
    time::sleep(duration).await;
    let (_, end) = usage(process)?;
    let lost = tasks.iter().filter(|task| task.is_finished()).count();
    let result = json!({
        "clients": clients,
        "lost": lost,
        "memory_kib": memory,
        "bytes_each": memory.saturating_sub(before.0) * 1024 / clients as u64,
        "cpu_seconds": end - start,
    });
    println!("{result}");
    Ok(())
}

/// Idle client, connected.
enum Client {
    Poll(BufReader<TcpStream>, String),
    Socket(WebSocket<TcpStream>, String),
}

impl Client {
    /// Connects again whenever the server answers; ends with the connection.
    async fn live(self) -> Result<(), Failure> {
        match self {
            Self::Poll(mut stream, client) => loop {
                read(&mut stream).await?;
                post(&mut stream, &connect(&client, "long-polling")).await?;
            },
            Self::Socket(mut socket, client) => loop {
                let frame = socket.read_frame().await?;
                if frame.opcode == OpCode::Text {
                    send(&mut socket, connect(&client, "websocket")).await?;
                }
            },
        }
    }
}

/// Opens a client with a held poll.
async fn poll(port: u16) -> Result<Client, Failure> {
    let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
    post(&mut stream, HANDSHAKE).await?;
    let client = client_id(&read(&mut stream).await?)?;
    post(&mut stream, &subscribe(&client)).await?;
    read(&mut stream).await?;
    post(&mut stream, &connect(&client, "long-polling")).await?;
    Ok(Client::Poll(stream, client))
}

/// Opens a client with a websocket and a held connect.
async fn stay(port: u16) -> Result<Client, Failure> {
    let (mut socket, client) = upgrade(port).await?;
    send(&mut socket, subscribe(&client)).await?;
    socket.read_frame().await?;
    send(&mut socket, connect(&client, "websocket")).await?;
    Ok(Client::Socket(socket, client))
}

/// Publishes at a rate, and counts what arrives.
async fn flood(
    port: u16,
    process: &str,
    clients: u64,
    rate: u64,
    duration: Duration,
) -> Result<(), Failure> {
    let (delivered, latencies) = (
        Arc::new(AtomicU64::new(0)),
        Arc::new(Mutex::new(Vec::new())),
    );
    let (origin, lost) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    for index in 0..clients {
        let Client::Socket(socket, _) = stay(port).await? else {
            continue;
        };
        let mut stream = socket.into_inner();
        let (delivered, latencies) = (Arc::clone(&delivered), Arc::clone(&latencies));
        let lost = Arc::clone(&lost);
        tokio::spawn(async move {
            // Not parsed: on a small machine, the clients take the time of the server.
            let (mut buffer, mut kept) = (vec![0; 64 << 10], 0);
            while let Ok(read @ 1..) = stream.read(&mut buffer[kept..]).await {
                let bytes = &buffer[..kept + read];
                let events = bytes.windows(MARK.len()).filter(|text| *text == MARK);
                delivered.fetch_add(events.count() as u64, Relaxed);
                // The first client measures.
                if index == 0
                    && let Some(sent) = sent_at(bytes)
                {
                    latencies
                        .lock()
                        .await
                        .push(origin.elapsed().saturating_sub(sent));
                }
                let rest = bytes.len().min(MARK.len() - 1);
                buffer.copy_within(kept + read - rest..kept + read, 0);
                kept = rest;
            }
            lost.fetch_add(1, Relaxed);
        });
    }
    let (publisher, client) = upgrade(port).await?;
    let (mut replies, mut publisher) = publisher.split(split);
    tokio::spawn(async move {
        // Read, so that they do not pile up.
        let mut pong = |_| future::ready(Ok::<_, io::Error>(()));
        while replies.read_frame(&mut pong).await.is_ok() {}
    });
    let (_, start) = usage(process)?;
    let began = Instant::now();
    let mut ticks = time::interval(Duration::from_millis(10));
    let (per_tick, mut sent) = (rate / 100, 0);
    for _ in 0..duration.as_millis() / 10 {
        ticks.tick().await;
        let at = origin.elapsed().as_micros();
        let event = format!(
            r#"{{"channel":"/load","clientId":"{client}","data":{{"t":"{at}","text":"{TEXT}"}}}}"#
        );
        let batch = vec![event; usize::try_from(per_tick)?].join(",");
        let batch = format!("[{batch}]").into_bytes();
        publisher
            .write_frame(Frame::text(Payload::Owned(batch)))
            .await?;
        sent += per_tick;
    }
    let published_in = began.elapsed();
    let deadline = Instant::now() + Duration::from_mins(1);
    while delivered.load(Relaxed) < sent * clients && Instant::now() < deadline {
        time::sleep(Duration::from_millis(10)).await;
    }
    let (memory, end) = usage(process)?;
    let mut latencies = latencies.lock().await;
    latencies.sort_unstable();
    let quantile = |part: usize| {
        let latency = latencies.get(latencies.len() * part / 100);
        latency.map(Duration::as_secs_f64)
    };
    let result = json!({
        "events": sent,
        "published_in": published_in.as_secs_f64(),
        "delivered": delivered.load(Relaxed),
        "expected": sent * clients,
        "delivered_in": began.elapsed().as_secs_f64(),
        "lost": lost.load(Relaxed),
        "p50": quantile(50),
        "p99": quantile(99),
        "cpu_seconds": end - start,
        "memory_kib": memory,
    });
    println!("{result}");
    Ok(())
}

/// Returns resident memory in KiB and CPU time in seconds of a process.
fn usage(process: &str) -> Result<(u64, f64), Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let memory = line
        .and_then(|line| line.split_whitespace().next())
        .unwrap_or("0");
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: f64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum();
    Ok((memory.parse()?, ticks / 100.0))
}

async fn post(stream: &mut BufReader<TcpStream>, body: &str) -> io::Result<()> {
    let length = body.len();
    let request = format!(
        "POST /faye HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.get_mut().write_all(request.as_bytes()).await
}

/// Reads the body of a response.
async fn read(stream: &mut BufReader<TcpStream>) -> Result<String, Failure> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await? == 0 {
            return Err("the connection ended".into());
        }
    }
    let head = head.to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap_or("0").parse()?];
    stream.read_exact(&mut body).await?;
    Ok(String::from_utf8(body)?)
}

/// Opens a websocket and shakes hands.
async fn upgrade(port: u16) -> Result<(WebSocket<TcpStream>, String), Failure> {
    let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
    stream.get_mut().set_nodelay(true)?;
    stream.get_mut().write_all(UPGRADE.as_bytes()).await?;
    read(&mut stream).await?;
    let mut socket = WebSocket::after_handshake(stream.into_inner(), Role::Client);
    send(&mut socket, HANDSHAKE.to_owned()).await?;
    let frame = socket.read_frame().await?;
    let client = client_id(core::str::from_utf8(&frame.payload)?)?;
    Ok((socket, client))
}

async fn send(socket: &mut WebSocket<TcpStream>, batch: String) -> Result<(), Failure> {
    let frame = Frame::text(Payload::Owned(batch.into_bytes()));
    Ok(socket.write_frame(frame).await?)
}

fn client_id(answer: &str) -> Result<String, Failure> {
    let id = answer.split_once(r#""clientId":""#).map(|(_, rest)| rest);
    let id = id.and_then(|rest| rest.split('"').next());
    Ok(id.ok_or("the handshake was refused")?.to_owned())
}

/// Returns the time at which the last event was sent, if it is complete.
fn sent_at(bytes: &[u8]) -> Option<Duration> {
    let start = bytes.windows(MARK.len()).rposition(|text| text == MARK)? + MARK.len();
    let digits = bytes[start..].split(|byte| *byte == b'"').next()?;
    let micros = core::str::from_utf8(digits).ok()?;
    Some(Duration::from_micros(micros.parse().ok()?))
}

fn subscribe(client: &str) -> String {
    format!(r#"[{{"channel":"/meta/subscribe","clientId":"{client}","subscription":"/load"}}]"#)
}

fn connect(client: &str, kind: &str) -> String {
    format!(r#"[{{"channel":"/meta/connect","clientId":"{client}","connectionType":"{kind}"}}]"#)
}

const USAGE: &str =
    "usage: load serve | polls|sockets PORT PID N SECONDS | flood PORT PID N RATE SECONDS";
const HANDSHAKE: &str = r#"[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["websocket","long-polling"]}]"#;
const UPGRADE: &str = "GET /faye HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
     Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
/// Bytes that each event contains once.
const MARK: &[u8] = br#""t":""#;
/// Text of an event, which is about as long as a short message.
const TEXT: &str = "The quick brown fox jumps over the lazy dog, and back again.";
