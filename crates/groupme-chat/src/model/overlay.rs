//! Overlays: help, prompts and confirmations over the conversation, which take all keys.

use groupme_client::{ConversationId, LikeIcon, MessageId, Timestamp, UserId};
use jiff::{Span, ToSpan as _, civil::Date};

use super::{
    Action, Effect, FileState, Kind, Room, State, completion::wrapping_step, composition::File,
    editor::Editor,
};

/// Overlay that takes the keys.
#[derive(Clone, Debug, Default)]
pub(crate) enum Overlay {
    #[default]
    None,
    Help {
        scroll: u16,
    },
    /// List of conversations whose names match the typed text.
    GoTo {
        editor: Editor,
        choice: usize,
    },
    /// Search in the loaded messages.
    Search {
        editor: Editor,
    },
    /// Date to jump to.
    Date {
        editor: Editor,
        error: Option<String>,
    },
    /// File to attach.
    Attach {
        editor: Editor,
    },
    /// Choice of a reaction to the selected message.
    React {
        choice: usize,
    },
    /// Details of the selected message.
    Details {
        scroll: u16,
    },
    /// Question before an action.
    Confirm(Confirmation),
}

/// Action that is carried out with `y` or Enter, and dropped with any other key. Many messages take `y`:
/// an Enter may be the second line break of a text that was pasted as keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Confirmation {
    Delete(MessageId),
    Quit,
    /// A long text is sent in this number of messages.
    SendParts(usize),
}

/// Offered reactions.
pub(crate) const REACTIONS: [&str; 8] =
    ["\u{2764}\u{fe0f}", "👍", "😂", "😮", "😢", "🎉", "🙏", "👀"];

