//! Programs with other libraries that listen to the same accounts, for comparison.

use std::{path::Path, process::Stdio};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
};

use crate::{env::Env, inbox::Inbox, processes::spawn};

/// A process that listens to all accounts with another library. It reads the accounts from its
/// environment, and prints a line for each message: the number of the account, a tab, the text.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) inboxes: Vec<Inbox>,
    child: Child,
    reading: JoinHandle<()>,
}

impl Peer {
    /// Starts `script` with its interpreter.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub(crate) fn start(interpreter: &Path, script: &Path, env: &Env) -> anyhow::Result<Self> {
        let accounts = env
            .accounts
            .iter()
            .map(|account| json!({ "user": account.user.to_string(), "token": account.token }));
        let mut command = Command::new(interpreter);
        command
            .arg(script)
            .env("SOAK_ROOT", env.sim.root_url())
            .env(
                "SOAK_ACCOUNTS",
                accounts.collect::<serde_json::Value>().to_string(),
            )
            .stderr(Stdio::null());
        let (child, stdout) = spawn(&mut command)?;
        let inboxes: Vec<Inbox> = env.accounts.iter().map(|_| Inbox::default()).collect();
        let reading = tokio::spawn(read(stdout, inboxes.clone()));
        Ok(Self {
            inboxes,
            child,
            reading,
        })
    }

    /// Ends the process.
    pub(crate) async fn stop(mut self) {
        // Fails only if the process has ended already.
        let _ = self.child.kill().await;
        let _ = self.reading.await;
    }
}

async fn read(stdout: BufReader<ChildStdout>, inboxes: Vec<Inbox>) {
    let mut lines = stdout.lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some((account, text)) = line.split_once('\t')
            && let Ok(account) = account.parse::<usize>()
            && let Some(inbox) = inboxes.get(account)
        {
            inbox.deliver(text, true);
        }
    }
    for inbox in inboxes {
        inbox.end("the process has ended");
    }
}
