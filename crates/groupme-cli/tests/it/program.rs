//! The command as a child process.

use core::{future::Future, time::Duration};
use std::process::Stdio;

use groupme_sim::Sim;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    sync::watch,
    task::JoinHandle,
};

/// Starts a simulator that publishes nothing by itself.
pub(crate) async fn sim() -> Sim {
    Sim::builder().ping_interval(None).start().await.unwrap()
}

/// Returns the user's own channel.
pub(crate) fn own(sim: &Sim) -> String {
    format!("/user/{}", sim.user_id())
}

/// Waits for a future, and fails the test after a minute.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(1), future)
        .await
        .expect("the awaited future did not complete within a minute")
}

/// Returns the command with arguments and without relevant environment variables.
pub(crate) fn groupme(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_groupme"));
    command
        .args(arguments)
        .env_remove("GROUPME_ACCESS_TOKEN")
        .env_remove("GROUPME_API_URL")
        .env_remove("GROUPME_GATEWAY_URL")
        .env_remove("GROUPME_USER_ID")
        .env_remove("GROUPME_PROFILE")
        .env_remove("NO_COLOR")
        .env_remove("TERM")
        // No profile of the person who runs the tests.
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env_remove("RUST_LOG")
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Returns the command as it runs after a line of the shell, such as one that sets a limit.
pub(crate) fn behind(command: Command, line: &str) -> Command {
    let command = command.into_std();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{line} && exec \"$0\" \"$@\"")])
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// Returns `groupme listen` against a simulator, with more arguments.
pub(crate) fn listen(sim: &Sim, arguments: &[&str]) -> Command {
    let url = sim.gateway_url();
    let mut command = groupme(&["listen", "--user", sim.user_id(), "--gateway-url", &url]);
    command
        .args(arguments)
        .env("GROUPME_ACCESS_TOKEN", sim.token());
    command
}

/// Returns a command that uses a simulator's REST API, with more arguments.
pub(crate) fn ask(sim: &Sim, arguments: &[&str]) -> Command {
    asking(&sim.api_url(), sim.token(), arguments)
}

/// Returns a command that uses a REST API at an address, with more arguments.
pub(crate) fn asking(url: &str, token: &str, arguments: &[&str]) -> Command {
    let mut command = groupme(arguments);
    command
        .args(["--api-url", url])
        .env("GROUPME_ACCESS_TOKEN", token);
    command
}

/// Runs a command to its end.
pub(crate) async fn run(mut command: Command) -> Finished {
    let output = soon(command.output()).await.unwrap();
    Finished {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs a command to its end, with input.
pub(crate) async fn run_with(mut command: Command, input: &[u8]) -> Finished {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writing = tokio::spawn(async move {
        // The program may end without reading all input.
        let _ = stdin.write_all(&input).await;
    });
    let output = soon(child.wait_with_output()).await.unwrap();
    writing.await.unwrap();
    Finished {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The exit status; `None` after a signal.
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    /// Checks for success and an empty stderr.
    pub(crate) fn well(self) -> Self {
        assert_eq!(
            (self.status, &*self.stderr),
            (Some(0), ""),
            "{}",
            self.stdout
        );
        self
    }

    /// Returns the only line of stdout as JSON.
    pub(crate) fn one(&self) -> Value {
        let mut lines = self.json();
        assert_eq!(lines.len(), 1, "{}", self.stdout);
        lines.remove(0)
    }

    /// Checks the status and an empty stdout; returns the only line of stderr.
    pub(crate) fn refused(&self, status: i32) -> &str {
        assert_eq!(
            (self.status, &*self.stdout),
            (Some(status), ""),
            "{}",
            self.stderr
        );
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        self.stderr.strip_prefix("groupme: ").unwrap().trim_end()
    }

    /// Returns each line of stdout as JSON.
    pub(crate) fn json(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        self.stdout.lines().map(parse).collect()
    }
}

/// A running command.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: JoinHandle<String>,
    /// Lines of stderr so far.
    errors: watch::Receiver<String>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut pipe = BufReader::new(child.stderr.take().unwrap());
        let (sender, errors) = watch::channel(String::new());
        let stderr = tokio::spawn(async move {
            let mut text = String::new();
            while pipe.read_line(&mut text).await.unwrap() > 0 {
                sender.send_replace(text.clone());
            }
            text
        });
        Self {
            child,
            stdout,
            stderr,
            errors,
        }
    }

    /// Waits until stderr has a text.
    pub(crate) async fn stderr_has(&self, part: &str) {
        let mut errors = self.errors.clone();
        errors.wait_for(|text| text.contains(part)).await.unwrap();
    }

    /// Reads the next line of stdout.
    pub(crate) async fn line(&mut self) -> String {
        let line = soon(self.stdout.next_line()).await.unwrap();
        line.expect("stdout has ended")
    }

    /// Reads the next line of stdout as JSON.
    pub(crate) async fn json(&mut self) -> Value {
        let line = self.line().await;
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"))
    }

    /// Reads up to the next line of a kind such as `event`.
    pub(crate) async fn json_of(&mut self, kind: &str) -> Value {
        loop {
            let line = self.json().await;
            if line["kind"] == kind {
                return line;
            }
        }
    }

    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.child.id().expect("the command has ended").to_string();
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{name} {pid}")])
            .status();
        assert!(sent.await.unwrap().success());
    }

    /// Writes to the command's stdin.
    pub(crate) async fn write(&mut self, text: &str) {
        let stdin = self.child.stdin.as_mut().expect("stdin is no pipe");
        soon(stdin.write_all(text.as_bytes())).await.unwrap();
        stdin.flush().await.unwrap();
    }

    /// Waits for the end without further reading.
    pub(crate) async fn finish_unread(mut self) {
        soon(self.child.wait()).await.unwrap();
    }

    /// Closes the pipe of stdout, runs an action, and waits for the end.
    pub(crate) async fn finish_without_reader(self, then: impl FnOnce()) -> Finished {
        let Self {
            mut child,
            stdout,
            stderr,
            ..
        } = self;
        drop(stdout);
        then();
        let status = soon(child.wait()).await.unwrap().code();
        Finished {
            status,
            stdout: String::new(),
            stderr: soon(stderr).await.unwrap(),
        }
    }

    /// Waits for the end; returns the unread output.
    pub(crate) async fn finish(mut self) -> Finished {
        let mut stdout = String::new();
        while let Some(line) = soon(self.stdout.next_line()).await.unwrap() {
            stdout.push_str(&line);
            stdout.push('\n');
        }
        Finished {
            status: soon(self.child.wait()).await.unwrap().code(),
            stdout,
            stderr: soon(self.stderr).await.unwrap(),
        }
    }
}
