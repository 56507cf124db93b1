//! Printing what a command has to show that asks once.

use std::io::{self, IsTerminal as _};

use super::{Row, json, pretty::Pretty};
use crate::args::{Shape, Style};

/// Prints rows, one way or another.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// None for programs.
    pretty: Option<Pretty>,
}

impl Sheet {
    pub(crate) fn new(shape: Shape) -> Self {
        let style = shape.format.unwrap_or_else(|| {
            if io::stdout().is_terminal() {
                Style::Pretty
            } else {
                Style::Json
            }
        });
        Self {
            pretty: (style == Style::Pretty).then(Pretty::new),
        }
    }

    pub(crate) fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        match &self.pretty {
            Some(pretty) => pretty.row(row),
            None => json::row(row),
        }
    }
}
