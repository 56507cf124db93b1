//! A bot that runs for years: its state is on disk, it answers each message once although it may be
//! killed at any moment, and Ctrl-C ends it in order.
//!
//! `GROUPME_ACCESS_TOKEN=… cargo run --example always_on -- DIRECTORY`; without the argument, the bot
//! plays a scene with a simulated GroupMe, in which it is killed.

use core::time::Duration;
use std::path::Path;

use groupme_client::{Builder, FileOutbox, Outbox, SqliteStore, prelude::*, sim::Sim};

/// Answers `!ping`, also what was asked while the bot was away, up to an hour.
async fn run(builder: Builder, directory: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(directory)?;
    let state = SqliteStore::open(directory.join("state"))?;
    let mut client = builder.store(state).connect()?;
    let handle = client.handle();
    // Before the first event, so that the echoes of what an earlier run put in are recognized.
    let outbox = FileOutbox::open(directory.join("outbox"))?;
    let outbox = Outbox::builder(&handle)
        .max_age(Duration::from_hours(1))
        .open(outbox)
        .await?;
    let stop = handle.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.disconnect();
        }
    });
    // Each turn acknowledges the event of the last one.
    while let Some(delivery) = client.next_event().await? {
        let event = delivery.event();
        if let Some(message) = event.new_message()
            && message.text() == Some("!ping")
            && !message.is_from(handle.user())
            && delivery.is_recent(Duration::from_hours(1))
        {
            // On disk before the question is acknowledged. A kill in between brings the question
            // again, and the outbox recognizes its answer.
            outbox.reply_once(&delivery, "pong")?.saved().await?;
        }
    }
    // What cannot be sent within these seconds stays on disk for the next run.
    let _ = tokio::time::timeout(Duration::from_secs(5), outbox.flush()).await;
    outbox.close().await;
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if let Some(directory) = std::env::args().nth(1) {
        return run(Client::from_environment().await?, directory.as_ref()).await;
    }
    let sim = Sim::start().await?;
    let directory = std::env::temp_dir().join(format!("groupme-always-on-{}", std::process::id()));
    let first = sim.with_world(|world| world.latest_message());
    let mut asked = 0;
    for day in 1..=3 {
        let (builder, state) = (Client::simulated(&sim)?, directory.clone());
        let bot = tokio::spawn(async move { run(builder, &state).await });
        sim.until_listening().await?;
        sim.say("!ping")?;
        asked += 1;
        sim.until("the answers, also to what was asked at night", |world| {
            let later = world.messages_after(first);
            let answers = later.filter(|message| message.author() == sim.cast().me);
            (answers.count() >= asked).then_some(())
        })
        .await?;
        let answers = sim.replies(first).len();
        println!("day {day}: {asked} questions, {answers} answers");
        anyhow::ensure!(answers == asked, "each is answered once");
        // Killed in the middle of its work, and asked while it is away.
        bot.abort();
        let own = format!("/user/{}", sim.user_id());
        sim.until_unsubscribed(&own).await?;
        sim.say("!ping")?;
        asked += 1;
        // The file is free a little after the task has ended; a process would be gone with it.
        while FileOutbox::open(directory.join("outbox")).is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    std::fs::remove_dir_all(directory)?;
    Ok(())
}
