//! The world behind the gateway: users, groups, direct messages, and what is pushed to whom when
//! something happens among them.

mod access;
mod calendar;
mod change;
mod error;
mod history;
mod id;
mod liked;
mod listing;
mod mark;
mod members;
mod message;
mod notice;
mod payload;
mod poll;
mod receipt;
mod row;
mod said;
mod sent;
mod shelf;
mod talk;
mod topic;

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bayeux_proto::Instant;
use serde_json::Value;

pub(crate) use self::{
    access::number, history::Span, message::Icon, receipt::Receipt, row::View, talk::Draft,
    topic::TopicDraft,
};
use self::{
    change::Windows,
    history::History,
    message::{Entry, Group, Told, User},
    notice::Notice,
    poll::Poll,
    sent::Sent,
};
pub use self::{
    error::WorldError,
    id::{Conversation, GroupId, MessageId, UserId},
    poll::{Ballot, PollId},
    said::MessageView,
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
/// | a topic opened, renamed or closed | `line.create`, a notice | |
/// | a poll, or its end | `line.create` | |
/// | typing | | `typing` |
/// | a direct message read | | `read_receipt.create` |
///
/// Notices stay in the conversation as rows of their own. Nothing is pushed for an unpinning or a
/// vote. A topic is a group with members of another one: its messages carry its own id as
/// `group_id`, and that of the group as `parent_id`.
///
/// Time stands still until [`advance`](Self::advance) moves it.
#[derive(Debug)]
pub struct World {
    random: Random,
    /// 1970 to the origin of `now`.
    epoch: Duration,
    now: Instant,
    users: BTreeMap<UserId, User>,
    tokens: BTreeMap<String, UserId>,
    /// Topics among them.
    groups: BTreeMap<GroupId, Group>,
    /// Topics by their groups.
    topics: BTreeSet<(GroupId, GroupId)>,
    polls: BTreeMap<PollId, Poll>,
    /// When polls end, in seconds since 1970.
    closing: BTreeSet<(u64, PollId)>,
    history: History,
    receipts: BTreeMap<(Conversation, UserId), Receipt>,
    sent: Sent,
    windows: Windows,
    /// Whether something is left of what is taken down.
    tombstones: bool,
    /// Pairs that have written to each other, both ways round.
    acquainted: BTreeSet<(UserId, UserId)>,
    /// Chats that somebody has taken off their list, and the newest message they had then.
    hide_chat: BTreeMap<(Conversation, UserId), MessageId>,
    latest: MessageId,
    latest_group: GroupId,
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
            tokens: BTreeMap::new(),
            groups: BTreeMap::new(),
            topics: BTreeSet::new(),
            polls: BTreeMap::new(),
            closing: BTreeSet::new(),
            history: History::new(),
            receipts: BTreeMap::new(),
            sent: Sent::default(),
            windows: Windows::default(),
            tombstones: false,
            acquainted: BTreeSet::new(),
            hide_chat: BTreeMap::new(),
            latest: MessageId::new(0),
            latest_group: GroupId::new(108_000_000),
            pushes: VecDeque::new(),
        }
    }

    /// Moves time on to `now`; never back. Polls whose time is over end.
    pub fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        self.close_polls();
    }

    /// When something happens by itself, for which [`advance`](Self::advance) is to be called;
    /// `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.next_closing()
    }

    /// Sets the calendar ahead, as a machine does that finds its clock to be late.
    pub fn set_ahead(&mut self, by: Duration) {
        self.epoch = self.epoch.saturating_add(by);
        self.close_polls();
    }

    /// Sets the calendar back; not before 1970. Message ids go on growing.
    pub fn set_back(&mut self, by: Duration) {
        self.epoch = self.epoch.saturating_sub(by);
    }

    /// Keeps so many messages of each conversation instead of 10,000, notices of the system
    /// included. What is forgotten is gone for REST, too, but for the count.
    pub fn set_retention(&mut self, messages: usize) {
        self.history.set_retention(messages);
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

    /// Sends a system notice to everybody in a place, where it stays as a row.
    fn announce(&mut self, place: Conversation, notice: Notice) {
        let (id, now) = (self.new_message_id(), self.seconds());
        let guid = self.random.word(HEX, 32);
        match place {
            Conversation::Group(group) => {
                let data = payload::group_notice(id, &guid, self.home(group), &notice, now);
                self.push_to_all(place, &data);
            }
            Conversation::Direct(low, high) => {
                for user in [low, high] {
                    let data = payload::direct_notice(id, &guid, place, user, &notice, now);
                    self.push(format!("/user/{user}"), &data);
                }
            }
        }
        self.history.insert(Entry::Told(Told {
            id,
            place,
            source_guid: guid,
            notice,
            created_at: now,
        }));
    }

    /// On the own channel of everybody in a place.
    fn push_to_all(&mut self, place: Conversation, data: &Value) {
        let data = data.to_string();
        for user in self.audience(place) {
            self.pushes.push_back(Push {
                channel: format!("/user/{user}"),
                data: data.clone(),
            });
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
        self.latest = MessageId::at(self.time()).max(self.latest.next());
        self.latest
    }

    fn user(&self, id: UserId) -> Result<&User, WorldError> {
        self.users.get(&id).ok_or(WorldError::NoSuchUser(id))
    }

    fn group(&self, id: GroupId) -> Result<&Group, WorldError> {
        self.groups.get(&id).ok_or(WorldError::NoSuchGroup(id))
    }

    /// The time since 1970.
    pub fn time(&self) -> Duration {
        self.epoch.saturating_add(self.now.since_origin())
    }

    pub(crate) fn seconds(&self) -> u64 {
        self.time().as_secs()
    }
}
