//! Actions: each goes to the open overlay, the selected message, or the composer, in this order.

use super::{
    Action, Confirmation, Edit, Effect, Overlay, State, completion::wrapping_step, editor::Editor,
};

impl State {
    pub(super) fn handle_action(&mut self, action: Action) {
        // No overlay and no selection changes the meaning of these two.
        match action {
            Action::Suspend => return self.effects.push(Effect::Suspend),
            Action::Redraw => return self.effects.push(Effect::Redraw),
            _ => {}
        }
        if self.handle_in_overlay(&action) || self.handle_on_selection(&action) {
            return;
        }
        match action {
            Action::Help => self.overlay = Overlay::Help { scroll: 0 },
            Action::GoTo => {
                let editor = Editor::default();
                self.overlay = Overlay::GoTo { editor, choice: 0 };
            }
            Action::Quit => self.overlay = Overlay::Confirm(Confirmation::Quit),
            Action::Cancel => {
                if !self.clear_composition() {
                    self.overlay = Overlay::Confirm(Confirmation::Quit);
                }
            }
            Action::NextRoom => self.move_room(true),
            Action::PreviousRoom => self.move_room(false),
            Action::NextUnread => self.open_unread(),
            Action::RoomAt(place) => {
                let id = self.ordered().get(place).map(|room| room.id.clone());
                if let Some(id) = id {
                    self.open_conversation(&id);
                }
            }
            Action::Search => {
                self.overlay = Overlay::Search {
                    editor: Editor::default(),
                }
            }
            Action::Date => {
                self.overlay = Overlay::Date {
                    editor: Editor::default(),
                    error: None,
                }
            }
            Action::Attach => {
                self.overlay = Overlay::Attach {
                    editor: Editor::default(),
                }
            }
            Action::PageUp | Action::PageDown | Action::Oldest | Action::Newest => {
                self.scroll(&action);
            }
            action => self.handle_in_composer(action),
        }
    }

    /// Applies an action to the selected message. Returns false if none is selected, or if the action
    /// is for the composer.
    fn handle_on_selection(&mut self, action: &Action) -> bool {
        let is_selected = self.open_room().is_some_and(|room| room.selected.is_some());
        if !is_selected {
            return false;
        }
        match action {
            Action::Up => self.move_selection(false),
            Action::Down => self.move_selection(true),
            Action::Escape => {
                self.step_back();
            }
            Action::Enter => {
                self.handle_message_key("r");
            }
            Action::Edit(Edit::Delete | Edit::Backspace) => {
                self.handle_message_key("d");
            }
            Action::Type(key) if key == "?" => self.overlay = Overlay::Help { scroll: 0 },
            Action::Type(key) => return self.handle_message_key(key),
            _ => return false,
        }
        true
    }

    /// Scrolls the conversation by pages.
    pub(super) fn scroll(&mut self, action: &Action) {
        let viewport = self.viewport.clone();
        if *action == Action::PageUp {
            if let Some(room) = self.open_room_mut() {
                room.holes.retry();
            }
            self.load_visible();
        }
        let Some(room) = self.open_room_mut() else {
            return;
        };
        match action {
            Action::PageUp if viewport.page_up.is_none() => {}
            Action::PageUp => room.position = viewport.page_up,
            Action::PageDown => room.position = viewport.page_down,
            Action::Oldest => room.selected = room.entry_at(0),
            _ => room.position = None,
        }
        if !matches!(action, Action::Oldest) {
            room.selected = None;
        }
    }

    fn handle_in_composer(&mut self, action: Action) {
        let columns = self.viewport.compose_columns.max(1);
        let Some(room) = self.open_room_mut() else {
            if action == Action::Type("?".to_owned()) {
                self.overlay = Overlay::Help { scroll: 0 };
            }
            return;
        };
        let composition = &mut room.composition;
        match action {
            Action::Type(key) if key == "?" && composition.editor.is_empty() => {
                self.overlay = Overlay::Help { scroll: 0 };
            }
            Action::Type(text) | Action::Paste(text) => {
                room.selected = None;
                composition.editor.insert(&text);
                composition.choice = 0;
                self.reset_dismissed();
                self.send_typing();
            }
            Action::Newline => composition.editor.insert("\n"),
            Action::Edit(edit) => {
                composition.editor.edit(edit);
                self.reset_dismissed();
            }
            Action::Up => self.go_up(columns),
            Action::Down => {
                if !self.choose(true)
                    && let Some(room) = self.open_room_mut()
                {
                    room.composition.editor.move_row(columns, true);
                }
            }
            Action::Tab if self.complete() => {}
            Action::Tab => self.open_unread(),
            Action::Enter => self.submit(),
            Action::Escape => {
                let _ = self.dismiss() || self.step_back();
            }
            _ => {}
        }
    }

    /// Moves up: among the completions, in the composer, or from its first row to the messages.
    fn go_up(&mut self, columns: usize) {
        let is_moved = self.choose(false)
            || self
                .open_room_mut()
                .is_some_and(|room| room.composition.editor.move_row(columns, false));
        if !is_moved {
            self.move_selection(false);
        }
    }

    /// Offers completions again once the dismissed `@` is gone.
    fn reset_dismissed(&mut self) {
        if let Some(room) = self.open_room_mut() {
            let composition = &mut room.composition;
            let text = composition.editor.text();
            let at = composition.dismissed;
            let is_there =
                at.is_some_and(|at| text.get(at..).is_some_and(|rest| rest.starts_with('@')));
            if !is_there {
                composition.dismissed = None;
            }
        }
    }

    fn move_room(&mut self, is_down: bool) {
        let ids: Vec<_> = self.ordered().iter().map(|room| room.id.clone()).collect();
        let at = ids.iter().position(|id| Some(id) == self.open.as_ref());
        let next = at.map_or(0, |at| wrapping_step(at, ids.len(), is_down));
        if let Some(id) = ids.get(next) {
            self.open_conversation(id);
        }
    }

    /// Opens the first other conversation with unread messages; one with a message for the user goes
    /// before all others.
    fn open_unread(&mut self) {
        let rooms = self.ordered();
        let mut unread = rooms.iter().filter(|room| {
            room.unread.count > 0 && Some(&room.id) != self.open.as_ref() && !room.is_muted
        });
        let personal = unread.clone().find(|room| room.unread.is_personal);
        let next = personal
            .or_else(|| unread.next())
            .map(|room| room.id.clone());
        match next {
            Some(id) => self.open_conversation(&id),
            None => self.show_info("Everything is read."),
        }
    }
}
