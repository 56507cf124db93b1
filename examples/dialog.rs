//! Asks a user, waits for the answer, and reminds: each dialog in a task of its own, while the main
//! loop continues.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example dialog -- live`; without the argument, the bot plays a
//! scene with a simulated GroupMe. `groupme-bot` does the same with less: see the example `commands`.

use core::time::Duration;

use groupme_client::{prelude::*, sim::Sim};

async fn ask(handle: Handle, here: ConversationId, user: UserId) -> anyhow::Result<()> {
    for question in ["What is your favourite colour?", "Still there?"] {
        // Listens before it asks, so that no answer is too fast.
        let answer = handle.next_message(&here, &user);
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
    let client = Client::simulated(&sim)?.connect()?;
    let handle = client.handle();
    let bot = tokio::spawn(run(client));
    sim.until_listening().await?;
    for line in ["!ask", "green"] {
        let said = sim.say(line)?;
        println!("Mara: {line}\nBot:  {}", sim.until_reply(said).await?);
    }
    handle.disconnect();
    bot.await?
}
