//! List of conversations.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::Theme;
use crate::{
    model::{Kind, Room, State, Unread},
    text,
};

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let width = area.width.saturating_sub(1);
    for y in area.y..area.bottom() {
        frame
            .buffer_mut()
            .set_string(area.x + width, y, "│", theme.dim());
    }
    let title = Line::styled(" Conversations", theme.strong());
    frame.buffer_mut().set_line(area.x, area.y, &title, width);
    let rooms = state.ordered();
    let at = rooms
        .iter()
        .position(|room| Some(&room.id) == state.open.as_ref());
    let height = usize::from(area.height.saturating_sub(1));
    let first = first_row(at.unwrap_or(0), rooms.len(), height);
    let rows = rooms.iter().skip(first).zip(area.y + 1..area.bottom());
    for (room, y) in rows {
        let is_open = Some(&room.id) == state.open.as_ref();
        let row = row(state, room, is_open, usize::from(width), theme);
        frame.buffer_mut().set_line(area.x, y, &row, width);
    }
    let hidden = rooms.len().saturating_sub(first + height);
    if hidden > 0 {
        let unread = rooms
            .iter()
            .skip(first + height)
            .any(|room| room.unread.count > 0);
        let style = if unread {
            theme.unread(false)
        } else {
            theme.dim()
        };
        let more = text::fit(&format!(" ↓ {hidden} more"), usize::from(width));
        frame
            .buffer_mut()
            .set_string(area.x, area.bottom().saturating_sub(1), more, style);
    }
}

/// Returns the first visible row of a list of `count` rows in which the row `at` has to be visible.
pub(crate) fn first_row(at: usize, count: usize, height: usize) -> usize {
    // One more row, as the last visible one shows how many follow.
    let first = (at + 2).saturating_sub(height);
    first.min(count.saturating_sub(height))
}

fn row(state: &State, room: &Room, is_open: bool, width: usize, theme: Theme) -> Line<'static> {
    let is_watched = is_open && room.position.is_none() && state.has_focus;
    let count = if is_watched {
        String::new()
    } else {
        count(room.unread)
    };
    let is_written = !room.composition.is_blank() && !is_open;
    let mark = match (&*count, is_written) {
        ("", true) => "✎".to_owned(),
        ("", false) if !room.typing.is_empty() && !is_open => "…".to_owned(),
        _ => count.clone(),
    };
    let indent = if matches!(room.kind, Kind::Topic { .. }) {
        "  "
    } else {
        " "
    };
    let name_width = width.saturating_sub(indent.len() + 2 + text::width(&mark) + 1);
    let name = text::fit(&room.name, name_width);
    let base = if is_open {
        theme.selected()
    } else if room.is_muted {
        theme.dim()
    } else if count.is_empty() {
        theme.plain()
    } else {
        theme.strong()
    };
    let style = if is_open {
        base
    } else {
        theme.unread(room.unread.is_personal)
    };
    Line::from(vec![
        Span::styled(format!("{indent}{} ", room.kind.symbol()), base),
        Span::styled(name, base),
        Span::styled(mark, if count.is_empty() { base } else { style }),
        Span::styled(" ", base),
    ])
}

/// Returns a number of unread messages in at most three characters; empty for none.
pub(crate) fn count(unread: Unread) -> String {
    match (unread.count, unread.is_lower_bound) {
        (0, _) => String::new(),
        (count, _) if count > 99 => "99+".to_owned(),
        (count, true) => format!("{count}+"),
        (count, false) => count.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_conversation_is_in_sight() {
        assert_eq!(first_row(0, 5, 10), 0);
        assert_eq!(first_row(19, 20, 10), 10);
        assert_eq!(first_row(9, 20, 10), 1);
        assert_eq!(first_row(3, 20, 10), 0);
    }
}
