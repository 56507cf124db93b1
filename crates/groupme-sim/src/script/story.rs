//! The story that the simulator tells when nobody asks for another.

use super::Script;
use crate::world::{Conversation, GroupId, UserId, World, WorldError};

/// The people of the story, and where they talk.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Cast {
    /// Robin, whose account it is: the one whose token opens the gateway.
    pub me: UserId,
    /// Plans things.
    pub mara: UserId,
    /// Has a birthday soon.
    pub jonas: UserId,
    /// Owns a tent.
    pub priya: UserId,
    /// Writes into the wrong chat.
    pub theo: UserId,
    /// A group of all five.
    pub lake: GroupId,
    /// A group of all but Jonas, to which Robin is added only in the course of the story.
    pub surprise: GroupId,
}

impl Cast {
    /// Brings the people and their groups into a world.
    ///
    /// # Errors
    ///
    /// None that can happen: everybody is there before anything is done with them.
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

    /// Five friends plan a weekend. Every kind of event that GroupMe documents happens in it, and
    /// one attachment and one event that no client can know. It can be told again and again.
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
            .beat(move |world, _| world.type_in(in_lake, mara))
            .beat(move |world, stage| {
                stage.keep("plan", world.say(lake, mara, "Who is coming to the lake on Saturday?")?);
                Ok(())
            })
            .beat(move |world, stage| {
                stage.keep("yes", world.say(lake, me, "Me! I can drive, three seats left.")?);
                Ok(())
            })
            .beat(move |world, stage| world.react(stage.message("plan")?, jonas, "❤️"))
            .beat(move |world, stage| world.react(stage.message("yes")?, theo, "👍"))
            .beat(move |world, stage| {
                let tent = [r#"{"type":"image","url":"https://i.groupme.com/1024x768.jpeg.4f1c0a6e2b7d4d0c9a35e8f1b6c27d90"}"#];
                let tent = format!("[{}]", tent.join(","));
                stage.keep("tent", world.say_with(lake, priya, Some("I bring the tent, it sleeps for."), &tent)?);
                Ok(())
            })
            .beat(move |world, stage| world.edit(stage.message("tent")?, "I bring the tent, it sleeps four."))
            .beat(move |world, _| world.publish_raw(&format!("/user/{me}"), r#"{"type":"ping"}"#))
            .beat(move |world, _| {
                let route = r#"[{"type":"hiking_route","route_id":"7c3e1f","metres":8400,"stops":["boathouse","ridge"]}]"#;
                world.say_with(lake, jonas, Some("Found a path around the water."), route).map(drop)
            })
            .beat(move |world, stage| {
                stage.keep("oops", world.say(lake, theo, "Mum, did I leave my keys at yours?")?);
                Ok(())
            })
            .beat(move |world, stage| world.delete(stage.message("oops")?))
            .beat(move |world, _| world.type_in(to_me, mara))
            .beat(move |world, _| {
                world.direct_message(mara, me, "Not a word to Jonas: it is his birthday on Sunday.").map(drop)
            })
            .beat(move |world, _| world.read(me, mara))
            .beat(move |world, _| world.add_member(surprise, mara, me))
            .beat(move |world, _| world.say(surprise, priya, "Cake: chocolate or lemon?").map(drop))
            .beat(move |world, stage| world.unreact(stage.message("plan")?, jonas))
            .beat(move |world, _| {
                let data = r#"{"type":"weather.warning","alert":"Wind from the west","subject":{"group_id":"LAKE","knots":22}}"#;
                world.publish_raw(&in_lake.channel(), &data.replace("LAKE", &lake.to_string()))
            })
            .beat(move |world, stage| world.pin(stage.message("plan")?, mara))
            .beat(move |world, _| world.say(lake, theo, "Eight o'clock at the station, then.").map(drop))
            // Out again, unseen by Robin, so that the story can begin anew.
            .beat(move |world, _| world.remove_member(surprise, mara, me))
    }
}
