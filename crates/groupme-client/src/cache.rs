//! Cache of groups, members, topics and recent messages, updated by events.

mod groups;
mod journal;
mod notices;
mod recent;
mod topics;

use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use groupme_account::{Delivery, Status};
use groupme_model::{
    ConversationId, EventRef, Group, GroupId, IdRef, JoinedGroup, Member, Message, MessageId,
    Topic, UserId,
};
use groupme_rest::{Client as RestClient, Error as RestError, endpoint};

use self::{groups::Groups, journal::Journal, recent::Recent, topics::Topics};

/// Cache of groups, members, topics and recent messages. Clones share the content.
///
/// The program passes every event to [`handle`](Self::handle), and reads from any task. Returned
/// values are snapshots: they do not change, and hold no lock. Groups come from
/// [`load`](Self::load) and from events, members and topics of a group from
/// [`load_group`](Self::load_group); messages come from events and from
/// [`put_messages`](Self::put_messages).
///
/// Load at any time, also while another task passes events to the cache: changes by events that come
/// before the answer are applied to the answer, too.
///
/// Memory is bounded by [`CacheLimits`]. Beyond them, the groups that were looked up or loaded the
/// longest time ago are forgotten, with their members and topics, and the conversations whose last
/// message is oldest; a lookup of these returns `None`.
///
/// ```
/// use groupme_client::{Cache, prelude::*, sim::Sim};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sim = Sim::start().await?;
/// # let mut client = Client::simulated(&sim)?.connect()?;
/// # let lake = GroupId::from(sim.cast().lake);
/// let handle = client.handle();
/// let cache = Cache::new(handle.user());
/// let rest = handle.rest().expect("a REST API");
/// cache.load(&rest).await?;
/// cache.load_group(&rest, &lake).await?;
/// assert_eq!(cache.group(&lake).unwrap().name.as_deref(), Some("Lake weekend"));
/// assert!(cache.members(&lake).unwrap().len() > 2);
/// # sim.until_listening().await?;
/// # sim.say("hello")?;
///
/// while let Some(delivery) = client.next_event().await? {
///     cache.handle(&delivery);
///     // …
/// #   break;
/// }
/// let newest = cache.messages(&lake).pop().unwrap();
/// assert_eq!(newest.text.as_deref(), Some("hello"));
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

struct Inner {
    /// User of the account.
    user: UserId,
    limits: CacheLimits,
    state: Mutex<State>,
}

/// Limits of a [`Cache`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheLimits {
    /// Groups, with their topics and members. Default: 2,000.
    pub groups: usize,
    /// Members of all groups together. Default: 50,000.
    pub members: usize,
    /// Topics of all groups together. Default: 5,000.
    pub topics: usize,
    /// Messages of each conversation. Default: 100.
    pub messages: usize,
    /// Messages of all conversations together. Default: 10,000.
    pub all_messages: usize,
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self {
            groups: 2_000,
            members: 50_000,
            topics: 5_000,
            messages: 100,
            all_messages: 10_000,
        }
    }
}

#[derive(Default)]
struct State {
    groups: Groups,
    topics: Topics,
    recent: Recent,
    journal: Journal,
    /// Counts uses, for the choice of what to forget: no two of them have the same number.
    clock: u64,
}

impl Cache {
    /// Creates an empty cache for an account, by the id of its user.
    pub fn new(user: impl Into<UserId>) -> Self {
        Self::with_limits(user, CacheLimits::default())
    }

    /// Creates an empty cache with other limits.
    pub fn with_limits(user: impl Into<UserId>, limits: CacheLimits) -> Self {
        Self(Arc::new(Inner {
            user: user.into(),
            limits,
            state: Mutex::default(),
        }))
    }

    /// Requests the account's groups, without their members and topics.
    ///
    /// # Errors
    ///
    /// Same as [`groupme_rest::Client::call`]. Groups that came before the error are known.
    pub async fn load(&self, rest: &RestClient) -> Result<(), RestError> {
        let loading = Loading::begin(self);
        let mut list = rest.groups();
        while let Some(group) = list.next().await {
            let group = group?;
            let id = group.id.clone();
            let mut state = self.lock();
            state.put_group(group);
            state.handle_again(&self.0.user, &id, loading.mark);
            state.trim(&self.0.limits);
        }
        Ok(())
    }

