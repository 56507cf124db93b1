//! Sending of the composed message, edits, and typing notices.

use core::time::Duration;

use groupme_client::Draft;

use super::{
    Composition, Confirmation, Effect, EntryId, Overlay, Pending, State, later, room::Room,
};

/// Shortest time between two typing notices: less than the five seconds for which one is shown.
const TYPING_INTERVAL: Duration = Duration::from_secs(4);

/// Most messages in which a long text is sent without a question.
const MAX_UNASKED_PARTS: usize = 5;

impl State {
    /// Sends the composed message, or saves the edit. Asks first if the text takes many messages.
    pub(super) fn submit(&mut self) {
        let Some(room) = self.open_room() else {
            return;
        };
        if room.composition.edited.is_some() {
            self.save_edit();
            return;
        }
        if room.composition.is_blank() {
            return;
        }
        if room.composition.is_uploading() {
            self.show_info(
                "The file is still on its way to GroupMe: wait for it, or Ctrl-C drops it.",
            );
            return;
        }
        let parts = room.composition.drafts().len();
        if parts > MAX_UNASKED_PARTS {
            self.overlay = Overlay::Confirm(Confirmation::SendParts(parts));
        } else {
            self.send_composition();
        }
    }

    /// Sends the composed message, in parts if it is long.
    pub(super) fn send_composition(&mut self) {
        let Some(room) = self.open_room() else {
            return;
        };
        let written = room.composition.clone();
        let drafts = written.drafts();
        let parts = drafts.len();
        for (index, draft) in drafts.into_iter().enumerate() {
            self.send(draft, &written, index == 0);
        }
        if parts > 1 {
            self.show_info(format!(
                "The text is too long for one message: sent in {parts}."
            ));
        }
        if let Some(room) = self.open_room_mut() {
            let _ = room.composition.editor.take();
            room.composition.reply = None;
            room.composition.files.clear();
            room.composition.mentions.clear();
            room.selected = None;
            room.position = None;
            room.unread_marker = None;
        }
    }

    /// Sends one message of the composition.
    fn send(&mut self, draft: Draft, written: &Composition, is_first: bool) {
        let (local_id, now) = (self.new_local_id(), self.now);
        let Some(room) = self.open_room_mut() else {
            return;
        };
        let conversation = room.id.clone();
        let text = draft.clone().for_edit().ok().and_then(|body| body.text);
        let text = text.unwrap_or_default();
        let written = Box::new(written.for_part(&text, is_first));
        let attached = written.files.iter().map(|file| file.name.clone());
        room.pending.push(Pending {
            local_id,
            guid: None,
            draft: draft.clone(),
            attached: attached.collect(),
            text,
            composition: written,
            since: now,
            failure: None,
        });
        self.effects.push(Effect::Send {
            conversation,
            local_id,
            draft,
        });
    }

    fn save_edit(&mut self) {
        let Some(room) = self.open_room_mut() else {
            return;
        };
        let Some((message, _)) = &room.composition.edited else {
            return;
        };
        // Its attachments may have changed since the edit began.
        let message = room.message(&message.id).unwrap_or(message).clone();
        let text = room.composition.editor.text().trim();
        let length = text.chars().count();
        let has_text = !text.is_empty();
        let is_same = message.text.as_deref() == Some(text);
        let draft = room.composition.edited_draft(&message);
        if length > Draft::TEXT_LIMIT {
            let limit = Draft::TEXT_LIMIT;
            self.show_error(format!(
                "The text has {length} characters, and GroupMe takes {limit}."
            ));
            return;
        }
        if !has_text && message.attachments.is_empty() {
            self.show_info(
                "An empty text: Esc leaves the message as it is, `d` deletes a selected one.",
            );
            return;
        }
        let conversation = room.id.clone();
        end_edit(room);
        room.selected =
            Some(EntryId::Message(message.id.clone())).filter(|_| room.position.is_some());
        if !is_same {
            self.effects.push(Effect::Edit {
                conversation,
                message: message.id.clone(),
                draft,
            });
        }
    }

    /// Leaves the innermost of selection, edit, reply and scrolling. Returns false if there is none.
    pub(super) fn step_back(&mut self) -> bool {
        let Some(room) = self.open_room_mut() else {
            return false;
        };
        if room.selected.is_some() {
            room.selected = None;
            room.position = None;
        } else if room.composition.edited.is_some() {
            end_edit(room);
        } else if room.composition.reply.is_some() {
            room.composition.reply = None;
        } else if room.position.is_some() {
            room.position = None;
        } else {
            return false;
        }
        true
    }

    /// Clears the composer, or leaves the edit. Returns false if there is nothing to clear.
    pub(super) fn clear_composition(&mut self) -> bool {
        let Some(room) = self.open_room_mut() else {
            return false;
        };
        let composition = &mut room.composition;
        if composition.edited.is_some() {
            end_edit(room);
        } else if !composition.is_blank()
            || composition.reply.is_some()
            || !composition.editor.is_empty()
        {
            let _ = composition.editor.take();
            composition.files.clear();
            composition.mentions.clear();
            composition.reply = None;
        } else {
            return false;
        }
        true
    }

    /// Sends a typing notice, unless the last one was less than [`TYPING_INTERVAL`] ago.
    pub(super) fn send_typing(&mut self) {
        let now = self.now;
        let Some(room) = self.open_room_mut() else {
            return;
        };
        let is_due = room
            .typing_sent_at
            .is_none_or(|at| later(at, TYPING_INTERVAL) <= now);
        if !is_due || room.composition.editor.is_empty() || room.composition.edited.is_some() {
            return;
        }
        room.typing_sent_at = Some(now);
        let id = room.id.clone();
        self.effects.push(Effect::SendTyping(id));
    }
}

fn end_edit(room: &mut Room) {
    if let Some((_, before)) = room.composition.edited.take() {
        room.composition = *before;
    }
}
