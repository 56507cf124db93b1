//! Prompts: go to a conversation, search, date, file, reaction; and the completions of a mention.

use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
    widgets::{Block, Clear},
};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{Theme, areas::Areas, list};
use crate::{
    model::{Destination, Editor, REACTIONS, State},
    text,
};

/// Draws the completions of a mention.
pub(crate) fn draw_candidates(frame: &mut Frame<'_>, areas: &Areas, state: &State, theme: Theme) {
    let candidates = state.candidates();
    let Some(room) = state.open_room().filter(|_| !candidates.is_empty()) else {
        return;
    };
    let rows: Vec<(String, Style)> = candidates
        .iter()
        .enumerate()
        .map(|(index, candidate)| {
            let style = if index == room.composition.choice.min(candidates.len() - 1) {
                theme.selected()
            } else {
                theme.plain()
            };
            (format!("@{}", candidate.name), style)
        })
        .collect();
    let widest = rows
        .iter()
        .map(|(name, _)| text::width(name))
        .max()
        .unwrap_or(0);
    let columns = u16::try_from(widest.clamp(12, 40) + 2).unwrap_or(42);
    let area = above_composer(areas, columns + 2, rows.len() + 2);
    let inner = draw_border(frame, area, "Mention", theme);
    for ((name, style), y) in rows.into_iter().zip(inner.y..inner.bottom()) {
        let shown = text::fit(&format!(" {name}"), usize::from(inner.width));
        frame.buffer_mut().set_string(inner.x, y, shown, style);
    }
}

pub(crate) fn draw_go_to(
    frame: &mut Frame<'_>,
    areas: &Areas,
    state: &State,
    editor: &Editor,
    choice: usize,
    theme: Theme,
) {
    let destinations = state.destinations(editor.text());
    let most = usize::from(areas.screen.height.saturating_sub(8)).min(14);
    let height = destinations.len().clamp(1, most.max(1));
    let area = centered(areas.screen, 50, height + 3);
    let inner = draw_border(frame, area, "Go to", theme);
    draw_input(frame, Rect { height: 1, ..inner }, editor, theme);
    let first = list::first_row(choice, destinations.len(), height);
    let rows = destinations.iter().enumerate().skip(first);
    for ((index, destination), y) in rows.zip(inner.y + 1..inner.bottom()) {
        let style = if index == choice {
            theme.selected()
        } else {
            theme.plain()
        };
        let (name, count) = match destination {
            Destination::Room(room) => {
                let sign = room.kind.symbol().replace('└', "#");
                let name = format!(" {sign} {}", state.full_name(room));
                (name, list::count(room.unread))
            }
            Destination::Person(user) => (format!(" @ {}", state.names.of(user)), "new".to_owned()),
        };
        let columns = usize::from(inner.width).saturating_sub(text::width(&count) + 1);
        let line = Line::from(vec![
            Span::styled(text::fit(&name, columns), style),
            Span::styled(format!("{count} "), style),
        ]);
        frame.buffer_mut().set_line(inner.x, y, &line, inner.width);
    }
    if destinations.is_empty() {
        frame.buffer_mut().set_string(
            inner.x + 1,
            inner.y + 1,
            "Nothing and nobody has that name.",
            theme.notice(),
        );
    }
}

pub(crate) fn draw_search(
    frame: &mut Frame<'_>,
    areas: &Areas,
    state: &State,
    editor: &Editor,
    theme: Theme,
) {
    let (count, at) = state.hits(editor.text());
    let title = match (editor.is_empty(), count, at) {
        (true, ..) => "Search the loaded messages".to_owned(),
        (_, 0, _) => "Search: not found · ↑ loads more".to_owned(),
        (_, count, Some(at)) => format!("Search: {} of {count}", at + 1),
        (_, count, None) => format!("Search: {count}"),
    };
    let area = above_composer(areas, areas.compose.width.min(60), 3);
    let inner = draw_border(frame, area, &title, theme);
    draw_input(frame, inner, editor, theme);
}

