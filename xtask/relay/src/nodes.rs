//! Nodes of the relay, as processes that can be killed and paused.

use core::{fmt::Write as _, time::Duration};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{bail, ensure};
use tokio::time::sleep;

use crate::{process::Process, town::Town};

/// Running nodes, oldest first.
pub(crate) struct Nodes {
    program: PathBuf,
    options: Vec<String>,
    directory: PathBuf,
    children: Vec<Process>,
    started: u32,
}

impl Nodes {
    pub(crate) fn new(
        program: PathBuf,
        nats: &str,
        key_file: &Path,
        town: &Town,
        directory: &Path,
    ) -> Self {
        let options = [
            "run",
            "--nats",
            nats,
            "--key-file",
            &key_file.to_string_lossy(),
            "--gateway-url",
            &town.gateway_url(),
            "--api-url",
            &town.api_url(),
            "--starts-per-second",
            "100",
            // Every 25 entries, so that most claims continue from a snapshot.
            "--snapshot-every",
            "25",
            "--drain",
            "5",
        ];
        Self {
            program,
            options: options.map(str::to_owned).to_vec(),
            directory: directory.to_owned(),
            children: Vec::new(),
            started: 0,
        }
    }

    /// Starts a node.
    pub(crate) fn start(&mut self) -> anyhow::Result<()> {
        self.started += 1;
        let log = File::create(self.directory.join(format!("node-{}.log", self.started)))?;
        let mut command = Command::new(&self.program);
        command
            .args(&self.options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        self.children
            .push(Process::start(&self.program, &mut command)?);
        Ok(())
    }

    /// Kills a node by SIGKILL. `index` counts the running nodes, oldest first, from 0.
    pub(crate) fn kill(&mut self, index: usize) -> anyhow::Result<()> {
        self.children.remove(index).kill()
    }

    /// Tells a node to stop while others run, and waits until it has.
    pub(crate) async fn drain(&mut self, index: usize) -> anyhow::Result<()> {
        let mut child = self.children.remove(index);
        child.signal("-TERM")?;
        for _ in 0..300 {
            if let Some(status) = child.status()? {
                ensure!(status.success(), "a node that drains ended with {status}");
                return Ok(());
            }
            sleep(Duration::from_millis(100)).await;
        }
        bail!("a node that drains does not end; {}", self.logs());
    }

    /// Pauses a node by SIGSTOP.
    pub(crate) fn pause(&self, index: usize) -> anyhow::Result<()> {
        self.children[index].signal("-STOP")
    }

    /// Continues a paused node by SIGCONT.
    pub(crate) fn resume(&self, index: usize) -> anyhow::Result<()> {
        self.children[index].signal("-CONT")
    }

    /// Returns the number of nodes that run.
    pub(crate) fn running(&mut self) -> usize {
        let children = self.children.iter_mut();
        children
            .filter_map(|child| child.status().ok())
            .filter(Option::is_none)
            .count()
    }

    /// Stops all nodes by SIGTERM, and waits until they have ended, one minute at most.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        for child in &self.children {
            child.signal("-TERM")?;
        }
        for _ in 0..600 {
            let mut running = Vec::new();
            for mut child in self.children.drain(..) {
                match child.status()? {
                    Some(status) => {
                        ensure!(status.success(), "a node ended with {status} after SIGTERM");
                    }
                    None => running.push(child),
                }
            }
            self.children = running;
            if self.children.is_empty() {
                return Ok(());
            }
            sleep(Duration::from_millis(100)).await;
        }
        bail!(
            "a node still runs one minute after SIGTERM; {}",
            self.logs()
        );
    }

    /// Returns the last 20 lines of the log of each node, ended ones included.
    pub(crate) fn logs(&self) -> String {
        let mut logs = String::new();
        for number in 1..=self.started {
            let file = self.directory.join(format!("node-{number}.log"));
            let text = fs::read_to_string(file).unwrap_or_default();
            let lines: Vec<_> = text.lines().collect();
            let last = &lines[lines.len().saturating_sub(20)..];
            // Writing to a string does not fail.
            let _ = write!(logs, "\nnode {number}:\n{}", last.join("\n"));
        }
        logs
    }
}
