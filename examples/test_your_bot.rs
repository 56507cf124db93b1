//! A bot and its test against a simulated GroupMe, without an account, a network or sleeping.
//!
//! The bot keeps a shopping list for a group. The bot is an ordinary program on `groupme-client`;
//! in the test, its client is `Client::simulated`. The test is `main`; in your own crate, write a
//! `#[tokio::test]`.
//!
//! `cargo run --example test_your_bot`

use core::time::Duration;
use std::collections::BTreeMap;

use groupme_client::{
    prelude::*,
    sim::{FaultPlan, Probability, Sim},
};

/// Adds to the list after `add`, follows edits and deletions, and replies to `list` with all items.
async fn shopping_bot(mut client: Client) -> anyhow::Result<()> {
    let handle = client.handle();
    // Items by the message that added them, so that edits and deletions find the item.
    let mut list = BTreeMap::new();
    while let Some(delivery) = client.next_event().await? {
        let event = delivery.event();
        let Some(message) = event.message() else {
            continue;
        };
        let item = message.text().and_then(|text| text.strip_prefix("add "));
        let answer = match (&event, item) {
            (EventRef::MessageDeleted(_), _) => {
                let item: Option<String> = list.remove(&message.id().into_owned());
                item.map(|item| format!("No {item}, then."))
            }
            (EventRef::LineCreate(_) | EventRef::MessageUpdate(_), Some(item)) => {
                list.insert(message.id().into_owned(), item.to_owned());
                Some(format!("Noted: {item}."))
            }
            (EventRef::LineCreate(_), None) if message.text() == Some("list") => {
                let items: Vec<_> = list.values().cloned().collect();
                Some(format!("We need {}.", items.join(" and ")))
            }
            _ => None,
        };
        if let Some(answer) = answer.filter(|_| !message.is_from(handle.user())) {
            message.reply(&handle, answer).await?;
        }
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    // Retries under faults take their time.
    let sim = Sim::builder()
        .wait_timeout(Duration::from_secs(30))
        .start()
        .await?;
    let bot = tokio::spawn(shopping_bot(Client::simulated(&sim)?.connect()?));
    sim.until_listening().await?;

    let bread = sim.say("add bread")?;
    assert_eq!(sim.until_reply(bread).await?, "Noted: bread.");
    sim.edit(bread, "add rye bread")?;
    let is_noted = |text: Option<&str>| text == Some("Noted: rye bread.");
    sim.until_message("the answer", |message| is_noted(message.text()))
        .await?;
    let milk = sim.say("add milk")?;
    assert_eq!(sim.until_reply(milk).await?, "Noted: milk.");
    let after = sim.say("we have some")?;
    sim.delete(milk)?;
    assert_eq!(sim.until_reply(after).await?, "No milk, then.");

    // All connections break, and half of all REST requests fail, of which half take effect.
    let mut plan = FaultPlan::new(7);
    plan.rest.probability = Probability::percent(50);
    sim.set_faults(plan);
    sim.restart();
    for item in ["eggs", "salt", "tea"] {
        let said = sim.say(&format!("add {item}"))?;
        sim.until_reply(said).await?;
    }
    sim.clear_faults();
    let list = sim.say("list")?;
    let everything = "We need rye bread and eggs and salt and tea.";
    assert_eq!(sim.until_reply(list).await?, everything);
    let notes = sim.with_world(|world| {
        let messages = world.messages(sim.cast().lake.into());
        messages
            .filter(|message| message.text().is_some_and(|text| text.starts_with("Noted")))
            .count()
    });
    assert_eq!(notes, 6, "each note comes once");
    bot.abort();
    println!("All checks passed.");
    Ok(())
}
