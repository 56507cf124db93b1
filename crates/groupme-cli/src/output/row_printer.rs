//! Printing of rows.

use std::io::{self, IsTerminal as _};

use super::{Row, json, pretty::Pretty};
use crate::args::{OutputArgs, RowFormat};

/// Prints rows in one of the formats.
#[derive(Debug)]
pub(crate) struct RowPrinter {
    /// `None` for JSON.
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

    pub(crate) fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        match &self.pretty {
            Some(pretty) => pretty.row(row),
            None => json::row(row),
        }
    }
}
