//! Built-in story.

use super::Script;
use crate::world::{Conversation, SimGroupId, SimUserId, World, WorldError};

/// People and groups of the built-in story.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Cast {
    /// Robin, the user whose token opens the gateway.
    pub me: SimUserId,
    /// Plans things.
    pub mara: SimUserId,
    /// Has a birthday soon.
    pub jonas: SimUserId,
    /// Owns a tent.
    pub priya: SimUserId,
    /// Writes into the wrong chat.
    pub theo: SimUserId,
    /// Group of all five.
    pub lake: SimGroupId,
    /// Group of all but Jonas. Robin is added in the course of the story.
    pub surprise: SimGroupId,
}

impl Cast {
    /// Adds the people and their groups to a world.
    ///
    /// # Errors
    ///
    /// None in a new world.
    pub fn settle(world: &mut World) -> Result<Self, WorldError> {
        let me = world.add_user("Robin");
        let [mara, jonas, priya, theo] =
            ["Mara", "Jonas", "Priya", "Theo"].map(|name| world.add_user(name));
        let lake = world.add_group("Lake weekend", mara, &[me, jonas, priya, theo])?;
        let surprise = world.add_group("Surprise for Jonas", mara, &[priya, theo])?;
        world.open_chat(me, mara)?;
        Ok(Self {
            me,
            mara,
            jonas,
            priya,
            theo,
            lake,
            surprise,
        })
    }

    /// Returns a story of five friends who plan a weekend. It contains every kind of event that
    /// GroupMe documents, an unknown kind of attachment and an unknown kind of event, and can be
    /// repeated.
    pub fn story(self) -> Script {
        let Self {
            me,
            mara,
            jonas,
            priya,
            theo,
            lake,
            surprise,
        } = self;
        let in_lake = Conversation::Group(lake);
        let to_me = Conversation::direct(mara, me);
        Script::new()
            .step(move |world, _| world.start_typing(in_lake, mara))
            .step(move |world, saved| {
                saved.save("plan", world.say(lake, mara, "Who is coming to the lake on Saturday?")?);
                Ok(())
            })
            .step(move |world, saved| {
                saved.save("yes", world.say(lake, me, "Me! I can drive, three seats left.")?);
                Ok(())
            })
            .step(move |world, saved| world.react(saved.get("plan")?, jonas, "❤️"))
            .step(move |world, saved| world.react(saved.get("yes")?, theo, "👍"))
            .step(move |world, saved| {
                let tent = [r#"{"type":"image","url":"https://i.groupme.com/1024x768.jpeg.4f1c0a6e2b7d4d0c9a35e8f1b6c27d90"}"#];
                let tent = format!("[{}]", tent.join(","));
                saved.save("tent", world.say_with_attachments(lake, priya, Some("I bring the tent, it sleeps for."), &tent)?);
                Ok(())
            })
            .step(move |world, saved| world.edit(saved.get("tent")?, "I bring the tent, it sleeps four."))
            .step(move |world, _| world.publish_raw(&format!("/user/{me}"), r#"{"type":"ping"}"#))
            .step(move |world, _| {
                let route = r#"[{"type":"hiking_route","route_id":"7c3e1f","metres":8400,"stops":["boathouse","ridge"]}]"#;
                world.say_with_attachments(lake, jonas, Some("Found a path around the water."), route).map(drop)
            })
            .step(move |world, saved| {
                saved.save("oops", world.say(lake, theo, "Mum, did I leave my keys at yours?")?);
                Ok(())
            })
            .step(move |world, saved| world.delete(saved.get("oops")?))
            .step(move |world, _| world.start_typing(to_me, mara))
            .step(move |world, _| {
                world.direct_message(mara, me, "Not a word to Jonas: it is his birthday on Sunday.").map(drop)
            })
            .step(move |world, _| world.read_direct_messages(me, mara))
            .step(move |world, _| world.add_member(surprise, mara, me))
            .step(move |world, _| world.say(surprise, priya, "Cake: chocolate or lemon?").map(drop))
            .step(move |world, saved| world.unreact(saved.get("plan")?, jonas))
            .step(move |world, _| {
                let data = r#"{"type":"weather.warning","alert":"Wind from the west","subject":{"group_id":"LAKE","knots":22}}"#;
                world.publish_raw(&in_lake.channel(), &data.replace("LAKE", &lake.to_string()))
            })
            .step(move |world, saved| world.pin(saved.get("plan")?, mara))
            .step(move |world, _| world.say(lake, theo, "Eight o'clock at the station, then.").map(drop))
            // Removes Robin again, without a push to Robin, so that the story can repeat.
            .step(move |world, _| world.remove_member(surprise, mara, me))
    }
}
