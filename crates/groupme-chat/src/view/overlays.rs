//! Overlays over the conversation: help, details, confirmations. `prompts` has those with an input.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
    widgets::{Block, Clear, Paragraph},
};

use super::{Theme, areas::Areas, clock, prompts, summary};
use crate::{
    model::{Confirmation, Overlay, State},
    text,
};

pub(crate) fn draw(frame: &mut Frame<'_>, areas: &Areas, state: &State, theme: Theme) {
    match &state.overlay {
        Overlay::None => prompts::draw_candidates(frame, areas, state, theme),
        Overlay::Help { scroll } => {
            draw_box(frame, areas.screen, "Help", &help(theme), *scroll, theme);
        }
        Overlay::Details { scroll } => {
            let lines = details(state, theme);
            draw_box(frame, areas.screen, "Details", &lines, *scroll, theme);
        }
        Overlay::GoTo { editor, choice } => {
            prompts::draw_go_to(frame, areas, state, editor, *choice, theme);
        }
        Overlay::Search { editor } => prompts::draw_search(frame, areas, state, editor, theme),
        Overlay::Date { editor, error } => {
            prompts::draw_date(frame, areas, editor, error.as_deref(), theme);
        }
        Overlay::Attach { editor } => prompts::draw_attach(frame, areas, editor, theme),
        Overlay::React { choice } => prompts::draw_reactions(frame, areas, *choice, theme),
        Overlay::Confirm(Confirmation::Delete(id)) => {
            let quoted = state
                .open_room()
                .map(|room| summary::message_summary(state, room, id));
            let told = text::cut(&quoted.unwrap_or_default(), 60);
            let lines = [
                Line::raw("Delete this message for everyone?"),
                Line::styled(told, theme.dim()),
            ];
            draw_box(frame, areas.screen, "Delete", &lines, 0, theme);
        }
        Overlay::Confirm(Confirmation::SendParts(parts)) => {
            let lines = [
                Line::raw(format!(
                    "The text is sent in {parts} messages. Send them all?"
                )),
                Line::styled("y sends them; Esc goes back to the text.", theme.dim()),
            ];
            draw_box(frame, areas.screen, "Send", &lines, 0, theme);
        }
        Overlay::Confirm(Confirmation::Quit) => {
            let waiting: usize = state.rooms.values().map(|room| room.pending.len()).sum();
            let told = match waiting {
                0 => "Quit?".to_owned(),
                count => format!("{count} messages are not sent yet, and are lost. Quit?"),
            };
            draw_box(frame, areas.screen, "Quit", &[Line::raw(told)], 0, theme);
        }
    }
}

/// Draws a box in the middle of the screen, as large as its lines, from line `scroll` on.
fn draw_box(
    frame: &mut Frame<'_>,
    screen: Rect,
    title: &str,
    lines: &[Line<'_>],
    scroll: u16,
    theme: Theme,
) {
    let widest = lines
        .iter()
        .map(Line::width)
        .max()
        .unwrap_or(0)
        .max(title.len() + 2);
    let width = u16::try_from(widest + 4)
        .unwrap_or(u16::MAX)
        .min(screen.width);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let height = rows.saturating_add(2).min(screen.height.saturating_sub(1));
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    let most = rows.saturating_sub(height.saturating_sub(2));
    let scroll = scroll.min(most);
    let mut border = Block::bordered()
        .title(format!(" {title} "))
        .border_style(theme.accent());
    if scroll < most {
        border = border.title_bottom(" ↓ more ");
    }
    let padded: Vec<Line<'_>> = lines
        .iter()
        .map(|line| {
            let mut line = line.clone();
            line.spans.insert(0, Span::raw(" "));
            line
        })
        .collect();
    frame.render_widget(Clear, area);
    frame.render_widget(
        Paragraph::new(padded).block(border).scroll((scroll, 0)),
        area,
    );
}

/// Returns the details of the selected message.
fn details(state: &State, theme: Theme) -> Vec<Line<'static>> {
    let Some(message) = state.open_room().and_then(|room| room.selected_message()) else {
        return vec![Line::raw("The message is gone.")];
    };
    let zone = &state.settings.zone;
    let row = |name: &str, value: String| {
        Line::from(vec![
            Span::styled(format!("{name:<9}"), theme.dim()),
            Span::raw(text::cut(&value, 64)),
        ])
    };
    let mut lines = vec![row("from", message.name.clone().unwrap_or_default())];
    for (name, time) in [
        ("sent", message.created_at),
        ("edited", message.updated_at.filter(|_| message.is_edited())),
        ("deleted", message.deleted_at),
        ("pinned", message.pinned_at),
    ] {
        if let Some(time) = time {
            lines.push(row(name, clock::full(time, zone)));
        }
    }
    lines.push(row("id", message.id.to_string()));
    for reaction in message.reactions.iter().flatten() {
        let symbol = text::line(summary::reaction_symbol(reaction)).into_owned();
        lines.push(row(
            &symbol,
            summary::user_names(state, reaction.user_ids()),
        ));
    }
    for (name, url) in super::attachments::lines(message) {
        lines.push(row(
            "attached",
            format!("{name} {}", url.unwrap_or_default()),
        ));
    }
    lines
}

/// Returns the lines of the help.
fn help(theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (title, keys) in HELP {
        if !lines.is_empty() {
            lines.push(Line::raw(""));
        }
        lines.push(Line::styled(*title, theme.strong()));
        for (key, meaning) in *keys {
            lines.push(Line::from(vec![
                Span::styled(format!("  {key:<20}"), theme.accent()),
                Span::raw(*meaning),
            ]));
        }
    }
    lines
}

/// Keys with their meanings.
type Keys = &'static [(&'static str, &'static str)];

const HELP: &[(&str, Keys)] = &[
    (
        "Write",
        &[
            ("Enter", "send"),
            ("Alt+Enter, Ctrl+J", "new line"),
            ("@ and Tab", "mention somebody"),
            ("Ctrl+O", "attach a picture, video or file"),
            ("Ctrl+W, U, Y", "cut a word, cut to the start, put back"),
            ("Ctrl+C", "clear what is written"),
        ],
    ),
    (
        "Messages",
        &[
            ("↑", "select a message; then:"),
            ("r or Enter", "reply"),
            ("+", "react; your own reaction again removes it"),
            ("e, d", "edit, delete"),
            ("y, i", "copy the text, details"),
            ("PgUp, PgDn", "scroll; more history loads by itself"),
            ("Ctrl+Home, Ctrl+End", "oldest that is loaded, newest"),
            ("Ctrl+F", "search the loaded messages"),
            ("Ctrl+G", "jump to a day"),
        ],
    ),
    (
        "Conversations",
        &[
            ("Ctrl+K", "go to a conversation by its name"),
            ("Tab, Alt+A", "next one with unread messages"),
            ("Alt+↑, Alt+↓", "previous, next"),
            ("Alt+1 to Alt+9", "by place in the list"),
        ],
    ),
    (
        "Program",
        &[
            ("?, F1", "this help; ? once more types a question mark"),
            ("Ctrl+Z", "suspend; `fg` returns"),
            ("Ctrl+L", "draw the screen again"),
            ("Ctrl+Q", "quit"),
        ],
    ),
    (
        "Signs",
        &[
            ("# @ └", "group, direct messages, topic"),
            ("3, 1+", "unread messages; 1+ is one or more"),
            ("✎", "something is written there and not sent"),
            ("⋯", "on its way"),
        ],
    ),
];
