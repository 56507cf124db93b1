//! `groupme listen`: prints an account's events as they arrive.

use core::cell::Cell;
use std::{
    io::{self, IsTerminal as _},
    path::Path,
};

use anyhow::anyhow;
use groupme_client::{Builder, Conversation, DeliveryConfig, Polling, Scope};

use super::{
    Stop,
    follow::{Limits, follow},
};
use crate::{
    account,
    args::{self, ConversationArgs, Format, Listen},
    exit::Failure,
    output::{Printer, closed},
};

pub(crate) async fn run(args: Listen) -> Result<(), Failure> {
    let format = args.format.unwrap_or_else(|| {
        if io::stdout().is_terminal() {
            Format::Pretty
        } else {
            Format::Json
        }
    });
    check_output(format, args.state.is_some())?;
    // Before the session exists, so that an early signal still disconnects.
    let stop = Stop::listen()?;
    let (mut builder, _) = account::gateway(&args.account, &args.gateway).await?;
    let is_restricted =
        !args.groups.is_empty() || !args.direct_messages.is_empty() || args.no_backfill;
    builder = builder.scope(match args.scope {
        Some(args::Scope::Account) => Scope::Account,
        None if is_restricted => Scope::Account,
        Some(args::Scope::Everything) | None => Scope::Everything,
    });
    for conversation in conversations(&args).await? {
        builder = builder.subscribe(conversation);
    }
    builder = deliver(builder, &args)?;
    let client = builder.connect().map_err(Failure::usage)?;
    let limits = Limits {
        count: args.count,
        time: args.time,
        catch_ups: None,
    };
    let is_unread = Cell::new(false);
    let unread = async {
        closed::reader_has_ended().await;
        is_unread.set(true);
    };
    let followed = follow(stop, client, Printer::new(format), limits, unread)
        .await
        .map_err(Failure::with_closed_pipe)?;
    if is_unread.get() {
        return Err(Failure::Unread);
    }
    if followed.is_reached {
        return Ok(());
    }
    Err(Failure::Temporary(match followed.last_failure {
        Some(failure) => anyhow!("{NOT_REACHED}: {failure}"),
        None => anyhow!("{NOT_REACHED}"),
    }))
}

const NOT_REACHED: &str = "the gateway was never reached";

/// Returns the conversations that are named.
async fn conversations(args: &Listen) -> Result<Vec<Conversation>, Failure> {
    let mut found = Vec::new();
    let places = args
        .groups
        .iter()
        .map(|group| ConversationArgs::group(group))
        .chain(
            args.direct_messages
                .iter()
                .map(|with| ConversationArgs::dm(with)),
        );
    for place in places {
        found.push(account::conversation_at_gateway(&args.account, &args.gateway, &place).await?);
    }
    Ok(found)
}

/// Refuses output by which an event would be acknowledged that nobody has seen.
fn check_output(format: Format, has_state: bool) -> Result<(), Failure> {
    if has_state && format == Format::Summary {
        return Err(Failure::Usage(anyhow!(
            "--format summary prints at the end only, and --state acknowledges an event once it is \
             printed: use one of the two"
        )));
    }
    if has_state {
        closed::check_for_state_file()?;
    }
    Ok(())
}

/// Configures backfill and the store.
fn deliver(mut builder: Builder, args: &Listen) -> Result<Builder, Failure> {
    if args.no_backfill {
        return Ok(builder.without_backfill());
    }
    if let Some(file) = &args.state {
        builder = store(builder, file)?;
    }
    let mut config = DeliveryConfig::default();
    config.history = args.history;
    config.polling = args
        .poll_after
        .map(|after| Polling::new(after, Polling::default().every));
    Ok(builder.delivery(config))
}

/// Sets the state file.
#[cfg(feature = "sqlite")]
fn store(builder: Builder, file: &Path) -> Result<Builder, Failure> {
    use core::error::Error as _;

    let store = groupme_client::SqliteStore::open(file).map_err(|error| {
        let reason = error.source().map(crate::output::chain).unwrap_or_default();
        let file = file.display();
        Failure::Usage(anyhow!("cannot use the state file {file}: {reason}"))
    })?;
    // An event that could not be printed comes again.
    Ok(builder.store(store).manual_ack())
}

#[cfg(not(feature = "sqlite"))]
fn store(_: Builder, _: &Path) -> Result<Builder, Failure> {
    Err(Failure::Usage(anyhow!(
        "this program was built without state files: build it with the feature `sqlite`"
    )))
}
