//! World behind the gateway: users, groups, direct messages, and the pushes that changes among them
//! cause.

mod authorization;
mod bots;
mod calendar;
mod contacts;
mod duplicates;
mod edits;
mod error;
mod gallery;
mod hidden_chats;
mod history;
mod id;
mod joining;
mod likes;
mod lists;
mod media;
mod members;
mod membership;
mod message;
mod message_rows;
mod message_view;
mod messages;
#[cfg(feature = "model")]
mod model_ids;
mod notice;
mod payload;
mod poll;
mod profiles;
mod reactions;
mod receipt;
mod rfc3339;
mod settings;
mod topic;

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bayeux_proto::Instant;
use serde::de::IgnoredAny;
use serde_json::Value;

pub(crate) use self::{
    authorization::number,
    calendar::EventDraft,
    history::PageRange,
    joining::{AddResults, Joined},
    media::{Medium, PictureFormat, file_in_form, is_mp4, picture},
    message::Icon,
    message_rows::View,
    messages::Draft,
    receipt::Receipt,
    rfc3339::parse as parse_time,
    topic::TopicDraft,
};
use self::{
    bots::Bots,
    calendar::Calendar,
    contacts::Contacts,
    duplicates::Sent,
    edits::Windows,
    history::History,
    joining::MemberAdds,
    media::Uploads,
    message::{Entry, Group, SystemMessage, User},
    notice::Notice,
    poll::Poll,
    profiles::Directory,
};
pub use self::{
    bots::{BotDraft, Callback},
    error::WorldError,
    id::{Conversation, SimGroupId, SimMessageId, SimUserId},
    message_view::MessageView,
    poll::{PollDraft, SimPollId},
};
use crate::random::{HEX, Random};

/// Simulated GroupMe without a network. Every change comes out as [`Push`]es, on the channels and
/// in the shapes in which GroupMe sends it.
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
/// vote. A topic is a group that shares the members of another one: its messages carry its own id
/// as `group_id`, and that of the group as `parent_id`.
///
/// Time changes only by [`advance`](Self::advance).
#[derive(Debug)]
pub struct World {
    seed: u64,
    random: Random,
    /// Time from 1970 to the origin of `now`.
    epoch: Duration,
    now: Instant,
    users: BTreeMap<SimUserId, User>,
    tokens: BTreeMap<String, SimUserId>,
    /// Groups and topics.
    groups: BTreeMap<SimGroupId, Group>,
    /// Topics by their groups.
    topics: BTreeSet<(SimGroupId, SimGroupId)>,
    polls: BTreeMap<SimPollId, Poll>,
    /// Ends of polls, in seconds since 1970.
    poll_deadlines: BTreeSet<(u64, SimPollId)>,
    history: History,
    receipts: BTreeMap<(Conversation, SimUserId), Receipt>,
    sent: Sent,
    windows: Windows,
    /// Whether messages deleted by the group's owner leave a tombstone.
    tombstones: bool,
    /// Pairs of users with a chat, both ways round.
    open_chats: BTreeSet<(SimUserId, SimUserId)>,
    /// Chats hidden by a user, with the newest message at that time.
    hidden_chats: BTreeMap<(Conversation, SimUserId), SimMessageId>,
    /// Chats cleared by a user, with the newest message at that time.
    cleared: BTreeMap<(Conversation, SimUserId), SimMessageId>,
    /// Ids of the conversations that each user pinned.
    pinned: BTreeMap<SimUserId, Vec<String>>,
    /// Age at which messages appear in the lists of groups and chats.
    list_lag: Duration,
    bots: Bots,
    calendar: Calendar,
    contacts: Contacts,
    adds: MemberAdds,
    uploads: Uploads,
    directory: Directory,
    latest: SimMessageId,
    latest_group: SimGroupId,
    pushes: VecDeque<Push>,
}

/// Event to publish: `data` on `channel`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a publish has a channel and data only"
)]
pub struct Push {
    /// Channel.
    pub channel: String,
    /// Data, a JSON text.
    pub data: String,
}

