//! The screen, drawn from the state.

mod areas;
mod attached;
mod block;
mod clock;
mod composer;
mod footer;
mod head;
mod layers;
mod list;
mod marks;
mod messages;
mod prompts;
#[cfg(test)]
mod tests;
mod theme;

use ratatui::Frame;

use self::areas::Areas;
pub(crate) use self::theme::Theme;
use crate::model::{Shown, State};

/// Draws the screen. Returns what the model has to know of it.
pub(crate) fn draw(frame: &mut Frame<'_>, state: &State, theme: Theme) -> Shown {
    let Some(areas) = Areas::new(frame.area(), state) else {
        frame.render_widget("Too small: enlarge the window.", frame.area());
        return Shown {
            position: state.open_room().and_then(|room| room.position.clone()),
            ..Shown::default()
        };
    };
    if let Some(area) = areas.list {
        list::draw(frame, area, state, theme);
    }
    head::draw(frame, areas.head, state, theme);
    let mut shown = messages::draw(frame, areas.messages, state, theme);
    composer::draw(frame, &areas, state, theme);
    footer::draw(frame, &areas, state, theme);
    layers::draw(frame, &areas, state, theme);
    shown.compose_columns = areas.compose_columns();
    shown
}