pub(crate) fn draw_date(
    frame: &mut Frame<'_>,
    areas: &Areas,
    editor: &Editor,
    error: Option<&str>,
    theme: Theme,
) {
    let area = above_composer(areas, areas.compose.width.min(72), 4);
    let inner = draw_border(frame, area, "Jump to a day", theme);
    draw_input(frame, Rect { height: 1, ..inner }, editor, theme);
    let (told, style) = match error {
        Some(error) => (error, theme.bad()),
        None => (
            "2025-12-31, 12-31, yesterday, or ago: 7d, 3w, 6m, 1y",
            theme.dim(),
        ),
    };
    let told = text::cut(told, usize::from(inner.width));
    frame
        .buffer_mut()
        .set_string(inner.x, inner.y + 1, told, style);
}

pub(crate) fn draw_attach(frame: &mut Frame<'_>, areas: &Areas, editor: &Editor, theme: Theme) {
    let area = above_composer(areas, areas.compose.width, 4);
    let inner = draw_border(frame, area, "Attach a file", theme);
    draw_input(frame, Rect { height: 1, ..inner }, editor, theme);
    let told = "Path of a picture (JPEG, PNG, GIF), a video (MP4) or another file; or drop it here";
    let told = text::cut(told, usize::from(inner.width));
    frame
        .buffer_mut()
        .set_string(inner.x, inner.y + 1, told, theme.dim());
}

pub(crate) fn draw_reactions(frame: &mut Frame<'_>, areas: &Areas, choice: usize, theme: Theme) {
    let area = above_composer(areas, 60.min(areas.compose.width), 4);
    let inner = draw_border(frame, area, "React", theme);
    let mut x = inner.x;
    for (index, emoji) in REACTIONS.iter().enumerate() {
        let style = if index == choice {
            theme.selected()
        } else {
            theme.plain()
        };
        let shown = format!(" {} {emoji} ", index + 1);
        let cells = u16::try_from(text::width(&shown)).unwrap_or(0);
        if x + cells > inner.right() {
            break;
        }
        frame.buffer_mut().set_string(x, inner.y, shown, style);
        x += cells;
    }
    let told = text::cut("or type or paste another emoji", usize::from(inner.width));
    frame
        .buffer_mut()
        .set_string(inner.x + 1, inner.y + 1, told, theme.dim());
}

/// Returns an area right above the composer.
fn above_composer(areas: &Areas, width: u16, height: usize) -> Rect {
    let bottom = areas.compose.y.min(areas.banner.y);
    let height = u16::try_from(height)
        .unwrap_or(u16::MAX)
        .min(bottom.saturating_sub(areas.screen.y));
    Rect {
        x: areas.compose.x,
        y: bottom - height,
        width: width.min(areas.compose.width),
        height,
    }
}

/// Returns an area in the middle of the screen, a third from the top.
fn centered(screen: Rect, width: u16, height: usize) -> Rect {
    let width = width.min(screen.width);
    let height = u16::try_from(height)
        .unwrap_or(u16::MAX)
        .min(screen.height.saturating_sub(1));
    Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 3,
        width,
        height,
    }
}

/// Clears an area, draws its border with a title, and returns the inside.
fn draw_border(frame: &mut Frame<'_>, area: Rect, title: &str, theme: Theme) -> Rect {
    let border = Block::bordered()
        .title(format!(" {title} "))
        .border_style(theme.accent());
    let inner = border.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(border, area);
    inner
}

/// Draws an input of one line, with its cursor.
fn draw_input(frame: &mut Frame<'_>, area: Rect, editor: &Editor, theme: Theme) {
    let width = usize::from(area.width.saturating_sub(2)).max(2);
    let before: String = editor
        .text()
        .get(..editor.cursor())
        .unwrap_or_default()
        .to_owned();
    let shown = |part: &str| part.graphemes(true).map(text::visible).collect::<String>();
    let text = shown(editor.text());
    // A long line is cut off on the left, so that the cursor is visible.
    let cursor = text::width(&shown(&before));
    let skip = cursor.saturating_sub(width.saturating_sub(1));
    let mut used = 0;
    let visible: String = text
        .graphemes(true)
        .skip_while(|grapheme| {
            used += text::width(grapheme);
            used <= skip
        })
        .collect();
    frame
        .buffer_mut()
        .set_string(area.x, area.y, "› ", theme.accent());
    let line = Line::raw(visible);
    frame
        .buffer_mut()
        .set_line(area.x + 2, area.y, &line, area.width.saturating_sub(2));
    let x = u16::try_from(cursor - skip).unwrap_or(0);
    frame.set_cursor_position(Position::new(area.x + 2 + x, area.y));
}
