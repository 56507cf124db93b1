//! What lies over the conversation: help, prompts, questions.

use groupme_client::{ConversationId, LikeIcon, MessageId, Timestamp, UserId};
use jiff::{Span, ToSpan as _, civil::Date};

use super::{
    Action, Effect, FileState, Kind, Room, State, completion::step, composition::File,
    editor::Editor,
};

/// Layer over the conversation, which takes the keys.
#[derive(Clone, Debug, Default)]
pub(crate) enum Layer {
    #[default]
    None,
    Help {
        scroll: u16,
    },
    /// List of conversations, narrowed by what is typed.
    GoTo {
        editor: Editor,
        choice: usize,
    },
    /// Search in what is loaded.
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
    /// Reaction to the selected message.
    React {
        choice: usize,
    },
    /// All about the selected message.
    Details {
        scroll: u16,
    },
    Question(Question),
}

/// Question that is answered with `y` or Enter, or with any other key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    Delete(MessageId),
    Quit,
}

/// Reactions that are offered.
pub(crate) const REACTIONS: [&str; 8] =
    ["\u{2764}\u{fe0f}", "👍", "😂", "😮", "😢", "🎉", "🙏", "👀"];

/// Place to go to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Destination<'s> {
    Room(&'s Room),
    /// User without a direct conversation so far.
    Person(&'s UserId),
}

impl State {
    /// Lets the layer handle an action. Returns false if there is none that does.
    pub(super) fn handle_in_layer(&mut self, action: &Action) -> bool {
        let layer = core::mem::take(&mut self.layer);
        match layer {
            Layer::None => return false,
            Layer::Help { scroll } => self.handle_help(scroll, action),
            Layer::Details { scroll } => {
                if let Some(scroll) = scrolled(scroll, action) {
                    self.layer = Layer::Details { scroll };
                }
            }
            Layer::Question(question) => self.handle_question(&question, action),
            Layer::React { choice } => self.handle_react(choice, action),
            Layer::GoTo { editor, choice } => self.handle_go_to(editor, choice, action),
            Layer::Search { editor } => self.handle_search(editor, action),
            Layer::Date { editor, .. } => self.handle_date(editor, action),
            Layer::Attach { editor } => self.handle_attach(editor, action),
        }
        true
    }

    fn handle_help(&mut self, scroll: u16, action: &Action) {
        if let Some(scroll) = scrolled(scroll, action) {
            self.layer = Layer::Help { scroll };
        } else if *action == Action::Type("?".to_owned()) {
            // The second question mark is meant for the message.
            if let Some(room) = self.open_room_mut() {
                room.composition.editor.insert("?");
            }
        }
    }

    fn handle_question(&mut self, question: &Question, action: &Action) {
        let is_yes = match action {
            Action::Enter => true,
            Action::Type(key) => key.eq_ignore_ascii_case("y"),
            // A second Ctrl-C or Ctrl-Q means it.
            Action::Cancel | Action::Quit => *question == Question::Quit,
            _ => false,
        };
        if !is_yes {
            return;
        }
        match question {
            Question::Delete(message) => self.delete(message),
            Question::Quit => self.effects.push(Effect::Quit),
        }
    }

    fn handle_react(&mut self, choice: usize, action: &Action) {
        let count = REACTIONS.len();
        let chosen = match action {
            Action::Edit(super::Edit::Right) | Action::Tab | Action::Down => {
                let choice = step(choice, count, true);
                self.layer = Layer::React { choice };
                return;
            }
            Action::Edit(super::Edit::Left) | Action::BackTab | Action::Up => {
                let choice = step(choice, count, false);
                self.layer = Layer::React { choice };
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

    /// Returns the conversations whose name has all words that are typed, and then the people to whom
    /// the user has not written yet.
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

    /// Returns the name of a conversation, that of a topic with its group.
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
                choice = step(choice, count, false);
            }
            Action::Down | Action::Tab | Action::NextRoom => choice = step(choice, count, true),
            action => {
                write(&mut editor, action);
                choice = 0;
            }
        }
        self.layer = Layer::GoTo { editor, choice };
    }

    fn handle_date(&mut self, mut editor: Editor, action: &Action) {
        let mut error = None;
        match action {
            Action::Escape | Action::Cancel => return,
            Action::Enter => match self.parse_date(editor.text()) {
                Ok(time) => {
                    if let Some(conversation) = self.open.clone() {
                        self.effects.push(Effect::LoadSince { conversation, time });
                        self.tell("Loading…");
                    }
                    return;
                }
                Err(reason) => error = Some(reason),
            },
            action => write(&mut editor, action),
        }
        self.layer = Layer::Date { editor, error };
    }

    /// Reads a day: a date, one of this year, `today`, `yesterday`, or a time ago such as `3w`.
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
            text => match ago(text) {
                Some(span) => today.checked_sub(span).map_err(|_| unclear())?,
                None => date(text, today).ok_or_else(unclear)?,
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
            action => write(&mut editor, action),
        }
        self.layer = Layer::Attach { editor };
    }

    /// Begins to upload a file for the written message.
    fn attach(&mut self, path: String) {
        let number = self.number();
        let Some(room) = self.open_room_mut() else {
            return;
        };
        let conversation = room.id.clone();
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        room.composition.files.push(File {
            number,
            name,
            state: FileState::Uploading(0),
        });
        self.effects.push(Effect::Upload {
            conversation,
            number,
            path,
        });
    }
}

/// Lets a prompt of one line handle an action.
pub(super) fn write(editor: &mut Editor, action: &Action) {
    match action {
        Action::Type(text) | Action::Paste(text) => editor.insert(&text.replace(['\n', '\r'], " ")),
        Action::Edit(edit) => editor.edit(*edit),
        _ => {}
    }
}

/// Returns the new position of a text that is scrolled; `None` if the action is another one.
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

/// Reads a time ago, such as `7d`, `3w`, `6m` or `1y`.
fn ago(text: &str) -> Option<Span> {
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

/// Reads a date with or without its year. A day that is yet to come is one of last year.
fn date(text: &str, today: Date) -> Option<Date> {
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
            date("2025-12-31", today),
            Some(Date::constant(2025, 12, 31))
        );
        assert_eq!(date("03-09", today), Some(Date::constant(2026, 3, 9)));
        assert_eq!(date("12-31", today), Some(Date::constant(2025, 12, 31)));
        assert_eq!(date("13-31", today), None);
        assert!(ago("3w").is_some() && ago("w").is_none() && ago("-3w").is_none());
    }

    #[test]
    fn a_dropped_file_is_found() {
        assert_eq!(unquoted("'/media/a b.png'"), "/media/a b.png");
        assert_eq!(unquoted("/media/a\\ b.png"), "/media/a b.png");
        assert_eq!(unquoted("file:///media/a.png"), "/media/a.png");
    }
}
