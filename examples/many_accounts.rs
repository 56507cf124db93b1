//! Many accounts in one program: each account has its own gateway connection, all share one REST
//! client, and all events arrive in one channel. The accounts belong to a simulated GroupMe, which
//! restarts during the run.
//!
//! `cargo run --release --example many_accounts -- 1000`

use core::time::Duration;
use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context as _, ensure};
use groupme_client::{RestClient, RestOptions, prelude::*, sim::Sim};
use tokio::{sync::mpsc, time::timeout};

type Reports = mpsc::Sender<(usize, Option<String>)>;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let count = std::env::args().nth(1).unwrap_or_else(|| "200".to_owned());
    let count = count
        .parse::<usize>()
        .context("name a number of accounts")?;

    let sim = Sim::start().await?;
    let accounts = sim.with_world(|world| {
        // Each account has a group, and a friend who writes there.
        let friend = world.add_user("a friend");
        let account = |number| {
            let user = world.add_user(&format!("account {number}"));
            let group = world.add_group(&format!("group {number}"), friend, &[user])?;
            let token = world.token(user).context("a token")?.to_owned();
            Ok((user, token, group))
        };
        (0..count).map(account).collect::<anyhow::Result<Vec<_>>>()
    })?;
    let say_to_all = |text: &str| {
        sim.with_world(|world| {
            for (_, _, group) in &accounts {
                world.say(*group, world.owner(*group).context("an owner")?, text)?;
            }
            anyhow::Ok(())
        })
    };

    // One REST client for all accounts; each account brings its own token.
    let rest = RestClient::without_token(&RestOptions::with_base_url(&sim.root_url())?)?;
    let began = Instant::now();
    let (reports, mut incoming) = mpsc::channel(1024);
    for (number, (user, token, _)) in accounts.iter().enumerate() {
        let client = Client::builder(Token::new(token)?, (*user).into())
            .gateway_url(sim.gateway_url())
            .rest_client(&rest)
            .connect()?;
        tokio::spawn(forward(client, number, reports.clone()));
    }
    let mut next = async || {
        let report = timeout(Duration::from_mins(1), incoming.recv()).await;
        report.ok().flatten().context("no report within a minute")
    };
    for _ in 0..count {
        ensure!(next().await?.1.is_none(), "nobody has written yet");
    }
    println!("{count} accounts caught up after {:.1?}", began.elapsed());

    let began = Instant::now();
    say_to_all("before")?;
    sim.restart();
    say_to_all("during")?;
    let mut received = BTreeMap::<usize, Vec<String>>::new();
    while received.values().map(Vec::len).sum::<usize>() < 2 * count {
        if let (number, Some(text)) = next().await? {
            received.entry(number).or_default().push(text);
        }
    }
    let is_right = |texts: &Vec<String>| texts[..] == ["before", "during"];
    ensure!(received.values().all(is_right), "{received:?}");
    println!(
        "each received both messages, once and in order, in {:.1?}",
        began.elapsed()
    );
    Ok(())
}

/// Reports that an account is caught up, and then the texts of its messages. A full channel holds
/// back this account only: its task stops reading, and its server waits.
async fn forward(mut client: Client, number: usize, reports: Reports) {
    while let Some(incoming) = client.next().await {
        let report = match &incoming {
            Incoming::Status(Status::CaughtUp) => None,
            Incoming::Event(delivery) => match delivery.event().new_message() {
                Some(message) if !message.is_system() => message.text().map(str::to_owned),
                _ => continue,
            },
            _ => continue,
        };
        if reports.send((number, report)).await.is_err() {
            return;
        }
    }
}
