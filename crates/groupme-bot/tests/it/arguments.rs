//! Arguments: parsing, usage, errors.

use core::time::Duration;

use groupme_bot::{Argument, ArgumentError, Arguments, Bot, Context, Mention, Rest};

use crate::room::Room;

#[tokio::test]
async fn arguments_are_parsed_into_the_types_of_the_handler() {
    let bot = Bot::new("!").command(
        "set",
        "sets a timer",
        async |_: Context, name: String, time: Duration, loud: bool, times: Option<u8>| {
            format!("{name} {} {loud} {times:?}", time.as_secs())
        },
    );
    let room = Room::with(bot).await;
    let answer = room.ask("!set tea 90s on").await;
    assert_eq!(answer, "tea 90 true None");
    let answer = room.ask("!set \"green tea\" \"1m 30s\" no 3").await;
    assert_eq!(answer, "green tea 90 false Some(3)");
}

#[tokio::test]
async fn an_argument_that_does_not_fit_is_answered_with_the_usage() {
    let bot = Bot::new("!").command(
        "roll",
        "rolls dice",
        async |_: Context, dice: u8, sides: Option<u8>| format!("{dice} {sides:?}"),
    );
    let room = Room::with(bot).await;
    for (line, answer) in [
        (
            "!roll",
            "An argument is missing. Usage: !roll NUMBER [NUMBER]",
        ),
        (
            "!roll two",
            "“two” is no NUMBER. Usage: !roll NUMBER [NUMBER]",
        ),
        (
            "!roll 1 6 now",
            "“now” is too much. Usage: !roll NUMBER [NUMBER]",
        ),
        (
            "!roll 999",
            "“999” is no NUMBER. Usage: !roll NUMBER [NUMBER]",
        ),
        ("!roll 1 6", "1 Some(6)"),
    ] {
        assert_eq!(room.ask(line).await, answer, "{line}");
    }
}

#[tokio::test]
async fn a_list_takes_all_words_and_the_rest_takes_the_text_as_written() {
    let bot = Bot::new("!")
        .command("add", "adds", async |_: Context, numbers: Vec<i64>| {
            numbers.iter().sum::<i64>().to_string()
        })
        .command("echo", "repeats", async |_: Context, text: Rest| text.0);
    let room = Room::with(bot).await;
    assert_eq!(room.ask("!add 1 2 -3 42").await, "42");
    assert_eq!(
        room.ask("!add").await,
        "An argument is missing. Usage: !add NUMBER…"
    );
    assert_eq!(room.ask("!echo  two  \"words\" ").await, "two  \"words\"");
}

#[tokio::test]
async fn a_mention_is_the_mentioned_user_whatever_the_name_is() {
    let bot = Bot::new("!").command(
        "kick",
        "removes a member",
        async |_: Context, who: Mention, why: Option<Rest>| {
            format!("{} ({}): {why:?}", who.user, who.name)
        },
    );
    let room = Room::with(bot).await;
    let cast = *room.sim.cast();
    // Completion of names leaves a blank after the name.
    for (text, expected) in [
        (
            "!kick @Robin van Dam too loud",
            "185 (@Robin van Dam): Some(Rest(\"too loud\"))",
        ),
        ("!kick @Robin van Dam ", "185 (@Robin van Dam): None"),
    ] {
        let mentions = r#"[{"type":"mentions","user_ids":["185"],"loci":[[6,14]]}]"#;
        let asked = room.sim.with_world(|world| {
            world.say_with_attachments(cast.lake, cast.mara, Some(text), mentions)
        });
        assert_eq!(
            room.sim.until_reply(asked.unwrap()).await.unwrap(),
            expected
        );
    }
    let answer = room.ask("!kick Robin").await;
    assert_eq!(answer, "“Robin” is no @USER. Usage: !kick @USER [TEXT…]");
}

/// Colour, an argument of the program's own.
struct Colour(&'static str);

impl Argument for Colour {
    fn placeholder() -> String {
        "red|blue".to_owned()
    }

    fn parse(arguments: &mut Arguments<'_>) -> Result<Self, ArgumentError> {
        match arguments.next_word() {
            Some("red") => Ok(Self("#f00")),
            Some("blue") => Ok(Self("#00f")),
            Some(word) => Err(ArgumentError::invalid::<Self>(word)),
            None => Err(ArgumentError::missing::<Self>()),
        }
    }
}

#[tokio::test]
async fn a_program_adds_types_of_arguments() {
    let bot = Bot::new("!").command("paint", "paints", async |_: Context, colour: Colour| {
        colour.0
    });
    let room = Room::with(bot).await;
    assert_eq!(room.ask("!paint blue").await, "#00f");
    let answer = room.ask("!paint green").await;
    assert_eq!(answer, "“green” is no red|blue. Usage: !paint red|blue");
}
