//! Repeats what people write, in groups and in direct messages.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example echo -- live`; without the argument, the bot plays a
//! scene with a simulated GroupMe.

use groupme_client::{model::SenderTypeRef, prelude::*, sim::Sim};

async fn echo(mut client: Client) -> anyhow::Result<()> {
    let handle = client.handle();
    let stop = client.handle();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.disconnect();
        }
    });
    // A refused token is an error here; a lost connection is neither error nor end.
    while let Some(delivery) = client.next_event().await? {
        let event = delivery.event();
        let Some(message) = event.new_message() else {
            continue;
        };
        // Nobody wants an answer to what was missed an hour ago, and an echo of an echo never ends:
        // two people with this program in one group would have one.
        let is_bot = matches!(message.sender_type(), Some(SenderTypeRef::Bot));
        if !delivery.is_live() || is_bot || message.is_from(handle.user()) {
            continue;
        }
        if let (Some(conversation), Some(text)) = (message.conversation(), message.text()) {
            // A refused answer must not end the bot.
            if let Err(error) = handle.send(conversation, text).await {
                eprintln!("not sent: {error}");
            }
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some("live") {
        return echo(Client::from_environment().await?.connect()?).await;
    }
    let sim = Sim::start().await?;
    let client = Client::simulated(&sim)?.connect()?;
    let handle = client.handle();
    let bot = tokio::spawn(echo(client));
    sim.until_listening().await?;
    let said = sim.say("Hello?")?;
    println!("Bot: {}", sim.until_reply(said).await?);
    let said = sim.direct_message("And here?")?;
    println!("Bot: {}", sim.until_reply(said).await?);
    handle.disconnect();
    bot.await?
}
