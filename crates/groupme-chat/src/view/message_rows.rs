//! Rows of one message: separators, author, text, attachments, reactions.

mod pending;
mod separators;

use groupme_client::model::{Attachment, Message};
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{Theme, attachments, clock, highlights, summary};
use crate::{
    model::{EntryId, Overlay, Room, State},
    text::{self, Piece},
};

/// Rows of the messages of a conversation.
pub(crate) struct MessageRows<'s> {
    state: &'s State,
    room: &'s Room,
    theme: Theme,
    width: usize,
    /// Cells of the column of names; 0 if names have rows of their own.
    names: usize,
    /// Query of the search; empty without one.
    query: &'s str,
}

/// Cells before the names: the bar of the selected message, and the time.
const BEFORE_NAME: usize = 7;
/// Width below which names have rows of their own.
const NARROW: usize = 46;
/// Longest row of a text: in longer ones, the eye misses the next row.
const LONGEST_ROW: usize = 110;

impl<'s> MessageRows<'s> {
    pub(crate) fn new(state: &'s State, room: &'s Room, theme: Theme, width: usize) -> Self {
        let query = match &state.overlay {
            Overlay::Search { editor } => editor.text(),
            _ => "",
        };
        let names = room.messages.iter().filter(|message| !message.is_system());
        let most = if width < 80 { 10 } else { 16 };
        let widths = names.map(|message| text::width(&text::line(summary::author(state, message))));
        // No name can widen the column further.
        let mut longest = 0;
        for width in widths {
            longest = longest.max(width);
            if longest >= most {
                break;
            }
        }
        Self {
            state,
            room,
            theme,
            width,
            names: if width < NARROW {
                0
            } else {
                longest.clamp(4, most)
            },
            query,
        }
    }

    /// Returns the rows of the entry at an index.
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
                let is_continuation =
                    separators == 0 && before.is_some_and(|before| is_continued(before, message));
                self.push_message(message, is_continuation, &mut rows);
            }
            let entry = EntryId::Message(message.id.clone());
            self.mark_selected(&entry, rows.get_mut(separators..).unwrap_or_default());
        } else if let Some(pending) = index
            .checked_sub(self.room.messages.len())
            .and_then(|at| self.room.pending.get(at))
        {
            self.push_pending(pending, &mut rows);
            self.mark_selected(&EntryId::Pending(pending.local_id), &mut rows);
        }
        rows
    }

    /// Replaces the first cell of each row by a bar, if the entry is the selected one.
    fn mark_selected(&self, entry: &EntryId, rows: &mut [Line<'static>]) {
        if self.room.selected.as_ref() != Some(entry) {
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

    /// Returns the number of cells before the text.
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

    /// Returns the spans before the text: time and name, which are blank if the author continues.
    fn prefix(&self, time: &str, name: &str, style: Style) -> Vec<Span<'static>> {
        let name = text::fit(name, self.names);
        vec![
            Span::styled(format!(" {time:<5} "), self.theme.dim()),
            Span::styled(name, style),
            Span::raw("  "),
        ]
    }

    fn push_message(
        &self,
        message: &Message,
        is_continuation: bool,
        rows: &mut Vec<Line<'static>>,
    ) {
        let zone = &self.state.settings.zone;
        let time = message
            .created_at
            .map(|at| clock::hour(at, zone))
            .unwrap_or_default();
        let sender = message.sender();
        let is_own = sender == Some(&self.state.own);
        let style = self.theme.name(sender, is_own);
        let name = if is_continuation {
            ""
        } else {
            summary::author(self.state, message)
        };
        let content = self.content(message, is_own);
        self.push_content(&time, name, style, content, is_continuation, rows);
    }

    /// Adds the rows of a message beside its name, or below on a narrow screen.
    fn push_content(
        &self,
        time: &str,
        name: &str,
        style: Style,
        content: Vec<Vec<Span<'static>>>,
        is_continuation: bool,
        rows: &mut Vec<Line<'static>>,
    ) {
        if self.names == 0 {
            if !is_continuation {
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
            let time = if is_continuation { "" } else { time };
            let mut row = self.prefix(time, name, style);
            row.extend(spans);
            rows.push(Line::from(row));
        }
    }

    /// Returns the content of a message: quote, text, attachments, remarks, reactions.
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
            let said = replace_pack_emoji(message, said);
            let highlights = highlights::highlights(message, &said, &self.state.own, self.query);
            let lines = text::wrap(&said, &highlights, self.text_columns());
            rows.extend(lines.into_iter().map(|line| self.spans(line)));
        }
        for (name, url) in attachments::lines(message) {
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

    /// Appends a remark to the last row, or adds a row if the last one is full.
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
            .map(|piece| Span::styled(piece.text, self.theme.text_role(piece.role)))
            .collect()
    }

    fn attachment(&self, name: &str, url: Option<&str>) -> Vec<Vec<Span<'static>>> {
        let whole = match url {
            Some(url) => format!("▸ {name} {url}"),
            None => format!("▸ {name}"),
        };
        let link = whole.len() - url.map_or(0, str::len);
        let highlight = text::Highlight {
            range: link..whole.len(),
            role: text::TextRole::Link,
        };
        let lines = text::wrap(&whole, &[highlight], self.text_columns());
        lines.into_iter().map(|line| self.spans(line)).collect()
    }

    /// Returns a row with the message replied to.
    fn quote(&self, message: &Message) -> Option<Vec<Span<'static>>> {
        let reply = message.attachments.iter().find_map(|part| match part {
            Attachment::Reply(reply) => reply.replied_to(),
            _ => None,
        })?;
        let quoted = summary::message_summary(self.state, self.room, reply);
        let quoted = text::cut(&format!("↳ {quoted}"), self.text_columns());
        Some(vec![Span::styled(quoted, self.theme.dim())])
    }

    fn reactions(&self, message: &Message) -> Option<Vec<Span<'static>>> {
        let mut spans = Vec::new();
        for reaction in message.reactions.iter().flatten() {
            let users = reaction.user_ids();
            let symbol = text::line(summary::reaction_symbol(reaction)).into_owned();
            let is_own = users.contains(&self.state.own);
            let style = if is_own {
                self.theme.accent()
            } else {
                self.theme.plain()
            };
            spans.push(Span::styled(
                format!("{symbol} {}", users.len().max(1)),
                style,
            ));
            spans.push(Span::raw("  "));
        }
        spans.pop();
        (!spans.is_empty()).then_some(spans)
    }

    /// Adds the rows of a notice of GroupMe, such as a new member.
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
}

/// Returns whether a message is by the same author as the one before it, and less than five minutes
/// later.
fn is_continued(before: &Message, message: &Message) -> bool {
    const PAUSE: i64 = 5 * 60;
    let (Some(earlier), Some(later)) = (before.created_at, message.created_at) else {
        return false;
    };
    before.sender() == message.sender()
        && before.name == message.name
        && !before.is_system()
        && later.as_secs() - earlier.as_secs() < PAUSE
}

/// Replaces emoji of GroupMe's packs, which are pictures, by `(emoji)`.
fn replace_pack_emoji(message: &Message, said: &str) -> String {
    let placeholder = message.attachments.iter().find_map(|part| match part {
        Attachment::Emoji(emoji) => emoji.placeholder.as_deref(),
        _ => None,
    });
    match placeholder.filter(|placeholder| !placeholder.is_empty()) {
        Some(placeholder) => said.replace(placeholder, "(emoji)"),
        None => said.to_owned(),
    }
}
