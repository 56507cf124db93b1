//! `groupme chat`: a client for the terminal.

mod people;

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, anyhow};
use groupme_chat::{Error, Notifications, Options};
use groupme_client::{Client, Scope, Token, UserId};

use super::suspension;
use crate::{
    account,
    args::{Chat, Notify},
    exit::Failure,
    output::chain,
};

pub(crate) async fn run(args: Chat) -> Result<(), Failure> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(Failure::Usage(anyhow!(
            "`groupme chat` draws on a terminal, and standard input or output is none; `groupme listen` and \
             `groupme send` are for scripts"
        )));
    }
    let options = options(&args);
    if args.demo {
        return demo(options).await;
    }
    let (builder, _) = account::gateway(&args.account, &args.gateway).await?;
    let client = builder
        .scope(Scope::Everything)
        .connect()
        .map_err(Failure::usage)?;
    let waking = suspension::wake_after_each(client.handle());
    let chat = groupme_chat::run(client, options);
    tokio::select! {
        outcome = chat => outcome.map_err(failure),
        () = waking => Ok(()),
    }
}

/// Chats with simulated people, who answer until the user quits.
async fn demo(options: Options) -> Result<(), Failure> {
    let sim = people::start()
        .await
        .context("cannot start the simulator")?;
    let people = people::populate(&sim).context("cannot make the simulated people")?;
    let token = Token::new(sim.token()).map_err(Failure::usage)?;
    let client = Client::builder(token, UserId::new(sim.user_id()))
        .gateway_url(sim.gateway_url())
        .api_url(sim.root_url())
        .connect()
        .map_err(Failure::usage)?;
    let rest = client
        .handle()
        .rest()
        .context("a simulator has a REST API")?;
    let read = rest.call(&people.read()).await;
    read.context("the simulator did not take what is read")?;
    let chat = groupme_chat::run(client, options);
    tokio::select! {
        outcome = chat => outcome.map_err(failure),
        error = people.run(&sim) => Err(Failure::Other(anyhow!(error).context("a simulated person failed"))),
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the binary")]
fn options(args: &Chat) -> Options {
    let mut options = Options::default();
    options.notifications = match args.notify {
        Notify::Bell => Notifications::Bell,
        Notify::Osc9 => Notifications::Osc9,
        Notify::Off => Notifications::Off,
    };
    options.notify_all = args.notify_all;
    options.color = std::env::var("NO_COLOR").map_or(true, |value| value.is_empty());
    options.home = std::env::var("HOME").ok().map(Into::into);
    options
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Ended(groupme_client::ClientEnd::Unauthorized(reason)) => {
            Failure::Credentials(anyhow!("the gateway refuses the token: {reason}"))
        }
        Error::Terminal(_) => Failure::Output(anyhow!("{}", chain(&error))),
        error => Failure::Other(anyhow!("{}", chain(&error))),
    }
}
