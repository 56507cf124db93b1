//! What changed while nobody was told: rows of REST against what was delivered.

use groupme_model::{
    ConversationId, DeletionActor, Event, Message, MessageId, MessagePush, ReactionChange,
    ReactionPush,
};

use super::Feed;
use crate::{
    Item, Request, Window,
    item::Record,
    question::{Pending, Purpose},
    version::{Aspect, Version},
};

impl<P> Feed<P> {
    /// Asks for the newest messages of a conversation, to compare them, if something may have been
    /// missed.
    pub(super) fn want_comparison(&mut self, id: &ConversationId) {
        let limit = self.config.compare_window;
        let conversation = self.conversation(id);
        let is_wanted = conversation.is_stale || conversation.is_watched;
        if limit == 0 || !is_wanted || conversation.cursor.is_none() {
            return;
        }
        if conversation.touched.is_some() {
            // The answer that is on its way may be too old.
            conversation.is_stale = true;
            return;
        }
        conversation.is_stale = false;
        conversation.touched = Some(Vec::new());
        let question = Request::History {
            conversation: id.clone(),
            window: Window::Newest,
            limit,
        };
        self.questions.want(question, Purpose::Reread);
    }

    /// A comparison is over: the next one, if something may have been missed meanwhile.
    pub(super) fn end_comparison(&mut self, id: &ConversationId) {
        let epoch = self.epoch;
        let conversation = self.conversation(id);
        conversation.touched = None;
        if conversation.is_stale && conversation.whole_in == epoch {
            self.want_comparison(id);
        }
    }

    pub(super) fn compare(&mut self, pending: &Pending, mut rows: Vec<Message>) {
        let (id, is_window) = match &pending.question {
            Request::History { conversation, .. } => (conversation, true),
            Request::Pinned { conversation } => (conversation, false),
            _ => return,
        };
        if pending.asked_in != self.epoch {
            // Of what was pushed and missed meanwhile the answer knows nothing.
            self.conversation(id).is_stale = true;
            self.end_comparison(id);
            return;
        }
        rows.sort_by(Message::chronological);
        let touched = self.conversation(id).touched.clone().unwrap_or_default();
        let is_touched = |message: &MessageId, aspect: Aspect| {
            touched
                .iter()
                .any(|(other, of)| other == message && *of == aspect)
        };
        if is_window {
            self.find_vanished(id, &rows, &is_touched);
        }
        // What comes after a message that was delivered should have been, too.
        let conversation = self.conversation(id);
        let has_lost = is_window && core::mem::take(&mut conversation.has_lost);
        let first = conversation.seen.first().filter(|_| !has_lost).cloned();
        let mut known_now = Record::default();
        for row in rows {
            let conversation = self.conversation(id);
            if conversation.is_ahead(&row.id) {
                // It was sent since, and is pushed.
                continue;
            }
            match conversation.seen.version(&row.id) {
                Some(known) => self.tell_differences(id, row, known, &is_touched),
                None if is_window
                    && !conversation.seen.is_old(&row.id)
                    && !conversation.is_past(&row.id)
                    && first.as_ref().is_some_and(|first| *first < row.id) =>
                {
                    self.deliver_row(id, row);
                }
                // From before the account was met: only what becomes of it is news.
                None if is_window && !conversation.seen.is_old(&row.id) => {
                    conversation.note(id, row.id.clone(), Version::of_row(&row), &mut known_now);
                }
                None => {}
            }
        }
        if !known_now.is_empty() {
            self.out.put(Item::Checkpoint, known_now);
        }
        if is_window && self.config.pinned {
            // What is pushed from here on is newer than the answer to this one, too.
            let conversation = id.clone();
            self.questions
                .want(Request::Pinned { conversation }, Purpose::Reread);
        } else {
            self.end_comparison(id);
        }
    }

    fn tell_differences(
        &mut self,
        id: &ConversationId,
        row: Message,
        known: Version,
        is_touched: &dyn Fn(&MessageId, Aspect) -> bool,
    ) {
        let now = Version::of_row(&row);
        let message = row.id.clone();
        let mut version = known;
        if now.deleted && !known.deleted && !is_touched(&message, Aspect::Existence) {
            version.deleted = true;
            self.deliver_difference(
                id,
                &message,
                version,
                Event::MessageDeleted(MessagePush::new(row)),
            );
            return;
        }
        if now.deleted {
            return;
        }
        let is_edited = now.edited > known.edited && !is_touched(&message, Aspect::Content);
        let is_pinned = now.pinned != known.pinned && !is_touched(&message, Aspect::Pin);
        if is_edited || is_pinned {
            if is_edited {
                (version.edited, version.content) = (now.edited, 0);
            }
            version.pinned = now.pinned;
            let event = Event::MessageUpdate(MessagePush::new(row.clone()));
            self.deliver_difference(id, &message, version, event);
        }
        if now.reactions != known.reactions && !is_touched(&message, Aspect::Reactions) {
            version.reactions = now.reactions;
            self.deliver_difference(id, &message, version, reacted(row));
        }
    }

    /// What an admin deletes is often not there any more at all.
    fn find_vanished(
        &mut self,
        id: &ConversationId,
        rows: &[Message],
        is_touched: &dyn Fn(&MessageId, Aspect) -> bool,
    ) {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return;
        };
        let conversation = self.conversation(id);
        let vanished: Vec<(MessageId, Version)> = conversation
            .seen
            .between(&first.id, &last.id)
            .filter(|(message, version)| {
                !version.deleted
                    && !is_touched(message, Aspect::Existence)
                    && !rows.iter().any(|row| row.id == **message)
            })
            .map(|(message, version)| (message.clone(), *version))
            .collect();
        for (message, mut version) in vanished {
            let mut gone = Message::new(message.clone());
            gone.deletion_actor = Some(DeletionActor::Admin);
            match rows.first().and_then(|row| row.group_id.clone()) {
                Some(group) => gone.group_id = Some(group),
                None => gone.chat_id = Some(id.clone()),
            }
            version.deleted = true;
            self.deliver_difference(
                id,
                &message,
                version,
                Event::MessageDeleted(MessagePush::new(gone)),
            );
        }
    }
}

/// The push of a change of reactions.
fn reacted(row: Message) -> Event {
    let reactions = row.reactions.clone().unwrap_or_default();
    Event::Favorite(ReactionPush::new(ReactionChange::new(row, reactions)))
}
