//! Actions of people.

use groupme_sim::{Conversation, SimGroupId, SimMessageId, SimUserId, World};

use crate::random::Random;

/// An action of people. Numbers pick one of what exists at that time; an action that is impossible
/// then has no effect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Activity {
    kind: Kind,
    who: usize,
    whom: usize,
    what: usize,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Say,
    DirectMessage,
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
    /// This number of messages at once.
    Burst(usize),
}

impl Activity {
    pub(super) fn random(random: &mut Random) -> Self {
        let kind = match random.index(36) {
            0..9 => Kind::Say,
            9..14 => Kind::DirectMessage,
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

    /// Performs the action. `groups` and `messages` are all that exist so far; new ones are added.
    pub(crate) fn run(
        self,
        world: &mut World,
        users: &[SimUserId],
        groups: &mut Vec<SimGroupId>,
        messages: &mut Vec<SimMessageId>,
    ) {
        let who = users[self.who % users.len()];
        let whom = users[self.whom % users.len()];
        let group = groups[self.what % groups.len()];
        // Mostly one of the latest.
        let message = messages
            .len()
            .checked_sub(1 + self.what % messages.len().clamp(1, 8))
            .and_then(|index| messages.get(index))
            .copied();
        let done = match (self.kind, message) {
            (Kind::Say, _) => world.say(group, who, "hello").map(|id| messages.push(id)),
            (Kind::DirectMessage, _) => world
                .direct_message(who, whom, "between us")
                .map(|id| messages.push(id)),
            (Kind::Burst(size), _) => (0..size).try_for_each(|_| {
                messages.push(world.say(group, who, "and another one")?);
                Ok(())
            }),
            (Kind::Edit, Some(message)) => world.edit(message, "what I meant"),
            (Kind::Delete, Some(message)) => world.delete(message),
            (Kind::React, Some(message)) => world.react(message, who, "❤️"),
            (Kind::Unreact, Some(message)) => world.unreact(message, who),
            (Kind::Pin, Some(message)) => world.pin(message, who),
            (Kind::Unpin, Some(message)) => world.unpin(message, who),
            (Kind::TakeDown, Some(message)) => world.delete_as_owner(message, who),
            (Kind::OpenTopic, _) => world
                .add_topic(group, who, "something else")
                .map(|topic| groups.push(topic)),
            (Kind::Type, _) => world.start_typing(Conversation::Group(group), who),
            (Kind::TypeDirect, _) => world.start_typing(Conversation::direct(who, whom), who),
            (Kind::Read, _) => world.read_direct_messages(who, whom),
            (Kind::Join, _) => {
                let members = world.members(group).first().copied();
                members.map_or(Ok(()), |adder| world.add_member(group, adder, who))
            }
            (Kind::Leave, _) if world.members(group).len() > 2 => {
                world.remove_member(group, who, who)
            }
            _ => Ok(()),
        };
        // A plan does not know the members of a group at that time, so the world refuses some.
        drop(done);
    }
}
