//! A bridge between two groups of one account: messages, edits, deletions and reactions.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example bridge -- GROUP OTHER`; without arguments, bridges
//! two groups of a simulated GroupMe.

use std::collections::HashMap;

use groupme_client::{SendError, prelude::*, sim::Sim};

/// Each message with its copy on the other side; both ways.
type Copies = HashMap<MessageId, (GroupId, MessageId)>;

async fn run(mut client: Client, sides: [GroupId; 2]) -> anyhow::Result<()> {
    let (handle, mut copies) = (client.handle(), Copies::new());
    while let Some(delivery) = client.next_event().await? {
        // What the bridge itself does comes back as an event.
        if !delivery.is_by(handle.user())
            && let Err(error) = carry(&handle, &sides, &mut copies, &delivery).await
        {
            eprintln!("{error}");
        }
    }
    Ok(())
}

/// Repeats an event of one side on the other.
async fn carry(
    handle: &Handle,
    sides: &[GroupId; 2],
    copies: &mut Copies,
    delivery: &Delivery,
) -> Result<(), SendError> {
    let event = delivery.event();
    let Some(message) = event.message() else {
        return Ok(());
    };
    let (id, name) = (message.id().into_owned(), message.name().unwrap_or("?"));
    let text = format!("{name}: {}", message.text().unwrap_or_default());
    match (event, copies.get(&id).cloned()) {
        (EventRef::LineCreate(_), _) => {
            let from = message.group_id().map(GroupId::from).unwrap_or_default();
            let Some(here) = sides.iter().position(|side| *side == from) else {
                return Ok(());
            };
            let to = sides[1 - here].clone();
            if let Some(copy) = handle.send(&to, text).await?.message() {
                copies.insert(copy.id.clone(), (from, id.clone()));
                copies.insert(id, (to, copy.id.clone()));
            }
        }
        (EventRef::MessageUpdate(_), Some((group, copy))) => {
            handle.edit(group, copy, text).await?;
        }
        (EventRef::MessageDeleted(_), Some((group, copy))) => handle.delete(group, copy).await?,
        (event, Some((group, copy))) => {
            // All reactions after the change, of which the account can give one itself.
            let change = event.reaction_change();
            let reactions = change.and_then(|change| change.reactions());
            let mut others = reactions
                .into_iter()
                .flatten()
                .filter(|reaction| reaction.user_ids().any(|user| user != *handle.user()));
            match others.find_map(|reaction| reaction.icon()) {
                Some(icon) => handle.react(group, copy, icon).await?,
                None => handle.unreact(group, copy).await?,
            }
        }
        _ => {}
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
    let sides = [cast.lake, second].map(GroupId::from);
    tokio::spawn(run(Client::simulated(&sim)?.connect()?, sides));
    sim.until_listening().await?;
    let said = sim.say("Hello over there")?;
    println!("Second: {}", sim.until_reply(said).await?);
    sim.edit(said, "Hello, Jonas")?;
    sim.with_world(|world| world.react(said, cast.mara, "👍"))?;
    sim.until("the edit and the reaction", |world| {
        let mut copies = world.messages(second.into());
        copies.find(|copy| copy.text() == Some("Mara: Hello, Jonas") && copy.reactions() == 1)?;
        Some(())
    })
    .await?;
    sim.delete(said)?;
    sim.until("the deletion", |world| {
        let mut copies = world.messages(second.into());
        copies.find(|copy| copy.is_deleted()).map(|_| ())
    })
    .await?;
    println!("Second: edited, liked and deleted");
    Ok(())
}
