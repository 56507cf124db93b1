//! Lines between two messages: holes in the history, days, and the first new message.

use groupme_client::model::Message;
use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{super::clock, MessageRows};
use crate::{model::HoleState, text};

impl MessageRows<'_> {
    /// Adds the separators above a message: a hole in the history, a new day, the first new message.
    pub(super) fn push_separators(
        &self,
        message: &Message,
        before: Option<&Message>,
        rows: &mut Vec<Line<'static>>,
    ) {
        let hole = self
            .room
            .holes
            .between(before.map(|before| &before.id), &message.id);
        match hole.map(|(_, state)| state) {
            Some(HoleState::Failed(reason)) => {
                let told =
                    format!("earlier messages cannot be loaded: {reason} · PgUp tries again");
                rows.push(self.rule(&told, self.theme.bad()));
            }
            Some(_) => rows.push(self.rule("loading earlier messages…", self.theme.dim())),
            None if before.is_none() && self.room.holes.has_newest() => {
                rows.push(self.rule("the conversation begins here", self.theme.dim()));
            }
            None => {}
        }
        let zone = &self.state.settings.zone;
        let day = |message: &Message| message.created_at.and_then(|at| clock::day(at, zone));
        let own_day = day(message);
        if before.is_none_or(|before| day(before) != own_day)
            && let Some(own_day) = own_day
        {
            let name = clock::day_name(own_day, self.state.now, zone);
            rows.push(self.rule(&name, self.theme.dim()));
        }
        if let Some(read) = &self.room.unread_marker
            && message.id > *read
            && before.is_none_or(|before| before.id <= *read)
        {
            rows.push(self.rule("new", self.theme.unread(true)));
        }
    }

    /// Returns a horizontal line with a text in the middle.
    fn rule(&self, name: &str, style: Style) -> Line<'static> {
        let name = text::cut(name, self.width.saturating_sub(8));
        let free = self.width.saturating_sub(text::width(&name) + 4);
        let left = free / 2;
        let line = |cells: usize| "─".repeat(cells);
        Line::from(vec![
            Span::styled(format!(" {} ", line(left)), self.theme.dim()),
            Span::styled(name, style),
            Span::styled(format!(" {}", line(free - left)), self.theme.dim()),
        ])
    }
}
