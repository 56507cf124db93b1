//! The commands, one module each.

pub(crate) mod chats;
pub(crate) mod decode;
pub(crate) mod delete;
pub(crate) mod demo;
pub(crate) mod edit;
mod follow;
pub(crate) mod groups;
pub(crate) mod history;
pub(crate) mod like;
pub(crate) mod listen;
mod names;
pub(crate) mod ping;
pub(crate) mod read;
pub(crate) mod send;
pub(crate) mod sim;
mod text;
pub(crate) mod typing;
pub(crate) mod unlike;
mod wait;

use core::{future::Future, time::Duration};

use anyhow::Context as _;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

use crate::exit::Failure;

/// Runs a command on a runtime of its own.
pub(crate) fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime could not be started")?;
    runtime.block_on(command)
}

/// Completes when the user, or whoever supervises the program, wants it to end.
#[derive(Debug)]
pub(crate) struct Stop(oneshot::Receiver<()>);

impl Stop {
    /// Listens from now on. Where the program then cannot leave, because nobody reads what it
    /// prints, it is ended all the same: by the second signal, or soon after the first.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (heard, requested) = oneshot::channel();
        tokio::spawn(async move {
            let mut next = async || {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            };
            next().await;
            // Where nobody waits for it, the program is leaving already.
            let _ = heard.send(());
            let _ = tokio::time::timeout(PATIENCE, next()).await;
            std::process::exit(1);
        });
        Ok(Self(requested))
    }

    /// Waits for it. Cancel-safe.
    pub(crate) async fn requested(&mut self) {
        // The task that sends lives as long as the runtime.
        let _ = (&mut self.0).await;
    }
}

/// How long leaving may take: more than it takes to wait for a gateway that does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many conversations are asked for at once.
const PER_PAGE: u32 = 100;
