//! Authorization of tokens on the gateway.

use super::{Conversation, SimGroupId, SimUserId, World};
use crate::gateway::Authorizer;

impl Authorizer for World {
    fn may_subscribe(&self, token: Option<&str>, channel: &str) -> Result<(), String> {
        let user = token.and_then(|token| self.user_with_token(token));
        user.filter(|user| self.may_access(*user, channel))
            .map(drop)
            .ok_or_else(denied)
    }

    fn may_publish(
        &self,
        token: Option<&str>,
        channel: &str,
        kind: Option<&str>,
    ) -> Result<(), String> {
        self.may_subscribe(token, channel)?;
        let on_own_channel = channel.starts_with("/user/");
        match kind {
            Some("ping") => Ok(()),
            Some("typing") if !on_own_channel => Ok(()),
            // GroupMe documents that only these two are permitted, but not the error of others.
            _ => Err(format!("407:{channel}:Failed to publish")),
        }
    }
}

impl World {
    /// Returns whether `channel` belongs to the user: their own, a group of theirs, or a chat of
    /// theirs. Patterns belong to nobody.
    fn may_access(&self, user: SimUserId, channel: &str) -> bool {
        match Target::parse(channel) {
            Some(Target::User(owner)) => owner == user,
            Some(Target::Group(group)) => self.members(group).contains(&user),
            // In either order: GroupMe accepts the wrong one, too, and then sends nothing.
            Some(Target::Direct(one, other)) => one == user || other == user,
            None => false,
        }
    }

    /// Returns the channels that `user` may subscribe to: their own, then groups with their topics,
    /// then chats.
    pub fn channels(&self, user: SimUserId) -> Vec<String> {
        let own = core::iter::once(format!("/user/{user}"));
        let groups = self
            .groups_of(user)
            .flat_map(|group| core::iter::once(group).chain(self.topics_of(group)))
            .map(|group| Conversation::Group(group).channel());
        let directs = self
            .peers_of(user)
            .map(|peer| Conversation::direct(user, peer).channel());
        own.chain(groups).chain(directs).collect()
    }
}

/// Meaning of a channel's name.
enum Target {
    User(SimUserId),
    Group(SimGroupId),
    Direct(SimUserId, SimUserId),
}

impl Target {
    fn parse(channel: &str) -> Option<Self> {
        let (kind, id) = channel.strip_prefix('/')?.split_once('/')?;
        match kind {
            "user" => Some(Self::User(SimUserId::new(number(id)?))),
            "group" => Some(Self::Group(SimGroupId::new(number(id)?))),
            "direct_message" => {
                let (one, other) = id.split_once('_')?;
                Some(Self::Direct(
                    SimUserId::new(number(one)?),
                    SimUserId::new(number(other)?),
                ))
            }
            _ => None,
        }
    }
}

/// Parses a number as GroupMe writes ids: `007` and `+7` are no ids.
pub(crate) fn number(text: &str) -> Option<u64> {
    text.parse()
        .ok()
        .filter(|number: &u64| number.to_string() == text)
}

fn denied() -> String {
    "Access token authentication failed".to_owned()
}
