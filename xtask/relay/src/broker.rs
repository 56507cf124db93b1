//! The NATS server, as a process that can be killed.

use core::time::Duration;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};
use groupme_relay::NatsSettings;
use tokio::{net::TcpStream, time::sleep};

use crate::process::Process;

/// NATS server with `JetStream` on loopback.
pub(crate) struct Server {
    program: PathBuf,
    directory: PathBuf,
    port: u16,
    child: Process,
}

impl Server {
    /// Starts a server on a port that the system chooses.
    pub(crate) async fn start(program: &Path, directory: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(directory)?;
        let child = spawn(program, directory, -1)?;
        let mut server = Self {
            program: program.to_owned(),
            directory: directory.to_owned(),
            port: 0,
            child,
        };
        for _ in 0..500 {
            if let Some(port) = server.written_port() {
                server.port = port;
                return Ok(server);
            }
            sleep(Duration::from_millis(20)).await;
        }
        bail!(
            "nats-server has not named its port; its log: {}",
            server.log()
        );
    }

    /// Returns the port of the file that the server writes.
    fn written_port(&self) -> Option<u16> {
        let files = fs::read_dir(&self.directory).ok()?.flatten();
        let mut ports = files.filter(|file| {
            let name = file.file_name();
            name.to_string_lossy().ends_with(".ports")
        });
        let text = fs::read_to_string(ports.next()?.path()).ok()?;
        let value: serde_json::Value = serde_json::from_str(&text).ok()?;
        let address = value["nats"][0].as_str()?;
        address.rsplit(':').next()?.parse().ok()
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(crate) fn settings(&self, lease: u64) -> NatsSettings {
        let mut settings = NatsSettings::default();
        settings.servers = self.url();
        settings.lease = Duration::from_secs(lease);
        settings.max_bytes = 1 << 30;
        settings
    }

    /// Kills the server, by SIGKILL.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()
    }

    /// Starts the server again, on the same port and with the same files.
    pub(crate) async fn restart(&mut self) -> anyhow::Result<()> {
        self.child = spawn(&self.program, &self.directory, i32::from(self.port))?;
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
        bail!("nats-server does not start again; its log: {}", self.log());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }
}

fn spawn(program: &Path, directory: &Path, port: i32) -> anyhow::Result<Process> {
    let directory_text = directory
        .to_str()
        .context("a temporary directory in UTF-8")?;
    let config = format!(
        "listen: \"127.0.0.1:{port}\"\nports_file_dir: {directory_text:?}\nlog_file: \"{}\"\n\
         jetstream {{ store_dir: \"{}\", max_file_store: 4GB }}\n",
        directory.join("log").display(),
        directory.join("store").display(),
    );
    let file = directory.join("nats.conf");
    fs::write(&file, config)?;
    let mut command = Command::new(program);
    command
        .arg("--config")
        .arg(&file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Process::start(program, &mut command)
}
