//! `cargo xtask soak`: many accounts over real sockets that break, and what of it is delivered.
//!
//! Messages are said to each account at a steady rate, in groups and direct conversations, while
//! all sockets are killed every other second, the server is restarted twice and REST fails one time
//! in ten. Meanwhile programs listen: our client in this process, `groupme listen` in processes that
//! are killed, or programs of others beside ours.

mod clients;
mod inbox;
mod listeners;
mod others;
mod random;
mod report;
mod scale;
mod scene;
mod score;
mod stage;

use std::{path::PathBuf, process::ExitCode};

use anyhow::bail;
use clap::Parser;

use crate::{scale::Scale, scene::Scene};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask soak",
    about = "Many accounts over real sockets that break"
)]
struct Args {
    #[command(flatten)]
    scale: Scale,
    /// Compare with what others have, instead of being strict with ours.
    #[arg(long)]
    compare: bool,
    /// The `groupme` command, which is to be killed; left out if it is not named.
    #[arg(long, value_name = "FILE")]
    groupme: Option<PathBuf>,
    /// Node, to compare with npm `faye`.
    #[arg(long, value_name = "FILE", requires = "peers")]
    node: Option<PathBuf>,
    /// Python, to compare with Python `groupme-push`.
    #[arg(long, value_name = "FILE", requires = "peers")]
    python: Option<PathBuf>,
    /// Where the scripts are that use what others have.
    #[arg(long, value_name = "DIRECTORY")]
    peers: Option<PathBuf>,
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
    let scene = Scene::new(args.scale);
    println!("{scene}\n");
    let mut faults = Vec::new();
    if args.compare {
        let peers = args.peers.unwrap_or_default();
        let mut others = Vec::new();
        if let Some(node) = args.node {
            others.push(("npm faye", node, peers.join("faye.js")));
        }
        if let Some(python) = args.python {
            others.push((
                "PyPI groupme-push",
                python,
                peers.join("groupme_push_listener.py"),
            ));
        }
        faults.extend(scene.compare(&others).await?);
    } else {
        faults.extend(scene.clients().await?);
        if let Some(groupme) = args.groupme {
            println!();
            faults.extend(scene.listeners(&groupme).await?);
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    Ok(())
}
