//! The processes of the server and of the clients.

use core::{net::Ipv4Addr, time::Duration};
use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::server::{BREAK, COUNT};

/// A process that is killed when it is dropped, and the lines of its output.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    lines: mpsc::Receiver<String>,
}

/// The load server.
#[derive(Debug)]
pub(super) struct Server {
    _process: Process,
    pub(super) port: u16,
    /// Port for commands.
    control: u16,
    /// Certificate of the server in PEM; empty for plaintext.
    pub(super) certificate: String,
}

impl Process {
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let stdout = child.stdout.take().context("a process without output")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, lines })
    }

    /// Returns the id of the process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the next line of JSON.
    pub(super) fn line(&self, timeout: Duration) -> anyhow::Result<Value> {
        let line = match self.lines.recv_timeout(timeout) {
            Ok(line) => line,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                bail!("no output for {} s", timeout.as_secs())
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => bail!("ended without a result"),
        };
        serde_json::from_str(&line).with_context(|| line)
    }

    /// Returns the lines of JSON so far.
    pub(super) fn lines(&self) -> impl Iterator<Item = Value> {
        let lines = self.lines.try_iter();
        lines.filter_map(|line| serde_json::from_str(&line).ok())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts this program as a server, with options as on its command line.
    pub(super) fn start(program: &Path, options: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command.arg("serve").args(options.split_whitespace());
        let process = Process::start(&mut command)?;
        let line = process
            .line(Duration::from_secs(20))
            .context("load server")?;
        let port = |name: &str| {
            let port = line[name].as_u64().and_then(|port| port.try_into().ok());
            port.context("the server names no port")
        };
        Ok(Self {
            _process: process,
            port: port("port")?,
            control: port("control")?,
            certificate: line["certificate"].as_str().unwrap_or_default().to_owned(),
        })
    }

    pub(super) fn url(&self) -> String {
        let scheme = if self.certificate.is_empty() {
            "http"
        } else {
            "https"
        };
        format!("{scheme}://127.0.0.1:{}/faye", self.port)
    }

    /// Breaks all connections.
    pub(super) fn break_connections(&self) -> anyhow::Result<()> {
        self.command(*BREAK).map(drop)
    }

    /// Returns a count of the server.
    fn count(&self, name: &str) -> anyhow::Result<u64> {
        self.command(*COUNT)?[name]
            .as_u64()
            .context("no such count")
    }

    fn command(&self, command: [u8; 1]) -> anyhow::Result<Value> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.control))?;
        stream.write_all(&command)?;
        let mut counts = String::new();
        stream.read_to_string(&mut counts)?;
        Ok(serde_json::from_str(&counts)?)
    }

    /// Waits until this many sessions have subscribed, and returns whether they have.
    pub(super) fn wait_for_sessions(&self, count: u64, seconds: u64) -> anyhow::Result<bool> {
        for _ in 0..seconds * 10 {
            if self.count("subscribed")? >= count {
                return Ok(true);
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(false)
    }
}

/// Returns the CPU time of a process of Linux so far, in milliseconds.
pub(super) fn cpu_millis(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name of the program, in parentheses, may contain spaces.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: f64 = ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    // Linux reports times in units of 10 ms, on every machine.
    ticks * 10.0
}
