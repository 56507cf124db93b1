//! Key bindings: events of the terminal as inputs of the model.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::model::{Action, Edit, Input};

/// Returns the input of a terminal event; `None` for events without a meaning here.
pub(super) fn input(event: Event) -> Option<Input<'static>> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => action(key).map(Input::Action),
        Event::Paste(text) => Some(Input::Action(Action::Paste(text))),
        Event::Resize(columns, rows) => Some(Input::Resized(columns, rows)),
        Event::FocusGained => Some(Input::Focus(true)),
        Event::FocusLost => Some(Input::Focus(false)),
        _ => None,
    }
}

fn action(key: KeyEvent) -> Option<Action> {
    let has_ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    let has_alt = key.modifiers.contains(KeyModifiers::ALT);
    let has_shift = key.modifiers.contains(KeyModifiers::SHIFT);
    Some(match key.code {
        KeyCode::Char(letter) if has_ctrl => return control(letter),
        KeyCode::Char(letter) if has_alt => return alt(letter),
        KeyCode::Char(letter) => Action::Type(letter.to_string()),
        KeyCode::Enter if has_alt || has_shift || has_ctrl => Action::Newline,
        KeyCode::Enter => Action::Enter,
        KeyCode::Tab => Action::Tab,
        KeyCode::BackTab => Action::BackTab,
        KeyCode::Esc => Action::Escape,
        KeyCode::Backspace if has_alt || has_ctrl => Action::Edit(Edit::CutWord),
        KeyCode::Backspace => Action::Edit(Edit::Backspace),
        KeyCode::Delete => Action::Edit(Edit::Delete),
        KeyCode::Left if has_alt || has_ctrl => Action::Edit(Edit::WordLeft),
        KeyCode::Left => Action::Edit(Edit::Left),
        KeyCode::Right if has_alt || has_ctrl => Action::Edit(Edit::WordRight),
        KeyCode::Right => Action::Edit(Edit::Right),
        KeyCode::Up if has_alt || has_ctrl => Action::PreviousRoom,
        KeyCode::Up => Action::Up,
        KeyCode::Down if has_alt || has_ctrl => Action::NextRoom,
        KeyCode::Down => Action::Down,
        KeyCode::Home if has_ctrl => Action::Oldest,
        KeyCode::Home => Action::Edit(Edit::Home),
        KeyCode::End if has_ctrl => Action::Newest,
        KeyCode::End => Action::Edit(Edit::End),
        KeyCode::PageUp if has_ctrl => Action::PreviousRoom,
        KeyCode::PageUp => Action::PageUp,
        KeyCode::PageDown if has_ctrl => Action::NextRoom,
        KeyCode::PageDown => Action::PageDown,
        KeyCode::F(1) => Action::Help,
        _ => return None,
    })
}

fn control(letter: char) -> Option<Action> {
    Some(match letter.to_ascii_lowercase() {
        'a' => Action::Edit(Edit::Home),
        'c' => Action::Cancel,
        'd' => Action::Edit(Edit::Delete),
        'e' => Action::Edit(Edit::End),
        'f' => Action::Search,
        'g' => Action::Date,
        'h' => Action::Edit(Edit::Backspace),
        'j' => Action::Newline,
        'k' => Action::GoTo,
        'l' => Action::Redraw,
        'n' => Action::NextRoom,
        'o' => Action::Attach,
        'p' => Action::PreviousRoom,
        'q' => Action::Quit,
        'u' => Action::Edit(Edit::CutHome),
        'w' => Action::Edit(Edit::CutWord),
        'y' => Action::Edit(Edit::Yank),
        'z' => Action::Suspend,
        _ => return None,
    })
}

fn alt(letter: char) -> Option<Action> {
    Some(match letter {
        '1'..='9' => Action::RoomAt(usize::from(letter as u8 - b'1')),
        'a' => Action::NextUnread,
        'b' => Action::Edit(Edit::WordLeft),
        'f' => Action::Edit(Edit::WordRight),
        'k' => Action::Edit(Edit::CutEnd),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: KeyCode, modifiers: KeyModifiers) -> Option<Action> {
        action(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn letters_are_typed_and_commands_are_not() {
        let (none, ctrl, alt) = (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT);
        assert_eq!(
            of(KeyCode::Char('k'), none),
            Some(Action::Type("k".to_owned()))
        );
        assert_eq!(
            of(KeyCode::Char('K'), KeyModifiers::SHIFT),
            Some(Action::Type("K".to_owned()))
        );
        assert_eq!(of(KeyCode::Char('k'), ctrl), Some(Action::GoTo));
        assert_eq!(of(KeyCode::Char('3'), alt), Some(Action::RoomAt(2)));
        assert_eq!(of(KeyCode::Enter, alt), Some(Action::Newline));
        assert_eq!(of(KeyCode::Char('j'), ctrl), Some(Action::Newline));
        assert_eq!(of(KeyCode::F(7), none), None);
    }

    #[test]
    fn a_key_that_is_let_go_does_nothing() {
        let mut key = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        key.kind = KeyEventKind::Release;
        assert!(input(Event::Key(key)).is_none());
    }
}
