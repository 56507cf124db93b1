//! `cargo xtask relay`: nodes of the relay and a NATS server, as processes that are killed and paused.
//!
//! People write to the accounts of a simulated GroupMe at a steady rate. Meanwhile a node is killed, another
//! one paused for longer than its lease, the server killed, the gateway restarted, and a node killed together
//! with the server. In the end, the stream is read and compared with what was said.

mod broker;
mod callers;
mod consumers;
mod nodes;
mod process;
mod score;
mod town;

use core::time::Duration;
use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context as _, bail, ensure};
use clap::Parser;
use groupme_relay::{AccountRecord, Broker as _, Keys, Nats};
use tokio::time::{Instant, sleep};

use crate::{broker::Server, callers::Calls, nodes::Nodes, score::Score, town::Town};

#[derive(Clone, Debug, Parser)]
#[command(
    name = "cargo xtask relay",
    about = "Kills nodes of the relay and its broker, and counts what is lost"
)]
struct Args {
    /// The program nats-server.
    #[arg(long, value_name = "FILE")]
    nats: PathBuf,
    /// The program groupme-relay.
    #[arg(long, value_name = "FILE")]
    relay: PathBuf,
    /// Number of accounts.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=2000))]
    accounts: u32,
    /// Messages per second, in all groups together; each reaches all members of its group.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rate: u32,
    /// Seconds in which people write.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(10..))]
    seconds: u32,
    /// Lease of a node, in seconds.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    lease: u64,
    /// Seed for the group of each message.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    consumers: consumers::Options,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("relay: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> anyhow::Result<()> {
    let directory = tempfile::tempdir()?;
    let (old_key, key) = (Keys::generate()?, Keys::generate()?);
    let keys = Keys::parse(&old_key)?;
    let key_file = directory.path().join("keys");
    std::fs::write(&key_file, format!("{key}\n{old_key}\n"))?;
    let town = Town::start(args.accounts, args.seed).await?;
    let mut server = Server::start(&args.nats, &directory.path().join("nats")).await?;
    let nats = Nats::connect(&server.settings(args.lease)).await?;
    for (account, token) in town.accounts() {
        let record = AccountRecord::new(keys.seal(account, token)?, 1);
        nats.set_account(account, Some(&record)).await?;
    }
    rekey(&args.relay, &server.url(), &key_file)?;
    // From here on, nobody has the key with which the tokens were sealed at first.
    std::fs::write(&key_file, &key)?;
    let mut nodes = Nodes::new(
        args.relay.clone(),
        &server.url(),
        &key_file,
        &town,
        directory.path(),
    );
    for _ in 0..3 {
        nodes.start()?;
    }
    let began = Instant::now();
    score::until_whole(&nats, &town, Duration::from_mins(2)).await?;
    println!(
        "{} accounts in {} groups on 3 nodes, whole after {:.1?}",
        args.accounts,
        town.groups(),
        began.elapsed()
    );
    let calls = storm(args, &nats, &town, &mut server, &mut nodes).await?;
    let said = Instant::now();
    let score = Score::settle(&nats, &town, Duration::from_mins(2)).await?;
    println!(
        "{score}\nall there {:.1?} after the last message",
        said.elapsed()
    );
    println!("{calls}");
    calls.check()?;
    ensure!(
        nodes.running() == 3,
        "a node ended by itself: {}",
        nodes.logs()
    );
    nodes.stop().await?;
    let mut released = 0;
    for (account, _) in town.accounts() {
        released += u32::from(score::is_released(&nats, account).await?);
    }
    println!(
        "{released} of {} accounts released by nodes told to stop",
        args.accounts
    );
    ensure!(released == args.accounts, "an account was not released");
    if !score.is_perfect() {
        bail!("the stream is not what was said; {}", nodes.logs());
    }
    let events = score::events(&nats, &town, "line.create").await?;
    consumers::run(&args.consumers, &server.url(), directory.path(), events).await
}

/// Seals all tokens with the first key of the file.
fn rekey(relay: &Path, url: &str, key_file: &Path) -> anyhow::Result<()> {
    let mut command = Command::new(relay);
    command.args(["account", "rekey", "--nats", url, "--key-file"]);
    let status = command
        .arg(key_file)
        .status()
        .context("cannot start the relay")?;
    ensure!(status.success(), "`account rekey` failed");
    Ok(())
}

/// Lets people write while nodes and server are killed.
async fn storm(
    args: &Args,
    nats: &Nats,
    town: &Town,
    server: &mut Server,
    nodes: &mut Nodes,
) -> anyhow::Result<Calls> {
    let whole = Duration::from_secs(u64::from(args.seconds));
    let lease = Duration::from_secs(args.lease);
    let at = |percent: u32| whole * percent / 100;
    let began = Instant::now();
    let writing = town.write(args.rate, whole);
    let faults = async {
        wait_until(began + at(8)).await;
        say(began, "a node is killed");
        nodes.kill(0)?;
        wait_until(began + at(20)).await;
        say(
            began,
            "another node is paused for three leases, and a new one joins",
        );
        nodes.pause(0)?;
        nodes.start()?;
        wait_until((began + at(20) + lease * 3).max(began + at(38))).await;
        say(began, "the paused node goes on");
        nodes.resume(0)?;
        wait_until(began + at(45)).await;
        say(began, "the server is killed");
        server.kill()?;
        sleep(Duration::from_secs(2)).await;
        server.restart().await?;
        wait_until(began + at(62)).await;
        say(began, "the gateway restarts");
        town.restart_gateway();
        wait_until(began + at(68)).await;
        say(began, "a node joins, and another one is told to stop");
        nodes.start()?;
        nodes.drain(0).await?;
        say(began, "the node has stopped");
        wait_until(began + at(78)).await;
        say(began, "the server and a node are killed at once");
        server.kill()?;
        nodes.kill(0)?;
        server.restart().await?;
        nodes.start()?;
        anyhow::Ok(())
    };
    let calling = Calls::make(nats, town, whole);
    let (written, faulted, calls) = tokio::join!(writing, faults, calling);
    written.context("the simulated GroupMe")?;
    faulted?;
    calls
}

fn say(began: Instant, text: &str) {
    println!("{:6.1} s  {text}", began.elapsed().as_secs_f64());
}

async fn wait_until(time: Instant) {
    tokio::time::sleep_until(time).await;
}
