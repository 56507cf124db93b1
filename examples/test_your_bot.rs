//! A bot and its test against a simulated GroupMe, without an account, a network or sleeping.
//!
//! The bot keeps a shopping list for a group. The bot is an ordinary program on `groupme-client`;
//! in the test, its client is `Client::simulated`. The test is `main`; in your own crate, write a
//! `#[tokio::test]`.
//!
//! `cargo run --example test_your_bot`

use core::time::Duration;
use std::collections::BTreeMap;

use anyhow::ensure;
use groupme_client::{
    prelude::*,
    sim::{FaultPlan, Probability, Sim},
};

/// Adds to the list after `add`, and replies to `list` with all items.
async fn shopping_bot(mut client: Client, group: GroupId) -> anyhow::Result<()> {
    let handle = client.handle();

    // Items by the message that added them, so that edits and deletions find the item.
    let mut list = BTreeMap::new();
    while let Some(delivery) = client.next_event().await? {
        let answer = match delivery.event() {
            EventRef::LineCreate(push) if !push.message().is_from(handle.user()) => {
                answer(&mut list, &push.message())
            }
            EventRef::MessageUpdate(push) => {
                answer(&mut list, &push.message()).map(|answer| format!("Edited. {answer}"))
            }
            EventRef::MessageDeleted(push) => list
                .remove(&push.message().id().to_string())
                .map(|thing| format!("No {thing}, then.")),
            // Pushed as `like.create` and as `favorite`; delivered once.
            other => other
                .reaction_change()
                .and_then(|change| change.message())
                .filter(|message| message.is_from(handle.user()))
                .map(|_| "You are welcome.".to_owned()),
        };
        if let Some(answer) = answer {
            handle.send(&group, answer).await?;
        }
    }
    Ok(())
}

fn answer(list: &mut BTreeMap<String, String>, message: &MessageRef<'_>) -> Option<String> {
    let text = message.text()?;
    if let Some(thing) = text.strip_prefix("add ") {
        list.insert(message.id().to_string(), thing.to_owned());
        return Some(format!("Noted: {thing}."));
    }
    let things: Vec<&str> = list.values().map(String::as_str).collect();
    (text == "list").then(|| format!("We need {}.", things.join(" and ")))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    // Retries under faults take their time.
    let timeout = Duration::from_secs(30);
    let sim = Sim::builder().wait_timeout(timeout).start().await?;
    let client = Client::simulated(&sim)?.connect()?;
    let bot = tokio::spawn(shopping_bot(client, sim.cast().lake.into()));
    tokio::select! {
        checked = check(&sim) => checked?,
        ended = bot => ended??,
    }
    println!("All checks passed.");
    Ok(())
}

async fn check(sim: &Sim) -> anyhow::Result<()> {
    let own = format!("/user/{}", sim.user_id());
    let group = format!("/group/{}", sim.cast().lake);
    sim.until_subscribed(&own).await?;
    sim.until_subscribed(&group).await?;

    let bread = sim.say("add bread")?;
    expect(
        "answers over REST",
        "Noted: bread.",
        sim.until_reply(bread).await?,
    )?;

    // Every message can be found in the simulated world, with its id.
    let answer = sim
        .until_message("the note about bread", |message| {
            message.text() == Some("Noted: bread.")
        })
        .await?;
    sim.react(answer, "❤️")?;
    expect(
        "is glad of a reaction",
        "You are welcome.",
        sim.until_reply(answer).await?,
    )?;

    let after = sim.say("no, wait")?;
    sim.edit(bread, "add rye bread")?;
    expect(
        "follows an edit",
        "Edited. Noted: rye bread.",
        sim.until_reply(after).await?,
    )?;

    let milk = sim.say("add milk")?;
    expect(
        "takes more than one",
        "Noted: milk.",
        sim.until_reply(milk).await?,
    )?;
    let after = sim.say("we have some")?;
    sim.delete(milk)?;
    expect(
        "follows a deletion",
        "No milk, then.",
        sim.until_reply(after).await?,
    )?;

    // The old session lives until it expires, so the bot's return makes two subscribers.
    sim.break_connections();
    sim.until_subscribers(&group, 2).await?;
    let list = sim.say("list")?;
    expect(
        "survives a killed socket",
        "We need rye bread.",
        sim.until_reply(list).await?,
    )?;

    sim.restart();
    sim.until_subscribed(&own).await?;
    sim.until_subscribed(&group).await?;
    let list = sim.say("list")?;
    expect(
        "survives a restart of GroupMe",
        "We need rye bread.",
        sim.until_reply(list).await?,
    )?;

    // Half of all REST requests fail, and half of those take effect nevertheless.
    let mut plan = FaultPlan::new(7);
    plan.rest.probability = Probability::percent(50);
    sim.set_faults(plan);
    for thing in ["eggs", "salt", "tea"] {
        let wanted = sim.say(&format!("add {thing}"))?;
        let noted = format!("Noted: {thing}.");
        expect(
            "answers where REST fails",
            &noted,
            sim.until_reply(wanted).await?,
        )?;
    }
    sim.clear_faults();
    let list = sim.say("list")?;
    sim.until_reply(list).await?;
    let noted = |text: &str| {
        sim.with_world(|world| {
            world
                .messages(sim.cast().lake.into())
                .filter(|message| message.text() == Some(text))
                .count()
        })
    };
    for thing in ["eggs", "salt", "tea"] {
        let times = noted(&format!("Noted: {thing}."));
        expect("answers once", "1", times.to_string())?;
    }
    Ok(())
}

/// Compares, and prints the result.
fn expect(what: &str, expected: &str, found: impl AsRef<str>) -> anyhow::Result<()> {
    let found = found.as_ref();
    ensure!(
        expected == found,
        "{what}: expected {expected:?}, found {found:?}"
    );
    println!("ok  {what}: {found}");
    Ok(())
}
