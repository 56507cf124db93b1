//! Users, groups and memberships.

use std::collections::BTreeMap;

use super::{
    Conversation, SimGroupId, SimUserId, World, WorldError,
    message::{Departure, Group, User},
    notice::Notice,
    payload::{self, GroupAndParent},
    profiles::Profile,
    settings::GroupSettings,
};
use crate::random::{HEX, LETTERS};

impl World {
    /// Adds a user. The first one gets an id of nine digits and all others one of eight, so that
    /// ids sorted as text come out in the wrong order.
    pub fn add_user(&mut self, name: &str) -> SimUserId {
        let step = 1 + self.random.next() % 9_000;
        let id = match self.users.range(..FIRST_LONG_ID).next_back() {
            _ if self.users.is_empty() => SimUserId::new(FIRST_LONG_ID.number() + step),
            None => SimUserId::new(90_000_000 + step),
            Some((last, _)) => SimUserId::new(last.number() + step),
        };
        let user = User {
            name: name.to_owned(),
            avatar_url: Some(format!(
                "https://i.groupme.com/200x200.jpeg.{}",
                self.random.word(HEX, 32)
            )),
            token: self.random.word(LETTERS, 40),
            profile: Profile::default(),
        };
        self.tokens.insert(user.token.clone(), id);
        self.users.insert(id, user);
        id
    }

    /// Replaces the user's token.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`].
    pub fn use_token(&mut self, user: SimUserId, token: &str) -> Result<(), WorldError> {
        let entry = self.users.get_mut(&user);
        let entry = entry.ok_or(WorldError::NoSuchUser(user))?;
        self.tokens.remove(&entry.token);
        token.clone_into(&mut entry.token);
        self.tokens.insert(token.to_owned(), user);
        Ok(())
    }

