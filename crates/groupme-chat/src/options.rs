//! Settings of a chat.

use std::path::PathBuf;

use jiff::tz::TimeZone;

/// Settings of a chat.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Way in which the user is told about messages while not looking. Default: the bell.
    pub notifications: Notifications,
    /// Whether every message is told. Default: only direct messages, mentions and replies.
    pub notify_all: bool,
    /// Whether colours are used. Default: true.
    pub colours: bool,
    /// Directory for which `~` stands in the path of a file. Default: none.
    pub home: Option<PathBuf>,
}

/// Way in which the user is told about messages while not looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notifications {
    /// The bell of the terminal.
    #[default]
    Bell,
    /// A notification of the desktop, by the escape code OSC 9: iTerm2, kitty, Ghostty, `WezTerm`,
    /// Windows Terminal and others. The text of the message is shown.
    Osc9,
    /// None.
    Off,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            notifications: Notifications::default(),
            notify_all: false,
            colours: true,
            home: None,
        }
    }
}

/// Returns the time zone of the machine.
pub(crate) fn zone() -> TimeZone {
    TimeZone::system()
}
