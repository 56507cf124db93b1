//! Terminal of standard output: width, colour and links.

use std::{
    env,
    io::{self, IsTerminal as _},
    sync::OnceLock,
};

use clap::ValueEnum;
use rustix::termios::tcgetwinsize;

/// Use of colour and of links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On terminals, unless `NO_COLOR` is set or `TERM` is `dumb`.
    #[default]
    Auto,
    /// Always, also into files and pipes.
    Always,
    /// Nowhere.
    Never,
}

/// Capabilities of standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terminal {
    pub(crate) has_color: bool,
    /// Whether OSC 8 makes a link of a text.
    pub(crate) has_links: bool,
    /// Columns; `None` without a terminal, where lines have any length.
    pub(crate) width: Option<usize>,
}

/// Sets the use of colour for the whole program, once.
pub(crate) fn choose(color: Color) {
    // Tests in one process set the same choice again.
    let _ = CHOICE.set(color);
}

impl Terminal {
    /// Examines standard output.
    pub(crate) fn stdout() -> Self {
        let is_terminal = io::stdout().is_terminal();
        let size = tcgetwinsize(io::stdout()).ok().filter(|_| is_terminal);
        // Some terminals, such as those of serial lines, do not know their width.
        let width = size.map(|size| match usize::from(size.ws_col) {
            0 => DEFAULT_WIDTH,
            width => width,
        });
        let has_color = has_color(is_terminal);
        Self {
            has_color,
            has_links: has_color,
            width,
        }
    }

    /// Returns whether standard error shows colour.
    pub(crate) fn stderr_has_color() -> bool {
        has_color(io::stderr().is_terminal())
    }
}

fn has_color(is_terminal: bool) -> bool {
    match CHOICE.get().copied().unwrap_or_default() {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
            let is_dumb = env::var_os("TERM").is_none_or(|term| term == "dumb");
            is_terminal && !is_set("NO_COLOR") && !is_dumb
        }
    }
}

static CHOICE: OnceLock<Color> = OnceLock::new();

const DEFAULT_WIDTH: usize = 80;
