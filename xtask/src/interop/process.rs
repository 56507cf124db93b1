//! A child process and its output.

use core::time::Duration;
use std::{
    io::Write,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::Arc,
};

use anyhow::{Context, bail};
use serde_json::Value;

use super::log::{Log, LogPosition};

/// A running program, killed when dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Open as long as the process is to run.
    stdin: Option<ChildStdin>,
    pub(super) stdout: Arc<Log>,
    pub(super) stderr: Arc<Log>,
}

/// A signal that terminates a process.
#[derive(Clone, Copy, Debug)]
pub(super) enum Signal {
    Interrupt,
    Terminate,
}

impl Process {
    /// Starts a program.
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let stdout = child.stdout.take().context("a child without stdout")?;
        let stderr = child.stderr.take().context("a child without stderr")?;
        Ok(Self {
            stdin: Some(child.stdin.take().context("a child without stdin")?),
            child,
            stdout: Log::follow(stdout),
            stderr: Log::follow(stderr),
        })
    }

    /// Writes one line of JSON to the process.
    fn write_line(&mut self, line: &Value) -> anyhow::Result<()> {
        let stdin = self.stdin.as_mut().context("its stdin is closed")?;
        writeln!(stdin, "{line}").context("the process does not read")
    }

    /// Sends a command, a line of JSON with its name as `do`, and waits for a line with the name as
    /// `done`, or as `failed` with an `error`.
    pub(super) fn command(
        &mut self,
        name: &str,
        mut command: Value,
        timeout: Duration,
    ) -> anyhow::Result<()> {
        command["do"] = name.into();
        let mark = self.stdout.end();
        let written = self.write_line(&command);
        written.with_context(|| format!("command {name}"))?;
        let mut failure = None;
        let what = format!("end of the command {name}");
        self.stdout.wait(mark, timeout, &what, |line| {
            if line.json["failed"] == name {
                failure = Some(line.json["error"].to_string());
            }
            failure.is_some() || line.json["done"] == name
        })?;
        match failure {
            Some(reason) => bail!("command {name} failed: {reason}"),
            None => Ok(()),
        }
    }

    /// Closes stdin.
    pub(super) fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Sends a signal.
    pub(super) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let name = match signal {
            Signal::Interrupt => "INT",
            Signal::Terminate => "TERM",
        };
        let pid = self.child.id().to_string();
        // The shell's own kill: the program of that name is not on every machine.
        let status = Command::new("sh")
            .args(["-c", r#"kill -s "$0" "$1""#, name, &pid])
            .status()
            .context("cannot start sh")?;
        if !status.success() {
            bail!("signal {name} could not be sent: the process is gone");
        }
        Ok(())
    }

    /// Waits for the end of the output and for the exit.
    pub(super) fn exit(&mut self, timeout: Duration) -> anyhow::Result<ExitStatus> {
        self.stdout.wait_end(timeout)?;
        self.stderr.wait_end(timeout)?;
        Ok(self.child.wait()?)
    }

    /// Kills the process and waits for its exit.
    pub(super) fn kill(&mut self) {
        // An error means that it has exited before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Returns the lines of stdout, then those of stderr.
    pub(super) fn output(&self) -> impl Iterator<Item = String> {
        let stdout = self.stdout.since(LogPosition::default());
        let stderr = self.stderr.since(LogPosition::default());
        stdout.into_iter().chain(stderr).map(|line| line.text)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    use super::{super::log::Line, *};

    const TIMEOUT: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Process {
        Process::start(Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn output_and_status_are_kept() {
        let mut process = shell("echo out; echo err >&2; exit 3");
        assert_eq!(process.exit(TIMEOUT).unwrap().code(), Some(3));
        assert_eq!(process.output().collect::<Vec<_>>(), ["out", "err"]);
    }

    #[test]
    fn a_signal_terminates_the_process() {
        use std::os::unix::process::ExitStatusExt;

        let mut process = shell("echo ready; read -r _");
        let is_ready = |line: &Line| line.text == "ready";
        process
            .stdout
            .wait(LogPosition::default(), TIMEOUT, "ready", is_ready)
            .unwrap();
        process.signal(Signal::Terminate).unwrap();
        assert_eq!(process.exit(TIMEOUT).unwrap().signal(), Some(15));
    }

    #[test]
    fn lines_are_written_until_stdin_is_closed() {
        let mut process = shell("cat");
        process
            .write_line(&serde_json::json!({"do": "it"}))
            .unwrap();
        process.close_stdin();
        assert!(process.write_line(&Value::Null).is_err());
        assert_eq!(process.exit(TIMEOUT).unwrap().code(), Some(0));
        assert_eq!(process.output().collect::<Vec<_>>(), [r#"{"do":"it"}"#]);
    }

    #[test]
    fn waiting_for_an_exit_has_a_timeout() {
        let mut process = shell("read -r _");
        let error = process.exit(Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "no end within 0 s");
    }
}
