//! Delivered messages of one conversation.

mod forgotten;

use std::collections::{BTreeSet, VecDeque};

use groupme_model::MessageId;

use self::forgotten::Forgotten;
pub(crate) use self::forgotten::Knowledge;
use crate::message_state::{Difference, MessageState};

/// Delivered messages with their states: the newest ones, and a few others.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Newest messages, in the order of their ids. A new message is mostly newer than all of them, so
    /// adding it costs one comparison.
    newest: VecDeque<(MessageId, MessageState)>,
    /// Messages of `newest` found only by comparing. Their pushes may still arrive.
    undelivered: BTreeSet<MessageId>,
    /// Newest message no longer remembered; all messages up to it count as delivered.
    floor: Option<MessageId>,
    /// Messages that have left `newest` last.
    older: VecDeque<(MessageId, MessageState)>,
    /// Delivered messages that have left `newest`.
    forgotten: Forgotten,
    /// Messages of which nothing is known but changes.
    changed: VecDeque<(MessageId, MessageState)>,
    limit: usize,
}

impl Seen {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            newest: VecDeque::new(),
            undelivered: BTreeSet::new(),
            floor: None,
            older: VecDeque::new(),
            forgotten: Forgotten::default(),
            changed: VecDeque::new(),
            limit,
        }
    }

    /// Sets the newest messages to saved ones, in the order of their ids.
    pub(crate) fn restore(&mut self, saved: impl Iterator<Item = (MessageId, MessageState)>) {
        self.newest = saved.collect();
    }

    /// Returns whether the remembered state of a message has this change.
    pub(crate) fn knows(&self, message: &MessageId, difference: Difference) -> bool {
        let state = self.get(message).or_else(|| self.older(message));
        state.is_some_and(|state| state.has(difference))
    }

    /// Returns whether a message was delivered.
    pub(crate) fn was_delivered(&self, message: &MessageId) -> bool {
        let is_known = self.position(message).is_ok();
        (is_known && !self.undelivered.contains(message)) || self.is_forgotten(message)
    }

    /// Returns whether a message was delivered, as far as is known. In contrast to
    /// [`was_delivered`](Self::was_delivered), a message that is too old for either is told apart.
    pub(crate) fn knowledge(&self, message: &MessageId) -> Knowledge {
        if self.is_forgotten(message) && self.position(message).is_err() {
            return self.forgotten.knowledge(message);
        }
        if self.was_delivered(message) {
            Knowledge::Delivered
        } else {
            Knowledge::NotDelivered
        }
    }

    /// Returns whether a message is newer than all, and nothing of it is known.
    pub(crate) fn is_beyond(&self, message: &MessageId) -> bool {
        let last = self.newest.back().map(|(last, _)| last);
        last.or(self.floor.as_ref())
            .is_none_or(|last| message > last)
            && self.changed.iter().all(|(changed, _)| changed != message)
    }

    /// Returns whether a message is too old to be remembered.
    pub(crate) fn is_forgotten(&self, message: &MessageId) -> bool {
        self.floor.as_ref().is_some_and(|floor| message <= floor)
    }

    /// Returns the state of a message among the newest.
    pub(crate) fn get(&self, message: &MessageId) -> Option<MessageState> {
        let at = self.position(message).ok()?;
        self.newest.get(at).map(|(_, state)| *state)
    }

    /// Notes that a message about to be [inserted](Self::insert) is not delivered.
    pub(crate) fn expect_delivery(&mut self, message: &MessageId) {
        self.undelivered.insert(message.clone());
    }

    /// Marks a message found by comparing as delivered. Returns false if it was not found that way.
    pub(crate) fn confirm_delivery(&mut self, message: &MessageId) -> bool {
        self.undelivered.remove(message)
    }

    /// Remembers a message, and calls `forget` with the messages forgotten to make room, all of them
    /// older: with a store that was saved with an unacknowledged message, newer ones may not have
    /// been delivered.
    pub(crate) fn insert(
        &mut self,
        message: &MessageId,
        state: MessageState,
        mut forget: impl FnMut(MessageId),
    ) {
        let position = self.position(message);
        let is_newest = position == Err(self.newest.len());
        match position {
            Ok(at) => self.newest[at].1 = state,
            Err(at) => self.newest.insert(at, (message.clone(), state)),
        }
        let is_older = |first: &MessageId| is_newest || first <= message;
        while self.newest.len() > self.limit
            && let Some((oldest, state)) = self.newest.pop_front_if(|(first, _)| is_older(first))
        {
            // One found only by comparing counts as delivered: its push would come after too many
            // newer messages.
            self.undelivered.remove(&oldest);
            self.forgotten.insert(&oldest);
            self.changed.retain(|(changed, _)| *changed != oldest);
            if self.older.back().is_some_and(|(last, _)| oldest <= *last) {
                self.older.retain(|(older, _)| *older != oldest);
            }
            push_bounded(&mut self.older, (oldest.clone(), state));
            if !self.is_forgotten(&oldest) {
                self.floor = Some(oldest.clone());
            }
            forget(oldest);
        }
    }

    /// Returns the state of a message after its latest change, if it is not among the newest.
    pub(crate) fn older(&self, message: &MessageId) -> Option<MessageState> {
        let changed = self.changed.iter().find(|(changed, _)| changed == message);
        changed
            .or_else(|| self.find_older(message).map(|at| &self.older[at]))
            .map(|(_, state)| *state)
    }

    /// Returns whether a message was deleted before it was delivered.
    pub(crate) fn was_deleted(&self, message: &MessageId) -> bool {
        self.older(message).is_some_and(|state| state.deleted)
    }

    /// Returns the state of a message of any age, to be changed, and whether it is among the
    /// newest.
    pub(crate) fn state_mut(&mut self, message: &MessageId) -> (&mut MessageState, bool) {
        if let Ok(at) = self.position(message) {
            return (&mut self.newest[at].1, true);
        }
        if let Some(at) = self.find_older(message) {
            return (&mut self.older[at].1, false);
        }
        let found = self.changed.iter().position(|(other, _)| other == message);
        let at = found.unwrap_or_else(|| {
            push_bounded(&mut self.changed, (message.clone(), UNKNOWN));
            self.changed.len() - 1
        });
        (&mut self.changed[at].1, false)
    }

    /// Returns the oldest of the newest messages.
    pub(crate) fn first(&self) -> Option<&MessageId> {
        self.newest.front().map(|(first, _)| first)
    }

    /// Returns those of the newest messages that lie within these bounds.
    pub(crate) fn between(
        &self,
        first: &MessageId,
        last: &MessageId,
    ) -> impl Iterator<Item = (&MessageId, &MessageState)> {
        let start = self.newest.partition_point(|(message, _)| message < first);
        let end = self.newest.partition_point(|(message, _)| message <= last);
        let range = self.newest.range(start..end.max(start));
        range.map(|(message, state)| (message, state))
    }

    /// Returns the position of a message among the newest, or the position at which it would be.
    fn position(&self, message: &MessageId) -> Result<usize, usize> {
        match self.newest.back() {
            Some((last, _)) if message <= last => self
                .newest
                .binary_search_by(|(other, _)| other.cmp(message)),
            _ => Err(self.newest.len()),
        }
    }

    fn find_older(&self, message: &MessageId) -> Option<usize> {
        // Whatever has left `newest` lies below the floor.
        if !self.is_forgotten(message) {
            return None;
        }
        self.older.iter().position(|(older, _)| older == message)
    }
}

fn push_bounded(
    messages: &mut VecDeque<(MessageId, MessageState)>,
    last: (MessageId, MessageState),
) {
    messages.push_back(last);
    if messages.len() > OLDER {
        messages.pop_front();
    }
}

/// Number of older messages whose states are remembered, and of those known by changes only.
const OLDER: usize = 32;

/// State of a message of which nothing is known. Its reactions differ from any that exist.
const UNKNOWN: MessageState = MessageState {
    edited: 0,
    content: 0,
    reactions: u64::MAX,
    deleted: false,
    pinned: false,
};