    /// Requests a group with its members and topics.
    ///
    /// # Errors
    ///
    /// Same as [`groupme_rest::Client::call`].
    pub async fn load_group(
        &self,
        rest: &RestClient,
        group: impl Into<GroupId>,
    ) -> Result<(), RestError> {
        let id = group.into();
        let loading = Loading::begin(self);
        let (show, list) = (endpoint::groups::show(&id), endpoint::topics::list(&id));
        let (group, topics) = tokio::join!(rest.call(&show), rest.call(&list));
        let (group, topics) = (group?, topics?);
        let mut state = self.lock();
        state.put_group(group);
        state.topics.remove_of_group(&id);
        for mut topic in topics {
            topic.parent_id.get_or_insert_with(|| id.clone());
            state.topics.put(topic);
        }
        state.handle_again(&self.0.user, &id, loading.mark);
        state.trim(&self.0.limits);
        Ok(())
    }

    /// Updates the cache by an event. Call this method with every event, live or not, in order.
    pub fn handle(&self, delivery: &Delivery) {
        self.handle_event(&delivery.event());
    }

    /// Updates the cache by an event without its delivery; same as [`handle`](Self::handle).
    pub fn handle_event(&self, event: &EventRef<'_>) {
        let mut state = self.lock();
        match event {
            EventRef::MembershipCreate(push) => {
                let group = push.group().into_owned();
                // A group that is known has more fields than this.
                if !state.groups.contains(&group.id) {
                    state.put_group(from_joined(group));
                }
            }
            EventRef::LineCreate(push) | EventRef::DirectMessageCreate(push) => {
                let message = push.message();
                if let Some(notice) = message.event().and_then(|event| event.notice()) {
                    let notice = Arc::new(notice.into_owned());
                    match message.group_id() {
                        Some(group) => {
                            let group = group.into_owned();
                            state.journal.note(&group, &notice);
                            state.handle_notice(&self.0.user, &group, &notice);
                        }
                        None => state.handle_direct_notice(&notice),
                    }
                }
                state.put_message(message.into_owned(), &self.0.limits);
            }
            EventRef::MessageUpdate(push) | EventRef::MessageDeleted(push) => {
                state.replace_message(push.message().into_owned());
            }
            _ => {
                let message = event.message().map(groupme_model::MessageRef::into_owned);
                if let (Some(change), Some(message)) = (event.reaction_change(), message) {
                    state.set_reactions(&message, change.into_owned().reactions);
                }
            }
        }
        state.trim(&self.0.limits);
    }

    /// Remembers messages that the program has requested, such as a page of
    /// [`history`](groupme_rest::Client::history). Later events update them.
    /// Messages that name no conversation are left out, and so are versions older than the cached ones.
    pub fn put_messages(&self, messages: impl IntoIterator<Item = Message>) {
        let mut state = self.lock();
        for message in messages {
            if !state.recent.has_newer(&message) {
                state.put_message(message, &self.0.limits);
            }
        }
        state.trim(&self.0.limits);
    }

    /// Removes groups and messages that a loss may have made out of date. Call this method with every
    /// status between the events, if the program reads statuses.
    pub fn handle_status(&self, status: &Status) {
        let Status::Unrecoverable(lost) = status else {
            return;
        };
        let mut state = self.lock();
        if let Some(conversation) = &lost.conversation {
            state.forget(conversation);
            return;
        }
        let journal = core::mem::take(&mut state.journal);
        *state = State {
            journal,
            ..State::default()
        };
    }

    /// Returns a group, without its members.
    pub fn group(&self, group: impl Into<GroupId>) -> Option<Arc<Group>> {
        let mut state = self.lock();
        let now = state.tick();
        state.groups.group(&group.into(), now).cloned()
    }

    /// Returns all cached groups, in the order of their ids.
    pub fn groups(&self) -> Vec<Arc<Group>> {
        self.lock().groups.all().cloned().collect()
    }

    /// Returns the members of a group; `None` if they are not loaded.
    pub fn members(&self, group: impl Into<GroupId>) -> Option<Vec<Arc<Member>>> {
        let mut state = self.lock();
        let now = state.tick();
        let members = state.groups.members(&group.into(), now)?;
        Some(members.values().cloned().collect())
    }

    /// Returns the membership of a user in a group.
    pub fn member(
        &self,
        group: impl Into<GroupId>,
        user: impl Into<UserId>,
    ) -> Option<Arc<Member>> {
        let mut state = self.lock();
        let now = state.tick();
        let members = state.groups.members(&group.into(), now)?;
        members.get(&user.into()).cloned()
    }

