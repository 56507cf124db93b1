//! Search in the loaded messages of the open conversation.

use std::sync::Arc;

use groupme_client::model::Message;

use super::{Action, EntryId, Overlay, State, editor::Editor, overlay::edit_prompt};

impl State {
    pub(super) fn handle_search(&mut self, mut editor: Editor, action: &Action) {
        match action {
            // The found message stays selected.
            Action::Escape | Action::Cancel => {
                if editor.is_empty() {
                    self.step_back();
                }
                return;
            }
            Action::Enter | Action::Up | Action::BackTab | Action::Search => {
                self.find(editor.text(), Direction::Older);
            }
            Action::Down | Action::Tab => self.find(editor.text(), Direction::Newer),
            Action::PageUp | Action::PageDown => self.scroll(action),
            action => {
                edit_prompt(&mut editor, action);
                self.find(editor.text(), Direction::Newest);
            }
        }
        self.overlay = Overlay::Search { editor };
    }

    /// Selects the next match in a direction. At the oldest match, loads more of the history.
    fn find(&mut self, query: &str, direction: Direction) {
        let Some(room) = self.open_room_mut() else {
            return;
        };
        if query.is_empty() {
            room.selected = None;
            room.position = None;
            return;
        }
        let at = room.selected.as_ref().map(|entry| room.entry_index(entry));
        let found = |message: &&Arc<Message>| is_match(message, query);
        let older = |end: usize| {
            room.messages
                .get(..end)
                .and_then(|part| part.iter().rfind(found))
        };
        let hit = match (direction, at) {
            (Direction::Older, Some(at)) => older(at.min(room.messages.len())),
            (Direction::Newer, Some(at)) => {
                let rest = room.messages.get(at.saturating_add(1)..);
                rest.and_then(|rest| rest.iter().find(found))
            }
            _ => older(room.messages.len()),
        };
        match hit {
            Some(message) => room.selected = Some(EntryId::Message(message.id.clone())),
            None if direction == Direction::Newest => {
                room.selected = None;
                room.position = None;
            }
            None if direction == Direction::Older => self.load_older(),
            None => {}
        }
    }

    /// Loads the page before the oldest loaded message; the next key continues the search there.
    fn load_older(&mut self) {
        let Some(id) = self.open.clone() else {
            return;
        };
        let hole = self.open_room().and_then(|room| {
            let oldest = room.messages.first()?;
            Some(room.holes.between(None, &oldest.id)?.0.clone())
        });
        if hole.is_some() {
            self.load_before(&id, hole);
            self.show_info("Nothing older is loaded: loading more. Enter searches on.");
        } else {
            self.show_info("This is the oldest one.");
        }
    }

    /// Returns the number of matches, and the index of the selected one, counted from the newest.
    pub(crate) fn hits(&self, query: &str) -> (usize, Option<usize>) {
        let Some(room) = self.open_room().filter(|_| !query.is_empty()) else {
            return (0, None);
        };
        let found = room
            .messages
            .iter()
            .rev()
            .filter(|message| is_match(message, query));
        let found: Vec<_> = found.map(|message| &message.id).collect();
        let selected = room.selected_message().map(|message| &message.id);
        let at = found.iter().position(|id| Some(*id) == selected);
        (found.len(), at)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// Backward from the newest message, for a changed query.
    Newest,
    /// Backward from the current match.
    Older,
    /// Forward from the current match.
    Newer,
}

/// Returns whether text or author of a message contain the query, in any case of letters.
fn is_match(message: &Message, query: &str) -> bool {
    let query = query.to_lowercase();
    let has = |text: &Option<String>| {
        text.as_ref()
            .is_some_and(|text| text.to_lowercase().contains(&query))
    };
    has(&message.text) || has(&message.name)
}
