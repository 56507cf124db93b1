//! Rows as lines of text.

use core::time::Duration;
use std::io::{self, Write as _};

use groupme_model::Timestamp;
use groupme_rest::{Sent, endpoint::messages::MessagePage};

use super::{
    Pretty, cells,
    message::{self, content, reaction_list},
};
use crate::output::{
    RoundTrips, Row, json,
    table::Table,
    text::{Style, Text},
};

impl Pretty {
    /// Learns the names of the authors of a page, which reactions to other messages need.
    pub(in crate::output) fn learn(&mut self, page: &MessagePage) {
        for message in page.messages() {
            self.names.learn_message(&message);
        }
    }

    /// Prints a row, or keeps it for the table that [`finish`](Self::finish) prints.
    pub(in crate::output) fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        if let Some((columns, cells)) = cells::of(row, self) {
            self.table
                .get_or_insert_with(|| Table::new(columns))
                .push(cells);
            return Ok(());
        }
        let mut out = String::new();
        self.write_row(&mut out, row);
        print(&out)
    }

    /// Prints the table of the rows before.
    pub(in crate::output) fn finish(&mut self) -> io::Result<()> {
        match self.table.take() {
            Some(table) => print(&table.write(self.terminal)),
            None => Ok(()),
        }
    }

    /// Writes a row that is printed at once, and not in a table.
    pub(in crate::output) fn write_row(&self, out: &mut String, row: &Row<'_>) {
        if let Row::Message(message) = row {
            let head = format!("{}  {}  ", self.date(message.created_at), message.id);
            let mut text = Text::default();
            text.push(&head, Style::Faint);
            text.append(message::line(message, &self.names));
            return text.write_wrapped(out, self.terminal, head.len());
        }
        if let Row::Answer(value) = row {
            return json::write_indented(out, *value);
        }
        outcome(row).write_wrapped(out, self.terminal, 4);
    }

    pub(super) fn date(&self, time: Option<Timestamp>) -> String {
        time.and_then(|time| jiff::Timestamp::from_millisecond(time.as_millis()).ok())
            .map_or_else(
                || "---------- --:--:--".to_owned(),
                |time| {
                    time.to_zoned(self.zone.clone())
                        .strftime("%Y-%m-%d %H:%M:%S")
                        .to_string()
                },
            )
    }
}

/// Returns the outcome of a command as a sentence.
fn outcome(row: &Row<'_>) -> Text {
    Text::plain(&match row {
        Row::Sent(Sent::Created(message), _) => format!("sent as {}", message.id),
        Row::Sent(Sent::Duplicate(message), _) => format!("already sent, as {}", message.id),
        Row::Sent(..) => "already sent; not among the newest messages".to_owned(),
        Row::Edited(message) => {
            let mut text = Text::plain(&format!("edited {}: ", message.id));
            text.append(content(message));
            return text;
        }
        Row::Deleted(_, message) => format!("deleted {message}"),
        Row::Reactions(message, None) => format!("reacted to {message}"),
        Row::Reactions(message, Some(reactions)) => {
            format!("reactions to {message}: {}", reaction_list(reactions, None))
        }
        Row::Read(conversation, receipt) => match receipt.last_read() {
            Some(message) => format!("read {conversation} up to {message}"),
            None => format!("read {conversation}"),
        },
        Row::Downloaded(path, size) => format!("{}  {size} bytes", path.display()),
        Row::Archived(report) => archived(report),
        Row::Pages(index) => format!("pages: {}", index.display()),
        Row::Typing(channel) => format!("typing on {channel}"),
        Row::RoundTrip(number, Some(time)) => format!("ping {number}: {}", millis(*time)),
        Row::RoundTrip(number, None) => format!("ping {number}: no echo"),
        Row::RoundTrips(trips) => round_trips(trips),
        Row::LoggedIn(name, profile, file) => format!(
            "logged in as {} ({}), profile {name}; the token is in {}",
            profile.name.as_deref().unwrap_or("somebody"),
            profile.user_id,
            file.display()
        ),
        Row::Joined(group, None) => {
            format!("asked to join the group {group}: an admin has to approve the request")
        }
        Row::Joined(id, Some(group)) => {
            format!(
                "joined \"{}\" ({id})",
                group.name.as_deref().unwrap_or("(no name)")
            )
        }
        Row::Left(group, name) => {
            format!("left \"{}\" ({group})", name.unwrap_or("(no name)"))
        }
        Row::Pinned(_, message, true) => format!("pinned {message}"),
        Row::Pinned(_, message, false) => format!("unpinned {message}"),
        Row::Posted(1) => "posted".to_owned(),
        Row::Posted(parts) => format!("posted in {parts} parts"),
        Row::Destroyed => "the bot is deleted".to_owned(),
        Row::LoggedOut(name) => {
            format!("logged out: the token of the profile {name} is removed from this machine")
        }
        Row::Account(user, origin) => format!(
            "{} ({}), by {origin}",
            user.name.as_deref().unwrap_or("somebody"),
            user.id
        ),
        // Messages, and rows of tables.
        _ => String::new(),
    })
}

fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Returns the messages and media of an archived conversation.
fn archived(report: &groupme_archive::Report) -> String {
    use core::fmt::Write as _;

    let info = &report.info;
    let mut line = format!(
        "{}  {}: {} messages, {} new",
        info.id,
        info.name.as_deref().unwrap_or("(no name)"),
        info.messages,
        report.added,
    );
    let media = report.media;
    for (number, of) in [
        (report.changed, "changed"),
        (report.missing(), "missing"),
        (media.saved, "media saved"),
        (media.refused, "media refused"),
        (media.failed, "media failed"),
    ] {
        if number > 0 {
            // Writing to a string does not fail.
            let _ = write!(line, ", {number} {of}");
        }
    }
    line
}

fn round_trips(trips: &RoundTrips) -> String {
    let of = |percent| {
        trips
            .percentile(percent)
            .map_or_else(|| "-".to_owned(), millis)
    };
    format!(
        "{} of {} echoed: min {}, median {}, p99 {}",
        trips.answered(),
        trips.sent(),
        of(0),
        of(50),
        of(99)
    )
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
