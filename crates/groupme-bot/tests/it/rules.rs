//! Rules: whom a bot answers, where, how often, and how late.

use core::time::Duration;

use groupme_bot::{Bot, Command, Context};
use groupme_client::{ConversationId, MemoryStore};
use groupme_sim::Sim;

use crate::room::{Member, Room, client};

async fn pong(_: Context) -> &'static str {
    "pong"
}

fn bot() -> Bot {
    Bot::new("!").command("ping", "answers", pong)
}

#[tokio::test]
async fn a_bot_does_not_answer_itself() {
    let room = Room::with(bot()).await;
    room.say_as(Member::Bot, "!ping");
    assert_eq!(room.ask("!ping").await, "pong");
    assert_eq!(room.answers(), ["!ping", "pong"]);
}

#[tokio::test]
async fn a_bot_is_silent_outside_its_conversations() {
    let room = Room::with(
        bot()
            .only_in([ConversationId::new("1")])
            .direct_messages(true),
    )
    .await;
    room.sim.say("!ping").unwrap();
    let direct = room.sim.direct_message("!ping").unwrap();
    assert_eq!(room.sim.until_reply(direct).await.unwrap(), "pong");
    assert!(room.answers().is_empty());

    let room = Room::with(bot().direct_messages(false)).await;
    room.sim.direct_message("!ping").unwrap();
    assert_eq!(room.ask("!ping").await, "pong");
}

#[tokio::test]
async fn a_command_ignores_a_user_for_its_cooldown_and_others_not() {
    let hour = Duration::from_hours(1);
    let bot = Bot::new("!")
        .cooldown(hour)
        .command("ping", "answers", pong)
        .with_command(
            Command::new("free", "answers", async |_: Context| "free").cooldown(Duration::ZERO),
        );
    let room = Room::with(bot).await;
    assert_eq!(room.ask("!ping").await, "pong");
    room.say_as(Member::Mara, "!ping");
    let other = room.say_as(Member::Jonas, "!ping");
    assert_eq!(room.sim.until_reply(other).await.unwrap(), "pong");
    assert_eq!(room.ask("!free").await, "free");
    assert_eq!(room.ask("!free").await, "free");
    assert_eq!(room.answers(), ["pong", "pong", "free", "free"]);
}

#[tokio::test]
async fn a_command_that_was_not_understood_has_no_cooldown_and_one_without_end_lasts() {
    let bot = Bot::new("!")
        .cooldown(Duration::MAX)
        .command("ping", "answers", pong)
        .command("roll", "rolls a die", async |_: Context, sides: u8| {
            sides.to_string()
        });
    let room = Room::with(bot).await;
    assert_eq!(
        room.ask("!roll x").await,
        "“x” is no NUMBER. Usage: !roll NUMBER"
    );
    assert_eq!(room.ask("!roll 6").await, "6");
    room.sim.say("!roll 6").unwrap();
    assert_eq!(room.ask("!ping").await, "pong");
    assert_eq!(room.answers().len(), 3);
}

#[tokio::test]
async fn an_old_command_that_was_missed_is_not_run_unless_the_bot_asks_for_it() {
    let bot = || {
        bot()
            .command("deploy", "ships it", async |_: Context| "deployed")
            .command("end", "ends the test", async |_: Context| "end")
    };
    for (max_age, expected) in [
        (None, &["pong", "end"][..]),
        (Some(Duration::MAX), &["pong", "deployed", "end"]),
    ] {
        // The bot was away until just now, by the clock of the machine.
        let away = Duration::from_mins(10);
        let epoch = unix_time().saturating_sub(away);
        let sim = Sim::builder().epoch(epoch).start().await.unwrap();
        let store = MemoryStore::default();
        let builder = client(&sim).store(store.clone());
        let room = Room::start(sim, bot().max_age(Duration::MAX), builder).await;
        assert_eq!(room.ask("!ping").await, "pong");
        let (sim, ended) = room.begin_to_stop().await;
        ended.unwrap();

        sim.say("!deploy").unwrap();
        sim.advance(away);
        let again = max_age.map_or_else(bot, |age| bot().max_age(age));
        let builder = client(&sim).store(store);
        let room = Room::start(sim, again, builder).await;
        room.sim.say("!end").unwrap();
        room.wait_for("end").await;
        assert_eq!(room.answers(), expected, "{max_age:?}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the bot compares the age of messages with the clock of the machine"
)]
fn unix_time() -> Duration {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since_epoch.unwrap()
}