/// Match of the go-to prompt.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Destination<'s> {
    Room(&'s Room),
    /// User without a conversation so far.
    Person(&'s UserId),
}

impl State {
    /// Applies an action to the open overlay. Returns false if none is open.
    pub(super) fn handle_in_overlay(&mut self, action: &Action) -> bool {
        let layer = core::mem::take(&mut self.overlay);
        match layer {
            Overlay::None => return false,
            Overlay::Help { scroll } => self.handle_help(scroll, action),
            Overlay::Details { scroll } => {
                if let Some(scroll) = scrolled(scroll, action) {
                    self.overlay = Overlay::Details { scroll };
                }
            }
            Overlay::Confirm(confirmation) => self.handle_confirmation(&confirmation, action),
            Overlay::React { choice } => self.handle_react(choice, action),
            Overlay::GoTo { editor, choice } => self.handle_go_to(editor, choice, action),
            Overlay::Search { editor } => self.handle_search(editor, action),
            Overlay::Date { editor, .. } => self.handle_date(editor, action),
            Overlay::Attach { editor } => self.handle_attach(editor, action),
        }
        true
    }

    fn handle_help(&mut self, scroll: u16, action: &Action) {
        if let Some(scroll) = scrolled(scroll, action) {
            self.overlay = Overlay::Help { scroll };
        } else if *action == Action::Type("?".to_owned()) {
            // The first question mark opened the help instead of being typed.
            if let Some(room) = self.open_room_mut() {
                room.composition.editor.insert("?");
            }
        }
    }

    fn handle_confirmation(&mut self, confirmation: &Confirmation, action: &Action) {
        let is_yes = match action {
            Action::Enter => !matches!(confirmation, Confirmation::SendParts(_)),
            Action::Type(key) => key.eq_ignore_ascii_case("y"),
            // A second Ctrl-C or Ctrl-Q confirms the first.
            Action::Cancel | Action::Quit => *confirmation == Confirmation::Quit,
            _ => false,
        };
        if !is_yes {
            return;
        }
        match confirmation {
            Confirmation::Delete(message) => self.delete(message),
            Confirmation::Quit => self.effects.push(Effect::Quit),
            Confirmation::SendParts(_) => self.send_composition(),
        }
    }

    fn handle_react(&mut self, choice: usize, action: &Action) {
        let count = REACTIONS.len();
        let chosen = match action {
            Action::Edit(super::Edit::Right) | Action::Tab | Action::Down => {
                let choice = wrapping_step(choice, count, true);
                self.overlay = Overlay::React { choice };
                return;
            }
            Action::Edit(super::Edit::Left) | Action::BackTab | Action::Up => {
                let choice = wrapping_step(choice, count, false);
                self.overlay = Overlay::React { choice };
                return;
            }
            Action::Enter => REACTIONS.get(choice).copied(),
            Action::Type(key) => match key.parse::<usize>() {
                Ok(number) => number
                    .checked_sub(1)
                    .and_then(|at| REACTIONS.get(at))
                    .copied(),
                // Another emoji, typed or pasted.
                Err(_) => Some(key.as_str()).filter(|key| !key.is_ascii()),
            },
            Action::Paste(text) => Some(text.trim()).filter(|text| !text.is_ascii()),
            _ => None,
        };
        if let Some(code) = chosen {
            self.react(LikeIcon::unicode(code));
        }
    }

    /// Returns the conversations whose names have all words of the query, and then the known users
    /// without a conversation.
    pub(crate) fn destinations(&self, query: &str) -> Vec<Destination<'_>> {
        let query = query.to_lowercase();
        let words: Vec<&str> = query.split_whitespace().collect();
        let fits = |name: &str| {
            let name = name.to_lowercase();
            words.iter().all(|word| name.contains(word))
        };
        let rooms = self.ordered().into_iter();
        let rooms = rooms.filter(|room| fits(&self.full_name(room)));
        let is_new = |user: &UserId| {
            let mut rooms = self.rooms.values();
            *user != self.own && !rooms.any(|room| room.kind == Kind::Direct(user.clone()))
        };
        let people = self
            .names
            .all()
            .filter(|(user, name)| !words.is_empty() && fits(name) && is_new(user));
        let people = people.map(|(user, _)| Destination::Person(user));
        rooms.map(Destination::Room).chain(people).collect()
    }

    /// Returns the name of a conversation; for a topic, with the name of its group.
    pub(crate) fn full_name(&self, room: &Room) -> String {
        match &room.kind {
            Kind::Topic { group, .. } => {
                let group = self.rooms.get(&ConversationId::from(group.as_str()));
                let group = group.map_or("", |group| group.name.as_str());
                format!("{group} / {}", room.name)
            }
            _ => room.name.clone(),
        }
    }

    fn handle_go_to(&mut self, mut editor: Editor, mut choice: usize, action: &Action) {
        let count = self.destinations(editor.text()).len();
        match action {
            Action::Escape | Action::Cancel => return,
            Action::Enter => {
                let destinations = self.destinations(editor.text());
                match destinations.get(choice) {
                    Some(Destination::Room(room)) => {
                        let id = room.id.clone();
                        self.open_conversation(&id);
                    }
                    Some(Destination::Person(user)) => {
                        let user = (*user).clone();
                        let room = self.direct_room(&user).map(|room| room.id.clone());
                        if let Some(id) = room {
                            self.open_conversation(&id);
                        }
                    }
                    None => {}
                }
                return;
            }
            Action::Up | Action::BackTab | Action::PreviousRoom => {
                choice = wrapping_step(choice, count, false);
            }
            Action::Down | Action::Tab | Action::NextRoom => {
                choice = wrapping_step(choice, count, true);
            }
            action => {
                edit_prompt(&mut editor, action);
                choice = 0;
            }
        }
        self.overlay = Overlay::GoTo { editor, choice };
    }

    fn handle_date(&mut self, mut editor: Editor, action: &Action) {
        let mut error = None;
        match action {
            Action::Escape | Action::Cancel => return,
            Action::Enter => match self.parse_date(editor.text()) {
                Ok(time) => {
                    if let Some(conversation) = self.open.clone() {
                        self.effects.push(Effect::LoadSince { conversation, time });
                        self.show_info("Loading…");
                    }
                    return;
                }
                Err(reason) => error = Some(reason),
            },
            action => edit_prompt(&mut editor, action),
        }
        self.overlay = Overlay::Date { editor, error };
    }

    /// Parses a day: `2025-12-31`, `12-31`, `today`, `yesterday`, or a time ago such as `3w`. Returns
    /// its first moment.
    fn parse_date(&self, text: &str) -> Result<Timestamp, String> {
        let text = text.trim().to_lowercase();
        let zone = &self.settings.zone;
        let now = jiff::Timestamp::from_millisecond(self.now.as_millis());
        let today = now
            .map_err(|error| error.to_string())?
            .to_zoned(zone.clone())
            .date();
        let unclear =
            || "Write a day as 2025-12-31 or 12-31, or as yesterday, 7d, 3w, 6m, 1y.".to_owned();
        let day = match text.as_str() {
            "today" => today,
            "yesterday" => today.yesterday().map_err(|_| unclear())?,
            text => match parse_ago(text) {
                Some(span) => today.checked_sub(span).map_err(|_| unclear())?,
                None => parse_date(text, today).ok_or_else(unclear)?,
            },
        };
        let start = day.to_zoned(zone.clone()).map_err(|_| unclear())?;
        Ok(Timestamp::from_millis(start.timestamp().as_millisecond()))
    }

    fn handle_attach(&mut self, mut editor: Editor, action: &Action) {
        match action {
            Action::Escape | Action::Cancel => return,
            Action::Enter => {
                let path = unquoted(editor.text().trim());
                if !path.is_empty() {
                    self.attach(path);
                }
                return;
            }
            action => edit_prompt(&mut editor, action),
        }
        self.overlay = Overlay::Attach { editor };
    }

    /// Attaches a file to the composition, and requests its upload.
    fn attach(&mut self, path: String) {
        let local_id = self.new_local_id();
        let Some(room) = self.open_room_mut() else {
            return;
        };
        let conversation = room.id.clone();
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        room.composition.files.push(File {
            local_id,
            name,
            state: FileState::Uploading(0),
        });
        self.effects.push(Effect::Upload {
            conversation,
            local_id,
            path,
        });
    }
}

