//! Handlers that wait for a message.

use core::time::Duration;

use groupme_bot::{Bot, Context};
use groupme_client::SendError;

use crate::room::{Member, Room};

async fn colour(context: Context) -> Result<Option<String>, SendError> {
    let answer = context.next_message().timeout(Duration::from_secs(30));
    context.send("Which colour?").await?;
    Ok(answer
        .await
        .map(|answer| format!("{} it is.", answer.text())))
}

async fn pong(_: Context) -> &'static str {
    "pong"
}

#[tokio::test]
async fn a_dialog_takes_the_next_message_of_its_user_while_others_go_on() {
    let bot = Bot::new("!")
        .command("colour", "asks", colour)
        .command("ping", "answers", pong);
    let room = Room::with(bot).await;
    assert_eq!(room.ask("!colour").await, "Which colour?");
    let other = room.say_as(Member::Jonas, "!ping");
    assert_eq!(room.sim.until_reply(other).await.unwrap(), "pong");
    // Not a command: the dialog waits for it.
    let answer = room.say_as(Member::Mara, "!ping");
    assert_eq!(room.sim.until_reply(answer).await.unwrap(), "!ping it is.");
    assert_eq!(room.ask("!ping").await, "pong");
}

#[tokio::test]
async fn a_filter_chooses_the_message() {
    fn yes(message: &Context) -> bool {
        message.text() == "yes"
    }
    let vote = async |context: Context| {
        let first = context.wait_for(yes);
        context.send("Who is for it?").await?;
        let first = first.await;
        let second = context.wait_for(yes);
        context.send("And who else?").await?;
        let voters = [first, second.await].map(|vote| vote.map(|vote| vote.sender().clone()));
        let is_accepted = voters[0].is_some() && voters[0] != voters[1];
        Ok::<_, SendError>(if is_accepted {
            "Accepted."
        } else {
            "One voter."
        })
    };
    let room = Room::with(Bot::new("!").command("vote", "counts two votes", vote)).await;
    assert_eq!(room.ask("!vote").await, "Who is for it?");
    room.say_as(Member::Jonas, "no");
    room.say_as(Member::Mara, "yes");
    room.wait_for("And who else?").await;
    room.say_as(Member::Mara, "no");
    room.say_as(Member::Jonas, "yes");
    room.wait_for("Accepted.").await;
}

#[tokio::test]
async fn waiting_ends_at_its_timeout() {
    let bot = Bot::new("!").command("wait", "waits", async |context: Context| {
        let answer = context
            .next_message()
            .timeout(Duration::from_millis(1))
            .await;
        if answer.is_none() {
            "Too late."
        } else {
            "In time."
        }
    });
    assert_eq!(Room::with(bot).await.ask("!wait").await, "Too late.");
}

#[tokio::test]
async fn a_dialog_that_goes_on_with_its_answer_holds_nobody_up() {
    let bot = Bot::new("!").command("ping", "answers", pong).command(
        "ask",
        "asks twice",
        async |context: Context| {
            let first = context.next_message();
            context.send("First?").await?;
            let first = first.await;
            let second = first.as_ref().map(Context::next_message);
            context.send("Second?").await?;
            let is_answered = match second {
                Some(second) => second.await.is_some(),
                None => false,
            };
            Ok::<_, SendError>(if is_answered {
                "Thanks."
            } else {
                "Never mind."
            })
        },
    );
    let room = Room::with(bot).await;
    assert_eq!(room.ask("!ask").await, "First?");
    assert_eq!(room.ask("one").await, "Second?");
    let other = room.say_as(Member::Jonas, "!ping");
    assert_eq!(room.sim.until_reply(other).await.unwrap(), "pong");
    assert_eq!(room.ask("two").await, "Thanks.");
}
