//! `groupme demo`: simulator and client in one process, over a real websocket.

use std::io::{self, Write as _};

use anyhow::Context as _;
use groupme_client::{Client, Token, UserId};
use groupme_sim::{Conversation, Script, Sim, WorldError};

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
    let sim = Sim::start().await.context("cannot start the simulator")?;
    // Not println!, which panics when stdout is closed.
    writeln!(
        io::stdout(),
        "A simulated GroupMe runs at {}; connecting to it.",
        sim.gateway_url()
    )?;
    let stop = Stop::listen()?;
    let client = client(&sim)?;

    let own = format!("/user/{}", sim.user_id());
    let mut outcome = Ok(());
    let story = async {
        let direct = Conversation::direct(sim.cast().me, sim.cast().mara);
        let groups = sim.group_ids().into_iter();
        let groups = groups.map(|group| format!("/group/{group}"));
        for channel in groups.chain([own, direct.channel()]) {
            // On a busy machine, the client may take longer than one wait.
            while sim.until_subscribed(&channel).await.is_err() {}
        }
        outcome = sim
            .play(sim.cast().story(), Script::FAST_INTERVAL)
            .finished()
            .await;
        if outcome.is_ok() && args.time.is_some() {
            // With --for, repeat the story until the time is up.
            outcome = sim
                .play_repeatedly(sim.cast().story(), Script::FAST_INTERVAL)
                .finished()
                .await;
        } else if outcome.is_ok() {
            outcome = break_connections(&sim);
            if outcome.is_ok() {
                // Until the missed message has been fetched: the second `CaughtUp`.
                core::future::pending::<()>().await;
            }
        }
    };
    let limits = Limits {
        time: args.time,
        // At the start, and after the outage.
        catch_ups: args.time.is_none().then_some(2),
        ..Limits::default()
    };
    let _ = follow(stop, client, Printer::new(Format::Pretty), limits, story).await?;
    outcome.context("the script failed")?;
    writeln!(
        io::stdout(),
        "Demo complete: the message that was missed during the restart was fetched.\n\
         With your own account: `groupme login`, then `groupme listen` or `groupme chat`"
    )?;
    Ok(())
}

/// Restarts the simulated server, and sends a message before the client is back.
fn break_connections(sim: &Sim) -> Result<(), WorldError> {
    // A closed stdout is reported by the event printer.
    let _ = writeln!(
        io::stdout(),
        "Mara has removed Robin from \"Surprise for Jonas\", which GroupMe pushes to nobody who is removed: \
         the client learns of it when it subscribes again.\n\
         Now the server restarts: all sessions and connections are lost, while Mara sends a message."
    );
    sim.restart();
    sim.say("Is anybody missing this?")?;
    Ok(())
}

fn client(sim: &Sim) -> anyhow::Result<Client> {
    let user = UserId::new(sim.user_id());
    let mut builder = Client::builder(Token::new(sim.token())?, user)
        .gateway_url(sim.gateway_url())
        .api_url(sim.root_url());
    // Before its first message, no list has a direct conversation.
    for user in sim.direct_message_ids() {
        builder = builder.subscribe(UserId::new(user));
    }
    Ok(builder.connect()?)
}
