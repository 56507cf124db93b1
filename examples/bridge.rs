//! A bridge between two groups of one account: messages, edits, deletions and reactions.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example bridge -- GROUP OTHER`; without arguments, bridges
//! two groups of a simulated GroupMe.

use std::collections::HashMap;

use groupme_client::{SendError, prelude::*, sim};

/// Each message with its copy on the other side; both ways.
type Copies = HashMap<MessageId, (GroupId, MessageId)>;

async fn run(mut client: Client, sides: [GroupId; 2]) -> anyhow::Result<()> {
    let (handle, mut copies) = (client.handle(), Copies::new());
    while let Some(delivery) = client.next_event().await? {
        let event = delivery.event();
        // What the bridge itself does comes back as an event.
        if let Some(message) = event.message()
            && !delivery.is_by(handle.user())
            && let Err(error) = carry(&handle, &sides, &mut copies, event, message).await
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
    event: EventRef<'_>,
    message: MessageRef<'_>,
) -> Result<(), SendError> {
    let (deleted, name) = (event.deleted_message(), message.name().unwrap_or("?"));
    // An admin's deletion is a notice with an id of its own.
    let id = deleted.unwrap_or(message.id()).into_owned();
    let text = format!("{name}: {}", message.text().unwrap_or_default());
    match (event, copies.get(&id).cloned()) {
        (_, Some((group, copy))) if deleted.is_some() => handle.delete(group, copy).await?,
        (EventRef::LineCreate(_), _) if event.new_message().is_some() => {
            let from = message.group_id().map(GroupId::from).unwrap_or_default();
            if let Some(here) = sides.iter().position(|side| *side == from)
                && let Some(copy) = handle.send(&sides[1 - here], text).await?.message()
            {
                copies.insert(copy.id.clone(), (from, id.clone()));
                copies.insert(id, (sides[1 - here].clone(), copy.id.clone()));
            }
        }
        (EventRef::MessageUpdate(_), Some((group, copy))) => {
            handle.edit(group, copy, text).await?;
        }
        (event, Some((group, copy))) => {
            // All reactions after the change, of which the account can give one itself.
            let (change, me) = (event.reaction_change(), handle.user());
            let reactions = change.and_then(|change| change.reactions());
            let mut reactions = reactions.into_iter().flatten();
            let other = reactions.find(|reaction| reaction.user_ids().any(|user| user != *me));
            match other.and_then(|reaction| reaction.icon()) {
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
    let sim = sim::Sim::start().await?;
    let cast = *sim.cast();
    let second = sim.with_world(|world| world.add_group("Second", cast.me, &[cast.jonas]))?;
    let sides = [cast.lake, second].map(GroupId::from);
    tokio::spawn(run(Client::simulated(&sim)?.connect()?, sides));
    sim.until_listening().await?;
    let said = sim.say("Hello over there")?;
    println!("Second: {}", sim.until_reply(said).await?);
    sim.edit(said, "Hello, Jonas")?;
    sim.with_world(|world| world.react(said, cast.mara, "👍"))?;
    let copy = sim.until("the edit and the reaction", |world| {
        let (mut copies, edited) = (world.messages(second.into()), Some("Mara: Hello, Jonas"));
        let copy = copies.find(|copy| copy.text() == edited && copy.reactions() == 1)?;
        Some(copy.id())
    });
    let copy = copy.await?;
    sim.delete(said)?;
    let is_gone = |world: &sim::World| world.message(copy)?.is_deleted().then_some(());
    sim.until("the deletion", is_gone).await?;
    println!("Second: edited, liked and deleted");
    Ok(())
}
