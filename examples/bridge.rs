//! A bridge between two groups of one account: messages, edits, deletions and reactions.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example bridge -- GROUP OTHER`; without arguments, bridges
//! two groups of a simulated GroupMe.

use std::collections::HashMap;

use groupme_client::{
    prelude::*,
    sim::{MessageView, Sim},
};

struct Bridge {
    handle: Handle,
    sides: [GroupId; 2],
    /// Each message with its copy on the other side; both ways.
    copies: HashMap<MessageId, (GroupId, MessageId)>,
}

impl Bridge {
    async fn carry(&mut self, delivery: &Delivery) -> anyhow::Result<()> {
        // What the bridge itself does comes back as an event.
        if delivery.is_by(self.handle.user()) {
            return Ok(());
        }
        let event = delivery.event();
        let Some(message) = event.message() else {
            return Ok(());
        };
        let text = || {
            let (name, text) = (message.name(), message.text());
            format!("{}: {}", name.unwrap_or("?"), text.unwrap_or_default())
        };
        if let Some(new) = event.new_message() {
            let Some(from) = new.group_id().map(GroupId::from) else {
                return Ok(());
            };
            let to = match &self.sides {
                [a, b] if *a == from => b.clone(),
                [a, b] if *b == from => a.clone(),
                _ => return Ok(()),
            };
            let sent = self.handle.send(&to, text()).await?;
            if let Some(copy) = sent.message() {
                let id = new.id().into_owned();
                self.copies.insert(copy.id.clone(), (from, id.clone()));
                self.copies.insert(id, (to, copy.id.clone()));
            }
            return Ok(());
        }
        let Some((group, copy)) = self.copies.get(&message.id().into()).cloned() else {
            return Ok(());
        };
        match event {
            EventRef::MessageUpdate(_) => drop(self.handle.edit(group, copy, text()).await?),
            EventRef::MessageDeleted(_) => {
                self.copies.remove(&copy);
                self.copies.remove(&message.id().into());
                self.handle.delete(group, copy).await?;
            }
            _ => {
                // All reactions after the change. The account gives one of them itself, and carries
                // one of the others.
                let change = event.reaction_change();
                let Some(reactions) = change.and_then(|change| change.reactions()) else {
                    return Ok(());
                };
                let me = self.handle.user();
                let mut others =
                    reactions.filter(|reaction| reaction.user_ids().any(|id| id != *me));
                match others.find_map(|reaction| reaction.icon()) {
                    Some(icon) => self.handle.react(group, copy, icon).await?,
                    None => self.handle.unreact(group, copy).await?,
                }
            }
        }
        Ok(())
    }
}

async fn run(mut client: Client, sides: [GroupId; 2]) -> anyhow::Result<()> {
    let (handle, copies) = (client.handle(), HashMap::new());
    let mut bridge = Bridge {
        handle,
        sides,
        copies,
    };
    while let Some(delivery) = client.next_event().await? {
        if let Err(error) = bridge.carry(&delivery).await {
            eprintln!("{error:#}");
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let groups: Vec<GroupId> = std::env::args().skip(1).map(GroupId::from).collect();
    if let Ok(sides) = <[GroupId; 2]>::try_from(groups) {
        return run(Client::from_environment().await?.connect()?, sides).await;
    }
    let sim = Sim::start().await?;
    let cast = *sim.cast();
    let second = sim.with_world(|world| world.add_group("Second", cast.me, &[cast.jonas]))?;
    let client = Client::simulated(&sim)?.connect()?;
    let sides = [cast.lake, second].map(GroupId::from);
    let handle = client.handle();
    let running = tokio::spawn(run(client, sides));
    for group in [cast.lake, second] {
        sim.wait_until_subscribed(&format!("/group/{group}")).await;
    }
    let said = sim.say("Hello over there")?;
    println!("Second: {}", sim.wait_for_reply(said).await);
    sim.edit(said, "Hello, Jonas")?;
    sim.with_world(|world| world.react(said, cast.mara, "👍"))?;
    sim.wait_for(|world| {
        let mut copies = world.messages(second.into());
        copies.find(|copy| copy.text() == Some("Mara: Hello, Jonas") && copy.reactions() == 1)?;
        Some(())
    })
    .await;
    sim.delete(said)?;
    sim.wait_for(|world| {
        world
            .messages(second.into())
            .all(MessageView::is_deleted)
            .then_some(())
    })
    .await;
    handle.disconnect();
    running.await?
}
