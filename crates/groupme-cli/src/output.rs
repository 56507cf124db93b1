//! Output formats.

pub(crate) mod closed;
mod json;
mod pretty;
mod row;
mod row_printer;
mod summary;
mod table;
pub(crate) mod terminal;
mod text;

use std::io;

pub(crate) use groupme_client::terminal::{escape_control, escape_invisible, is_invisible};
use groupme_client::{Delivery, Status, UserId};
use groupme_model::{Chat, Group, Relationship};

pub(crate) use self::{
    json::{warn_of_nulls, write as write_json},
    row::{RoundTrips, Row},
    row_printer::RowPrinter,
};
use crate::args::Format;

/// Lists of groups, chats and contacts, for the names of ids.
#[derive(Debug)]
pub(crate) struct KnownNames {
    pub(crate) groups: Vec<Group>,
    pub(crate) chats: Vec<Chat>,
    pub(crate) contacts: Vec<Relationship>,
}

/// Prints and counts incoming events and statuses in one of the formats.
#[derive(Debug)]
pub(crate) struct Printer {
    style: Style,
    events: u64,
}

#[derive(Debug)]
enum Style {
    Json,
    Pretty(pretty::Pretty),
    Summary(Box<summary::Summary>),
}

impl Printer {
    pub(crate) fn new(format: Format) -> Self {
        let style = match format {
            Format::Json => Style::Json,
            Format::Pretty => Style::Pretty(pretty::Pretty::new()),
            Format::Summary => Style::Summary(Box::new(summary::Summary::new())),
        };
        Self { style, events: 0 }
    }

    /// Returns whether the format shows names.
    pub(crate) fn wants_names(&self) -> bool {
        matches!(self.style, Style::Pretty(_))
    }

    /// Sets the account's user and the names of groups and users.
    pub(crate) fn set_names(&mut self, own: &UserId, known: &KnownNames) {
        if let Style::Pretty(pretty) = &mut self.style {
            pretty.set_names(own, known);
        }
    }

    /// Returns the number of events so far, pings excluded.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    pub(crate) fn event(&mut self, event: &Delivery) -> io::Result<()> {
        if event.event().kind() != "ping" {
            self.events += 1;
        }
        match &mut self.style {
            Style::Json => json::event(event),
            Style::Pretty(pretty) => pretty.event(event),
            Style::Summary(summary) => {
                summary.event(event);
                Ok(())
            }
        }
    }

    pub(crate) fn status(&mut self, status: &Status) -> io::Result<()> {
        match &mut self.style {
            Style::Json => json::status(status),
            Style::Pretty(pretty) => pretty.status(status),
            Style::Summary(summary) => {
                summary.status(status);
                Ok(())
            }
        }
    }

    pub(crate) fn finish(&mut self) -> io::Result<()> {
        match &self.style {
            Style::Json | Style::Pretty(_) => Ok(()),
            Style::Summary(summary) => json::line(&summary.report()),
        }
    }
}

/// Formats an error with its causes in one line.
pub(crate) fn chain(error: &dyn core::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Formats a time as RFC 3339 in UTC, to the millisecond.
fn rfc3339(time: groupme_client::Timestamp) -> String {
    jiff::Timestamp::from_millisecond(time.as_millis()).map_or_else(
        |_| time.as_millis().to_string(),
        |time| format!("{time:.3}"),
    )
}
