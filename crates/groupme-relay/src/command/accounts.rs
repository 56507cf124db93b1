//! `groupme-relay account`.

use std::{
    io::{Read as _, stdin},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use groupme_client::{Token, rest_api::endpoint::users};
use groupme_relay::{AccountName, AccountRecord, Broker as _};

use super::{Addresses, Broker, KeyFile, read};

/// Action on accounts.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Add an account, or replace its token, and run it.
    Add {
        /// Tenant: who owns the account, as part of its subjects.
        #[arg(long, value_name = "TENANT", default_value = "default")]
        tenant: String,
        /// File with the access token; `-` for standard input.
        #[arg(long, value_name = "FILE")]
        token_file: PathBuf,
        #[command(flatten)]
        addresses: Addresses,
        #[command(flatten)]
        keys: KeyFile,
        #[command(flatten)]
        broker: Broker,
    },
    /// List the accounts: name, generation, and whether each is paused.
    List(Broker),
    /// Stop running an account. What is missed meanwhile is fetched when it is resumed.
    Pause {
        /// Account, TENANT.USER.
        account: AccountName,
        #[command(flatten)]
        broker: Broker,
    },
    /// Run a paused account again, or one that was given up.
    Resume {
        /// Account, TENANT.USER.
        account: AccountName,
        #[command(flatten)]
        broker: Broker,
    },
    /// Remove an account and its token. Its events stay in the stream.
    Remove {
        /// Account, TENANT.USER.
        account: AccountName,
        #[command(flatten)]
        broker: Broker,
    },
}

pub(super) async fn run(action: &Action) -> anyhow::Result<()> {
    match action {
        Action::Add {
            tenant,
            token_file,
            addresses,
            keys,
            broker,
        } => add(tenant, token_file, addresses, keys, broker).await,
        Action::List(broker) => {
            let accounts = broker.connect().await?.accounts(0).await?;
            for (account, record) in accounts.changes {
                if let Some(record) = record {
                    let state = if record.is_paused { "paused" } else { "wanted" };
                    println!("{account}\t{state}\t{}", record.generation);
                }
            }
            Ok(())
        }
        Action::Pause { account, broker } => change(account, broker, true).await,
        Action::Resume { account, broker } => change(account, broker, false).await,
        Action::Remove { account, broker } => {
            let nats = broker.connect().await?;
            nats.set_account(account, None).await?;
            println!("removed {account}");
            Ok(())
        }
    }
}

async fn add(
    tenant: &str,
    token_file: &Path,
    addresses: &Addresses,
    keys: &KeyFile,
    broker: &Broker,
) -> anyhow::Result<()> {
    let keys = keys.keys()?;
    let text = if token_file.as_os_str() == "-" {
        let mut text = String::new();
        stdin().take(4096).read_to_string(&mut text)?;
        text
    } else {
        read(token_file)?
    };
    let token = Token::new(text.trim())?;
    let rest = addresses.rest()?.with_token(token.clone());
    let user = rest.call(&users::me()).await;
    let user = user.context("GroupMe does not name the user of the token")?;
    let account = AccountName::new(tenant, user.id.as_str())?;
    let nats = broker.connect().await?;
    let generation = record(&nats, &account)
        .await?
        .map_or(1, |record| record.generation + 1);
    let record = AccountRecord::new(keys.seal(&account, &token)?, generation);
    nats.set_account(&account, Some(&record)).await?;
    println!("added {account}");
    Ok(())
}

async fn change(account: &AccountName, broker: &Broker, is_paused: bool) -> anyhow::Result<()> {
    let nats = broker.connect().await?;
    let Some(mut record) = record(&nats, account).await? else {
        bail!("{account} is not in the relay; add it with `groupme-relay account add`");
    };
    record.is_paused = is_paused;
    record.generation += 1;
    nats.set_account(account, Some(&record)).await?;
    println!("{} {account}", if is_paused { "paused" } else { "resumed" });
    Ok(())
}

/// Returns the record of an account.
async fn record(
    broker: &groupme_relay::Nats,
    account: &AccountName,
) -> anyhow::Result<Option<AccountRecord>> {
    let accounts = broker.accounts(0).await?.changes.into_iter();
    let of_account = accounts.filter(|(name, _)| name == account);
    Ok(of_account.filter_map(|(_, record)| record).last())
}
