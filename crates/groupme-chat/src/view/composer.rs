//! Composer: the message being written, with the divider above, reply, and files.

use groupme_client::Draft;
use ratatui::{
    Frame,
    layout::{Position, Rect},
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{
    Theme,
    areas::{Areas, PROMPT},
    summary,
};
use crate::{
    model::{Composition, FileState, Overlay, Room, State},
    text,
};

pub(crate) fn draw(frame: &mut Frame<'_>, areas: &Areas, state: &State, theme: Theme) {
    draw_divider(frame, areas.divider, state, theme);
    let Some(room) = state.open_room() else {
        return;
    };
    draw_banner(frame, areas.banner, state, room, theme);
    draw_text(frame, areas, state, room, theme);
}

/// Draws the divider: the toast or the users who are typing, and the number of new messages below.
fn draw_divider(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let columns = usize::from(area.width);
    let (told, style) = match &state.toast {
        Some(notice) if notice.is_error => (notice.text.clone(), theme.bad()),
        Some(notice) => (notice.text.clone(), theme.accent()),
        None => (typing(state), theme.dim()),
    };
    let below = state.open_room().filter(|room| room.position.is_some());
    let below = below.map(|room| match room.unread.count {
        0 => "↓ Esc".to_owned(),
        count => format!("↓ {count} new · Esc"),
    });
    let below = below.unwrap_or_default();
    let left = text::cut(&told, columns.saturating_sub(text::width(&below) + 8));
    let mut spans = vec![Span::styled("─", theme.dim())];
    let mut used = 1;
    if !left.is_empty() {
        used += text::width(&left) + 2;
        spans.push(Span::styled(format!(" {left} "), style));
    }
    let right = if below.is_empty() {
        0
    } else {
        text::width(&below) + 4
    };
    spans.push(Span::styled(
        "─".repeat(columns.saturating_sub(used + right)),
        theme.dim(),
    ));
    if right > 0 {
        spans.push(Span::styled(format!(" {below} "), theme.unread(false)));
        spans.push(Span::styled("──", theme.dim()));
    }
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &Line::from(spans), area.width);
}

/// Returns a sentence about the users who are typing; empty without any.
fn typing(state: &State) -> String {
    let Some(room) = state.open_room() else {
        return String::new();
    };
    let names: Vec<String> = room
        .typing
        .keys()
        .map(|user| text::line(state.names.of(user)).into_owned())
        .collect();
    match &names[..] {
        [] => String::new(),
        [one] => format!("{one} is typing…"),
        [one, other] => format!("{one} and {other} are typing…"),
        [one, other, more @ ..] => format!("{one}, {other} and {} more are typing…", more.len()),
    }
}

fn draw_banner(frame: &mut Frame<'_>, area: Rect, state: &State, room: &Room, theme: Theme) {
    if area.height == 0 {
        return;
    }
    let composition = &room.composition;
    let mut parts = Vec::new();
    if composition.edited.is_some() {
        parts.push("edit your message · Esc leaves it as it was".to_owned());
    }
    if let Some(reply) = &composition.reply {
        parts.push(format!(
            "reply to {}",
            summary::message_summary(state, room, &reply.id)
        ));
    }
    for file in &composition.files {
        parts.push(match &file.state {
            FileState::Uploading(percent) => format!("▸ {} {percent} %", file.name),
            FileState::Ready(_) => format!("▸ {}", file.name),
        });
    }
    let told = text::cut(&format!("↳ {}", parts.join(" · ")), usize::from(area.width));
    frame
        .buffer_mut()
        .set_string(area.x, area.y, told, theme.accent());
}

fn draw_text(frame: &mut Frame<'_>, areas: &Areas, state: &State, room: &Room, theme: Theme) {
    let area = areas.compose;
    let columns = areas.compose_columns();
    let editor = &room.composition.editor;
    let rows = editor.rows(columns);
    let (row, cell) = editor.position(columns);
    let height = usize::from(area.height);
    let first = (row + 1).saturating_sub(height);
    let prompt = if room.composition.edited.is_some() {
        "✎ "
    } else {
        PROMPT
    };
    frame
        .buffer_mut()
        .set_string(area.x, area.y, prompt, theme.accent());
    let x = area.x + 2;
    let width = area.width.saturating_sub(2);
    if editor.is_empty() && room.selected.is_none() {
        let hint = text::cut(&format!("Message {}", room.name), usize::from(width));
        frame.buffer_mut().set_string(x, area.y, hint, theme.dim());
    }
    for (range, y) in rows.iter().skip(first).zip(area.y..area.bottom()) {
        let part = editor.text().get(range.clone()).unwrap_or_default();
        let shown: String = part.graphemes(true).map(text::visible).collect();
        frame.buffer_mut().set_string(x, y, shown, theme.plain());
    }
    draw_length(frame, area, &room.composition, theme);
    let is_writing = matches!(state.overlay, Overlay::None) && room.selected.is_none();
    if is_writing {
        let cell = u16::try_from(cell)
            .unwrap_or(u16::MAX)
            .min(width.saturating_sub(1));
        let row = u16::try_from(row - first).unwrap_or(0);
        frame.set_cursor_position(Position::new(x + cell, area.y + row));
    }
}

/// Draws the length of a text that is within 100 characters of the limit, or above.
fn draw_length(frame: &mut Frame<'_>, area: Rect, composition: &Composition, theme: Theme) {
    let length = composition.editor.text().trim().chars().count();
    let limit = Draft::TEXT_LIMIT;
    if length + 100 <= limit {
        return;
    }
    let told = format!(" {length}/{limit} ");
    let style = if length > limit {
        theme.bad()
    } else {
        theme.waiting()
    };
    let width = u16::try_from(told.len()).unwrap_or(0);
    let x = area.right().saturating_sub(width + 1);
    frame
        .buffer_mut()
        .set_string(x, area.y.saturating_sub(1), told, style);
}
