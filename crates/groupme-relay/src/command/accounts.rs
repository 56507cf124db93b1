//! `groupme-relay account`.

use std::{
    io::{Read as _, stdin},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use clap::Subcommand;
use groupme_client::{RestClient, Token, rest_api::endpoint::users};
use groupme_relay::{AccountName, AccountRecord, Broker as _, Keys, Nats, NodeId, rewind};

use super::{Addresses, Broker, KeyFile, read, settings::Settings};

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
    /// Take an account back to an earlier saved state: for one whose state cannot be read, or whose events a
    /// consumer has lost. Later events are fetched from GroupMe and appended again, with the same Gm-Id.
    Rewind {
        /// Account, TENANT.USER.
        account: AccountName,
        /// Sequence of the last entry of the stream whose event is kept [default: that of the snapshot before the
        /// newest].
        #[arg(long, value_name = "SEQUENCE")]
        to: Option<u64>,
        #[command(flatten)]
        broker: Broker,
    },
    /// Seal all tokens again with the first key of the key file: put a new key first, restart the nodes with that
    /// file, run this, and remove the old key. Running accounts go on.
    Rekey {
        #[command(flatten)]
        keys: KeyFile,
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

pub(super) async fn run(action: &Action, settings: &Settings) -> anyhow::Result<()> {
    match action {
        Action::Add {
            tenant,
            token_file,
            addresses,
            keys,
            broker,
        } => {
            let keys = keys.keys(settings)?;
            let token = read_token(token_file)?;
            let rest = addresses.rest(settings)?.with_token(token.clone());
            let account = owner(tenant, &rest).await?;
            add(&broker.connect(settings).await?, &account, &token, &keys).await
        }
        Action::List(broker) => {
            let accounts = broker.connect(settings).await?.accounts(0).await?;
            for (account, record) in accounts.changes {
                if let Some(record) = record {
                    let state = if record.is_paused { "paused" } else { "wanted" };
                    println!("{account}\t{state}\t{}", record.generation);
                }
            }
            Ok(())
        }
        Action::Pause { account, broker } => {
            change(&broker.connect(settings).await?, account, true).await?;
            println!("paused {account}");
            Ok(())
        }
        Action::Resume { account, broker } => {
            change(&broker.connect(settings).await?, account, false).await?;
            println!("resumed {account}");
            Ok(())
        }
        Action::Rewind {
            account,
            to,
            broker,
        } => {
            let nats = broker.connect(settings).await?;
            let number = getrandom::u64();
            let number = number.map_err(|error| anyhow!("no random numbers: {error}"))?;
            let node = NodeId::new(number);
            let sequence = rewind(&nats, &node, account, *to).await?;
            // A new generation starts an account that was given up.
            change(&nats, account, false).await?;
            println!("rewound {account} to sequence {sequence}: later events are appended again");
            Ok(())
        }
        Action::Rekey { keys, broker } => {
            let keys = keys.keys(settings)?;
            rekey(&broker.connect(settings).await?, &keys).await
        }
        Action::Remove { account, broker } => {
            let nats = broker.connect(settings).await?;
            nats.set_account(account, None).await?;
            println!("removed {account}");
            Ok(())
        }
    }
}

fn read_token(file: &Path) -> anyhow::Result<Token> {
    let text = if file.as_os_str() == "-" {
        let mut text = String::new();
        stdin().take(4096).read_to_string(&mut text)?;
        text
    } else {
        read(file)?
    };
    Ok(Token::new(text.trim())?)
}

/// Returns the account of a token.
async fn owner(tenant: &str, rest: &RestClient) -> anyhow::Result<AccountName> {
    let user = rest.call(&users::me()).await;
    let user = user.context("GroupMe does not name the user of the token")?;
    Ok(AccountName::new(tenant, user.id.as_str())?)
}

async fn add(nats: &Nats, account: &AccountName, token: &Token, keys: &Keys) -> anyhow::Result<()> {
    let generation = record(nats, account)
        .await?
        .map_or(1, |record| record.generation + 1);
    let record = AccountRecord::new(keys.seal(account, token)?, generation);
    nats.set_account(account, Some(&record)).await?;
    println!("added {account}");
    Ok(())
}

async fn change(nats: &Nats, account: &AccountName, is_paused: bool) -> anyhow::Result<()> {
    let Some(mut record) = record(nats, account).await? else {
        bail!("{account} is not in the relay; add it with `groupme-relay account add`");
    };
    record.is_paused = is_paused;
    record.generation += 1;
    nats.set_account(account, Some(&record)).await?;
    Ok(())
}

/// Seals all tokens with the first key. The generations stay, so that no account is started anew.
async fn rekey(nats: &Nats, keys: &Keys) -> anyhow::Result<()> {
    let (mut sealed, mut failed) = (0, 0);
    for (account, record) in nats.accounts(0).await?.changes {
        let Some(mut record) = record else {
            continue;
        };
        match keys.open(&account, &record.token) {
            Ok(token) => {
                record.token = keys.seal(&account, &token)?;
                nats.set_account(&account, Some(&record)).await?;
                sealed += 1;
            }
            Err(error) => {
                eprintln!("{error}");
                failed += 1;
            }
        }
    }
    println!("sealed {sealed} tokens with the first key");
    if failed > 0 {
        bail!("{failed} tokens were left as they are: keep the old key until they are added again");
    }
    Ok(())
}

/// Returns the record of an account.
async fn record(nats: &Nats, account: &AccountName) -> anyhow::Result<Option<AccountRecord>> {
    let accounts = nats.accounts(0).await?.changes.into_iter();
    let of_account = accounts.filter(|(name, _)| name == account);
    Ok(of_account.filter_map(|(_, record)| record).next_back())
}
