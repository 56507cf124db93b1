//! What a feed knows of one conversation.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use groupme_model::{ConversationId, Message, MessageId, Timestamp};

use crate::{
    GapCause,
    fact::{Change, NewMessage},
    store::SavedConversation,
    version::{Aspect, Version},
};

/// What a feed knows of one conversation.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any may be true with any"
)]
pub(crate) struct Conversation<P> {
    /// Everything up to this message was delivered.
    pub(crate) cursor: Option<MessageId>,
    pub(crate) seen: Seen,
    /// The newest message when it was met, in this process, or the first of its history that was
    /// delivered: what came before it is the past.
    pub(crate) met_at: Option<MessageId>,
    /// The newest message that was delivered in this process.
    pub(crate) newest: Option<MessageId>,
    /// The group, if it is a topic of one.
    pub(crate) parent: Option<ConversationId>,
    /// The epoch in which nothing is missing before what is pushed; 0 for none.
    pub(crate) whole_in: u64,
    /// The epoch in which it was last listed; 0 for none.
    pub(crate) listed_in: u64,
    /// How far it has to be fetched.
    pub(crate) target: Target,
    pub(crate) fetch: Fetch,
    /// Whether there is a gap that was told.
    pub(crate) gap: Option<u64>,
    /// Why there is one, if not for the reason for which all others have theirs.
    pub(crate) gap_cause: Option<GapCause>,
    pub(crate) held: Held<P>,
    /// Whether the program listens to its own channel, where changes are pushed.
    pub(crate) is_watched: bool,
    /// Whether it was not there any more when it was last asked for.
    pub(crate) is_left: bool,
    /// Whether something was told to be lost. What turns up of it by comparing would be out of order.
    pub(crate) has_lost: bool,
    /// Whether something was missed, so that changes may have been, too.
    pub(crate) is_stale: bool,
    /// What was pushed of which message since it is to be compared with what REST has; `None` if it
    /// is not.
    pub(crate) touched: Option<Vec<(MessageId, Aspect)>>,
}

/// How far a conversation has to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Nowhere, as far as is known.
    None,
    /// Up to this message.
    At(MessageId),
    /// Until there is no more.
    End,
}

/// How a conversation is being fetched.
#[derive(Debug)]
pub(crate) enum Fetch {
    /// Not at all.
    Idle,
    /// From the cursor on. How often the history ended before the target.
    Forward { ends: u32 },
    /// From the newest message back, to be delivered all at once.
    Backward { until: Until, rows: Vec<Message> },
}

/// Where to stop on the way back.
#[derive(Clone, Debug)]
pub(crate) enum Until {
    /// At a message, which was delivered.
    Message(MessageId),
    /// At what was sent before.
    Time(Timestamp),
    /// After so many messages.
    Count(usize),
}

/// Pushes that wait.
#[derive(Debug)]
pub(crate) struct Held<P> {
    pub(crate) messages: Vec<(NewMessage, P)>,
    pub(crate) changes: Vec<(Change, P)>,
    /// The first message that was pushed, whether there was room for it or not.
    pub(crate) first: Option<MessageId>,
    /// The newest message whose push was dropped for lack of room: it has to be fetched.
    pub(crate) dropped: Option<MessageId>,
    /// Whether changes were dropped.
    pub(crate) dropped_changes: bool,
}

/// The messages that were delivered, with their states: the newest, and a few older ones of which
/// something was told.
#[derive(Debug)]
pub(crate) struct Seen {
    newest: BTreeMap<MessageId, Version>,
    /// Those of them that were only seen by comparing: their pushes may still be on their way.
    noted: BTreeSet<MessageId>,
    /// Everything up to this message counts as delivered.
    floor: Option<MessageId>,
    older: VecDeque<(MessageId, Version)>,
    limit: usize,
}

impl<P> Conversation<P> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            cursor: None,
            met_at: None,
            newest: None,
            parent: None,
            seen: Seen::new(limit),
            whole_in: 0,
            listed_in: 0,
            target: Target::None,
            fetch: Fetch::Idle,
            gap: None,
            gap_cause: None,
            held: Held::default(),
            is_watched: false,
            is_left: false,
            has_lost: false,
            is_stale: false,
            touched: None,
        }
    }

    pub(crate) fn from_saved(saved: SavedConversation, limit: usize) -> Self {
        let mut conversation = Self::new(limit);
        conversation.cursor = saved.cursor;
        conversation.is_left = saved.is_left;
        conversation.seen.newest = saved.seen;
        conversation
    }

    /// Whether a message is beyond what was delivered.
    pub(crate) fn is_ahead(&self, message: &MessageId) -> bool {
        self.cursor.as_ref().is_none_or(|cursor| message > cursor)
    }

    /// Whether a message was there already when the conversation was met.
    pub(crate) fn is_past(&self, message: &MessageId) -> bool {
        self.met_at.as_ref().is_some_and(|met_at| message <= met_at)
    }

    /// Whether a message is from the past, and something newer was delivered.
    pub(crate) fn is_behind(&self, message: &MessageId) -> bool {
        let newest = self.newest.as_ref();
        self.is_past(message) && newest.is_some_and(|newest| message < newest)
    }

    /// Moves the target further, never back.
    pub(crate) fn aim(&mut self, at: &MessageId) {
        match &self.target {
            Target::End => {}
            Target::At(before) if before >= at => {}
            _ => self.target = Target::At(at.clone()),
        }
    }

    /// Whether everything up to the target was delivered.
    pub(crate) fn is_there(&self) -> bool {
        match &self.target {
            Target::None => true,
            Target::At(message) => !self.is_ahead(message),
            Target::End => false,
        }
    }

    /// Takes note that a push told of a message, which is newer than what REST told before.
    pub(crate) fn touch(&mut self, message: &MessageId, aspect: Aspect) {
        if let Some(touched) = &mut self.touched
            && !touched
                .iter()
                .any(|(other, of)| other == message && *of == aspect)
        {
            touched.push((message.clone(), aspect));
        }
    }
}

