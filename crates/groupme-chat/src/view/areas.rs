//! Layout of the screen.

use ratatui::layout::Rect;

use crate::model::State;

/// Areas of the screen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Areas {
    /// All cells.
    pub(crate) screen: Rect,
    /// List of conversations; `None` on a screen of less than 64 columns.
    pub(crate) list: Option<Rect>,
    /// Name of the conversation.
    pub(crate) header: Rect,
    pub(crate) messages: Rect,
    /// Row between the messages and the composer: toasts, and users who are typing.
    pub(crate) divider: Rect,
    /// Message replied to or edited, and files; of no height without them.
    pub(crate) banner: Rect,
    pub(crate) compose: Rect,
    pub(crate) status: Rect,
    pub(crate) key_hints: Rect,
}

/// Cells before the composed text.
pub(crate) const PROMPT: &str = "› ";
/// Smallest screen, in columns and rows.
const SMALLEST: (u16, u16) = (24, 7);

impl Areas {
    /// Divides the screen, unless it is too small.
    pub(crate) fn new(screen: Rect, state: &State) -> Option<Self> {
        if screen.width < SMALLEST.0 || screen.height < SMALLEST.1 {
            return None;
        }
        let list_columns = match screen.width {
            ..64 => 0,
            64..100 => 22,
            100..160 => 28,
            _ => 34,
        };
        let [main, status, key_hints] = rows(screen, [screen.height - 2, 1, 1]);
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
        let [header, messages, divider, banner, compose] =
            rows(chat, [1, messages, 1, banner, written]);
        Some(Self {
            screen,
            list,
            header,
            messages,
            divider,
            banner,
            compose,
            status,
            key_hints,
        })
    }

    /// Returns the columns of the composed text.
    pub(crate) fn compose_columns(&self) -> usize {
        compose_columns(self.compose.width)
    }
}

fn compose_columns(width: u16) -> usize {
    // One column is for the cursor behind the last letter.
    usize::from(width)
        .saturating_sub(PROMPT.chars().count() + 1)
        .max(2)
}

/// Divides an area into rows of these heights, from the top.
fn rows<const N: usize>(area: Rect, heights: [u16; N]) -> [Rect; N] {
    let mut y = area.y;
    heights.map(|height| {
        let height = height.min(area.bottom().saturating_sub(y));
        let part = Rect { y, height, ..area };
        y += height;
        part
    })
}
