//! Selected message and its commands; read receipts.

use core::time::Duration;
use std::sync::Arc;

use groupme_client::{LikeIcon, MessageId, model::Message};

use super::{
    Composition, Confirmation, Effect, EntryId, Kind, Overlay, State,
    editor::Editor,
    later,
    room::{Room, Unread},
};

/// Shortest time between two read receipts of a conversation.
pub(super) const RECEIPT_INTERVAL: Duration = Duration::from_secs(2);

impl State {
    /// Marks the open conversation as read if the user sees its end, and sends due read receipts.
    pub(super) fn mark_read(&mut self) {
        let has_focus = self.has_focus;
        if let Some(room) = self.open_room_mut()
            && has_focus
            && room.position.is_none()
            && room.unread.count > 0
            && room.holes.has_newest()
        {
            room.unread = Unread::default();
            room.last_read = room.newest.as_ref().map(|(newest, _)| newest.clone());
            self.receipts_due.extend(self.open.clone());
        }
        let now = self.now;
        let (rooms, effects) = (&mut self.rooms, &mut self.effects);
        self.receipts_due.retain(|id| {
            let Some(room) = rooms.get_mut(id) else {
                return false;
            };
            let next = room.receipt_sent_at.map(|at| later(at, RECEIPT_INTERVAL));
            if next.is_some_and(|next| next > now) {
                return true;
            }
            room.receipt_sent_at = Some(now);
            if let Some(message) = room.last_read.clone() {
                let conversation = room.id.clone();
                effects.push(Effect::MarkRead {
                    conversation,
                    message,
                });
            }
            false
        });
    }

    /// Selects the message before or after the selected one. After the last message, none is selected.
    pub(super) fn move_selection(&mut self, is_down: bool) {
        let Some(room) = self.open_room_mut() else {
            return;
        };
        let count = room.entry_count();
        let index = match (&room.selected, is_down) {
            (Some(entry), true) => room.entry_index(entry).saturating_add(1),
            (Some(entry), false) => room.entry_index(entry).saturating_sub(1),
            (None, true) => return,
            // The last visible message.
            (None, false) => match &room.position {
                Some(anchor) => room.entry_index(&anchor.entry),
                None => count.saturating_sub(1),
            },
        };
        room.selected = room.entry_at(index);
        if room.selected.is_none() {
            room.position = None;
        }
    }

    /// Carries out the command of a typed letter on the selected message. Returns false if the letter
    /// has none.
    pub(super) fn handle_message_key(&mut self, key: &str) -> bool {
        let Some(room) = self.open_room() else {
            return false;
        };
        if let Some(EntryId::Pending(local_id)) = room.selected {
            return self.handle_pending_key(local_id, key);
        }
        let Some(message) = room.selected_message().cloned() else {
            return false;
        };
        match key {
            "r" => self.start_reply(&message),
            "e" => self.start_edit(&message),
            "d" => self.overlay = Overlay::Confirm(Confirmation::Delete(message.id.clone())),
            "+" | "l" => self.overlay = Overlay::React { choice: 0 },
            "y" => self.copy(&message),
            "i" => self.overlay = Overlay::Details { scroll: 0 },
            "j" => self.move_selection(true),
            "k" => self.move_selection(false),
            _ => return false,
        }
        true
    }

    fn start_reply(&mut self, message: &Arc<Message>) {
        if message.is_system() || message.is_deleted() {
            self.show_info("This message cannot be answered.");
            return;
        }
        if let Some(room) = self.open_room_mut() {
            room.composition.reply = Some(Arc::clone(message));
            room.selected = None;
        }
    }

    fn start_edit(&mut self, message: &Arc<Message>) {
        if !message.is_from(&self.own) || message.is_deleted() || message.is_system() {
            self.show_info("Only your own messages can be edited.");
            return;
        }
        let text = message.text.clone().unwrap_or_default();
        let mentioned = message.attachments.iter().filter_map(|part| match part {
            groupme_client::model::Attachment::Mentions(mentions) => Some(mentions),
            _ => None,
        });
        let mentions = mentioned.flat_map(|mentions| mentions.in_text(&text));
        let mentions = mentions.filter_map(|(user, words)| Some((user.clone(), words?.to_owned())));
        let mentions = mentions.collect();
        let message = Arc::clone(message);
        if let Some(room) = self.open_room_mut() {
            let before = core::mem::take(&mut room.composition);
            // An edit started during another one restores the composition from before both.
            let before = match before.edited {
                Some((_, before)) => before,
                None => Box::new(before),
            };
            room.composition = Composition {
                editor: Editor::new(text),
                edited: Some((message, before)),
                mentions,
                ..Composition::default()
            };
            room.selected = None;
        }
    }

    fn copy(&mut self, message: &Message) {
        let text = message.text.clone().unwrap_or_default();
        if text.is_empty() {
            self.show_info("This message has no text.");
            return;
        }
        self.effects.push(Effect::Copy(text));
        self.show_info("Copied, if the terminal allows it.");
    }

    /// Deletes a message. The user has confirmed.
    pub(super) fn delete(&mut self, message: &MessageId) {
        if let Some(conversation) = self.open.clone() {
            self.effects.push(Effect::Delete {
                conversation,
                message: message.clone(),
            });
        }
    }

    /// Reacts to the selected message; the same reaction again removes it.
    pub(super) fn react(&mut self, icon: LikeIcon) {
        let own = self.own.clone();
        let Some(room) = self.open_room_mut() else {
            return;
        };
        let Some(message) = room.selected_message().cloned() else {
            return;
        };
        let given = message.reactions.iter().flatten();
        let mut given = given.filter(|reaction| reaction.user_ids().contains(&own));
        let is_given = given.any(|reaction| reaction.icon().as_ref() == Some(&icon));
        let conversation = room.id.clone();
        self.effects.push(Effect::React {
            conversation,
            message: message.id.clone(),
            icon: Some(icon).filter(|_| !is_given),
        });
    }

    /// Carries out a command on a message that was given up: send again (`r`), drop (`d`), or edit
    /// (`e`). Returns false for other letters.
    fn handle_pending_key(&mut self, local_id: u64, key: &str) -> bool {
        let Some(room) = self.open_room_mut() else {
            return false;
        };
        let at = room.pending.iter().position(|it| it.local_id == local_id);
        let Some(at) = at.filter(|at| room.pending.get(*at).is_some_and(|it| it.failure.is_some()))
        else {
            self.show_info("The message is on its way, and is tried until it arrives.");
            return matches!(key, "r" | "e" | "d");
        };
        match key {
            "r" => {
                let conversation = room.id.clone();
                if let Some(pending) = room.pending.get_mut(at) {
                    pending.failure = None;
                    let draft = pending.draft.clone();
                    self.effects.push(Effect::Send {
                        conversation,
                        local_id,
                        draft,
                    });
                }
            }
            "d" => {
                room.pending.remove(at);
                room.selected = None;
            }
            "e" if !room.composition.is_untouched() => {
                self.show_info("Send or clear what is written first.");
            }
            "e" => {
                let pending = room.pending.remove(at);
                room.composition = *pending.composition;
                room.selected = None;
            }
            _ => return false,
        }
        true
    }
}

impl Room {
    /// Returns whether the other user of a direct conversation has read a message.
    pub(crate) fn is_read_by_other(&self, message: &MessageId) -> bool {
        matches!(self.kind, Kind::Direct(_))
            && self
                .read_by_other
                .as_ref()
                .is_some_and(|read| read >= message)
    }
}
