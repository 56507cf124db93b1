//! A bot with commands: typed arguments, help text, an allow list of groups, a cooldown per user.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example commands -- GROUP…`; without arguments, the bot
//! plays a scene with a simulated GroupMe.

use core::time::Duration;

use groupme_bot::prelude::*;
use groupme_client::{SendError, sim::Sim};

/// Returns the bot.
fn bot(groups: Vec<GroupId>) -> Bot {
    Bot::new("!")
        .only_in(groups)
        .cooldown(Duration::from_secs(3))
        .command(
            "echo",
            "repeats the text",
            async |_: Context, text: Rest| text.0,
        )
        .command(
            "add",
            "adds numbers",
            async |_: Context, numbers: Vec<i64>| numbers.iter().sum::<i64>().to_string(),
        )
        .command("colour", "asks for a colour", colour)
}

async fn colour(context: Context) -> Result<String, SendError> {
    // Listens before it asks, so that no answer is too fast.
    let answer = context.next_message().timeout(Duration::from_secs(30));
    context.send("Which one?").await?;
    Ok(match answer.await {
        Some(answer) => format!("{} it is.", answer.text()),
        None => "Another time, then.".to_owned(),
    })
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let groups: Vec<GroupId> = std::env::args().skip(1).map(GroupId::from).collect();
    if groups.is_empty() {
        return scene().await;
    }
    bot(groups)
        .run(Client::from_environment().await?)
        .until(tokio::signal::ctrl_c())
        .await?;
    Ok(())
}

/// Runs the bot against the simulator, where Mara tries it.
async fn scene() -> anyhow::Result<()> {
    let sim = Sim::start().await?;
    let running = tokio::spawn(bot(vec![sim.cast().lake.into()]).run(Client::simulated(&sim)?));
    sim.until_listening().await?;
    for line in [
        "!help",
        "!echo hello",
        "!add one",
        "!add 1 2 39",
        "!colour",
        "green",
    ] {
        let said = sim.say(line)?;
        println!("Mara: {line}\nBot:  {}", sim.until_reply(said).await?);
    }
    running.abort();
    Ok(())
}
