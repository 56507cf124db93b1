//! Simulated people of `groupme chat --demo`: their past messages, and their answers.

use core::time::Duration;
use std::io;

use groupme_client::{ConversationId, MessageId, model::ReadReceipt};
use groupme_rest::{Call, endpoint::receipts};
use groupme_sim::{
    Cast, Conversation, MessageView, Sim, SimGroupId, SimMessageId, SimUserId, World, WorldError,
};
use jiff::Timestamp;
use tokio::time::sleep;

/// Simulated people, and their conversations.
pub(super) struct People {
    cast: Cast,
    crew: SimGroupId,
    topic: SimGroupId,
    yuki: SimUserId,
    /// Last message of each conversation that the user has read.
    read: Vec<(ConversationId, MessageId)>,
}

/// Age of the groups when the demo starts.
const PAST: Duration = Duration::from_hours(24 * 12);

/// Starts a simulator whose calendar begins [`PAST`] ago.
pub(super) async fn start() -> io::Result<Sim> {
    let now = Timestamp::now().as_second();
    let now = Duration::from_secs(u64::try_from(now).unwrap_or(0));
    let sim = Sim::builder()
        .epoch(now.saturating_sub(PAST))
        .start()
        .await?;
    Ok(sim)
}

/// Adds people and conversations with a history, some of it unread.
pub(super) fn populate(sim: &Sim) -> Result<People, WorldError> {
    let cast = *sim.cast();
    sim.with_world(|world| {
        let yuki = world.add_user("雪 Yuki");
        let noor = world.add_user("نور");
        let crew = world.add_group(
            "Trail crew 🥾",
            cast.theo,
            &[cast.me, cast.priya, yuki, noor],
        )?;
        let topic = world.add_topic(cast.lake, cast.mara, "Packing list")?;
        world.advance_calendar(PAST);
        let mut people = People {
            cast,
            crew,
            topic,
            yuki,
            read: Vec::new(),
        };
        people.add_past(world, noor)?;
        Ok(people)
    })
}

impl People {
    /// Adds the messages from before the start.
    fn add_past(&mut self, world: &mut World, noor: SimUserId) -> Result<(), WorldError> {
        let Cast {
            me,
            mara,
            jonas,
            priya,
            theo,
            lake,
            ..
        } = self.cast;
        let others = [mara, jonas, priya, theo];
        let in_lake = Conversation::Group(lake);
        world.add_history(in_lake, &others, 300, Duration::from_mins(50))?;
        let minutes = |minutes: u64| Duration::from_mins(minutes);
        let said = [
            (
                me,
                1500,
                "The boat is repaired. Who has the key of the shed?",
            ),
            (jonas, 1497, "Me. It hangs beside the door."),
            (
                mara,
                95,
                "Saturday looks dry: https://weather.example/lake?days=3",
            ),
            (priya, 92, "Then we swim. I bring the tent, it sleeps four."),
            (
                theo,
                40,
                "I can drive from the station at eight, with three seats left, if somebody brings the \
                        second rack for the bicycles, as mine has lost a screw.",
            ),
            (mara, 11, "Rack found 🎉"),
        ];
        let mut last = None;
        for (author, ago, text) in said {
            let id = world.say_earlier(in_lake, author, minutes(ago), text)?;
            if ago == 92 {
                self.has_read(in_lake, id);
            }
            last = Some(id);
        }
        if let Some(last) = last {
            world.react(last, theo, "❤️")?;
            world.react(last, priya, "👍")?;
        }
        let in_crew = Conversation::Group(self.crew);
        for (author, ago, text) in [
            (self.yuki, 200, "明日の天気はどう？湖まで歩きたいです。"),
            (noor, 190, "الطقس جميل غدا، سأحضر الخريطة"),
            (
                theo,
                185,
                "I answer both in English: sunny, and yes please to the map.",
            ),
        ] {
            let id = world.say_earlier(in_crew, author, minutes(ago), text)?;
            if ago == 200 {
                self.has_read(in_crew, id);
            }
        }
        let in_topic = Conversation::Group(self.topic);
        world.say_earlier(
            in_topic,
            priya,
            minutes(60),
            "Tent ✓\nStove ✓\nCoffee – who?",
        )?;
        let with_mara = Conversation::direct(me, mara);
        let asked = "Are you alone?";
        let asked = world.say_earlier(with_mara, mara, minutes(22), asked)?;
        self.has_read(with_mara, asked);
        world.say_earlier(
            with_mara,
            mara,
            minutes(20),
            "Not a word to Jonas: it is his birthday on Sunday.",
        )?;
        world.say_earlier(
            Conversation::direct(me, self.yuki),
            self.yuki,
            minutes(300),
            "ありがとう！",
        )?;
        Ok(())
    }

    fn has_read(&mut self, place: Conversation, message: SimMessageId) {
        let id = ConversationId::from(place.id().as_str());
        self.read.push((id, message.to_string().as_str().into()));
    }

    /// Returns the request that marks as read what the user has read before.
    pub(super) fn read(&self) -> Call<Vec<ReadReceipt>> {
        receipts::mark_many_read(self.read.iter().cloned())
    }

    /// Lets the people write by themselves and answer the user, until the simulator refuses a step.
    /// Returns that error.
    pub(super) async fn run(&self, sim: &Sim) -> WorldError {
        let lake = format!("/group/{}", self.cast.lake);
        // A wait has a limit, and the people have patience.
        while sim.until_subscribed(&lake).await.is_err() {}
        let by_themselves = self.talk(sim);
        let answers = self.answer(sim);
        let outcome = tokio::select! {
            outcome = by_themselves => outcome,
            outcome = answers => outcome,
        };
        match outcome {
            Err(error) => error,
            Ok(never) => match never {},
        }
    }

