//! A process that ends with its owner.

use std::process::{Child, Command};

use anyhow::Context as _;

/// Process that is killed when it is dropped.
pub(super) struct Process(Child);

impl Process {
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let child = command.spawn();
        let program = command.get_program().to_string_lossy().into_owned();
        Ok(Self(
            child.with_context(|| format!("cannot start {program}"))?,
        ))
    }

    /// Kills the process, by SIGKILL where there are signals.
    pub(super) fn kill(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
