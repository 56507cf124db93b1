//! `groupme listen` as a process for each account, killed and started again.

use core::time::Duration;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::Context as _;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdout, Command},
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep_until},
};

use crate::{
    env::{Account, Env, MessageName},
    inbox::{Inbox, Lost},
    load::Load,
};

/// The processes of all accounts.
#[derive(Debug)]
pub(crate) struct Processes {
    pub(crate) inboxes: Vec<Inbox>,
    /// When the first message is sent.
    begin: watch::Sender<Option<Instant>>,
    /// Dropped to end the processes.
    stop: watch::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
    /// The directory of the state files, which lives as long as this.
    _directory: TempDir,
}

/// The command line for one account.
#[derive(Clone, Debug)]
struct Listen {
    program: PathBuf,
    arguments: Vec<String>,
    token: String,
    state: PathBuf,
}

impl Processes {
    /// Starts a process for each account.
    ///
    /// # Errors
    ///
    /// If no directory for the state files can be created.
    pub(crate) fn start(program: &Path, env: &Env, load: &Load) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir().context("no directory for the state files")?;
        let (begin, beginning) = watch::channel(None);
        let (stop, stopped) = watch::channel(());
        let (mut inboxes, mut tasks) = (Vec::new(), Vec::new());
        for (number, account) in env.accounts.iter().enumerate() {
            let state = directory.path().join(format!("{number}.db"));
            let inbox = Inbox::default();
            tasks.push(tokio::spawn(supervise(
                Listen::new(program, env, account, state),
                inbox.clone(),
                load.crashes(number),
                beginning.clone(),
                stopped.clone(),
            )));
            inboxes.push(inbox);
        }
        Ok(Self {
            inboxes,
            begin,
            stop,
            tasks,
            _directory: directory,
        })
    }

    /// Starts the clock by which the processes are killed.
    pub(crate) fn begin(&self) {
        self.begin.send_replace(Some(Instant::now()));
    }

    /// Ends all processes.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        for task in self.tasks {
            // A panic in it was printed already, and its messages are missing.
            let _ = task.await;
        }
    }
}

impl Listen {
    fn new(program: &Path, env: &Env, account: &Account, state: PathBuf) -> Self {
        let (gateway, api) = (env.sim.gateway_url(), env.sim.api_url());
        let arguments = ["listen", "--format", "json"];
        let urls = ["--gateway-url", &gateway, "--api-url", &api];
        let arguments = arguments.iter().chain(&urls);
        Self {
            program: program.to_owned(),
            arguments: arguments.map(|argument| (*argument).to_owned()).collect(),
            token: account.token.clone(),
            state,
        }
    }

    fn spawn(&self) -> anyhow::Result<(Child, BufReader<ChildStdout>)> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .arg("--state")
            .arg(&self.state);
        command.env("GROUPME_ACCESS_TOKEN", &self.token);
        spawn(&mut command)
    }
}

/// Starts a process that is killed when it is dropped, and whose output is read.
///
/// # Errors
///
/// If it cannot be started.
pub(crate) fn spawn(command: &mut Command) -> anyhow::Result<(Child, BufReader<ChildStdout>)> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    let program = command.as_std().get_program().display().to_string();
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let stdout = child.stdout.take().context("a child without stdout")?;
    Ok((child, BufReader::new(stdout)))
}

/// Runs the command until it is stopped, and kills and starts it again at the given times.
async fn supervise(
    listen: Listen,
    inbox: Inbox,
    crashes: [Duration; 3],
    mut beginning: watch::Receiver<Option<Instant>>,
    mut stopped: watch::Receiver<()>,
) {
    let mut crashes = crashes.into_iter();
    loop {
        let (mut child, stdout) = match listen.spawn() {
            Ok(started) => started,
            Err(error) => return inbox.end(format!("{error:#}")),
        };
        let crash = async {
            let began = beginning.wait_for(Option::is_some).await;
            let began = began.ok().and_then(|began| *began);
            match began.zip(crashes.next()) {
                Some((began, after)) => sleep_until(began + after).await,
                None => core::future::pending().await,
            }
        };
        let reading = tokio::spawn(read(stdout, inbox.clone()));
        let is_over = tokio::select! {
            () = crash => false,
            _ = stopped.changed() => true,
            status = child.wait() => {
                return inbox.end(format!("the command ended by itself: {status:?}"));
            }
        };
        // Sends SIGKILL, and waits for the process.
        let _ = child.kill().await;
        let (last, is_torn) = reading.await.unwrap_or_default();
        if is_over {
            return;
        }
        let mut deliveries = inbox.lock();
        deliveries.last_lines.push(last);
        deliveries.torn += u32::from(is_torn);
    }
}

/// Reads the output to its end. Returns the message on the last line, and whether the output ended
/// within a line.
async fn read(mut stdout: BufReader<ChildStdout>, inbox: Inbox) -> (Option<MessageName>, bool) {
    let mut last = None;
    loop {
        let mut line = Vec::new();
        match stdout.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return (last, false),
            Ok(_) if line.last() != Some(&b'\n') => return (last, true),
            Ok(_) => match serde_json::from_slice(&line) {
                Ok(value) => last = handle_line(&inbox, &value),
                Err(error) => inbox.complain(format!("a line that is not JSON: {error}")),
            },
        }
    }
}

/// Handles a line, and returns the message on it, if it is one.
fn handle_line(inbox: &Inbox, line: &Value) -> Option<MessageName> {
    let text = |name: &str| line[name].as_str().map(str::to_owned);
    let number = |name: &str| line[name].as_str().and_then(|text| text.parse().ok());
    let kind = line["kind"].as_str()?;
    if kind != "event" {
        inbox.note(line.to_string());
    }
    match kind {
        "event" if line["type"] == "line.create" || line["type"] == "direct_message.create" => {
            let text = line["data"]["subject"]["text"].as_str()?;
            return inbox.deliver(text, line["origin"] == "push");
        }
        "caught_up" => inbox.lock().caught_up += 1,
        "lost" if line["what"] == "messages" => inbox.lock().lost.push(Lost {
            conversation: text("conversation"),
            after: number("after"),
            upto: number("upto"),
        }),
        "overflow" | "state" => inbox.complain(line.to_string()),
        _ => {}
    }
    None
}
