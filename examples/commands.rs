//! A bot with commands: typed arguments, help text, an allow list of groups, a cooldown per user.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example commands -- GROUP…`; without arguments, the bot
//! plays a scene with a simulated GroupMe.

use core::time::Duration;

use groupme_bot::{Bot, Context, Rest};
use groupme_client::{Builder, Client, GroupId, SendError, Token, UserId};
use groupme_sim::Sim;

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
    let token = Token::new(&token()?)?;
    let user = Client::current_user(&token).await?;
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    bot(groups)
        .run(Client::builder(token, user))
        .until(stop)
        .await?;
    Ok(())
}

/// Runs the bot against the simulator, where Mara tries it.
async fn scene() -> anyhow::Result<()> {
    let sim = Sim::start().await?;
    let running = bot(vec![GroupId::new(sim.cast().lake.to_string())]).run(client(&sim)?);
    let running = tokio::spawn(running.into_future());
    sim.wait_until_subscribed(&format!("/user/{}", sim.user_id()))
        .await;
    for line in [
        "!help",
        "!echo hello",
        "!add one",
        "!add 1 2 39",
        "!colour",
        "green",
    ] {
        let said = sim.say(line)?;
        println!("Mara: {line}\nBot:  {}", sim.wait_for_reply(said).await);
    }
    running.abort();
    Ok(())
}

fn client(sim: &Sim) -> anyhow::Result<Builder> {
    let user = UserId::new(sim.user_id());
    let builder = Client::builder(Token::new(sim.token())?, user);
    Ok(builder
        .gateway_url(sim.gateway_url())
        .api_url(sim.root_url()))
}

fn token() -> Result<String, std::env::VarError> {
    std::env::var("GROUPME_ACCESS_TOKEN")
}
