//! Last two rows: the state of the connection, and the most important keys.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{Theme, areas::Areas, clock};
use crate::{
    model::{Confirmation, EntryId, Overlay, Phase, State},
    text,
};

pub(crate) fn draw(frame: &mut Frame<'_>, areas: &Areas, state: &State, theme: Theme) {
    draw_status(frame, areas.status, state, theme);
    draw_key_hints(frame, areas.key_hints, state, theme);
}

fn draw_status(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let bar = theme.selected();
    frame.buffer_mut().set_style(area, bar);
    let columns = usize::from(area.width);
    let unread = match state.unread() {
        0 => String::new(),
        count => format!("{count} unread  "),
    };
    let right = format!("{unread}{} ", clock::hour(state.now, &state.settings.zone));
    let (sign, told) = connection(state);
    let own = state.names.of(&state.own);
    let name = if own == state.own.as_str() {
        String::new()
    } else {
        format!(" · {own}")
    };
    let free = columns.saturating_sub(text::width(&right) + 4);
    let told = text::cut(&format!("{told}{name}"), free);
    let line = Line::from(vec![
        Span::styled(format!(" {sign} "), bar),
        Span::styled(told, bar),
    ]);
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &line, area.width);
    let width = u16::try_from(text::width(&right)).unwrap_or(0);
    let x = area.right().saturating_sub(width);
    frame.buffer_mut().set_string(x, area.y, right, bar);
}

/// Returns the state of the connection, as a symbol and as words.
fn connection(state: &State) -> (&'static str, String) {
    let connection = &state.connection;
    match &connection.phase {
        Phase::Connecting => ("◌", "connecting…".to_owned()),
        Phase::Connected { transport } => {
            let latency = connection.latency.map(|latency| match latency.as_millis() {
                0 => " · < 1 ms".to_owned(),
                millis => format!(" · {millis} ms"),
            });
            let missed = if connection.is_catching_up {
                " · fetching what was missed…"
            } else {
                ""
            };
            let latency = latency.unwrap_or_default();
            ("●", format!("connected · {transport}{latency}{missed}"))
        }
        Phase::Lost { cause, retry_at } => {
            let wait = retry_at.as_millis().saturating_sub(state.now.as_millis());
            let when = match wait {
                ..=0 => "reconnecting…".to_owned(),
                wait => format!("reconnecting in {} s", (wait + 999) / 1000),
            };
            let polling = if connection.is_polling {
                " · messages by polling"
            } else {
                ""
            };
            ("○", format!("{when}{polling} · {cause}"))
        }
        Phase::Ended(reason) => ("✗", reason.clone()),
    }
}

fn draw_key_hints(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    let columns = usize::from(area.width);
    for (key, meaning) in keys(state) {
        let cells = text::width(key) + text::width(meaning) + 3;
        if used + cells > columns {
            break;
        }
        used += cells;
        spans.push(Span::styled(*key, theme.accent()));
        spans.push(Span::styled(format!(" {meaning}  "), Style::new()));
    }
    frame
        .buffer_mut()
        .set_line(area.x, area.y, &Line::from(spans), area.width);
}

/// Returns the keys of the overlay, the selection or the composer, most important first.
fn keys(state: &State) -> &'static [(&'static str, &'static str)] {
    match &state.overlay {
        Overlay::None => {}
        Overlay::Help { .. } | Overlay::Details { .. } => {
            return &[("Esc", "close"), ("↑↓", "scroll")];
        }
        Overlay::GoTo { .. } => return &[("Enter", "open"), ("↑↓", "choose"), ("Esc", "close")],
        Overlay::Search { .. } => {
            return &[
                ("↑", "older"),
                ("↓", "newer"),
                ("Esc", "done"),
                ("PgUp", "scroll"),
            ];
        }
        Overlay::Date { .. } => return &[("Enter", "jump"), ("Esc", "close")],
        Overlay::Attach { .. } => return &[("Enter", "attach"), ("Esc", "close")],
        Overlay::React { .. } => {
            return &[("1-8", "react"), ("←→ Enter", "choose"), ("Esc", "close")];
        }
        Overlay::Confirm(Confirmation::Delete(_)) => return &[("y", "delete"), ("Esc", "keep")],
        Overlay::Confirm(Confirmation::SendParts(_)) => {
            return &[("y", "send all"), ("Esc", "back")];
        }
        Overlay::Confirm(Confirmation::Quit) => return &[("y", "quit"), ("Esc", "stay")],
    }
    let room = state.open_room();
    match room.and_then(|room| room.selected.as_ref()) {
        Some(EntryId::Pending(_)) => &[
            ("r", "send again"),
            ("e", "edit"),
            ("d", "drop"),
            ("Esc", "back"),
        ],
        Some(EntryId::Message(_)) => {
            let message = room.and_then(|room| room.selected_message());
            if message.is_some_and(|message| message.is_from(&state.own)) {
                OWN_MESSAGE
            } else {
                OTHERS_MESSAGE
            }
        }
        None if !state.candidates().is_empty() => &[
            ("Tab", "complete"),
            ("↑↓", "choose"),
            ("Esc", "none"),
            ("Enter", "send"),
        ],
        None if room.is_some_and(|room| room.composition.edited.is_some()) => &[
            ("Enter", "save"),
            ("Esc", "leave as it was"),
            ("Alt+Enter", "new line"),
        ],
        None => &[
            ("Enter", "send"),
            ("↑", "select message"),
            ("Ctrl+K", "go to"),
            ("Tab", "next unread"),
            ("?", "help"),
            ("Ctrl+Q", "quit"),
            ("Alt+↑↓", "conversation"),
            ("Alt+Enter", "new line"),
            ("Ctrl+F", "search"),
            ("Ctrl+O", "attach"),
            ("Ctrl+G", "date"),
            ("PgUp", "scroll"),
        ],
    }
}

const OWN_MESSAGE: &[(&str, &str)] = &[
    ("e", "edit"),
    ("d", "delete"),
    ("r", "reply"),
    ("+", "react"),
    ("y", "copy"),
    ("i", "details"),
    ("↑↓", "other message"),
    ("Esc", "back"),
];

const OTHERS_MESSAGE: &[(&str, &str)] = &[
    ("r", "reply"),
    ("+", "react"),
    ("y", "copy"),
    ("i", "details"),
    ("d", "delete"),
    ("↑↓", "other message"),
    ("Esc", "back"),
];
