//! `groupme listen` as a process for each account, which is killed and started again.

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
    inbox::{Inbox, Lost},
    scale::Scale,
    stage::{Account, Name, Stage},
};

/// The processes of all accounts.
#[derive(Debug)]
pub(crate) struct Listeners {
    pub(crate) inboxes: Vec<Inbox>,
    /// When the first message is said.
    begin: watch::Sender<Option<Instant>>,
    /// Dropped to end them.
    stop: watch::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
    /// The state files are in it, as long as it lives.
    files: TempDir,
}

/// How the command is called for one account.
#[derive(Clone, Debug)]
struct Call {
    program: PathBuf,
    arguments: Vec<String>,
    token: String,
    file: PathBuf,
}

impl Listeners {
    /// Starts a process for each account.
    ///
    /// # Errors
    ///
    /// If there is no place for the state files.
    pub(crate) fn start(program: &Path, stage: &Stage, scale: &Scale) -> anyhow::Result<Self> {
        let files = tempfile::tempdir().context("no directory for the state files")?;
        let (begin, beginning) = watch::channel(None);
        let (stop, stopped) = watch::channel(());
        let mut listeners = Self {
            inboxes: Vec::new(),
            begin,
            stop,
            tasks: Vec::new(),
            files,
        };
        for (number, account) in stage.accounts.iter().enumerate() {
            let file = listeners.files.path().join(format!("{number}.db"));
            let call = Call::new(program, stage, account, file);
            let inbox = Inbox::default();
            let supervised = supervise(
                call,
                inbox.clone(),
                scale.crashes(number),
                beginning.clone(),
                stopped.clone(),
            );
            listeners.inboxes.push(inbox);
            listeners.tasks.push(tokio::spawn(supervised));
        }
        Ok(listeners)
    }

    /// The first message is about to be said: from now on it is counted when to kill.
    pub(crate) fn begin(&self) {
        self.begin.send_replace(Some(Instant::now()));
    }

    /// Ends all processes.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        for task in self.tasks {
            // A panic in it has shown itself already, and messages are missing then.
            let _ = task.await;
        }
    }
}

impl Call {
    fn new(program: &Path, stage: &Stage, account: &Account, file: PathBuf) -> Self {
        let sim = &stage.sim;
        let arguments = [
            "listen",
            "--format",
            "json",
            "--gateway-url",
            &sim.gateway_url(),
            "--api-url",
            &sim.api_url(),
        ];
        Self {
            program: program.to_owned(),
            arguments: arguments.map(str::to_owned).to_vec(),
            token: account.token.clone(),
            file,
        }
    }

    fn spawn(&self) -> anyhow::Result<(Child, BufReader<ChildStdout>)> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .arg("--state")
            .arg(&self.file)
            .env("GROUPME_ACCESS_TOKEN", &self.token)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let stdout = child.stdout.take().context("a child without stdout")?;
        Ok((child, BufReader::new(stdout)))
    }
}

/// Runs the command until it is stopped, killing and starting it again when it is time.
async fn supervise(
    call: Call,
    inbox: Inbox,
    crashes: [Duration; 3],
    mut began: watch::Receiver<Option<Instant>>,
    mut stopped: watch::Receiver<()>,
) {
    let mut crashes = crashes.into_iter();
    loop {
        let (mut child, stdout) = match call.spawn() {
            Ok(started) => started,
            Err(error) => {
                inbox.complain(format!("{error:#}"));
                inbox.end();
                return;
            }
        };
        let crash = async {
            let Some(after) = crashes.next() else {
                return core::future::pending().await;
            };
            let began = began.wait_for(Option::is_some).await;
            let began = began.ok().and_then(|began| *began);
            match began {
                Some(began) => sleep_until(began + after).await,
                None => core::future::pending().await,
            }
        };
        let reading = tokio::spawn(read(stdout, inbox.clone()));
        let is_over = tokio::select! {
            () = crash => false,
            _ = stopped.changed() => true,
            status = child.wait() => {
                inbox.complain(format!("the command ended by itself: {status:?}"));
                inbox.end();
                return;
            }
        };
        // By SIGKILL, and waited for.
        let _ = child.kill().await;
        let (last, is_torn) = reading.await.unwrap_or_default();
        if is_over {
            return;
        }
        inbox.end_run(last, is_torn);
    }
}

/// Reads to the end of the output: the message on the last line, and whether there was more that
/// was no whole line.
async fn read(mut stdout: BufReader<ChildStdout>, inbox: Inbox) -> (Option<Name>, bool) {
    let mut last = None;
    loop {
        let mut line = Vec::new();
        match stdout.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return (last, false),
            Ok(_) if line.last() != Some(&b'\n') => return (last, true),
            Ok(_) => match serde_json::from_slice(&line) {
                Ok(value) => last = take(&inbox, &value),
                Err(error) => inbox.complain(format!("a line that is no JSON: {error}")),
            },
        }
    }
}

/// Takes a line; the message on it, if it is one.
fn take(inbox: &Inbox, line: &Value) -> Option<Name> {
    let text = |name: &str| line[name].as_str().map(str::to_owned);
    let number = |name: &str| line[name].as_str().and_then(|text| text.parse().ok());
    let kind = line["kind"].as_str()?;
    if kind != "event" {
        inbox.note(line.to_string());
    }
    match kind {
        "event" => {
            let is_message = ["line.create", "direct_message.create"]
                .iter()
                .any(|kind| line["type"] == **kind);
            let text = line["data"]["subject"]["text"].as_str();
            let text = text.filter(|_| is_message)?;
            return inbox.deliver(text, line["origin"] == "push");
        }
        "caught_up" => inbox.catch_up(),
        "lost" if line["what"] == "messages" => inbox.lose(Lost {
            conversation: text("conversation"),
            after: number("after"),
            upto: number("upto"),
        }),
        "overflow" | "state" => inbox.complain(line.to_string()),
        _ => {}
    }
    None
}
