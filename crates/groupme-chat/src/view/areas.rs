//! The parts of the screen.

use ratatui::layout::Rect;

use crate::model::State;

/// Parts of the screen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Areas {
    /// The whole screen.
    pub(crate) whole: Rect,
    /// List of conversations; left out where there is no room for it.
    pub(crate) list: Option<Rect>,
    /// Name of the conversation.
    pub(crate) head: Rect,
    pub(crate) messages: Rect,
    /// Line between the messages and what is written: who types, notices.
    pub(crate) line: Rect,
    /// What is answered or edited, and files.
    pub(crate) banner: Rect,
    pub(crate) compose: Rect,
    pub(crate) status: Rect,
    pub(crate) keys: Rect,
}

/// Cells before what is written.
pub(crate) const PROMPT: &str = "› ";
/// Columns and rows below which nothing can be shown.
const SMALLEST: (u16, u16) = (24, 7);

impl Areas {
    /// Returns the parts of a screen, unless it is too small.
    pub(crate) fn new(whole: Rect, state: &State) -> Option<Self> {
        if whole.width < SMALLEST.0 || whole.height < SMALLEST.1 {
            return None;
        }
        let list_columns = match whole.width {
            ..64 => 0,
            64..100 => 22,
            100..160 => 28,
            _ => 34,
        };
        let [main, status, keys] = rows(whole, [whole.height - 2, 1, 1]);
        let (list, chat) = if list_columns == 0 {
            (None, main)
        } else {
            let list = Rect {
                width: list_columns,
                ..main
            };
            let chat = Rect {
                x: main.x + list_columns,
                width: main.width - list_columns,
                ..main
            };
            (Some(list), chat)
        };
        let columns = compose_columns(chat.width);
        let room = state.open_room();
        let written = room.map_or(1, |room| room.composition.editor.rows(columns).len());
        let most = usize::from(chat.height / 3).max(1);
        let written = u16::try_from(written.clamp(1, most)).unwrap_or(1);
        let banner = u16::from(room.is_some_and(|room| {
            let composition = &room.composition;
            let is_marked = composition.reply.is_some() || composition.edited.is_some();
            is_marked || !composition.files.is_empty()
        }));
        let messages = chat.height.saturating_sub(2 + banner + written);
        let [head, messages, line, banner, compose] = rows(chat, [1, messages, 1, banner, written]);
        Some(Self {
            whole,
            list,
            head,
            messages,
            line,
            banner,
            compose,
            status,
            keys,
        })
    }

    /// Returns the columns of what is written.
    pub(crate) fn compose_columns(&self) -> usize {
        compose_columns(self.compose.width)
    }
}

fn compose_columns(width: u16) -> usize {
    // The cursor stands behind the last letter.
    usize::from(width)
        .saturating_sub(PROMPT.chars().count() + 1)
        .max(2)
}

/// Divides an area into parts of these heights, from the top.
fn rows<const N: usize>(area: Rect, heights: [u16; N]) -> [Rect; N] {
    let mut y = area.y;
    heights.map(|height| {
        let height = height.min(area.bottom().saturating_sub(y));
        let part = Rect { y, height, ..area };
        y += height;
        part
    })
}
