//! The commands, one module each.

pub(crate) mod api;
pub(crate) mod archive;
pub(crate) mod bot;
#[cfg(feature = "chat")]
pub(crate) mod chat;
pub(crate) mod chats;
pub(crate) mod completion;
mod confirm;
pub(crate) mod decode;
pub(crate) mod delete;
pub(crate) mod demo;
pub(crate) mod download;
pub(crate) mod edit;
mod follow;
pub(crate) mod groups;
pub(crate) mod history;
pub(crate) mod join;
pub(crate) mod leave;
pub(crate) mod like;
pub(crate) mod listen;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod man;
pub(crate) mod members;
mod names;
pub(crate) mod ping;
pub(crate) mod pins;
pub(crate) mod polls;
pub(crate) mod read;
mod secret_prompt;
pub(crate) mod send;
pub(crate) mod sim;
pub(crate) mod stats;
mod suspension;
mod text;
pub(crate) mod topics;
pub(crate) mod typing;
pub(crate) mod unlike;
mod wait;
pub(crate) mod whoami;

use core::{future::Future, time::Duration};

use anyhow::Context as _;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

use crate::exit::Failure;

/// Runs a command on a new tokio runtime.
pub(crate) fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime could not be started")?;
    runtime.block_on(command)
}

/// Completes on SIGINT or SIGTERM.
#[derive(Debug)]
pub(crate) struct Stop(oneshot::Receiver<()>);

impl Stop {
    /// Starts listening for signals. If the program cannot end after the first signal, because
    /// nobody reads its output, the second signal or [`SHUTDOWN_TIMEOUT`] ends the process.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let of = |kind| signal(kind).context("cannot wait for signals");
        let mut interrupt = of(SignalKind::interrupt())?;
        let mut terminate = of(SignalKind::terminate())?;
        let (signalled, requested) = oneshot::channel();
        tokio::spawn(async move {
            let mut next = async || {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            };
            next().await;
            // Without a receiver, the program is already ending.
            let _ = signalled.send(());
            let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, next()).await;
            std::process::exit(1);
        });
        Ok(Self(requested))
    }

    /// Waits for the first signal. Cancel-safe.
    pub(crate) async fn requested(&mut self) {
        // The sending task lives as long as the runtime.
        let _ = (&mut self.0).await;
    }
}

/// Maximum time for an orderly end; longer than the wait for a gateway that does not answer.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// Conversations per page.
const PER_PAGE: u32 = 100;
