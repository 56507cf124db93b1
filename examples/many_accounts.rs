//! Many accounts in one program: each has a connection to the gateway, all share what asks the REST
//! API, and what happens to any of them comes to one place.
//!
//! The accounts live in the simulated GroupMe, which restarts in the middle of it all.
//!
//! `cargo run --release --example many_accounts -- 1000`

use core::time::Duration;
use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context as _, ensure};
use groupme_client::{
    Client, EventRef, Incoming, RestClient, RestOptions, Status, Token, UserId,
    rest_api::{BaseUrl, Services},
};
use groupme_sim::{Sim, SimGroupId, SimUserId};
use tokio::sync::mpsc;

/// An account, and where and by whom something is said to it.
struct Account {
    user: SimUserId,
    token: String,
    group: SimGroupId,
    friend: SimUserId,
}

/// What happens to an account.
enum News {
    CaughtUp,
    Heard(String),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let count = match std::env::args().nth(1) {
        Some(count) => count.parse().context("how many accounts?")?,
        None => 200,
    };
    let sim = Sim::start().await?;
    let accounts = (0..count).map(|number| settle(&sim, number));
    let accounts: Vec<_> = accounts.collect::<anyhow::Result<_>>()?;

    // One client of the REST API for all: its token is nobody's, each account brings its own.
    let mut options = RestOptions::default();
    options.services = Services::with_base_url(&BaseUrl::new(&sim.root_url())?);
    let rest = RestClient::new(Token::new("nobody")?, &options)?;

    let began = Instant::now();
    let (news, mut incoming) = mpsc::channel(1024);
    for (number, account) in accounts.iter().enumerate() {
        let user = UserId::new(account.user.to_string());
        let client = Client::builder(Token::new(&account.token)?, user)
            .gateway_url(sim.gateway_url())
            .rest_client(&rest)
            .connect()?;
        tokio::spawn(pass_on(client, number, news.clone()));
    }
    drop(news);

    let mut caught_up = vec![false; count];
    let mut heard: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    while caught_up.contains(&false) {
        if let (number, News::CaughtUp) = next(&mut incoming).await? {
            caught_up[number] = true;
        }
    }
    println!("{count} accounts listen after {:.1?}", began.elapsed());

    let began = Instant::now();
    say_to_all(&sim, &accounts, "before the restart")?;
    sim.restart();
    say_to_all(&sim, &accounts, "during the restart")?;
    while heard.values().map(Vec::len).sum::<usize>() < 2 * count {
        if let (number, News::Heard(text)) = next(&mut incoming).await? {
            heard.entry(number).or_default().push(text);
        }
    }
    for texts in heard.values() {
        ensure!(texts[..] == ["before the restart", "during the restart"]);
    }
    println!(
        "each heard both messages, once and in order, {:.1?} after the first was said",
        began.elapsed()
    );
    Ok(())
}

/// Passes on what happens to one account. The next thing is asked for when this one has been taken,
/// so an account whose news nobody takes makes its server wait, and no other.
async fn pass_on(mut client: Client, number: usize, news: mpsc::Sender<(usize, News)>) {
    while let Some(incoming) = client.next().await {
        let told = match incoming {
            Incoming::Status(Status::CaughtUp) => News::CaughtUp,
            Incoming::Event(delivery) => match delivery.event() {
                EventRef::LineCreate(push) => {
                    News::Heard(push.message().text().unwrap_or_default().to_owned())
                }
                _ => continue,
            },
            _ => continue,
        };
        if news.send((number, told)).await.is_err() {
            return;
        }
    }
}

async fn next(incoming: &mut mpsc::Receiver<(usize, News)>) -> anyhow::Result<(usize, News)> {
    let news = tokio::time::timeout(PATIENCE, incoming.recv()).await;
    news.context("nothing happens any more")?
        .context("all accounts have ended")
}

fn settle(sim: &Sim, number: usize) -> anyhow::Result<Account> {
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

fn say_to_all(sim: &Sim, accounts: &[Account], text: &str) -> anyhow::Result<()> {
    sim.with_world(|world| {
        for account in accounts {
            world.say(account.group, account.friend, text)?;
        }
        Ok(())
    })
}

/// How long nothing may happen.
const PATIENCE: Duration = Duration::from_mins(1);
