//! Programs of `cargo xtask bench peers`: a load server, our clients, and the run itself.
//!
//! - `bench-peers run` runs clients of ours and of others in turn and prints tables.
//! - `bench-peers serve` is the server that all of them listen to.
//! - `bench-peers listen CLIENT TASK` is one of our clients; `TASK` is a [`task::Task`] in JSON.

mod listen;
#[cfg_attr(feature = "count", allow(dead_code, reason = "no time is measured"))]
mod meter;
mod run;
mod server;
mod task;

use clap::{Parser, Subcommand};
use rustix::process::{Resource, getrlimit, setrlimit};

use crate::task::Task;

#[derive(Debug, Parser)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Options),
    Serve(server::Options),
    Listen {
        client: listen::OwnClient,
        task: String,
    },
}

fn main() -> anyhow::Result<()> {
    // Every session costs a socket, and the usual limit is 1,024.
    let mut files = getrlimit(Resource::Nofile);
    files.current = files.maximum;
    setrlimit(Resource::Nofile, files)?;
    match Args::parse().command {
        Command::Run(options) => run::run(&options),
        Command::Serve(options) => runtime()?.block_on(server::serve(options)),
        Command::Listen { client, task } => listen::run(&runtime()?, client, &Task::parse(&task)?),
    }
}

/// Returns a runtime of one thread, as all Rust clients have.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}