impl<P> Default for Held<P> {
    fn default() -> Self {
        Self {
            messages: Vec::new(),
            changes: Vec::new(),
            first: None,
            dropped: None,
            dropped_changes: false,
        }
    }
}

impl<P> Held<P> {
    pub(crate) fn len(&self) -> usize {
        self.messages.len() + self.changes.len()
    }
}

impl Seen {
    fn new(limit: usize) -> Self {
        Self {
            newest: BTreeMap::new(),
            noted: BTreeSet::new(),
            floor: None,
            older: VecDeque::new(),
            limit,
        }
    }

    /// Whether a message was delivered.
    pub(crate) fn knows(&self, message: &MessageId) -> bool {
        let is_noted = self.noted.contains(message);
        (self.newest.contains_key(message) && !is_noted) || self.is_old(message)
    }

    /// Whether a message is too old to be remembered.
    pub(crate) fn is_old(&self, message: &MessageId) -> bool {
        self.floor.as_ref().is_some_and(|floor| message <= floor)
    }

    /// The state of a message that is remembered for itself.
    pub(crate) fn version(&self, message: &MessageId) -> Option<Version> {
        self.newest.get(message).copied()
    }

    /// Remembers the state of a message that is not delivered. The answer is what is forgotten for
    /// it.
    pub(crate) fn note(&mut self, message: &MessageId, version: Version) -> Vec<MessageId> {
        self.noted.insert(message.clone());
        self.insert(message, version)
    }

    /// A message that was noted is delivered after all. False if it was not.
    pub(crate) fn unnote(&mut self, message: &MessageId) -> bool {
        self.noted.remove(message)
    }

    /// Remembers a message. The answer is what is forgotten for it: nothing that is newer, since of
    /// what was saved with something open before it, not all may have been delivered.
    pub(crate) fn insert(&mut self, message: &MessageId, version: Version) -> Vec<MessageId> {
        self.newest.insert(message.clone(), version);
        let mut forgotten = Vec::new();
        while self.newest.len() > self.limit
            && let Some(oldest) = self.newest.first_entry()
            && oldest.key() <= message
        {
            let (oldest, version) = oldest.remove_entry();
            self.noted.remove(&oldest);
            self.remember_older(oldest.clone(), version);
            if !self.is_old(&oldest) {
                self.floor = Some(oldest.clone());
            }
            forgotten.push(oldest);
        }
        forgotten
    }

    /// Whether a message was told to be deleted before it was told of.
    pub(crate) fn is_gone(&self, message: &MessageId) -> bool {
        let older = self.older.iter().find(|(older, _)| older == message);
        older.is_some_and(|(_, version)| version.deleted)
    }

    /// The state of a message of any age, to be changed; and whether it is among the newest.
    pub(crate) fn state(&mut self, message: &MessageId) -> (&mut Version, bool) {
        if self.newest.contains_key(message) {
            let version = self.newest.entry(message.clone()).or_default();
            return (version, true);
        }
        let found = self.older.iter().position(|(older, _)| older == message);
        let at = found.unwrap_or_else(|| {
            self.remember_older(message.clone(), UNKNOWN);
            self.older.len() - 1
        });
        (&mut self.older[at].1, false)
    }

    /// The first message that is remembered for itself.
    pub(crate) fn first(&self) -> Option<&MessageId> {
        self.newest.first_key_value().map(|(first, _)| first)
    }

    /// The messages that are remembered for themselves and lie within these bounds.
    pub(crate) fn between(
        &self,
        first: &MessageId,
        last: &MessageId,
    ) -> impl Iterator<Item = (&MessageId, &Version)> {
        // An empty range, where the bounds are the wrong way round, would panic.
        let range = (first <= last).then(|| self.newest.range(first..=last));
        range.into_iter().flatten()
    }

    fn remember_older(&mut self, message: MessageId, version: Version) {
        self.older.retain(|(older, _)| *older != message);
        self.older.push_back((message, version));
        if self.older.len() > OLDER {
            self.older.pop_front();
        }
    }
}

/// Of how many messages that are not among the newest the state is remembered.
const OLDER: usize = 32;

/// The state of a message of which nothing is known: its reactions are unlike any that are.
const UNKNOWN: Version = Version {
    edited: 0,
    content: 0,
    reactions: u64::MAX,
    deleted: false,
    pinned: false,
};
