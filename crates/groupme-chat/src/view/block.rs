//! One message as rows: what separates it from the one before, author, text, attachments, reactions.

use groupme_client::{
    MessageId, UserId,
    model::{Attachment, Message, Reaction},
};
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{Theme, attached, clock, marks};
use crate::{
    model::{HoleState, Layer, Pending, Room, Spot, State},
    text::{self, Piece},
};

/// Makes rows of the messages of a conversation.
pub(crate) struct Blocks<'s> {
    state: &'s State,
    room: &'s Room,
    theme: Theme,
    width: usize,
    /// Cells of the column of names; 0 if names stand on a row of their own.
    names: usize,
    /// What is searched for.
    query: &'s str,
}

/// Cells before the names: the bar of the selected message, and the time.
const BEFORE_NAME: usize = 7;
/// Width below which names stand on rows of their own.
const NARROW: usize = 46;
/// Longest row of a text, for the eye to find the next one.
const LONGEST_ROW: usize = 110;

impl<'s> Blocks<'s> {
    pub(crate) fn new(state: &'s State, room: &'s Room, theme: Theme, width: usize) -> Self {
        let query = match &state.layer {
            Layer::Search { editor } => editor.text(),
            _ => "",
        };
        let names = room.messages.iter().filter(|message| !message.is_system());
        let longest = names
            .map(|message| text::width(&text::line(author(state, message))))
            .max();
        let most = if width < 80 { 10 } else { 16 };
        Self {
            state,
            room,
            theme,
            width,
            names: if width < NARROW {
                0
            } else {
                longest.unwrap_or(0).clamp(4, most)
            },
            query,
        }
    }

