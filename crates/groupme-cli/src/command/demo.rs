//! `groupme demo`: the whole of it in one process, over a real socket.

use std::io::{self, Write as _};

use anyhow::Context as _;
use groupme_client::{Client, GroupId, Token, UserId};
use groupme_sim::{Script, Sim, WorldError};

use super::{
    Stop,
    follow::{Limits, follow},
};
use crate::{
    args::{Demo, Format},
    exit::Failure,
    output::Printer,
};

pub(crate) async fn run(args: Demo) -> Result<(), Failure> {
    let sim = Sim::start()
        .await
        .context("the simulator could not be started")?;
    // Not println!, which panics where nobody reads.
    writeln!(
        io::stdout(),
        "A simulated GroupMe runs at {}; connecting to it.",
        sim.gateway_url()
    )?;
    let stop = Stop::listen()?;
    let client = client(&sim)?;

    let own = format!("/user/{}", sim.user_id());
    let mut told = Ok(());
    let story = async {
        sim.wait_until_subscribed(&own).await;
        told = sim
            .play(sim.cast().story(), Script::FAST_INTERVAL)
            .finished()
            .await;
        if told.is_ok() && args.time.is_some() {
            // Asked for a certain time: tell it again until then.
            told = sim
                .play_repeatedly(sim.cast().story(), Script::FAST_INTERVAL)
                .finished()
                .await;
        } else if told.is_ok() {
            told = misfortune(&sim);
            if told.is_ok() {
                // Until what was said meanwhile has been fetched.
                core::future::pending::<()>().await;
            }
        }
    };
    let limits = Limits {
        time: args.time,
        // At first, and after the misfortune.
        catch_ups: args.time.is_none().then_some(2),
        ..Limits::default()
    };
    // What was pushed before the farewell comes before its reply, on the same socket.
    follow(stop, client, Printer::new(Format::Pretty), limits, story).await?;
    told.context("the story broke off")?;
    writeln!(
        io::stdout(),
        "That was it. With an account of your own: GROUPME_ACCESS_TOKEN=… groupme listen"
    )?;
    Ok(())
}

/// Breaks the connection, and lets somebody talk before there is another.
fn misfortune(sim: &Sim) -> Result<(), WorldError> {
    // If nobody reads it, whoever prints the events finds out.
    let _ = writeln!(
        io::stdout(),
        "Now the server forgets everybody and breaks all connections, and Mara goes on talking."
    );
    sim.restart();
    sim.say("Is anybody missing this?")?;
    Ok(())
}

fn client(sim: &Sim) -> anyhow::Result<Client> {
    let mut builder = Client::builder(Token::new(sim.token())?, UserId::new(sim.user_id()))
        .gateway_url(sim.gateway_url())
        .api_url(sim.root_url());
    for group in sim.group_ids() {
        builder = builder.subscribe(GroupId::new(group));
    }
    for user in sim.direct_message_ids() {
        builder = builder.subscribe(UserId::new(user));
    }
    Ok(builder.connect()?)
}