    /// Adds a group with its creator and these members. Everybody but the creator gets a push.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`].
    pub fn add_group(
        &mut self,
        name: &str,
        creator: SimUserId,
        members: &[SimUserId],
    ) -> Result<SimGroupId, WorldError> {
        for user in members.iter().chain([&creator]) {
            self.user(*user)?;
        }
        let (id, now) = (self.new_group_id(), self.seconds());
        let group = Group {
            name: name.to_owned(),
            creator,
            members: vec![creator],
            former: BTreeMap::new(),
            topic: None,
            settings: GroupSettings::default(),
            memberships: BTreeMap::new(),
            pending: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        self.groups.insert(id, group);
        for member in members.iter().filter(|member| **member != creator) {
            self.add_member(id, creator, *member)?;
        }
        Ok(id)
    }

    /// Adds a member to a group. Adding a member again changes nothing.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::IsATopic`], or
    /// [`WorldError::NotAMember`] about the one who adds.
    pub fn add_member(
        &mut self,
        group: SimGroupId,
        adder: SimUserId,
        user: SimUserId,
    ) -> Result<(), WorldError> {
        self.check_not_topic(group)?;
        self.check_member(group, adder)?;
        self.user(user)?;
        let now = self.seconds();
        let entry = self
            .groups
            .get_mut(&group)
            .ok_or(WorldError::NoSuchGroup(group))?;
        if entry.members.contains(&user) {
            return Ok(());
        }
        entry.members.push(user);
        entry.former.remove(&user);
        entry.pending.retain(|request| request.user != user);
        entry.updated_at = now;
        let data = payload::membership(
            group,
            self.group(group)?,
            self.share_url(group).as_deref(),
            self.user(adder)?,
            now,
        );
        self.push(format!("/user/{user}"), &data);
        let notice = Notice::added(self.user(adder)?, adder, self.user(user)?, user);
        self.post_notice(Conversation::Group(group), notice);
        Ok(())
    }

    /// Removes a member from a group; members may remove themselves. The removed user gets no push,
    /// as far as known of GroupMe.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], [`WorldError::IsATopic`] or
    /// [`WorldError::NotAMember`].
    pub fn remove_member(
        &mut self,
        group: SimGroupId,
        remover: SimUserId,
        user: SimUserId,
    ) -> Result<(), WorldError> {
        self.check_not_topic(group)?;
        self.check_member(group, remover)?;
        self.check_member(group, user)?;
        let now = self.seconds();
        if let Some(entry) = self.groups.get_mut(&group) {
            entry.memberships.remove(&user);
            entry.members.retain(|member| *member != user);
            let departure = if remover == user {
                Departure::Exited
            } else {
                Departure::Removed
            };
            entry.former.insert(user, departure);
            entry.updated_at = now;
        }
        let notice = if remover == user {
            Notice::exited(self.user(user)?, user)
        } else {
            Notice::removed(self.user(remover)?, remover, self.user(user)?, user)
        };
        self.post_notice(Conversation::Group(group), notice);
        Ok(())
    }

    /// Returns all users.
    pub fn users(&self) -> impl Iterator<Item = SimUserId> {
        self.users.keys().copied()
    }

    /// Returns all groups and topics.
    pub fn all_groups(&self) -> impl Iterator<Item = SimGroupId> {
        self.groups.keys().copied()
    }

    /// Returns the two users of every chat, the lower id first.
    #[cfg(feature = "net")]
    pub(crate) fn all_chats(&self) -> impl Iterator<Item = (SimUserId, SimUserId)> {
        let chats = self.open_chats.iter().copied();
        chats.filter(|(one, other)| one < other)
    }

    /// Returns the name of a user.
    pub fn name(&self, user: SimUserId) -> Option<&str> {
        self.users.get(&user).map(|user| &*user.name)
    }

    /// Returns the token of a user.
    pub fn token(&self, user: SimUserId) -> Option<&str> {
        self.users.get(&user).map(|user| &*user.token)
    }

    /// Returns the user with this token.
    pub fn user_with_token(&self, token: &str) -> Option<SimUserId> {
        self.tokens.get(token).copied()
    }

    /// Returns the members of a group, or of a topic's group; empty if there is no such group.
    pub fn members(&self, group: SimGroupId) -> &[SimUserId] {
        let group = self.parent(group).unwrap_or(group);
        self.groups.get(&group).map_or(&[], |group| &group.members)
    }

    /// Returns the groups of which the user is a member, without topics.
    pub fn groups_of(&self, user: SimUserId) -> impl Iterator<Item = SimGroupId> {
        self.groups
            .iter()
            .filter(move |(_, group)| group.members.contains(&user))
            .map(|(id, _)| *id)
    }

    /// Returns the groups that the user has left or was removed from, without topics.
    pub fn former_groups_of(&self, user: SimUserId) -> impl Iterator<Item = SimGroupId> {
        self.groups
            .iter()
            .filter(move |(_, group)| group.former.contains_key(&user))
            .map(|(id, _)| *id)
    }

    /// Returns the users with whom the user has a chat.
    pub fn peers_of(&self, user: SimUserId) -> impl Iterator<Item = SimUserId> {
        self.open_chats
            .range((user, SimUserId::new(0))..=(user, SimUserId::new(u64::MAX)))
            .map(|(_, peer)| *peer)
    }

    /// Returns whether the user takes part in a conversation.
    pub(crate) fn takes_part(&self, user: SimUserId, conversation: Conversation) -> bool {
        match conversation {
            Conversation::Group(group) => self.members(group).contains(&user),
            Conversation::Direct(low, high) => low != high && (user == low || user == high),
        }
    }

    /// Returns the users on whose own channel a message is pushed.
    pub(super) fn recipients(&self, conversation: Conversation) -> Vec<SimUserId> {
        match conversation {
            Conversation::Group(group) => self.members(group).to_vec(),
            Conversation::Direct(low, high) => vec![low, high],
        }
    }

    pub(super) fn check_member(
        &self,
        group: SimGroupId,
        user: SimUserId,
    ) -> Result<(), WorldError> {
        self.user(user)?;
        self.group(group)?;
        if self.members(group).contains(&user) {
            Ok(())
        } else {
            Err(WorldError::NotAMember { user, group })
        }
    }

    /// Checks that the user takes part in a conversation.
    pub(crate) fn check_participant(
        &self,
        conversation: Conversation,
        user: SimUserId,
    ) -> Result<(), WorldError> {
        self.user(user)?;
        match conversation {
            Conversation::Group(group) => self.check_member(group, user),
            Conversation::Direct(..) if self.takes_part(user, conversation) => Ok(()),
            Conversation::Direct(..) => Err(WorldError::NotAParticipant(user)),
        }
    }

    /// Returns a new id; groups and topics share one sequence.
    pub(super) fn new_group_id(&mut self) -> SimGroupId {
        let step = 1 + self.random.next() % 9_000;
        self.latest_group = SimGroupId::new(self.latest_group.number() + step);
        self.latest_group
    }

    pub(super) fn group_and_parent(&self, group: SimGroupId) -> GroupAndParent {
        (group, self.parent(group))
    }
}

/// Smallest id of nine digits.
const FIRST_LONG_ID: SimUserId = SimUserId::new(100_000_000);
