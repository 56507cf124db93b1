//! Chat without terminal and network, for tests: events are JSON, time is virtual.

use core::fmt::Write as _;
use core::time::Duration;

use bayeux_wire::{Decoder, Frame};
use groupme_client::{
    ConversationId, EventRef, MessageId, SourceGuid, Timestamp,
    model::{Chat as DirectChat, Message},
};
use jiff::tz::TimeZone;
use ratatui::{Terminal, backend::TestBackend, layout::Position};

use crate::{
    model::{Action, Edit, Effect, Input, Outcome, Settings, State},
    view::{self, Theme},
};

/// Time at which every test begins: a Monday, 12:00 UTC.
pub(crate) const START: i64 = 1_800_273_600;

/// Chat of the user 1, who is a member of the group 100 and writes to the user 2.
pub(crate) struct TestChat {
    pub(crate) state: State,
    pub(crate) now: Timestamp,
    effects: Vec<Effect>,
    next_id: i64,
}

impl TestChat {
    /// Returns a chat that is connected and has loaded its conversations, with the group open.
    pub(crate) fn new() -> Self {
        let mut chat = Self::empty();
        chat.load(&[]);
        chat.event("/user/1", r#"{"type":"subscribe"}"#);
        chat.state
            .update(chat.now, Input::Status(&groupme_client::Status::CaughtUp));
        chat.answer_pages();
        chat.pass(Duration::from_secs(10));
        // The first frame reports the width of the composer.
        chat.draw(80, 24);
        chat.take();
        chat
    }

    /// Returns a chat that has loaded nothing.
    pub(crate) fn empty() -> Self {
        let settings = Settings {
            zone: TimeZone::UTC,
            notify_all: false,
        };
        // Toasts of the start have expired when the test begins.
        let now = Timestamp::from_secs(START - 10);
        Self {
            state: State::new("1".into(), settings, now),
            now,
            effects: Vec::new(),
            next_id: 1,
        }
    }

    /// Loads a group of three and a direct conversation; `read` are receipts, as conversation and
    /// message.
    pub(crate) fn load(&mut self, read: &[(&str, &str)]) {
        let group = r#"{"type":"membership.create","subject":{"id":"100","name":"Lake"}}"#;
        self.event("/user/1", group);
        let chat = read_json::<DirectChat>(
            r#"{"other_user":{"id":"2","name":"Mara"},"updated_at":1800000000,
                "last_message":{"id":"180000000000000001","text":"hi","chat_id":"1+2","sender_id":"2","created_at":1800000000}}"#,
        );
        let receipts = read.iter().map(|(conversation, message)| {
            read_json(&format!(
                r#"{{"conversation_id":"{conversation}","last_read_message_id":"{message}"}}"#
            ))
        });
        let loaded = Outcome::Loaded {
            chats: vec![chat],
            receipts: receipts.collect(),
            name: Some("Robin".to_owned()),
        };
        self.update(Input::Outcome(loaded));
        for (user, name) in [("2", "Mara"), ("3", "Theo"), ("4", "雪 Yuki")] {
            self.state.names.learn(&user.into(), Some(name));
        }
    }

    /// Answers all requests for history with empty pages.
    pub(crate) fn answer_pages(&mut self) {
        for effect in self.take() {
            if let Effect::LoadBefore {
                conversation,
                before,
            } = effect
            {
                self.page(&conversation, before, Ok(Vec::new()));
            }
        }
    }

    pub(crate) fn page(
        &mut self,
        conversation: &ConversationId,
        before: Option<MessageId>,
        page: Result<Vec<Message>, String>,
    ) {
        let conversation = conversation.clone();
        self.update(Input::Outcome(Outcome::Page {
            conversation,
            before,
            page,
        }));
    }

    pub(crate) fn update(&mut self, input: Input<'_>) {
        let effects = self.state.update(self.now, input);
        self.effects.extend(effects);
    }

    /// Takes the effects since the last call.
    pub(crate) fn take(&mut self) -> Vec<Effect> {
        core::mem::take(&mut self.effects)
    }

    pub(crate) fn act(&mut self, action: Action) {
        self.update(Input::Action(action));
    }

    /// Types a text, letter by letter.
    pub(crate) fn type_in(&mut self, text: &str) {
        for letter in text.chars() {
            self.act(Action::Type(letter.to_string()));
        }
    }

    pub(crate) fn edit(&mut self, edit: Edit) {
        self.act(Action::Edit(edit));
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.now = Timestamp::from_millis(self.now.as_millis() + millis);
        self.update(Input::Tick);
    }

    pub(crate) fn event(&mut self, channel: &str, json: &str) {
        let mut frame = Frame::from_bytes(json.as_bytes());
        Decoder::new().decode_value(&mut frame).expect("JSON");
        let event = EventRef::from_value(frame.root().expect("a document"));
        self.update(Input::Event {
            event,
            channel,
            is_live: true,
        });
    }

