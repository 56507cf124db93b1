//! `groupme listen`: an account's events, as they arrive.

use std::{
    fs,
    io::{self, IsTerminal as _},
};

use anyhow::{Context as _, anyhow};
use groupme_client::{Client, GroupId, Token, TransportPolicy, UserId};

use super::{
    Stop,
    follow::{Limits, follow},
};
use crate::{
    args::{Format, Listen, TransportChoice},
    exit::Failure,
    output::Printer,
};

pub(crate) async fn run(args: Listen) -> Result<(), Failure> {
    let token = token(&args)?;
    let mut builder = Client::builder(token, UserId::new(args.user))
        .transport(policy(args.transport))
        .gateway_url(args.gateway_url);
    for group in args.groups {
        builder = builder.group(GroupId::new(group));
    }
    for with in args.direct_messages {
        builder = builder.direct_messages(with);
    }
    // Before there is a session of which to take leave.
    let stop = Stop::listen()?;
    let client = builder.connect().map_err(Failure::usage)?;
    let format = args.format.unwrap_or_else(|| {
        if io::stdout().is_terminal() {
            Format::Pretty
        } else {
            Format::Json
        }
    });
    let limits = Limits {
        count: args.count,
        time: args.time,
    };
    follow(
        stop,
        client,
        Printer::new(format),
        limits,
        core::future::pending(),
    )
    .await
}

/// The token, from the file or the environment: not from an argument, which `ps` shows to all.
fn token(args: &Listen) -> Result<Token, Failure> {
    let text = match &args.token_file {
        Some(file) => {
            let text = fs::read_to_string(file)
                .with_context(|| format!("cannot read the token file {}", file.display()))
                .map_err(Failure::Usage)?;
            text.lines().next().unwrap_or_default().to_owned()
        }
        #[expect(clippy::disallowed_methods, reason = "this is the binary")]
        None => std::env::var("GROUPME_ACCESS_TOKEN").map_err(|_| {
            Failure::Usage(anyhow!(
                "no access token: set GROUPME_ACCESS_TOKEN, or name a file with --token-file"
            ))
        })?,
    };
    Token::new(&text).map_err(Failure::usage)
}

fn policy(choice: TransportChoice) -> TransportPolicy {
    match choice {
        TransportChoice::Auto => TransportPolicy::Auto,
        TransportChoice::Websocket => TransportPolicy::WebSocket,
        TransportChoice::LongPolling => TransportPolicy::LongPolling,
    }
}
