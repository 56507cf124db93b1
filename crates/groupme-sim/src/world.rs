//! The world behind the gateway: users, groups, direct messages, and what is pushed to whom when
//! something happens among them.

mod access;
mod calendar;
mod change;
mod error;
mod history;
mod id;
mod listing;
mod mark;
mod message;
mod notice;
mod payload;
mod receipt;
mod row;
mod sent;
mod talk;

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bayeux_proto::Instant;
use serde_json::Value;

pub(crate) use self::{
    access::number, history::Span, message::Icon, receipt::Receipt, row::View, talk::Draft,
};
use self::{
    change::Windows,
    history::History,
    message::{Entry, Group, Told, User},
    notice::Notice,
    sent::Sent,
};
pub use self::{
    error::WorldError,
    id::{GroupId, MessageId, Place, UserId},
};
use crate::random::{HEX, Random};

/// A small GroupMe. Whatever happens in it comes out as [`Push`]es, on the channels and in the
/// shapes in which GroupMe sends it.
///
/// | happening | on `/user/…` of everybody concerned | on `/group/…` or `/direct_message/…` |
/// |---|---|---|
/// | a message in a group | `line.create` | |
/// | a direct message | `direct_message.create` | |
/// | an edit | `line.create`, a notice | `message.update` |
/// | a deletion | `line.create`, a notice | `message.deleted` |
/// | a deletion by who made the group | `line.create`, a notice | |
/// | a pin | `line.create`, a notice | |
/// | an edit, deletion or pin of a direct message | `direct_message.create`, a notice | |
/// | a reaction | `like.create`, to the author only | `favorite` |
/// | a reaction taken back | | `favorite` |
/// | a new member | `membership.create` to the member, `line.create` to all, a notice | |
/// | typing | | `typing` |
/// | a direct message read | | `read_receipt.create` |
///
/// Notices stay in the conversation as rows of their own. Nothing is pushed for an unpinning.
///
/// Time stands still until [`advance`](Self::advance) moves it.
#[derive(Debug)]
pub struct World {
    random: Random,
    /// 1970 to the origin of `now`.
    epoch: Duration,
    now: Instant,
    users: BTreeMap<UserId, User>,
    groups: BTreeMap<GroupId, Group>,
    history: History,
    receipts: BTreeMap<(Place, UserId), Receipt>,
    sent: Sent,
    windows: Windows,
    /// Pairs that have written to each other, both ways round.
    acquainted: BTreeSet<(UserId, UserId)>,
    latest: MessageId,
    pushes: VecDeque<Push>,
}

/// Something to publish: `data` on `channel`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a publish has a channel and data, and no more"
)]
pub struct Push {
    /// The channel.
    pub channel: String,
    /// A JSON text.
    pub data: String,
}

impl World {
    /// An empty world, in which the time is `epoch` after 1970. The same seed gives the same ids.
    pub fn new(seed: u64, epoch: Duration) -> Self {
        Self {
            random: Random::new(seed),
            epoch,
            now: Instant::ORIGIN,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            history: History::new(),
            receipts: BTreeMap::new(),
            sent: Sent::default(),
            windows: Windows::default(),
            acquainted: BTreeSet::new(),
            latest: MessageId::new(0),
            pushes: VecDeque::new(),
        }
    }

    /// Moves time on to `now`; never back.
    pub fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// Keeps so many messages of each conversation instead of 10,000, notices of the system
    /// included. What is forgotten is gone for REST, too, but for the count.
    pub fn remember(&mut self, messages: usize) {
        self.history.remember(messages);
    }

    /// Adds a user. The first one gets a nine-digit id and everybody else one of eight digits, so
    /// that ids sorted as text come out in the wrong order.
    pub fn add_user(&mut self, name: &str) -> UserId {
        let step = 1 + self.random.next() % 9_000;
        let id = match self.users.range(..FIRST_LONG_ID).next_back() {
            _ if self.users.is_empty() => UserId::new(FIRST_LONG_ID.number() + step),
            None => UserId::new(90_000_000 + step),
            Some((last, _)) => UserId::new(last.number() + step),
        };
        let user = User {
            name: name.to_owned(),
            avatar_url: format!(
                "https://i.groupme.com/200x200.jpeg.{}",
                self.random.word(HEX, 32)
            ),
            token: self.random.word(TOKEN_LETTERS, 40),
        };
        self.users.insert(id, user);
        id
    }

    /// Makes `token` the one that the user's clients have to show.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`].
    pub fn use_token(&mut self, user: UserId, token: &str) -> Result<(), WorldError> {
        let user = self
            .users
            .get_mut(&user)
            .ok_or(WorldError::NoSuchUser(user))?;
        token.clone_into(&mut user.token);
        Ok(())
    }

    /// Adds a group with these members besides its creator. Everybody but the creator is told.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`].
    pub fn add_group(
        &mut self,
        name: &str,
        creator: UserId,
        members: &[UserId],
    ) -> Result<GroupId, WorldError> {
        for user in members.iter().chain([&creator]) {
            self.user(*user)?;
        }
        let step = 1 + self.random.next() % 9_000;
        let last = self
            .groups
            .last_key_value()
            .map_or(108_000_000, |(id, _)| id.number());
        let id = GroupId::new(last + step);
        let now = self.seconds();
        let group = Group {
            name: name.to_owned(),
            creator,
            members: vec![creator],
            created_at: now,
            updated_at: now,
        };
        self.groups.insert(id, group);
        for member in members.iter().filter(|member| **member != creator) {
            self.add_member(id, creator, *member)?;
        }
        Ok(id)
    }