impl World {
    /// Returns an empty world whose time is `epoch` after 1970. The same seed gives the same ids.
    pub fn new(seed: u64, epoch: Duration) -> Self {
        Self {
            seed,
            random: Random::new(seed),
            epoch,
            now: Instant::ORIGIN,
            users: BTreeMap::new(),
            tokens: BTreeMap::new(),
            groups: BTreeMap::new(),
            topics: BTreeSet::new(),
            polls: BTreeMap::new(),
            poll_deadlines: BTreeSet::new(),
            history: History::new(),
            receipts: BTreeMap::new(),
            sent: Sent::default(),
            windows: Windows::default(),
            tombstones: false,
            open_chats: BTreeSet::new(),
            hidden_chats: BTreeMap::new(),
            cleared: BTreeMap::new(),
            pinned: BTreeMap::new(),
            list_lag: Duration::ZERO,
            bots: Bots::default(),
            calendar: Calendar::default(),
            contacts: Contacts::default(),
            adds: MemberAdds::default(),
            uploads: Uploads::default(),
            directory: Directory::default(),
            latest: SimMessageId::new(0),
            latest_group: SimGroupId::new(108_000_000),
            pushes: VecDeque::new(),
        }
    }

    /// Sets the age at which messages appear in the lists of groups and chats, as the newest of
    /// their conversation; its first message appears at once. Histories have all at once, and counts
    /// include them. 0 at first.
    pub fn set_list_lag(&mut self, lag: Duration) {
        self.list_lag = lag;
    }

    /// Advances the time to `now`, never back, and ends polls that are due.
    pub fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        self.end_due_polls();
    }

    /// Returns the time of the next call of [`advance`](Self::advance); `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.next_poll_end()
    }

    /// Moves the calendar ahead, as a machine does that corrects a slow clock.
    pub fn advance_calendar(&mut self, by: Duration) {
        self.epoch = self.epoch.saturating_add(by);
        self.end_due_polls();
    }

    /// Moves the calendar back, at most to 1970. Message ids keep growing.
    pub fn rewind_calendar(&mut self, by: Duration) {
        self.epoch = self.epoch.saturating_sub(by);
    }

    /// Sets how many messages of each conversation are kept, notices included. Default: 10,000.
    /// Older messages are gone for REST, too, except for the count.
    pub fn set_retention(&mut self, messages: usize) {
        self.history.set_retention(messages);
    }

    /// Publishes any JSON text on any channel, unchanged.
    ///
    /// # Errors
    ///
    /// [`WorldError::InvalidJson`].
    pub fn publish_raw(&mut self, channel: &str, json: &str) -> Result<(), WorldError> {
        // Numbers may be larger than this process could represent.
        let checked: Result<IgnoredAny, _> = serde_json::from_str(json);
        checked.map_err(|source| WorldError::InvalidJson {
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

    /// Returns the next push; `None` if none is left.
    pub fn poll_push(&mut self) -> Option<Push> {
        self.pushes.pop_front()
    }

    /// Pushes a notice to everybody in a conversation and adds it as a row.
    fn post_notice(&mut self, conversation: Conversation, notice: Notice) {
        let (id, now) = (self.new_message_id(), self.seconds());
        let guid = self.random.word(HEX, 32);
        match conversation {
            Conversation::Group(group) => {
                let data =
                    payload::group_notice(id, &guid, self.group_and_parent(group), &notice, now);
                self.push_to_all(conversation, &data);
                self.call_bots_about(group, id, &guid, &notice.text);
            }
            Conversation::Direct(low, high) => {
                for user in [low, high] {
                    let data = payload::direct_notice(id, &guid, conversation, user, &notice, now);
                    self.push(format!("/user/{user}"), &data);
                }
            }
        }
        self.history.insert(Entry::System(SystemMessage {
            id,
            conversation,
            source_guid: guid,
            notice,
            created_at: now,
        }));
    }

    /// Pushes to the own channel of everybody in a conversation.
    fn push_to_all(&mut self, conversation: Conversation, data: &Value) {
        let data = data.to_string();
        for user in self.recipients(conversation) {
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

    /// Returns an id later than all before.
    fn new_message_id(&mut self) -> SimMessageId {
        self.latest = SimMessageId::at(self.unix_time()).max(self.latest.next());
        self.latest
    }

    fn user(&self, id: SimUserId) -> Result<&User, WorldError> {
        self.users.get(&id).ok_or(WorldError::NoSuchUser(id))
    }

    fn group(&self, id: SimGroupId) -> Result<&Group, WorldError> {
        self.groups.get(&id).ok_or(WorldError::NoSuchGroup(id))
    }

    /// Returns the time since 1970.
    pub fn unix_time(&self) -> Duration {
        self.epoch.saturating_add(self.now.since_origin())
    }

    pub(crate) fn seconds(&self) -> u64 {
        self.unix_time().as_secs()
    }
}
