//! Commands: names, help, answers, errors.

use groupme_bot::{Bot, Command, Context, Rest};
use groupme_client::{Draft, UserId};

use crate::room::Room;

async fn pong(_: Context) -> &'static str {
    "pong"
}

#[tokio::test]
async fn a_name_matches_in_either_case_and_by_its_aliases() {
    let bot = Bot::new("!").with_command(Command::new("Ping", "answers", pong).alias("p"));
    let room = Room::with(bot).await;
    for line in ["!ping", "!PING", "!p", "  !ping  "] {
        assert_eq!(room.ask(line).await, "pong", "{line}");
    }
}

#[tokio::test]
async fn help_lists_the_commands_that_exist_for_the_user() {
    let room = Room::with(
        Bot::new("!")
            .command("ping", "answers", pong)
            .command(
                "remind WHEN TEXT",
                "reminds you",
                async |_: Context, text: Rest| text.0,
            )
            .with_command(Command::new("deploy", "ships it", pong).only_by([UserId::new("1")])),
    )
    .await;
    let lines = "!ping – answers\n!remind WHEN TEXT – reminds you";
    assert_eq!(room.ask("!help").await, lines);
    assert_eq!(
        room.ask("!help remind").await,
        "!remind WHEN TEXT – reminds you"
    );
    assert_eq!(room.ask("!help deploy").await, "There is no such command.");
}

#[tokio::test]
async fn a_program_replaces_the_help() {
    let bot = Bot::new("!").command("help", "helps", async |_: Context| "Ask Mara.");
    assert_eq!(Room::with(bot).await.ask("!help").await, "Ask Mara.");
}

#[tokio::test]
async fn a_mention_of_the_bot_stands_for_the_prefix() {
    let room = Room::with(Bot::new("!").command("ping", "answers", pong)).await;
    let cast = *room.sim.cast();
    let text = "@Bot ping";
    let user = room.sim.user_id();
    let mentions = format!(r#"[{{"type":"mentions","user_ids":["{user}"],"loci":[[0,4]]}}]"#);
    let asked = room.sim.with_world(|world| {
        world.say_with_attachments(cast.lake, cast.mara, Some(text), &mentions)
    });
    assert_eq!(room.sim.until_reply(asked.unwrap()).await.unwrap(), "pong");
}

#[tokio::test]
async fn a_long_answer_is_sent_in_parts() {
    let bot = Bot::new("!").command("poem", "recites", async |_: Context| {
        format!("{}\n{}", "a".repeat(700), "b".repeat(700))
    });
    let room = Room::with(bot).await;
    assert_eq!(room.ask("!poem").await, "a".repeat(700));
    room.wait_for(&"b".repeat(700)).await;
}

#[tokio::test]
async fn a_failed_handler_is_answered_without_its_error_unless_the_program_says_so() {
    async fn fail(_: Context) -> Result<Draft, std::io::Error> {
        Err(std::io::Error::other("no connection to secret.example"))
    }
    let room = Room::with(Bot::new("!").command("fetch", "fetches", fail)).await;
    assert_eq!(room.ask("!fetch").await, "That did not work.");
    let bot = Bot::new("!")
        .command("fetch", "fetches", fail)
        .on_error(|context, error| Some(format!("{}: {error}", context.text())));
    let answer = Room::with(bot).await.ask("!fetch").await;
    assert_eq!(answer, "!fetch: no connection to secret.example");
}

/// Argument that panics when it is parsed.
struct Broken;

impl groupme_bot::Argument for Broken {
    fn placeholder() -> String {
        "BROKEN".to_owned()
    }

    fn parse(_: &mut groupme_bot::Arguments<'_>) -> Result<Self, groupme_bot::ArgumentError> {
        panic!("as asked")
    }
}

#[tokio::test]
async fn a_panic_of_the_program_ends_only_the_work_on_its_message() {
    let bot = Bot::new("!")
        .command("ping", "answers", pong)
        .command("crash", "panics", async |context: Context| {
            assert!(context.text().is_empty(), "as asked");
        })
        .command(
            "early",
            "panics before it is awaited",
            |context: Context| {
                assert!(context.text().is_empty(), "as asked");
                async {}
            },
        )
        .command("broken", "panics", async |_: Context, _: Broken| ())
        .command("wait", "panics in a filter", async |context: Context| {
            let message = context.wait_for(|_| panic!("as asked"));
            let _ = context.send("waiting").await;
            if message.await.is_none() {
                "none"
            } else {
                "one"
            }
        });
    let room = Room::with(bot).await;
    for line in ["!crash", "!early", "!broken x"] {
        room.sim.say(line).unwrap();
        assert_eq!(room.ask("!ping").await, "pong", "{line}");
    }
    assert_eq!(room.ask("!wait").await, "waiting");
    room.sim.say("a message for the filter").unwrap();
    room.wait_for("none").await;
    assert_eq!(room.ask("!ping").await, "pong");
}

#[tokio::test]
async fn direct_messages_are_answered_directly() {
    let room = Room::with(Bot::new("!").command("ping", "answers", pong)).await;
    let asked = room.sim.direct_message("!ping").unwrap();
    assert_eq!(room.sim.until_reply(asked).await.unwrap(), "pong");
}

#[tokio::test]
async fn other_messages_and_events_have_handlers_of_their_own() {
    let bot = Bot::new("!")
        .command("ping", "answers", pong)
        .on_message(async |context: Context| {
            context
                .text()
                .contains("thanks")
                .then_some("You are welcome.")
        })
        .on_event(
            async |handle: groupme_client::Handle, delivery: groupme_client::Delivery| {
                let event = delivery.event();
                let message = event.message().filter(groupme_model::MessageRef::is_system);
                if let Some(conversation) = message.and_then(|message| message.conversation()) {
                    handle.send(conversation, "Welcome!").await?;
                }
                Ok::<_, groupme_client::SendError>(())
            },
        );
    let room = Room::with(bot).await;
    assert_eq!(room.ask("thanks a lot").await, "You are welcome.");
    assert_eq!(room.ask("!ping").await, "pong");
    let cast = *room.sim.cast();
    room.sim.with_world(|world| {
        let new = world.add_user("Ines");
        world.add_member(cast.lake, cast.mara, new).unwrap();
    });
    room.wait_for("Welcome!").await;
    assert_eq!(room.answers(), ["You are welcome.", "pong", "Welcome!"]);
}
