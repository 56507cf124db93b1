//! View: draws the screen from the state.

mod areas;
mod attachments;
mod clock;
mod composer;
mod footer;
mod header;
mod highlights;
mod list;
mod message_rows;
mod messages;
mod overlays;
mod prompts;
mod summary;
#[cfg(test)]
mod tests;
mod theme;

use ratatui::{Frame, buffer::Buffer};

use self::areas::Areas;
pub(crate) use self::theme::Theme;
use crate::model::{State, Viewport};

/// Draws the screen, and returns the part of the conversation on it.
pub(crate) fn draw(frame: &mut Frame<'_>, state: &State, theme: Theme) -> Viewport {
    let Some(areas) = Areas::new(frame.area(), state) else {
        frame.render_widget("Too small: enlarge the window.", frame.area());
        return Viewport {
            position: state.open_room().and_then(|room| room.position.clone()),
            ..Viewport::default()
        };
    };
    if let Some(area) = areas.list {
        list::draw(frame, area, state, theme);
    }
    header::draw(frame, areas.header, state, theme);
    let mut viewport = messages::draw(frame, areas.messages, state, theme);
    composer::draw(frame, &areas, state, theme);
    footer::draw(frame, &areas, state, theme);
    overlays::draw(frame, &areas, state, theme);
    viewport.compose_columns = areas.compose_columns();
    drop_emoji_selectors(frame.buffer_mut());
    viewport
}

/// Drops the selectors that ask for the emoji form of a character (U+FE0F). Terminals disagree whether
/// such a character takes one column or two, and with the wrong number the rest of a row stays on the
/// screen when the row changes. The column that becomes free is blank.
fn drop_emoji_selectors(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().contains(EMOJI_SELECTOR) {
            let plain = cell.symbol().replace(EMOJI_SELECTOR, "");
            cell.set_symbol(&plain);
        }
    }
}

const EMOJI_SELECTOR: char = '\u{fe0f}';
