//! Programs of the suite: a server that tests clients, and a client that tests servers.

use core::{net::Ipv4Addr, time::Duration};
use std::{
    fs,
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::{clock, command::run as sh};

/// The installed suite.
pub(super) struct Suite {
    pub(super) python: PathBuf,
    /// Directory of its packages.
    pub(super) packages: PathBuf,
    /// Directory of specifications, reports and logs.
    pub(super) directory: PathBuf,
}

impl Suite {
    /// Returns the command of a mode of the suite, with its specification.
    fn mode(&self, mode: &str, mut spec: Value) -> anyhow::Result<Command> {
        spec["cases"] = json!(["*"]);
        // Compression, an extension that neither side offers.
        spec["exclude-cases"] = json!(["12.*", "13.*"]);
        spec["exclude-agent-cases"] = json!({});
        fs::write(
            self.directory.join(format!("{mode}.json")),
            spec.to_string(),
        )?;
        let program = format!(
            "import site, sys; site.addsitedir(sys.argv[1]); \
             sys.argv = ['wstest', '-m', '{mode}', '-s', '{mode}.json']; \
             from autobahntestsuite import wstest; wstest.run()"
        );
        let log = fs::File::create(self.directory.join(format!("{mode}.log")))?;
        let mut command = Command::new(&self.python);
        command
            .args(["-c", &program])
            .arg(&self.packages)
            .current_dir(&self.directory)
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(log);
        Ok(command)
    }

    /// Starts the server that tests clients, on a port.
    pub(super) fn serve(&self, port: u16) -> anyhow::Result<Running> {
        let url = format!("ws://127.0.0.1:{port}");
        let spec = json!({ "url": url, "outdir": "./reports" });
        let child = self.mode("fuzzingserver", spec)?.spawn();
        let server = Running(child.context("cannot start the suite")?);
        let start = clock::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if clock::now().duration_since(start) > Duration::from_mins(1) {
                bail!(
                    "the suite does not start: see {}",
                    self.directory.join("fuzzingserver.log").display()
                );
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(server)
    }

    /// Tests a server at an address to the end.
    pub(super) fn test(&self, agent: &str, addr: &str) -> anyhow::Result<()> {
        let servers = json!([{ "agent": agent, "url": format!("ws://{addr}") }]);
        let spec = json!({ "servers": servers, "outdir": "./reports-of-servers" });
        sh(&mut self.mode("fuzzingclient", spec)?)
    }
}

/// A running program. Ends when dropped.
pub(super) struct Running(pub(super) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // A program that has ended by itself needs no signal.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