/// Applies an action to a prompt of one line.
pub(super) fn edit_prompt(editor: &mut Editor, action: &Action) {
    match action {
        Action::Type(text) | Action::Paste(text) => editor.insert(&text.replace(['\n', '\r'], " ")),
        Action::Edit(edit) => editor.edit(*edit),
        _ => {}
    }
}

/// Returns the new first row of a scrolled text, or `None` if the action does not scroll.
fn scrolled(scroll: u16, action: &Action) -> Option<u16> {
    match action {
        Action::Down => Some(scroll.saturating_add(1)),
        Action::Up => Some(scroll.saturating_sub(1)),
        Action::PageDown => Some(scroll.saturating_add(10)),
        Action::PageUp => Some(scroll.saturating_sub(10)),
        Action::Type(key) if key == "j" => Some(scroll.saturating_add(1)),
        Action::Type(key) if key == "k" => Some(scroll.saturating_sub(1)),
        _ => None,
    }
}

/// Parses a time ago, such as `7d`, `3w`, `6m` or `1y`.
fn parse_ago(text: &str) -> Option<Span> {
    let unit = text.chars().next_back()?;
    let number: i32 = text.strip_suffix(unit)?.trim().parse().ok()?;
    let number = Some(number).filter(|number| (0..10_000).contains(number))?;
    match unit {
        'd' => Some(number.days()),
        'w' => Some(number.weeks()),
        'm' => Some(number.months()),
        'y' => Some(number.years()),
        _ => None,
    }
}

/// Parses a date with or without its year. Without a year, a day after today is one of last year.
fn parse_date(text: &str, today: Date) -> Option<Date> {
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    let date = Date::new(today.year(), month, day).ok()?;
    if date > today {
        return Date::new(today.year() - 1, month, day).ok();
    }
    Some(date)
}

/// Removes the quotes and backslashes that terminals put around the path of a dropped file.
fn unquoted(path: &str) -> String {
    for quote in ['\'', '"'] {
        let inner = path
            .strip_prefix(quote)
            .and_then(|path| path.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner.to_owned();
        }
    }
    path.strip_prefix("file://")
        .unwrap_or(path)
        .replace("\\ ", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_with_and_without_their_year() {
        let today = Date::constant(2026, 3, 10);
        assert_eq!(
            parse_date("2025-12-31", today),
            Some(Date::constant(2025, 12, 31))
        );
        assert_eq!(parse_date("03-09", today), Some(Date::constant(2026, 3, 9)));
        assert_eq!(
            parse_date("12-31", today),
            Some(Date::constant(2025, 12, 31))
        );
        assert_eq!(parse_date("13-31", today), None);
        assert!(
            parse_ago("3w").is_some() && parse_ago("w").is_none() && parse_ago("-3w").is_none()
        );
    }

    #[test]
    fn a_dropped_file_is_found() {
        assert_eq!(unquoted("'/media/a b.png'"), "/media/a b.png");
        assert_eq!(unquoted("/media/a\\ b.png"), "/media/a b.png");
        assert_eq!(unquoted("file:///media/a.png"), "/media/a.png");
    }
}