    /// Returns the rows of the message at a place.
    pub(crate) fn rows(&self, index: usize) -> Vec<Line<'static>> {
        let mut rows = Vec::new();
        if let Some(message) = self.room.messages.get(index) {
            let before = index
                .checked_sub(1)
                .and_then(|before| self.room.messages.get(before));
            self.push_separators(message, before.map(|before| &**before), &mut rows);
            let separators = rows.len();
            if message.is_system() {
                self.push_notice(message, &mut rows);
            } else {
                let goes_on =
                    separators == 0 && before.is_some_and(|before| goes_on(before, message));
                self.push_message(message, goes_on, &mut rows);
            }
            let spot = Spot::Message(message.id.clone());
            self.mark_selected(&spot, rows.get_mut(separators..).unwrap_or_default());
        } else if let Some(pending) = index
            .checked_sub(self.room.messages.len())
            .and_then(|at| self.room.pending.get(at))
        {
            self.push_pending(pending, &mut rows);
            self.mark_selected(&Spot::Pending(pending.number), &mut rows);
        }
        rows
    }

    fn mark_selected(&self, spot: &Spot, rows: &mut [Line<'static>]) {
        if self.room.selected.as_ref() != Some(spot) {
            return;
        }
        for row in rows {
            if let Some(first) = row.spans.first_mut() {
                let rest: String = first.content.chars().skip(1).collect();
                first.content = rest.into();
            }
            row.spans.insert(0, Span::styled("▌", self.theme.accent()));
        }
    }

    /// Adds what separates a message from the one before: what is not loaded, a new day, and the
    /// beginning of what is new.
    fn push_separators(
        &self,
        message: &Message,
        before: Option<&Message>,
        rows: &mut Vec<Line<'static>>,
    ) {
        let hole = self
            .room
            .holes
            .between(before.map(|before| &before.id), &message.id);
        match hole.map(|(_, state)| state) {
            Some(HoleState::Failed(reason)) => {
                let told =
                    format!("earlier messages cannot be loaded: {reason} · PgUp tries again");
                rows.push(self.rule(&told, self.theme.bad()));
            }
            Some(_) => rows.push(self.rule("loading earlier messages…", self.theme.dim())),
            None if before.is_none() && self.room.holes.has_newest() => {
                rows.push(self.rule("the conversation begins here", self.theme.dim()));
            }
            None => {}
        }
        let zone = &self.state.settings.zone;
        let day = |message: &Message| message.created_at.and_then(|at| clock::day(at, zone));
        let own_day = day(message);
        if before.is_none_or(|before| day(before) != own_day)
            && let Some(own_day) = own_day
        {
            let name = clock::day_name(own_day, self.state.now, zone);
            rows.push(self.rule(&name, self.theme.dim()));
        }
        if let Some(read) = &self.room.read_before
            && message.id > *read
            && before.is_none_or(|before| before.id <= *read)
        {
            rows.push(self.rule("new", self.theme.unread(true)));
        }
    }

    /// Returns a row with a text in the middle of a line.
    fn rule(&self, name: &str, style: Style) -> Line<'static> {
        let name = text::cut(name, self.width.saturating_sub(8));
        let free = self.width.saturating_sub(text::width(&name) + 4);
        let left = free / 2;
        let line = |cells: usize| "─".repeat(cells);
        Line::from(vec![
            Span::styled(format!(" {} ", line(left)), self.theme.dim()),
            Span::styled(name, style),
            Span::styled(format!(" {}", line(free - left)), self.theme.dim()),
        ])
    }

    /// Returns the first cell of the text.
    fn indent(&self) -> usize {
        if self.names == 0 {
            3
        } else {
            BEFORE_NAME + self.names + 2
        }
    }

    fn text_columns(&self) -> usize {
        self.width
            .saturating_sub(self.indent())
            .clamp(2, LONGEST_ROW)
    }

    fn indented(&self, spans: Vec<Span<'static>>) -> Line<'static> {
        let mut row = vec![Span::raw(" ".repeat(self.indent()))];
        row.extend(spans);
        Line::from(row)
    }

    /// Returns the first cells of a message: time and name, or blanks if it goes on.
    fn prefix(&self, time: &str, name: &str, style: Style) -> Vec<Span<'static>> {
        let name = text::fit(name, self.names);
        vec![
            Span::styled(format!(" {time:<5} "), self.theme.dim()),
            Span::styled(name, style),
            Span::raw("  "),
        ]
    }

    fn push_message(&self, message: &Message, goes_on: bool, rows: &mut Vec<Line<'static>>) {
        let zone = &self.state.settings.zone;
        let time = message
            .created_at
            .map(|at| clock::hour(at, zone))
            .unwrap_or_default();
        let sender = message.sender();
        let is_own = sender == Some(&self.state.own);
        let style = self.theme.name(sender, is_own);
        let name = if goes_on {
            ""
        } else {
            author(self.state, message)
        };
        let content = self.content(message, is_own);
        self.push_content(&time, name, style, content, goes_on, rows);
    }

    /// Adds the rows of a message, beside or below its name.
    fn push_content(
        &self,
        time: &str,
        name: &str,
        style: Style,
        content: Vec<Vec<Span<'static>>>,
        goes_on: bool,
        rows: &mut Vec<Line<'static>>,
    ) {
        if self.names == 0 {
            if !goes_on {
                rows.push(Line::from(vec![
                    Span::styled(format!(" {time:<5} "), self.theme.dim()),
                    Span::styled(
                        text::cut(name, self.width.saturating_sub(BEFORE_NAME)),
                        style,
                    ),
                ]));
            }
            rows.extend(content.into_iter().map(|spans| self.indented(spans)));
            return;
        }
        for (index, spans) in content.into_iter().enumerate() {
            if index > 0 {
                rows.push(self.indented(spans));
                continue;
            }
            let time = if goes_on { "" } else { time };
            let mut row = self.prefix(time, name, style);
            row.extend(spans);
            rows.push(Line::from(row));
        }
    }

    /// Returns the rows of what a message says.
    fn content(&self, message: &Message, is_own: bool) -> Vec<Vec<Span<'static>>> {
        let mut rows = Vec::new();
        if message.is_deleted() {
            rows.push(vec![Span::styled("deleted", self.theme.notice())]);
            return rows;
        }
        if let Some(quote) = self.quote(message) {
            rows.push(quote);
        }
        if let Some(said) = message.text.as_deref().filter(|said| !said.is_empty()) {
            let said = with_emoji(message, said);
            let marks = marks::marks(message, &said, &self.state.own, self.query);
            let lines = text::wrap(&said, &marks, self.text_columns());
            rows.extend(lines.into_iter().map(|line| self.spans(line)));
        }
        for (name, url) in attached::lines(message) {
            rows.extend(self.attachment(&name, url.as_deref()));
        }
        if rows.is_empty() {
            rows.push(vec![Span::styled("(empty)", self.theme.notice())]);
        }
        if message.is_edited() && message.text.is_some() {
            self.append(&mut rows, " (edited)", self.theme.dim());
        }
        if message.pinned_at.is_some() {
            self.append(&mut rows, " (pinned)", self.theme.waiting());
        }
        let next = self
            .room
            .index(&message.id)
            .ok()
            .and_then(|at| self.room.messages.get(at + 1));
        let is_last_read = is_own
            && self.room.is_read_by_other(&message.id)
            && next.is_none_or(|next| !self.room.is_read_by_other(&next.id));
        if is_last_read {
            self.append(&mut rows, " ✓ read", self.theme.good());
        }
        if let Some(reactions) = self.reactions(message) {
            rows.push(reactions);
        }
        rows
    }

    /// Appends a remark to the last row, or on a new one if there is no room.
    fn append(&self, rows: &mut Vec<Vec<Span<'static>>>, remark: &'static str, style: Style) {
        if let Some(row) = rows.last_mut() {
            let used: usize = row.iter().map(|span| text::width(&span.content)).sum();
            if used + text::width(remark) <= self.text_columns() {
                row.push(Span::styled(remark, style));
                return;
            }
        }
        rows.push(vec![Span::styled(remark.trim_start(), style)]);
    }

    fn spans(&self, line: Vec<Piece>) -> Vec<Span<'static>> {
        let spans = line.into_iter();
        spans
            .map(|piece| Span::styled(piece.text, self.theme.tone(piece.tone)))
            .collect()
    }

    fn attachment(&self, name: &str, url: Option<&str>) -> Vec<Vec<Span<'static>>> {
        let whole = match url {
            Some(url) => format!("▸ {name} {url}"),
            None => format!("▸ {name}"),
        };
        let link = whole.len() - url.map_or(0, str::len);
        let mark = text::Mark {
            range: link..whole.len(),
            tone: text::Tone::Link,
        };
        let lines = text::wrap(&whole, &[mark], self.text_columns());
        lines.into_iter().map(|line| self.spans(line)).collect()
    }

    /// Returns a row with the message that is answered.
    fn quote(&self, message: &Message) -> Option<Vec<Span<'static>>> {
        let reply = message.attachments.iter().find_map(|part| match part {
            Attachment::Reply(reply) => reply.replied_to(),
            _ => None,
        })?;
        let quoted = summary(self.state, self.room, reply);
        let quoted = text::cut(&format!("↳ {quoted}"), self.text_columns());
        Some(vec![Span::styled(quoted, self.theme.dim())])
    }

    fn reactions(&self, message: &Message) -> Option<Vec<Span<'static>>> {
        let mut spans = Vec::new();
        for reaction in message.reactions.iter().flatten() {
            let users = reaction.user_ids();
            let face = text::line(face(reaction)).into_owned();
            let is_own = users.contains(&self.state.own);
            let style = if is_own {
                self.theme.accent()
            } else {
                self.theme.plain()
            };
            spans.push(Span::styled(
                format!("{face} {}", users.len().max(1)),
                style,
            ));
            spans.push(Span::raw("  "));
        }
        spans.pop();
        (!spans.is_empty()).then_some(spans)
    }

    fn push_notice(&self, message: &Message, rows: &mut Vec<Line<'static>>) {
        let zone = &self.state.settings.zone;
        let time = message
            .created_at
            .map(|at| clock::hour(at, zone))
            .unwrap_or_default();
        let kind = message
            .event
            .as_ref()
            .and_then(|event| event.kind.as_deref());
        let said = message.text.as_deref().or(kind).unwrap_or("(notice)");
        let columns = self
            .width
            .saturating_sub(BEFORE_NAME + 2)
            .clamp(2, LONGEST_ROW);
        for (index, line) in text::wrap(said, &[], columns).into_iter().enumerate() {
            let time = if index == 0 { &time } else { "" };
            let mut row = vec![Span::styled(format!(" {time:<5} "), self.theme.dim())];
            let said: String = line.into_iter().map(|piece| piece.text).collect();
            let sign = if index == 0 { "· " } else { "  " };
            row.push(Span::styled(format!("{sign}{said}"), self.theme.notice()));
            rows.push(Line::from(row));
        }
    }

    fn push_pending(&self, pending: &Pending, rows: &mut Vec<Line<'static>>) {
        let mut content: Vec<Vec<Span<'static>>> = Vec::new();
        let style = self.theme.dim();
        if !pending.text.is_empty() {
            for line in text::wrap(&pending.text, &[], self.text_columns()) {
                let said: String = line.into_iter().map(|piece| piece.text).collect();
                content.push(vec![Span::styled(said, style)]);
            }
        }
        for name in &pending.attached {
            content.push(vec![Span::styled(format!("▸ {}", text::line(name)), style)]);
        }
        if let Some(reason) = &pending.failure {
            let told = format!("✗ not sent: {reason}");
            for line in text::wrap(&told, &[], self.text_columns()) {
                let said: String = line.into_iter().map(|piece| piece.text).collect();
                content.push(vec![Span::styled(said, self.theme.bad())]);
            }
            let keys = "  ↑ selects it: r sends again, e edits, d drops";
            content.push(vec![Span::styled(keys, style)]);
        } else {
            let waited = self.state.now.as_millis() - pending.since.as_millis();
            let remark = if waited < 5_000 {
                " ⋯"
            } else {
                " ⋯ waits for the network"
            };
            self.append(&mut content, remark, self.theme.waiting());
        }
        let time = clock::hour(pending.since, &self.state.settings.zone);
        let own = &self.state.own;
        let name = self.state.names.of(own);
        let name = if name == own.as_str() { "you" } else { name };
        self.push_content(
            &time,
            name,
            self.theme.name(Some(own), true),
            content,
            false,
            rows,
        );
    }
}

