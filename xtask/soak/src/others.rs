//! Programs of others that listen to the same accounts, for comparison.

use std::{path::Path, process::Stdio};

use anyhow::Context as _;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
};

use crate::{inbox::Inbox, stage::Stage};

/// A process that listens to all accounts with somebody else's library. It is told of them in the
/// environment, and prints a line for each message: the number of the account, a tab, the text.
#[derive(Debug)]
pub(crate) struct Other {
    pub(crate) inboxes: Vec<Inbox>,
    child: Child,
    reading: JoinHandle<()>,
}

impl Other {
    /// Starts `script` by `program`.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub(crate) fn start(program: &Path, script: &Path, stage: &Stage) -> anyhow::Result<Self> {
        let accounts: Vec<_> = stage
            .accounts
            .iter()
            .map(|account| json!({ "user": account.user.to_string(), "token": account.token }))
            .collect();
        let mut child = Command::new(program)
            .arg(script)
            .env("SOAK_ROOT", stage.sim.root_url())
            .env("SOAK_ACCOUNTS", json!(accounts).to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", script.display()))?;
        let stdout = child.stdout.take().context("a child without stdout")?;
        let inboxes: Vec<Inbox> = accounts.iter().map(|_| Inbox::default()).collect();
        let reading = tokio::spawn(read(BufReader::new(stdout), inboxes.clone()));
        Ok(Self {
            inboxes,
            child,
            reading,
        })
    }

    /// Ends the process.
    pub(crate) async fn stop(mut self) {
        // Either it is killed now or it was gone before.
        let _ = self.child.kill().await;
        let _ = self.reading.await;
    }
}

async fn read(stdout: BufReader<ChildStdout>, inboxes: Vec<Inbox>) {
    let mut lines = stdout.lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Some((account, text)) = line.split_once('\t') else {
            continue;
        };
        let account = account
            .parse()
            .ok()
            .and_then(|account: usize| inboxes.get(account));
        if let Some(inbox) = account {
            inbox.deliver(text, true);
        }
    }
    for inbox in inboxes {
        inbox.complain("the process has ended");
        inbox.end();
    }
}
