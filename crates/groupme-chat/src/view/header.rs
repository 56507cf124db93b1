//! Header: name and description of the open conversation.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::Theme;
use crate::{
    model::{Kind, State},
    text,
};

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let Some(room) = state.open_room() else {
        let title = Line::styled(" GroupMe", theme.strong());
        frame
            .buffer_mut()
            .set_line(area.x, area.y, &title, area.width);
        return;
    };
    let about = match &room.kind {
        Kind::Direct(_) => "direct messages".to_owned(),
        Kind::Topic { .. } => "topic".to_owned(),
        Kind::Group(group) => {
            let members = state
                .cache
                .members(group)
                .map_or(0, |members| members.len());
            let known = state.cache.group(group);
            let about = known
                .as_ref()
                .and_then(|group| group.description.as_deref());
            let about = about
                .filter(|about| !about.is_empty())
                .map(|about| format!(" · {about}"));
            match members {
                0 => about.unwrap_or_default(),
                members => format!("{members} members{}", about.unwrap_or_default()),
            }
        }
    };
    let muted = if room.is_muted { " · muted" } else { "" };
    let columns = usize::from(area.width).saturating_sub(1);
    let name = format!(" {} {}", room.kind.symbol(), state.full_name(room));
    let name = text::cut(name.replace('└', "#").as_str(), columns);
    let left = columns.saturating_sub(text::width(&name) + 2);
    let about = text::cut(&format!("{about}{muted}"), left);
    let line = Line::from(vec![
        Span::styled(name, theme.accent()),
        Span::raw("  "),
        Span::styled(about, theme.dim()),
    ]);
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &line, area.width);
}