    /// Writes, edits, reacts and deletes from time to time, as the people.
    async fn talk(&self, sim: &Sim) -> Result<core::convert::Infallible, WorldError> {
        let Cast {
            mara,
            priya,
            theo,
            jonas,
            lake,
            ..
        } = self.cast;
        pause(4).await;
        self.say(
            sim,
            Conversation::Group(lake),
            mara,
            "Good, you are here! Write something: we answer.",
        )
        .await?;
        pause(5).await;
        let in_topic = Conversation::Group(self.topic);
        let coffee = self.say(sim, in_topic, jonas, "Coffee is mien.").await?;
        pause(3).await;
        sim.with_world(|world| world.edit(coffee, "Coffee is mine."))?;
        sim.with_world(|world| world.react(coffee, priya, "🎉"))?;
        pause(6).await;
        let oops = self
            .say(
                sim,
                Conversation::Group(self.crew),
                theo,
                "Mum, did I leave my keys at yours?",
            )
            .await?;
        pause(4).await;
        sim.with_world(|world| world.delete(oops))?;
        let lines = [
            (
                Conversation::Group(self.crew),
                self.yuki,
                "地図を持って行きます。",
            ),
            (
                Conversation::Group(lake),
                priya,
                "Who wants soup on Saturday evening?",
            ),
            (Conversation::Group(lake), theo, "Soup, yes."),
            (
                Conversation::direct(self.cast.me, mara),
                mara,
                "Did you find a present?",
            ),
            (in_topic, priya, "Stove packed."),
        ];
        for (place, author, text) in lines.into_iter().cycle() {
            pause(45).await;
            self.say(sim, place, author, text).await?;
        }
        Ok(core::future::pending().await)
    }

    /// Answers each message of the user.
    async fn answer(&self, sim: &Sim) -> Result<core::convert::Infallible, WorldError> {
        let mut last = sim.with_world(|world| world.latest_message());
        let mut turn = 0_usize;
        loop {
            let me = self.cast.me;
            let said = sim.until("a message of the user", |world| {
                let new = world.messages_after(last);
                new.filter(|message| message.author() == me)
                    .map(MessageView::id)
                    .next()
            });
            let Ok(said) = said.await else {
                continue;
            };
            last = said;
            turn = turn.wrapping_add(1);
            self.answer_one(sim, said, turn).await?;
        }
    }

    async fn answer_one(
        &self,
        sim: &Sim,
        said: SimMessageId,
        turn: usize,
    ) -> Result<(), WorldError> {
        let Cast {
            me,
            mara,
            jonas,
            priya,
            theo,
            ..
        } = self.cast;
        let found = sim.with_world(|world| {
            let message = world.message(said)?;
            Some((
                message.conversation(),
                message.text().unwrap_or_default().to_owned(),
            ))
        });
        let Some((place, text)) = found else {
            return Ok(());
        };
        if text.contains(UNPLUG) {
            // A message sent during the restart shows that none is lost.
            sim.restart();
            sim.with_world(|world| {
                self.say_now(
                    world,
                    place,
                    mara,
                    "The server was gone, and you did not miss this.",
                )
            })?;
            return Ok(());
        }
        let author = match place {
            Conversation::Direct(one, other) => {
                if one == me {
                    other
                } else {
                    one
                }
            }
            Conversation::Group(group) if group == self.crew => [self.yuki, priya, theo][turn % 3],
            Conversation::Group(_) => [mara, jonas, priya, theo][turn % 4],
        };
        pause(1).await;
        if turn % 3 == 1 {
            sim.with_world(|world| world.react(said, author, ["👍", "❤️", "😂"][turn % 3]))?;
        }
        let answer = answer(&text, turn);
        self.say(sim, place, author, &answer).await?;
        if let Conversation::Direct(..) = place {
            sim.with_world(|world| world.read_direct_messages(author, me))?;
        }
        Ok(())
    }

    /// Shows an author as typing for 1.2 seconds, and sends a text.
    async fn say(
        &self,
        sim: &Sim,
        place: Conversation,
        author: SimUserId,
        text: &str,
    ) -> Result<SimMessageId, WorldError> {
        sim.with_world(|world| world.start_typing(place, author))?;
        sleep(Duration::from_millis(1200)).await;
        sim.with_world(|world| self.say_now(world, place, author, text))
    }

    fn say_now(
        &self,
        world: &mut World,
        place: Conversation,
        author: SimUserId,
        text: &str,
    ) -> Result<SimMessageId, WorldError> {
        match place {
            Conversation::Group(group) => world.say(group, author, text),
            Conversation::Direct(..) => world.direct_message(author, self.cast.me, text),
        }
    }
}

/// Word of the user that restarts the simulated gateway.
const UNPLUG: &str = "unplug";

/// Returns an answer that fits a text.
fn answer(text: &str, turn: usize) -> String {
    let text = text.to_lowercase();
    let fixed = if text.contains('?') {
        [
            "Good question. I say yes.",
            "Ask Theo, he knows.",
            "Tomorrow at eight?",
        ]
    } else if text.contains("hello") || text.contains("hi ") || text == "hi" {
        ["Hello!", "Hi 👋", "There you are."]
    } else {
        [
            "Sounds good. Write “unplug” to see how a restart of the server looks.",
            "👍",
            "I was about to say that.",
        ]
    };
    fixed[turn % fixed.len()].to_owned()
}

async fn pause(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}
