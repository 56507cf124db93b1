//! Handing out: pushes, rows of REST, changes, and what they mean for the store.

use groupme_model::{ConversationId, Event, Message, MessageId, MessagePush, Timestamp};

use super::Feed;
use crate::{
    Item, Origin, Synthesized,
    conversation::Conversation,
    fact::{Change as PushedChange, NewMessage, deleted_by},
    item::{Mark, Record},
    store::Change,
    version::{Aspect, Difference, Version},
};

impl<P> Feed<P> {
    pub(super) fn deliver_push(&mut self, message: NewMessage, push: P) {
        let is_own = self.out.is_own(message.source_guid.as_deref());
        let whole = self.mark(message.created_at);
        let conversation = self.conversation(&message.conversation);
        if conversation.seen.unnote(&message.id) {
            // It was saved as known, and must not be until it is acknowledged.
            let mut record = Record::default();
            record.changes.push(Change::Forgotten {
                conversation: message.conversation.clone(),
                message: message.id.clone(),
            });
            self.out.put(Item::Checkpoint, record);
        }
        let conversation = self.conversation(&message.conversation);
        // What became of one that comes late may have been told before it.
        if !conversation.is_ahead(&message.id) {
            conversation.is_stale = true;
            // An answer that is on its way and does not have it is older.
            conversation.touch(&message.id, Aspect::Existence);
        }
        let mut record = Record::default();
        if let Some((affected, difference)) = message.tells
            && conversation.is_told_by_notice(difference)
        {
            record = conversation
                .learn(&message.conversation, affected, difference)
                .1;
        }
        conversation.remember(
            &message.conversation,
            message.id,
            message.version,
            &mut record,
        );
        record.whole = whole;
        self.out.put_own(Item::Push(push), record, is_own);
    }

    pub(super) fn deliver_change(&mut self, change: PushedChange, push: P) {
        let PushedChange {
            conversation: id,
            message,
            difference,
        } = change;
        let (is_news, record) = self.conversation(&id).learn(&id, message, difference);
        if is_news {
            self.out.put(Item::Push(push), record);
        }
    }

    /// Hands out a message that was fetched, unless it was handed out before.
    pub(super) fn deliver_row(&mut self, id: &ConversationId, row: Message) {
        let version = Version::of_row(&row);
        if let Some(sent) = row.created_at {
            self.newest = self.newest.max(sent);
        }
        let conversation = self.conversation(id);
        if conversation.seen.knows(&row.id) {
            return;
        }
        if let Some(messages) = &mut conversation.gap {
            *messages += 1;
        }
        if let Some(gone) = deleted_by(&row)
            && !conversation.seen.is_old(&gone)
            && conversation.seen.version(&gone).is_none()
        {
            conversation.seen.state(&gone).0.deleted = true;
        }
        let mut record = Record::default();
        conversation.remember(id, row.id.clone(), version, &mut record);
        let is_own = self.out.is_own(row.source_guid.as_deref());
        let made = Synthesized {
            event: created(row),
            conversation: id.clone(),
            origin: Origin::Backfill,
        };
        self.out.put_own(Item::Synthesized(made), record, is_own);
    }

    /// Hands out a difference as an event, and takes note of the state that it leads to.
    pub(super) fn deliver_difference(
        &mut self,
        id: &ConversationId,
        message: &MessageId,
        version: Version,
        event: Event,
    ) {
        let conversation = self.conversation(id);
        *conversation.seen.state(message).0 = version;
        let mut record = Record::default();
        record.changes.push(Change::Seen {
            conversation: id.clone(),
            message: message.clone(),
            version,
        });
        let made = Synthesized {
            event,
            conversation: id.clone(),
            origin: Origin::Reconciled,
        };
        self.out.put(Item::Synthesized(made), record);
    }

    /// Lets go of the messages that were held and come before another.
    pub(super) fn release_before(&mut self, id: &ConversationId, message: &MessageId) {
        let conversation = self.conversation(id);
        let held = &mut conversation.held.messages;
        let mut before: Vec<_> = held
            .extract_if(.., |(held, _)| held.id < *message)
            .collect();
        self.held -= before.len();
        before.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        for (message, push) in before {
            if !self.conversation(id).seen.knows(&message.id) {
                self.deliver_push(message, push);
            }
        }
    }

