//! Messages of the open conversation, laid out from the last row up.

use std::collections::VecDeque;

use groupme_client::MessageId;
use ratatui::{Frame, layout::Rect, text::Line};

use super::{Theme, message_rows::MessageRows};
use crate::model::{Anchor, Loading, Room, ScrollPosition, State, Viewport};

/// Draws the messages, and returns the drawn part.
pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) -> Viewport {
    let Some(room) = state.open_room() else {
        draw_empty(frame, area, state, theme);
        return Viewport::default();
    };
    if room.entry_count() == 0 {
        let told = if room.holes.newer_ends().next().is_none() {
            "Nothing was written here yet. Write the first message below."
        } else {
            "Loading…"
        };
        draw_middle(frame, area, told, theme);
        let hole = room
            .holes
            .newer_ends()
            .next_back()
            .map(Option::<&_>::cloned);
        return Viewport {
            holes: hole.into_iter().collect(),
            ..Viewport::default()
        };
    }
    let message_rows = MessageRows::new(state, room, theme, usize::from(area.width));
    let pane = Pane {
        room,
        height: usize::from(area.height),
        rows: &|index| message_rows.rows(index),
    };
    let bottom = pane.bottom();
    let window = pane.window(bottom);
    let free = area
        .height
        .saturating_sub(u16::try_from(window.rows.len()).unwrap_or(u16::MAX));
    for (row, y) in window.rows.iter().zip(area.y + free..area.bottom()) {
        frame.buffer_mut().set_line(area.x, y, row, area.width);
    }
    Viewport {
        position: pane.position(bottom),
        page_up: pane.page_up(&window),
        page_down: pane.page_down(bottom),
        holes: visible_holes(room, window.top, bottom.0),
        compose_columns: 0,
    }
}

/// Returns the holes among the drawn messages, by the first message after each.
fn visible_holes(room: &Room, top: usize, bottom: usize) -> Vec<Option<MessageId>> {
    let newest = (!room.holes.has_newest()).then_some(None);
    let drawn = (top..=bottom).filter_map(|index| {
        let message = room.messages.get(index)?;
        let before = index
            .checked_sub(1)
            .and_then(|before| room.messages.get(before));
        let (end, _) = room
            .holes
            .between(before.map(|before| &before.id), &message.id)?;
        Some(Some(end.clone()))
    });
    newest.into_iter().chain(drawn).collect()
}

fn draw_empty(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    match &state.loading {
        Loading::Started => draw_middle(frame, area, "Loading the conversations…", theme),
        Loading::Failed(reason) => {
            let told = format!("The conversations cannot be loaded: {reason}. Trying again.");
            draw_middle(frame, area, &told, theme);
        }
        Loading::Done => draw_middle(frame, area, "This account has no conversations.", theme),
    }
}

fn draw_middle(frame: &mut Frame<'_>, area: Rect, told: &str, theme: Theme) {
    let lines = crate::text::wrap(told, &[], usize::from(area.width.saturating_sub(4)));
    let top = area.y + area.height / 2;
    for (line, y) in lines.into_iter().zip(top..area.bottom()) {
        let said: String = line.into_iter().map(|piece| piece.text).collect();
        let row = Line::styled(said, theme.notice());
        let free = usize::from(area.width).saturating_sub(row.width()) / 2;
        let x = area.x + u16::try_from(free).unwrap_or(0);
        frame.buffer_mut().set_line(x, y, &row, area.width);
    }
}

/// Index of the last entry on the screen, and the number of its rows below the screen.
type Bottom = (usize, usize);

/// Rows of a conversation on the screen.
struct Window {
    rows: VecDeque<Line<'static>>,
    /// Index of the first entry.
    top: usize,
    /// Rows of the first entry above the screen.
    cut: usize,
}

/// Geometry of a conversation: a list of entries with rows.
struct Pane<'p> {
    room: &'p Room,
    height: usize,
    rows: &'p dyn Fn(usize) -> Vec<Line<'static>>,
}

impl Pane<'_> {
    fn last(&self) -> usize {
        self.room.entry_count().saturating_sub(1)
    }

    fn len(&self, index: usize) -> usize {
        (self.rows)(index).len()
    }

    /// Returns the last row to draw: that of the scroll position, moved so that the screen is full and
    /// the selected message is visible.
    fn bottom(&self) -> Bottom {
        let end = (self.last(), 0);
        let mut bottom = match &self.room.position {
            None => end,
            Some(anchor) => {
                let index = self.room.entry_index(&anchor.entry).min(self.last());
                (index, anchor.hidden.min(self.len(index).saturating_sub(1)))
            }
        };
        if let Some(selected) = &self.room.selected {
            let index = self.room.entry_index(selected).min(self.last());
            let window = self.window(bottom);
            if index > bottom.0 || (index == bottom.0 && bottom.1 > 0) {
                bottom = (index, 0);
            } else if index < window.top || (index == window.top && window.cut > 0) {
                bottom = self.bottom_below(index);
            }
        }
        let window = self.window(bottom);
        if window.top == 0 && window.rows.len() < self.height && bottom != end {
            bottom = self.bottom_below(0);
        }
        bottom
    }

    /// Returns the last row if the first row is the first one of the entry `top`.
    fn bottom_below(&self, top: usize) -> Bottom {
        let mut used = 0;
        for index in top..=self.last() {
            used += self.len(index);
            if used >= self.height {
                return (index, used - self.height);
            }
        }
        (self.last(), 0)
    }

    fn window(&self, (last, hidden): Bottom) -> Window {
        let mut rows = VecDeque::new();
        let mut index = last;
        loop {
            let mut entry = (self.rows)(index);
            if index == last {
                entry.truncate(entry.len().saturating_sub(hidden));
            }
            for row in entry.into_iter().rev() {
                rows.push_front(row);
            }
            if rows.len() >= self.height || index == 0 {
                break;
            }
            index -= 1;
        }
        let cut = rows.len().saturating_sub(self.height);
        rows.drain(..cut);
        Window {
            rows,
            top: index,
            cut,
        }
    }

    fn position(&self, (index, hidden): Bottom) -> ScrollPosition {
        if index >= self.last() && hidden == 0 {
            return None;
        }
        let entry = self.room.entry_at(index)?;
        Some(Anchor { entry, hidden })
    }

    /// Returns the position at which the first drawn row is the last one.
    fn page_up(&self, window: &Window) -> Option<Anchor> {
        if window.top == 0 && window.cut == 0 {
            return None;
        }
        let hidden = self.len(window.top).saturating_sub(window.cut + 1);
        let entry = self.room.entry_at(window.top)?;
        Some(Anchor { entry, hidden })
    }

    /// Returns the position at which the last drawn row is the first one.
    fn page_down(&self, (index, hidden): Bottom) -> ScrollPosition {
        let mut wanted = self.height.saturating_sub(1);
        if hidden >= wanted {
            return self.position((index, hidden - wanted));
        }
        wanted -= hidden;
        for next in index + 1..=self.last() {
            let len = self.len(next);
            if len >= wanted {
                return self.position((next, len - wanted));
            }
            wanted -= len;
        }
        None
    }
}
