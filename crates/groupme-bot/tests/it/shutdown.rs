//! Ends of a bot.

use core::time::Duration;
use std::sync::Arc;

use groupme_bot::{Bot, Context, Error};
use groupme_client::{Client, SendError, Token, UserId};
use groupme_sim::{MessageView, Sim};
use tokio::sync::Semaphore;

use crate::room::{Room, client};

#[tokio::test]
async fn a_shutdown_lets_running_handlers_end() {
    let may_end = Arc::new(Semaphore::new(0));
    let permits = Arc::clone(&may_end);
    let bot = Bot::new("!").command("work", "works", move |context: Context| {
        let permits = Arc::clone(&permits);
        async move {
            context.send("begun").await?;
            permits.acquire().await?.forget();
            Ok::<_, groupme_bot::HandlerError>("done")
        }
    });
    let room = Room::with(bot).await;
    assert_eq!(room.ask("!work").await, "begun");
    let stopping = room.begin_to_stop();
    may_end.add_permits(1);
    let (sim, ended) = stopping.await;
    ended.unwrap();
    let is_it = |message: MessageView<'_>| message.text() == Some("done");
    sim.until_message("the answer", is_it).await.unwrap();
}

#[tokio::test]
async fn a_shutdown_ends_dialogs_those_that_begin_later_too() {
    let bot = Bot::new("!").command("ask", "asks", async |context: Context| {
        let answer = context.next_message();
        context.send("Well?").await?;
        let is_answered = answer.await.is_some() || context.next_message().await.is_some();
        Ok::<_, SendError>(if is_answered {
            "Thanks."
        } else {
            "Never mind."
        })
    });
    let room = Room::with(bot).await;
    assert_eq!(room.ask("!ask").await, "Well?");
    let (sim, ended) = room.begin_to_stop().await;
    ended.unwrap();
    let is_it = |message: MessageView<'_>| message.text() == Some("Never mind.");
    sim.until_message("the answer", is_it).await.unwrap();
}

#[tokio::test]
async fn a_shutdown_stops_a_handler_without_end() {
    let bot = Bot::new("!").drain(Duration::from_millis(1)).command(
        "hang",
        "never ends",
        async |context: Context| {
            let _ = context.send("hanging").await;
            core::future::pending::<()>().await;
        },
    );
    let room = Room::with(bot).await;
    assert_eq!(room.ask("!hang").await, "hanging");
    let (_sim, ended) = room.begin_to_stop().await;
    ended.unwrap();
}

#[tokio::test]
async fn a_refused_token_is_an_error() {
    let sim = Sim::start().await.unwrap();
    let user = UserId::new(sim.user_id());
    let builder = Client::builder(Token::new("not-a-token-of-anybody").unwrap(), user)
        .gateway_url(sim.gateway_url())
        .api_url(sim.root_url());
    let ended = Bot::new("!").run(builder).await;
    assert!(matches!(ended, Err(Error::Ended(_))), "{ended:?}");
    let text = ended.unwrap_err().to_string();
    assert!(!text.contains("not-a-token"), "{text}");
}

#[tokio::test]
async fn a_client_that_cannot_be_started_is_an_error() {
    let sim = Sim::start().await.unwrap();
    let ended = Bot::new("!")
        .run(client(&sim).gateway_url("nonsense"))
        .await;
    assert!(matches!(ended, Err(Error::Start(_))), "{ended:?}");
}
