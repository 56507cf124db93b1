//! Many accounts in one program: each account has its own gateway connection, all share one REST
//! client, and all events arrive in one channel.
//!
//! The accounts belong to a simulated GroupMe, which restarts during the run.
//!
//! `cargo run --release --example many_accounts -- 1000`

use core::time::Duration;
use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context as _, ensure};
use groupme_client::{
    RestClient, RestOptions,
    prelude::*,
    sim::{Sim, SimGroupId, SimUserId},
};
use tokio::sync::mpsc;

/// An account, with a group and a friend who writes to that group.
struct Account {
    user: SimUserId,
    token: String,
    group: SimGroupId,
    friend: SimUserId,
}

/// A report of an account's task.
enum Report {
    CaughtUp,
    Message(String),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let count = match std::env::args().nth(1) {
        Some(count) => count
            .parse()
            .context("the argument is the number of accounts")?,
        None => 200,
    };
    let sim = Sim::start().await?;
    let accounts = (0..count).map(|number| create_account(&sim, number));
    let accounts: Vec<_> = accounts.collect::<anyhow::Result<_>>()?;

    // One REST client for all accounts; each account brings its own token.
    let rest = RestClient::without_token(&RestOptions::with_base_url(&sim.root_url())?)?;

    let began = Instant::now();
    let (reports, mut incoming) = mpsc::channel(1024);
    for (number, account) in accounts.iter().enumerate() {
        let client = Client::builder(Token::new(&account.token)?, account.user.into())
            .gateway_url(sim.gateway_url())
            .rest_client(&rest)
            .connect()?;
        tokio::spawn(forward(client, number, reports.clone()));
    }
    drop(reports);

    let mut caught_up = vec![false; count];
    let mut received: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    while caught_up.contains(&false) {
        if let (number, Report::CaughtUp) = next(&mut incoming).await? {
            caught_up[number] = true;
        }
    }
    println!("{count} accounts caught up after {:.1?}", began.elapsed());

    let began = Instant::now();
    send_to_all(&sim, &accounts, "before the restart")?;
    sim.restart();
    send_to_all(&sim, &accounts, "during the restart")?;
    while received.values().map(Vec::len).sum::<usize>() < 2 * count {
        if let (number, Report::Message(text)) = next(&mut incoming).await? {
            received.entry(number).or_default().push(text);
        }
    }
    for texts in received.values() {
        ensure!(
            texts[..] == ["before the restart", "during the restart"],
            "received {texts:?}"
        );
    }
    println!(
        "each account received both messages, once and in order, within {:.1?}",
        began.elapsed()
    );
    Ok(())
}

/// Forwards the events of one account. A full channel holds back this account only: its task stops
/// reading, and its server waits.
async fn forward(mut client: Client, number: usize, reports: mpsc::Sender<(usize, Report)>) {
    while let Some(incoming) = client.next().await {
        let report = match incoming {
            Incoming::Status(Status::CaughtUp) => Report::CaughtUp,
            Incoming::Event(delivery) => match delivery.event() {
                // A notice of the minute before the first connection may be delivered as well.
                EventRef::LineCreate(push) if !push.message().is_system() => {
                    Report::Message(push.message().text().unwrap_or_default().to_owned())
                }
                _ => continue,
            },
            _ => continue,
        };
        if reports.send((number, report)).await.is_err() {
            return;
        }
    }
}

async fn next(incoming: &mut mpsc::Receiver<(usize, Report)>) -> anyhow::Result<(usize, Report)> {
    let report = tokio::time::timeout(TIMEOUT, incoming.recv()).await;
    report
        .context("no report within a minute")?
        .context("all accounts have ended")
}

fn create_account(sim: &Sim, number: usize) -> anyhow::Result<Account> {
    sim.with_world(|world| {
        let user = world.add_user(&format!("account {number}"));
        let friend = world.add_user("a friend");
        let group = world.add_group(&format!("group {number}"), friend, &[user])?;
        let token = world.token(user).context("a token")?.to_owned();
        Ok(Account {
            user,
            token,
            group,
            friend,
        })
    })
}

fn send_to_all(sim: &Sim, accounts: &[Account], text: &str) -> anyhow::Result<()> {
    sim.with_world(|world| {
        for account in accounts {
            world.say(account.group, account.friend, text)?;
        }
        Ok(())
    })
}

/// Maximum time without a report.
const TIMEOUT: Duration = Duration::from_mins(1);
