//! What people do in the world.

use groupme_sim::{Conversation, GroupId, MessageId, UserId, World};

use crate::random::Random;

/// Something that people do. Numbers pick one of what there is, whatever that is by then; what
/// cannot be done is not done.
#[derive(Clone, Copy, Debug)]
pub struct Doing {
    kind: Kind,
    who: usize,
    whom: usize,
    what: usize,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Say,
    Direct,
    Edit,
    Delete,
    React,
    Unreact,
    Pin,
    Unpin,
    TakeDown,
    OpenTopic,
    Type,
    TypeDirect,
    Read,
    Join,
    Leave,
    /// So many messages at once.
    Burst(usize),
}

impl Doing {
    pub(super) fn random(random: &mut Random) -> Self {
        let kind = match random.index(36) {
            0..9 => Kind::Say,
            9..14 => Kind::Direct,
            14..16 => Kind::Edit,
            16 => Kind::Delete,
            17..20 => Kind::React,
            20 => Kind::Unreact,
            21 => Kind::Pin,
            22..25 => Kind::Type,
            25 => Kind::TypeDirect,
            26 => Kind::Read,
            27..30 => Kind::Join,
            30 | 31 => Kind::Leave,
            32 => Kind::Unpin,
            33 => Kind::TakeDown,
            _ => Kind::OpenTopic,
        };
        Self::of(kind, random)
    }

    pub(super) fn burst(random: &mut Random) -> Self {
        let size = if random.chance(1) {
            10_000
        } else {
            random.pick(&[20, 60, 200, 600])
        };
        Self::of(Kind::Burst(1 + random.index(size)), random)
    }

    fn of(kind: Kind, random: &mut Random) -> Self {
        Self {
            kind,
            who: random.index(64),
            whom: random.index(64),
            what: random.index(64),
        }
    }

    /// Does it. `groups` and `said` are the groups and messages so far, and get what is new.
    pub(crate) fn run(
        self,
        world: &mut World,
        users: &[UserId],
        groups: &mut Vec<GroupId>,
        said: &mut Vec<MessageId>,
    ) {
        let who = users[self.who % users.len()];
        let whom = users[self.whom % users.len()];
        let group = groups[self.what % groups.len()];
        // Mostly one of the latest.
        let message = said
            .len()
            .checked_sub(1 + self.what % said.len().clamp(1, 8))
            .and_then(|index| said.get(index))
            .copied();
        let done = match (self.kind, message) {
            (Kind::Say, _) => world.say(group, who, "hello").map(|id| said.push(id)),
            (Kind::Direct, _) => world
                .direct_message(who, whom, "between us")
                .map(|id| said.push(id)),
            (Kind::Burst(size), _) => (0..size).try_for_each(|_| {
                let id = world.say(group, who, "and another one")?;
                said.push(id);
                Ok(())
            }),
            (Kind::Edit, Some(message)) => world.edit(message, "what I meant"),
            (Kind::Delete, Some(message)) => world.delete(message),
            (Kind::React, Some(message)) => world.react(message, who, "❤️"),
            (Kind::Unreact, Some(message)) => world.unreact(message, who),
            (Kind::Pin, Some(message)) => world.pin(message, who),
            (Kind::Unpin, Some(message)) => world.unpin(message, who),
            (Kind::TakeDown, Some(message)) => world.take_down(message, who),
            (Kind::OpenTopic, _) => world
                .add_topic(group, who, "something else")
                .map(|topic| groups.push(topic)),
            (Kind::Type, _) => world.type_in(Conversation::Group(group), who),
            (Kind::TypeDirect, _) => world.type_in(Conversation::direct(who, whom), who),
            (Kind::Read, _) => world.read(who, whom),
            (Kind::Join, _) => {
                let members = world.members(group).first().copied();
                members.map_or(Ok(()), |adder| world.add_member(group, adder, who))
            }
            (Kind::Leave, _) if world.members(group).len() > 2 => {
                world.remove_member(group, who, who)
            }
            _ => Ok(()),
        };
        // A plan does not know who is a member where by then: what the world refuses is not done.
        drop(done);
    }
}
