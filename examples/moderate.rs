//! Moderates groups: deletes what is banned, also if an edit made it so, and welcomes new members.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example moderate -- live`, as an admin of the groups; without
//! the argument, the bot plays a scene with a simulated GroupMe.

use groupme_client::{
    model::system_event::NoticeUserRef,
    prelude::*,
    sim::{MessageView, Sim},
};

const BANNED: [&str; 2] = ["buy now", "free crypto"];

async fn moderate(handle: &Handle, delivery: &Delivery) -> anyhow::Result<()> {
    let event = delivery.event();
    let Some(message) = event.message() else {
        return Ok(());
    };
    let Some(group) = message.group_id() else {
        return Ok(());
    };
    let members = event.new_members();
    let names: Vec<_> = members.iter().filter_map(NoticeUserRef::nickname).collect();
    if !names.is_empty() {
        let welcome = format!("Welcome, {}!", names.join(", "));
        handle.send(group, welcome).await?;
        return Ok(());
    }
    // New messages, and messages after an edit.
    let is_text = matches!(event, EventRef::LineCreate(_) | EventRef::MessageUpdate(_));
    if !is_text || message.is_system() || message.is_from(handle.user()) {
        return Ok(());
    }
    let text = message.text().unwrap_or_default().to_lowercase();
    if BANNED.iter().any(|banned| text.contains(banned)) {
        message.delete(handle).await?;
        let name = message.name().unwrap_or("You");
        handle
            .send(group, format!("{name}: not here, please."))
            .await?;
    }
    Ok(())
}

async fn run(mut client: Client) -> anyhow::Result<()> {
    let handle = client.handle();
    while let Some(delivery) = client.next_event().await? {
        if let Err(error) = moderate(&handle, &delivery).await {
            eprintln!("{error:#}");
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
    let cast = *sim.cast();
    let group = sim.with_world(|world| world.add_group("Moderated", cast.me, &[cast.mara]))?;
    let client = Client::simulated(&sim)?.connect()?;
    let handle = client.handle();
    let bot = tokio::spawn(run(client));
    sim.until_subscribed(&format!("/group/{group}")).await?;
    let said = sim.with_world(|world| world.say(group, cast.mara, "A question about money"))?;
    sim.edit(said, "Free crypto for everybody")?;
    println!("Bot: {}", sim.until_reply(said).await?);
    let is_gone = sim
        .with_world(|world| world.message(said).map(MessageView::is_deleted))
        .unwrap_or(true);
    anyhow::ensure!(is_gone, "the message is still there");
    let before = sim.with_world(|world| world.latest_message());
    sim.with_world(|world| world.add_member(group, cast.me, cast.jonas))?;
    println!("Bot: {}", sim.until_reply(before).await?);
    handle.disconnect();
    bot.await?
}