    /// Adds a member to a group. Adding one who is a member already changes nothing.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`], or [`WorldError::NotAMember`] about
    /// the one who adds.
    pub fn add_member(
        &mut self,
        group: GroupId,
        adder: UserId,
        user: UserId,
    ) -> Result<(), WorldError> {
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
        entry.updated_at = now;
        let data = payload::membership(group, self.group(group)?, self.user(adder)?, now);
        self.push(format!("/user/{user}"), &data);
        let notice = Notice::added(self.user(adder)?, adder, self.user(user)?, user);
        self.announce(Place::Group(group), notice);
        Ok(())
    }

    /// Takes a member out of a group; members may take themselves out. The one who is out is not
    /// told, as far as is known.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`], [`WorldError::NoSuchGroup`] or [`WorldError::NotAMember`].
    pub fn remove_member(
        &mut self,
        group: GroupId,
        remover: UserId,
        user: UserId,
    ) -> Result<(), WorldError> {
        self.check_member(group, remover)?;
        self.check_member(group, user)?;
        let now = self.seconds();
        if let Some(entry) = self.groups.get_mut(&group) {
            entry.members.retain(|member| *member != user);
            entry.updated_at = now;
        }
        let notice = if remover == user {
            Notice::exited(self.user(user)?, user)
        } else {
            Notice::removed(self.user(remover)?, remover, self.user(user)?, user)
        };
        self.announce(Place::Group(group), notice);
        Ok(())
    }

    /// Publishes any JSON text on any channel, as it is.
    ///
    /// # Errors
    ///
    /// [`WorldError::NotJson`].
    pub fn publish_raw(&mut self, channel: &str, json: &str) -> Result<(), WorldError> {
        let checked: Result<Value, _> = serde_json::from_str(json);
        checked.map_err(|source| WorldError::NotJson {
            what: "data",
            wanted: "JSON",
            source: source.into(),
        })?;
        self.pushes.push_back(Push {
            channel: channel.to_owned(),
            data: json.to_owned(),
        });
        Ok(())
    }

    /// The next thing to publish; `None` when nothing is left.
    pub fn poll_push(&mut self) -> Option<Push> {
        self.pushes.pop_front()
    }

    /// The name of a user.
    pub fn name(&self, user: UserId) -> Option<&str> {
        self.users.get(&user).map(|user| &*user.name)
    }

    /// The token of a user.
    pub fn token(&self, user: UserId) -> Option<&str> {
        self.users.get(&user).map(|user| &*user.token)
    }

    /// The user whose token this is.
    pub fn user_with_token(&self, token: &str) -> Option<UserId> {
        self.users
            .iter()
            .find(|(_, user)| user.token == token)
            .map(|(id, _)| *id)
    }

    /// The members of a group; empty if there is no such group.
    pub fn members(&self, group: GroupId) -> &[UserId] {
        self.groups.get(&group).map_or(&[], |group| &group.members)
    }

    /// The groups of which the user is a member.
    pub fn groups_of(&self, user: UserId) -> impl Iterator<Item = GroupId> {
        self.groups
            .iter()
            .filter(move |(_, group)| group.members.contains(&user))
            .map(|(id, _)| *id)
    }

    /// The users with whom the user has a conversation.
    pub fn peers_of(&self, user: UserId) -> impl Iterator<Item = UserId> {
        self.acquainted
            .range((user, UserId::new(0))..=(user, UserId::new(u64::MAX)))
            .map(|(_, peer)| *peer)
    }

    /// Sends a system notice to everybody in a place, where it stays as a row.
    fn announce(&mut self, place: Place, notice: Notice) {
        let (id, now) = (self.new_message_id(), self.seconds());
        let guid = self.random.word(HEX, 32);
        for user in self.audience(place) {
            let data = match place {
                Place::Group(group) => payload::group_notice(id, &guid, group, &notice, now),
                Place::Direct(..) => payload::direct_notice(id, &guid, place, user, &notice, now),
            };
            self.push(format!("/user/{user}"), &data);
        }
        self.history.insert(Entry::Told(Told {
            id,
            place,
            source_guid: guid,
            notice,
            created_at: now,
        }));
    }

    /// Whether the user is one of those who talk there.
    pub(crate) fn takes_part(&self, user: UserId, place: Place) -> bool {
        match place {
            Place::Group(group) => self.members(group).contains(&user),
            Place::Direct(low, high) => low != high && (user == low || user == high),
        }
    }

    /// Everybody on whose own channel a message shows.
    fn audience(&self, place: Place) -> Vec<UserId> {
        match place {
            Place::Group(group) => self.members(group).to_vec(),
            Place::Direct(low, high) => vec![low, high],
        }
    }

    fn push(&mut self, channel: String, data: &Value) {
        self.pushes.push_back(Push {
            channel,
            data: data.to_string(),
        });
    }

    /// An id later than any before.
    fn new_message_id(&mut self) -> MessageId {
        self.latest = MessageId::at(self.wall()).max(self.latest.next());
        self.latest
    }

    fn user(&self, id: UserId) -> Result<&User, WorldError> {
        self.users.get(&id).ok_or(WorldError::NoSuchUser(id))
    }

    fn group(&self, id: GroupId) -> Result<&Group, WorldError> {
        self.groups.get(&id).ok_or(WorldError::NoSuchGroup(id))
    }

    fn check_member(&self, group: GroupId, user: UserId) -> Result<(), WorldError> {
        self.user(user)?;
        if self.group(group)?.members.contains(&user) {
            Ok(())
        } else {
            Err(WorldError::NotAMember { user, group })
        }
    }

    /// The time since 1970.
    fn wall(&self) -> Duration {
        self.epoch.saturating_add(self.now.since_origin())
    }

    fn seconds(&self) -> u64 {
        self.wall().as_secs()
    }
}

/// The smallest id of nine digits.
const FIRST_LONG_ID: UserId = UserId::new(100_000_000);
const TOKEN_LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