    /// Returns a topic, by its own id.
    pub fn topic(&self, topic: impl Into<GroupId>) -> Option<Arc<Topic>> {
        self.lock().topics.get(&topic.into()).cloned()
    }

    /// Returns the cached topics of a group.
    pub fn topics(&self, group: impl Into<GroupId>) -> Vec<Arc<Topic>> {
        let state = self.lock();
        state.topics.of_group(&group.into()).cloned().collect()
    }

    /// Returns the cached messages of a conversation, oldest first, with all edits, deletions and
    /// reactions so far.
    pub fn messages(&self, conversation: impl Into<ConversationId>) -> Vec<Arc<Message>> {
        self.lock().recent.messages(&conversation.into())
    }

    /// Returns a cached message.
    pub fn message(
        &self,
        conversation: impl Into<ConversationId>,
        message: impl Into<MessageId>,
    ) -> Option<Arc<Message>> {
        let state = self.lock();
        state.recent.message(&conversation.into(), &message.into())
    }

    /// A poisoned lock stays usable: each change is whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Request for groups, during which the journal records changes by events. Ends when dropped, also with
/// a future that is not awaited to its end.
struct Loading<'c> {
    cache: &'c Cache,
    mark: u64,
}

impl<'c> Loading<'c> {
    fn begin(cache: &'c Cache) -> Self {
        let mark = cache.lock().journal.begin();
        Self { cache, mark }
    }
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        self.cache.lock().journal.end(self.mark);
    }
}

impl State {
    /// Applies the notices in a group since a request began to the answer.
    fn handle_again(&mut self, own: &UserId, group: &GroupId, mark: u64) {
        for notice in self.journal.since(mark, group) {
            self.handle_notice(own, group, &notice);
        }
    }

    /// Returns the number of the next use.
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    fn put_group(&mut self, group: Group) {
        let now = self.tick();
        self.groups.put(group, now);
    }

    fn remove_group(&mut self, group: &GroupId) {
        self.groups.remove(group);
        self.topics.remove_of_group(group);
    }

    fn forget(&mut self, conversation: &ConversationId) {
        self.recent.remove(conversation);
        self.remove_group(&GroupId::from(conversation.as_str()));
    }

    fn put_message(&mut self, message: Message, limits: &CacheLimits) {
        let Some(conversation) = message.conversation().map(IdRef::into_owned) else {
            return;
        };
        let now = self.tick();
        self.recent
            .put(&conversation, message, now, limits.messages);
    }

    /// Replaces a cached message. A push about a deletion may have nothing but the id.
    fn replace_message(&mut self, message: Message) {
        self.recent.change(&message.id.clone(), |known| {
            if message.created_at.is_some() {
                let reactions = message.reactions.clone().or_else(|| known.reactions.take());
                *known = message;
                known.reactions = reactions;
            } else {
                known.deleted_at = message.deleted_at.or(known.deleted_at);
                known.deletion_actor = message.deletion_actor.or(known.deletion_actor.take());
                known.text = None;
                known.attachments = Vec::new();
            }
        });
    }

    fn set_reactions(
        &mut self,
        message: &Message,
        reactions: Option<Vec<groupme_model::Reaction>>,
    ) {
        if reactions.is_some() {
            self.recent.change(&message.id, |known| {
                known.reactions = reactions;
                known.favorited_by.clone_from(&message.favorited_by);
            });
        }
    }

    /// Forgets what is beyond the limits, beginning with what was not used for the longest time.
    fn trim(&mut self, limits: &CacheLimits) {
        while let Some(group) = self.groups.forget_one(limits) {
            self.topics.remove_of_group(&group);
        }
        self.topics.trim(limits.topics);
        self.recent.trim(limits.all_messages);
    }
}

/// Returns the group of a push about a new membership, as REST would have it.
fn from_joined(joined: JoinedGroup) -> Group {
    let mut group = Group::default();
    group.id = joined.id;
    group.name = joined.name;
    group.description = joined.description;
    group.kind = joined.kind;
    group.image_url = joined.avatar_url;
    group.preview_url = joined.preview_url;
    group.creator_user_id = joined.creator_id;
    group.created_at = joined.created_at;
    group.updated_at = joined.updated_at;
    group.max_members = joined.max_memberships;
    group.phone_number = joined.phone_number;
    group.share_url = joined.share_url;
    group.theme_name = joined.theme_name;
    group
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Cache")
            .field("groups", &state.groups.len())
            .field("members", &state.groups.member_count())
            .field("messages", &state.recent.len())
            .finish_non_exhaustive()
    }
}
