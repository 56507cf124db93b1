//! `cargo xtask soak`: many accounts over real sockets that break, and the deliveries to them.
//!
//! Messages are sent to each account at a steady rate, in groups and direct conversations, while
//! all sockets are killed every other second, the server is restarted twice and REST fails for one
//! request in ten. Meanwhile programs listen: our client in this process, `groupme listen` in
//! processes that are killed, or programs with other libraries beside ours.
//!
//! `cargo xtask soak -- crowd` measures the simulator instead: many clients on `groupme sim` in a
//! process of its own, without faults.

mod clients;
mod crowd;
mod env;
mod inbox;
mod load;
mod peers;
mod processes;
mod report;
mod runs;
mod score;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};

use crate::{crowd::Crowd, load::Load, runs::Runs};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask soak",
    about = "Runs clients for many accounts over real sockets that break"
)]
struct Args {
    #[command(subcommand)]
    mode: Option<Mode>,
    #[command(flatten)]
    load: Load,
    /// Compares with other libraries instead of running `groupme`.
    #[arg(long)]
    compare: bool,
    /// The `groupme` command, whose processes are killed; not run if left out.
    #[arg(long, value_name = "FILE", global = true)]
    groupme: Option<PathBuf>,
    /// Node.js, to compare with `faye` from npm.
    #[arg(long, value_name = "FILE", requires = "peers")]
    node: Option<PathBuf>,
    /// Python, to compare with `groupme-push` from PyPI.
    #[arg(long, value_name = "FILE", requires = "peers")]
    python: Option<PathBuf>,
    /// Directory of the scripts that use the other libraries.
    #[arg(long, value_name = "DIRECTORY")]
    peers: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Mode {
    /// Connects many clients to `groupme sim`, and measures the simulator under a load.
    Crowd(Crowd),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("soak: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> anyhow::Result<()> {
    if let Some(Mode::Crowd(crowd)) = args.mode {
        let groupme = args
            .groupme
            .context("give the command `groupme` with --groupme")?;
        return crowd.run(&groupme).await;
    }
    let runs = Runs::new(args.load);
    println!("{runs}\n");
    let mut faults = Vec::new();
    if args.compare {
        let directory = args.peers.unwrap_or_default();
        let peers = [
            ("npm faye", args.node, "faye.js"),
            ("PyPI groupme-push", args.python, "groupme_push_listener.py"),
        ];
        let peers = peers.into_iter().filter_map(|(name, interpreter, script)| {
            Some((name, interpreter?, directory.join(script)))
        });
        faults.extend(runs.compare(&peers.collect::<Vec<_>>()).await?);
    } else {
        faults.extend(runs.clients().await?);
        if let Some(groupme) = args.groupme {
            println!();
            faults.extend(runs.processes(&groupme).await?);
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    Ok(())
}
