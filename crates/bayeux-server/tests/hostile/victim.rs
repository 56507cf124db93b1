//! The server under attack, in a thread of its own, and what it costs.

use core::{net::SocketAddr, time::Duration};
use std::{
    fs,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    thread,
};

use bayeux_server::{AllowAll, Options, Server};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Server under attack.
pub(crate) struct Victim {
    pub(crate) server: Server,
    pub(crate) addr: SocketAddr,
    /// Figures of the thread in which the server runs.
    figures: PathBuf,
    /// Resident memory before the attack, in kilobytes.
    before: u64,
    _alone: MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::new(());

impl Victim {
    pub(crate) fn start(options: Options) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (sender, started) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let server = Server::new(AllowAll, options);
                let thread = fs::read_link("/proc/thread-self").unwrap();
                let addr = listener.local_addr().unwrap();
                sender.send((server.clone(), addr, thread)).unwrap();
                server.serve(listener).await;
            });
        });
        let (server, addr, thread) = started.recv().unwrap();
        let mut victim = Self {
            server,
            addr,
            figures: PathBuf::from("/proc").join(thread).join("schedstat"),
            before: 0,
            _alone: alone,
        };
        // The peak of an earlier test is not that of this one.
        let _ = fs::write("/proc/self/clear_refs", "5");
        victim.before = memory("VmRSS:");
        victim
    }

    /// Returns the processor time of the server so far.
    pub(crate) fn cpu(&self) -> Duration {
        let figures = fs::read_to_string(&self.figures).unwrap();
        let nanoseconds = figures.split(' ').next().unwrap();
        Duration::from_nanos(nanoseconds.parse().unwrap())
    }

    /// Returns the memory that the process has more than before, in kilobytes.
    pub(crate) fn grown(&self) -> u64 {
        memory("VmRSS:").saturating_sub(self.before)
    }

    /// Checks the cost of an attack: processor time of the server, and the largest memory that the
    /// process had more than before, that of the attacker included, in megabytes. The server still works.
    pub(crate) async fn assert_cost(&self, cpu: Duration, megabytes: u64) {
        let (spent, peak) = (self.cpu(), memory("VmHWM:").saturating_sub(self.before));
        println!("{spent:?} of processor time, {peak} KB at the peak");
        assert!(spent < cpu, "{spent:?} of processor time");
        assert!(peak < megabytes << 10, "{peak} KB at the peak");
        self.assert_works().await;
    }

    /// Checks that a new client is answered soon.
    pub(crate) async fn assert_works(&self) {
        let handshake = r#"[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"]}]"#;
        let head = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            handshake.len()
        );
        let mut client = self.connect().await;
        client
            .write_all([&head, handshake].concat().as_bytes())
            .await
            .unwrap();
        let answer = rest(&mut client, Duration::from_secs(20)).await;
        let answer = String::from_utf8(answer.expect("an answer")).unwrap();
        assert!(answer.contains(r#""successful":true"#), "{answer}");
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }

    /// Opens a websocket.
    pub(crate) async fn upgrade(&self) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(UPGRADE.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101"));
        stream
    }

    /// Sends bytes on a connection of their own, as far as the server takes them, and returns what comes
    /// back until the server ends the connection.
    pub(crate) async fn provoke(&self, bytes: &[u8]) -> String {
        let answer = answer(self.connect().await, bytes).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// Sends bytes as far as the server takes them, and returns what comes back until it ends the connection.
pub(crate) async fn answer(stream: TcpStream, bytes: &[u8]) -> Vec<u8> {
    let (mut read_half, mut write_half) = stream.into_split();
    let sending = async {
        // The server may end the connection in the middle.
        let _ = write_half.write_all(bytes).await;
        core::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    let reading = async {
        // Reset, perhaps, with bytes under way.
        let _ = read_half.read_to_end(&mut answer).await;
    };
    let ended = timeout(PATIENCE, async {
        tokio::select! {
            () = sending => {}
            () = reading => {}
        }
    });
    ended.await.expect("the server ends the connection");
    answer
}

/// Reads until the end of the connection; `None` if that takes too long.
pub(crate) async fn rest(stream: &mut TcpStream, patience: Duration) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let reading = async {
        let _ = stream.read_to_end(&mut bytes).await;
    };
    timeout(patience, reading).await.ok()?;
    Some(bytes)
}

/// Returns a figure of the process, in kilobytes.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let figure = line.unwrap().trim().trim_end_matches(" kB");
    figure.parse().unwrap()
}

/// Options whose timeout is short.
pub(crate) fn impatient() -> Options {
    let mut options = Options::default();
    options.request_timeout = Duration::from_secs(2);
    options
}

pub(crate) const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Time in which a server has to end a connection.
const PATIENCE: Duration = Duration::from_mins(1);
