//! Whether the user has a conversation: found, joined, left.

use super::{Conversation, Found};
use crate::{Item, context::Context, item::Record, store::Change};

impl<P> Conversation<P> {
    pub(crate) fn note_found(&mut self, cx: &mut Context<P>) {
        let epoch = cx.epoch;
        if self.found == Found::Yes || self.found == Found::RefusedIn(epoch) {
            return;
        }
        self.found = Found::Yes;
        cx.found.push_back((self.id.clone(), true));
    }

    /// Notes that the user has just joined the conversation, so that an earlier refusal is outdated.
    pub(crate) fn note_joined(&mut self, cx: &mut Context<P>) {
        let found = &mut self.found;
        if *found != Found::Yes {
            *found = Found::No;
            self.note_found(cx);
        }
    }

    pub(crate) fn note_gone(&mut self, cx: &mut Context<P>) {
        if core::mem::replace(&mut self.found, Found::No) == Found::Yes {
            cx.found.push_back((self.id.clone(), false));
        }
    }

    /// Marks the conversation as existing again, and saves that before anything of it is handed out,
    /// so that leaving it again is reported again. Returns whether it had been left.
    pub(crate) fn mark_rejoined(&mut self, cx: &mut Context<P>) -> bool {
        let was_left = core::mem::take(&mut self.is_left);
        if was_left {
            self.past.note_absence();
            let mut record = Record::default();
            record.changes.push(Change::Returned {
                conversation: self.id.clone(),
            });
            cx.out.put(Item::Checkpoint, record);
        }
        was_left
    }

    /// Marks the conversation as left. Its delivered messages stay remembered: the user may rejoin.
    pub(crate) fn mark_left(&mut self, cx: &mut Context<P>) {
        self.is_left = true;
        self.note_gone(cx);
        let mut record = Record::default();
        record.changes.push(Change::Left {
            conversation: self.id.clone(),
        });
        cx.out.put(Item::Checkpoint, record);
    }
}