/// Returns the name of a message's author.
fn author<'m>(state: &'m State, message: &'m Message) -> &'m str {
    let name = message.name.as_deref().filter(|name| !name.is_empty());
    let known = || {
        message
            .sender()
            .map_or("?", |sender| state.names.of(sender))
    };
    name.unwrap_or_else(known)
}

/// Returns whether a message goes on where the one before it ended: the same author, soon after.
fn goes_on(before: &Message, message: &Message) -> bool {
    const PAUSE: i64 = 5 * 60;
    let (Some(earlier), Some(later)) = (before.created_at, message.created_at) else {
        return false;
    };
    before.sender() == message.sender()
        && before.name == message.name
        && !before.is_system()
        && later.as_secs() - earlier.as_secs() < PAUSE
}

/// Returns a message as a part of one line: its author and the beginning of its text.
pub(crate) fn summary(state: &State, room: &Room, id: &MessageId) -> String {
    let known = room
        .message(id)
        .cloned()
        .or_else(|| state.cache.message(&room.id, id));
    let Some(message) = known else {
        return "an earlier message".to_owned();
    };
    let said = match message.text.as_deref().filter(|said| !said.is_empty()) {
        _ if message.is_deleted() => "(deleted)".to_owned(),
        Some(said) => said.to_owned(),
        None => {
            let parts = attached::lines(&message).into_iter();
            let parts: Vec<String> = parts.map(|(name, _)| format!("({name})")).collect();
            parts.join(" ")
        }
    };
    format!("{}: {said}", author(state, &message))
}

/// Returns a reaction's character.
pub(crate) fn face(reaction: &Reaction) -> &str {
    match reaction {
        Reaction::Unicode(reaction) => reaction.code.as_deref().unwrap_or("?"),
        _ => "(emoji)",
    }
}

/// Returns a text with words in place of the emoji from GroupMe's packs, which are pictures.
fn with_emoji(message: &Message, said: &str) -> String {
    let placeholder = message.attachments.iter().find_map(|part| match part {
        Attachment::Emoji(emoji) => emoji.placeholder.as_deref(),
        _ => None,
    });
    match placeholder.filter(|placeholder| !placeholder.is_empty()) {
        Some(placeholder) => said.replace(placeholder, "(emoji)"),
        None => said.to_owned(),
    }
}

/// Returns the names of users, for a sentence.
pub(crate) fn names(state: &State, users: &[UserId]) -> String {
    let names = users
        .iter()
        .map(|user| text::line(state.names.of(user)).into_owned());
    names.collect::<Vec<_>>().join(", ")
}
