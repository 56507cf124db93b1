//! Rows of a message that GroupMe does not have yet.

use ratatui::text::{Line, Span};

use super::{super::clock, MessageRows};
use crate::{model::Pending, text};

impl MessageRows<'_> {
    /// Adds the rows of a pending message: its text and files, and the reason if it was given up.
    pub(super) fn push_pending(&self, pending: &Pending, rows: &mut Vec<Line<'static>>) {
        let mut content: Vec<Vec<Span<'static>>> = Vec::new();
        let style = self.theme.dim();
        if !pending.text.is_empty() {
            for line in text::wrap(&pending.text, &[], self.text_columns()) {
                let said: String = line.into_iter().map(|piece| piece.text).collect();
                content.push(vec![Span::styled(said, style)]);
            }
        }
        for name in &pending.attached {
            content.push(vec![Span::styled(format!("▸ {}", text::line(name)), style)]);
        }
        if let Some(reason) = &pending.failure {
            let told = format!("✗ not sent: {reason}");
            for line in text::wrap(&told, &[], self.text_columns()) {
                let said: String = line.into_iter().map(|piece| piece.text).collect();
                content.push(vec![Span::styled(said, self.theme.bad())]);
            }
            let keys = "  ↑ selects it: r sends again, e edits, d drops";
            content.push(vec![Span::styled(keys, style)]);
        } else {
            let waited = self.state.now.as_millis() - pending.since.as_millis();
            let remark = if waited < 5_000 {
                " ⋯"
            } else {
                " ⋯ waits for the network"
            };
            self.append(&mut content, remark, self.theme.waiting());
        }
        let time = clock::hour(pending.since, &self.state.settings.zone);
        let own = &self.state.own;
        let name = self.state.names.of(own);
        let name = if name == own.as_str() { "you" } else { name };
        self.push_content(
            &time,
            name,
            self.theme.name(Some(own), true),
            content,
            false,
            rows,
        );
    }
}
