//! The simulator as a process, with its CPU time and memory.

use core::time::Duration;
use std::{fs, path::Path};

use anyhow::Context as _;
use serde_json::Value;
use tokio::{
    io::AsyncBufReadExt as _,
    process::{Child, Command},
};

use crate::processes::spawn;

#[derive(Debug)]
pub(super) struct Simulator {
    child: Child,
    announcement: Value,
}

/// CPU time of a process, and its resident memory in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    pub(super) cpu: Duration,
    pub(super) memory: u64,
}

impl Simulator {
    /// Starts `groupme sim`, which ends with this value.
    ///
    /// # Errors
    ///
    /// If it does not start or announces no addresses.
    pub(super) async fn start(groupme: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(groupme);
        command.args(["sim", "--quiet", "--format", "json"]);
        let (child, mut stdout) = spawn(&mut command)?;
        let mut line = String::new();
        stdout.read_line(&mut line).await?;
        let announcement: Value =
            serde_json::from_str(&line).context("the simulator did not start")?;
        for name in ["root_url", "gateway_url"] {
            let text = announcement[name].as_str();
            text.with_context(|| format!("the simulator printed no {name}"))?;
        }
        Ok(Self {
            child,
            announcement,
        })
    }

    /// Returns host and port.
    pub(super) fn address(&self) -> &str {
        let root = self.announcement["root_url"].as_str().unwrap_or_default();
        root.trim_start_matches("http://")
    }

    pub(super) fn gateway_url(&self) -> &str {
        self.announcement["gateway_url"]
            .as_str()
            .unwrap_or_default()
    }

    /// # Errors
    ///
    /// If the process has ended, or the system has no `/proc`.
    pub(super) fn usage(&self) -> anyhow::Result<Usage> {
        let id = self.child.id().context("the simulator has ended")?;
        Usage::read(&id.to_string())
    }

    pub(super) async fn stop(mut self) {
        // It may have ended already.
        let _ = self.child.kill().await;
    }
}

impl Usage {
    /// # Errors
    ///
    /// If the system has no `/proc`.
    pub(super) fn of_this_process() -> anyhow::Result<Self> {
        Self::read("self")
    }

    fn read(process: &str) -> anyhow::Result<Self> {
        let read = |file: &str| {
            let path = format!("/proc/{process}/{file}");
            fs::read_to_string(&path).with_context(|| format!("no {path}: the load needs Linux"))
        };
        Self::parse(&read("stat")?, &read("status")?).context("/proc has an unknown format")
    }

    /// Reads the files `stat` and `status` (proc(5)).
    fn parse(stat: &str, status: &str) -> Option<Self> {
        // The name, the second field, may contain spaces; the user time is the fourteenth field.
        let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
        let mut ticks = || fields.next()?.parse::<u64>().ok();
        let ticks = ticks()? + ticks()?;
        let mut lines = status.lines();
        let resident = lines.find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = resident.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(Self {
            cpu: Duration::from_millis(ticks * MILLIS_PER_TICK),
            memory: kibibytes << 10,
        })
    }

    /// Returns the CPU time since an earlier value, with the memory of this one.
    pub(super) fn since(self, before: &Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(before.cpu),
            ..self
        }
    }
}

/// `USER_HZ`, by which Linux counts CPU time for programs, is 100 on every usual architecture.
const MILLIS_PER_TICK: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_and_memory_are_read_behind_a_name_with_spaces() {
        let stat = "42 (a ) name) S 1 42 42 0 -1 4194560 900 0 3 0 250 50 0 0 20 0 3 0 9 1 2";
        let status = "Name:\ta\nVmHWM:\t  9000 kB\nVmRSS:\t  2048 kB\nThreads:\t3\n";
        let usage = Usage::parse(stat, status).unwrap();
        assert_eq!(usage.cpu, Duration::from_secs(3));
        assert_eq!(usage.memory, 2 << 20);
        assert!(Usage::parse("42 (a) S 1", status).is_none());
    }
}
