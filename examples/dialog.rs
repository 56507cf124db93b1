//! Asks a user, waits for the answer, and reminds: each dialog in a task of its own, while the main
//! loop goes on.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example dialog -- live`; without the argument, the bot plays a
//! scene with a simulated GroupMe. `groupme-bot` does the same with less: see the example `commands`.

use core::time::Duration;

use groupme_client::prelude::*;
use groupme_sim::Sim;

async fn ask(handle: Handle, here: ConversationId, user: UserId) -> anyhow::Result<()> {
    for question in ["What is your favourite colour?", "Still there?"] {
        let (there, them) = (here.clone(), user.clone());
        // Listens before it asks, so that no answer is too fast.
        let answer = handle.wait_for(move |delivery| {
            let event = delivery.event();
            event.new_message().is_some_and(|message| {
                // The user may be the bot's own account, which asks the question.
                !delivery.is_own()
                    && message.is_from(&them)
                    && message.conversation().is_some_and(|id| id == there)
            })
        });
        handle.send(&here, question).await?;
        if let Some(delivery) = answer.timeout(Duration::from_secs(30)).await
            && let Some(message) = delivery.event().new_message()
        {
            let text = message.text().unwrap_or_default();
            message.reply(&handle, format!("{text} it is.")).await?;
            return Ok(());
        }
    }
    handle.send(&here, "Another time, then.").await?;
    Ok(())
}

async fn run(mut client: Client) -> anyhow::Result<()> {
    let handle = client.handle();
    while let Some(delivery) = client.next_event().await? {
        let event = delivery.event();
        if let Some(message) = event.new_message()
            && message.text() == Some("!ask")
            && delivery.is_live()
            && let (Some(here), Some(user)) = (message.conversation(), message.sender())
        {
            let ask = ask(handle.clone(), here.into(), user.into());
            tokio::spawn(async move {
                if let Err(error) = ask.await {
                    eprintln!("the dialog ends: {error}");
                }
            });
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some("live") {
        return run(Client::from_environment().await?.connect()?).await;
    }
    let sim = Sim::start().await?;
    let client = Client::builder(Token::new(sim.token())?, UserId::new(sim.user_id()))
        .gateway_url(sim.gateway_url())
        .api_url(sim.root_url())
        .connect()?;
    let handle = client.handle();
    let bot = tokio::spawn(run(client));
    sim.wait_until_listening().await;
    for line in ["!ask", "green"] {
        let said = sim.say(line)?;
        println!("Mara: {line}\nBot:  {}", sim.wait_for_reply(said).await);
    }
    handle.disconnect();
    bot.await?
}