    /// Copies what events have changed, as the driver does before a frame.
    pub(crate) fn refresh(&mut self) {
        self.state.refresh_pushed();
    }

    fn new_id(&mut self) -> String {
        self.next_id += 1;
        format!("{}{:08}", self.now.as_secs(), self.next_id)
    }

    /// Pushes a message of a user in the group. Returns its id.
    pub(crate) fn say(&mut self, user: &str, text: &str) -> MessageId {
        self.say_with(user, text, "[]", "guid")
    }

    /// Pushes a message of a user in the group, with attachments as JSON.
    pub(crate) fn say_with(
        &mut self,
        user: &str,
        text: &str,
        attachments: &str,
        guid: &str,
    ) -> MessageId {
        let id = self.new_id();
        let name = self.state.names.of(&user.into()).to_owned();
        let (text, name) = (quoted(text), quoted(&name));
        let at = self.now.as_secs();
        self.event(
            "/user/1",
            &format!(
                r#"{{"type":"line.create","subject":{{"id":"{id}","group_id":"100","user_id":"{user}",
                "sender_id":"{user}","name":{name},"text":{text},"created_at":{at},
                "source_guid":"{guid}","attachments":{attachments}}}}}"#
            ),
        );
        MessageId::new(id)
    }

    /// Pushes a direct message from Mara.
    pub(crate) fn say_directly(&mut self, text: &str) -> MessageId {
        let id = self.new_id();
        let (text, at) = (quoted(text), self.now.as_secs());
        self.event(
            "/user/1",
            &format!(
                r#"{{"type":"direct_message.create","subject":{{"id":"{id}","chat_id":"1+2","recipient_id":"1",
                "sender_id":"2","user_id":"2","name":"Mara","text":{text},"created_at":{at},"attachments":[]}}}}"#
            ),
        );
        MessageId::new(id)
    }

    /// Returns a message of the group's past, by its age in seconds.
    pub(crate) fn past(&self, ago: i64, user: &str, text: &str) -> Message {
        let at = START - ago;
        let user_id = user.into();
        let name = self.state.names.of(&user_id);
        read_json(&format!(
            r#"{{"id":"{at}00000000","group_id":"100","sender_id":"{user}","user_id":"{user}","name":{},
            "text":{},"created_at":{at},"attachments":[]}}"#,
            quoted(name),
            quoted(text)
        ))
    }

    pub(crate) fn open(&mut self, id: &str) {
        self.act(Action::GoTo);
        let name = self.state.rooms[&ConversationId::from(id)].name.clone();
        self.act(Action::Paste(name));
        self.act(Action::Enter);
        self.answer_pages();
    }

    pub(crate) fn room(&self, id: &str) -> &crate::model::Room {
        &self.state.rooms[&ConversationId::from(id)]
    }

    /// Reports that the outbox has accepted a message, under this `source_guid`.
    pub(crate) fn queue(&mut self, local_id: u64, guid: &str) {
        let guid = SourceGuid::from(guid);
        self.update(Input::Outcome(Outcome::Queued { local_id, guid }));
    }

    /// Draws the screen, and returns its rows and the cursor. Draws again while the drawn part differs
    /// from the model's, as the driver does.
    pub(crate) fn draw(&mut self, columns: u16, rows: u16) -> (Vec<String>, Option<(u16, u16)>) {
        self.update(Input::Resized(columns, rows));
        let theme = Theme::new(false);
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        for _ in 0..3 {
            let mut viewport = crate::model::Viewport::default();
            terminal
                .draw(|frame| viewport = view::draw(frame, &self.state, theme))
                .unwrap();
            if viewport == self.state.viewport {
                break;
            }
            self.update(Input::Drawn(viewport));
        }
        let has_cursor = terminal.backend().cursor_visible();
        let buffer = terminal.backend().buffer().clone();
        let line = |y: u16| {
            let mut line = String::new();
            let mut x = 0;
            while x < columns {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += u16::try_from(crate::text::width(symbol)).unwrap().max(1);
            }
            line.trim_end().to_owned()
        };
        let cursor = terminal
            .get_cursor_position()
            .ok()
            .map(|Position { x, y }| (x, y));
        ((0..rows).map(line).collect(), cursor.filter(|_| has_cursor))
    }

    /// Returns the rows of the screen at the usual size.
    pub(crate) fn screen(&mut self) -> Vec<String> {
        self.draw(80, 24).0
    }
}

/// Returns a text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => json.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _ = write!(json, "\\u{:04x}", u32::from(letter));
            }
            letter => json.push(letter),
        }
    }
    json.push('"');
    json
}

pub(crate) fn read_json<T: groupme_client::model::FromValue>(json: &str) -> T {
    let mut frame = Frame::from_bytes(json.as_bytes());
    Decoder::new().decode_value(&mut frame).expect("JSON");
    T::from_value(frame.root().expect("a document")).expect("a value of the type")
}