    /// Lets go of what was held: messages in their order, then changes in theirs.
    pub(super) fn release(&mut self, id: &ConversationId) {
        let conversation = self.conversation(id);
        let held = core::mem::take(&mut conversation.held);
        self.held -= held.len();
        let mut messages = held.messages;
        messages.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        for (message, push) in messages {
            if !self.conversation(id).seen.knows(&message.id) {
                self.deliver_push(message, push);
            }
        }
        for (change, push) in held.changes {
            self.deliver_change(change, push);
        }
    }

    /// The time up to which the account is whole once a message is delivered, if it is and that is
    /// worth writing down.
    fn mark(&mut self, sent: Option<Timestamp>) -> Option<Timestamp> {
        let sent = sent?;
        self.newest = self.newest.max(sent);
        if !self.is_synced() {
            return None;
        }
        let written = self.whole_until?;
        if self.newest.as_secs() - written.as_secs() < MARK_EVERY {
            return None;
        }
        self.whole_until = Some(self.newest);
        self.whole_until
    }
}

impl<P> Conversation<P> {
    /// Whether a change is told by the notice of it. Edits and deletions of a group are also pushed
    /// on its own channel, which the program may listen to; pins are not.
    fn is_told_by_notice(&self, difference: Difference) -> bool {
        !self.is_watched || matches!(difference, Difference::Pinned(_))
    }

    /// Takes note of a change. The answer is whether it is news, and what that means for the store.
    fn learn(
        &mut self,
        id: &ConversationId,
        message: MessageId,
        difference: Difference,
    ) -> (bool, Record) {
        let mut record = Record::default();
        let (version, is_remembered) = self.seen.state(&message);
        if !version.learn(difference) {
            return (false, record);
        }
        let version = *version;
        self.touch(&message, difference.aspect());
        if is_remembered {
            record.changes.push(Change::Seen {
                conversation: id.clone(),
                message,
                version,
            });
        }
        (true, record)
    }

    /// Takes note of a message that is handed out, and of what that means for the store.
    fn remember(
        &mut self,
        id: &ConversationId,
        message: MessageId,
        version: Version,
        record: &mut Record,
    ) {
        self.newest = self.newest.take().max(Some(message.clone()));
        let steps_back = self.cursor.is_none() || !self.is_ahead(&message);
        let cursor = self.cursor.clone().max(Some(message.clone()));
        self.cursor.clone_from(&cursor);
        record.mark = cursor.map(|cursor| Mark {
            conversation: id.clone(),
            message: Some(message.clone()),
            steps_back,
            cursor,
        });
        let forgotten = self.seen.insert(&message, version);
        saves(id, message, version, forgotten, record);
    }

    /// Takes note of the state of a message that is not handed out.
    pub(super) fn note(
        &mut self,
        id: &ConversationId,
        message: MessageId,
        version: Version,
        record: &mut Record,
    ) {
        let forgotten = self.seen.note(&message, version);
        saves(id, message, version, forgotten, record);
    }
}

/// Has the state of a message saved, and another one forgotten for it.
fn saves(
    id: &ConversationId,
    message: MessageId,
    version: Version,
    forgotten: Vec<MessageId>,
    record: &mut Record,
) {
    record.changes.push(Change::Seen {
        conversation: id.clone(),
        message,
        version,
    });
    let forgotten = forgotten.into_iter();
    record
        .changes
        .extend(forgotten.map(|message| Change::Forgotten {
            conversation: id.clone(),
            message,
        }));
}

/// The push of a message.
fn created(row: Message) -> Event {
    let is_direct = row.is_direct();
    let push = MessagePush::new(row);
    if is_direct {
        Event::DirectMessageCreate(push)
    } else {
        Event::LineCreate(push)
    }
}

/// How often it is written down up to when the account is whole, in seconds. It need not be exact.
const MARK_EVERY: i64 = 30;
