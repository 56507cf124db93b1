//! A process that ends with its owner.

use std::{
    path::Path,
    process::{Child, Command, ExitStatus},
};

use anyhow::{Context as _, ensure};

/// Process that is killed when it is dropped.
pub(crate) struct Process(Child);

impl Process {
    /// Starts a process.
    pub(crate) fn start(program: &Path, command: &mut Command) -> anyhow::Result<Self> {
        let child = command.spawn();
        let child = child.with_context(|| format!("cannot start {}", program.display()))?;
        Ok(Self(child))
    }

    /// Kills the process by SIGKILL, and waits for its end.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }

    /// Returns the status if the process has ended.
    pub(crate) fn status(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    /// Sends a signal, such as `-STOP`.
    pub(crate) fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let status = Command::new("kill")
            .args([signal, &self.0.id().to_string()])
            .status()
            .context("cannot start kill")?;
        ensure!(status.success(), "kill {signal} failed");
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.kill();
    }
}
