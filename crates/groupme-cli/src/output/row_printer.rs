//! Printing of rows.

use std::io::{self, IsTerminal as _, Write as _};

use groupme_rest::endpoint::messages::MessagePage;

use super::{Row, json, pretty::Pretty};
use crate::{
    args::{OutputArgs, RowFormat},
    exit::Failure,
};

/// Prints rows in one of the formats.
#[derive(Debug)]
pub(crate) struct RowPrinter {
    /// Printer for people; `None` for JSON.
    pretty: Option<Pretty>,
}

impl RowPrinter {
    pub(crate) fn new(args: OutputArgs) -> Self {
        let style = args.format.unwrap_or_else(|| {
            if io::stdout().is_terminal() {
                RowFormat::Pretty
            } else {
                RowFormat::Json
            }
        });
        Self {
            pretty: (style == RowFormat::Pretty).then(Pretty::new),
        }
    }

    /// Prints some messages of a page, all at once.
    pub(crate) fn messages(
        &mut self,
        page: &MessagePage,
        skip: usize,
        take: usize,
    ) -> io::Result<()> {
        let mut lines = Vec::new();
        if let Some(pretty) = &mut self.pretty {
            pretty.learn(page);
        }
        for message in page.messages().skip(skip).take(take) {
            if let Some(pretty) = &self.pretty {
                let mut text = String::new();
                pretty.write_row(&mut text, &Row::Message(&message.into_owned()));
                lines.append(&mut text.into_bytes());
            } else {
                // GroupMe's own object.
                json::warn_of_nulls("a message", message.raw());
                json::write_as_sent(&mut lines, message.raw())?;
            }
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(&lines)?;
        stdout.flush()
    }

    /// Prints a row. Those of lists for people are printed by [`finish`](Self::finish), aligned.
    pub(crate) fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        match &mut self.pretty {
            Some(pretty) => pretty.row(row),
            None => json::row(row),
        }
    }

    /// Prints the row of a command that has changed something. `done` says so in an error, such as `the
    /// message was deleted`: a command that seems to have failed is repeated.
    ///
    /// # Errors
    ///
    /// [`Failure::Output`] if standard output cannot be written.
    pub(crate) fn done(&mut self, row: &Row<'_>, done: &str) -> Result<(), Failure> {
        let printed = self.row(row).and_then(|()| self.finish());
        printed.map_err(|error| Failure::not_shown(error, done))
    }

    /// Ends a list.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        match &mut self.pretty {
            Some(pretty) => pretty.finish(),
            None => Ok(()),
        }
    }
}
