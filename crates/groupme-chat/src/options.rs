//! Settings of a chat.

use std::path::PathBuf;

use jiff::tz::TimeZone;

/// Settings of a chat.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Notification of new messages while the terminal has no focus or shows another conversation.
    /// Default: [`Notifications::Bell`].
    pub notifications: Notifications,
    /// Whether every message notifies. Default: false, so that only direct messages, mentions and
    /// replies do.
    pub notify_all: bool,
    /// Whether the terminal's colours are used. Default: true.
    pub color: bool,
    /// Directory that `~/` means in the path of a file to attach. Default: none; `~` is not expanded.
    pub home: Option<PathBuf>,
}

/// Notification of new messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notifications {
    /// The bell of the terminal.
    #[default]
    Bell,
    /// Desktop notification with the text of the message, by the escape code OSC 9, which iTerm2,
    /// kitty, Ghostty, `WezTerm`, Windows Terminal and others know.
    Osc9,
    /// No notification.
    Off,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            notifications: Notifications::default(),
            notify_all: false,
            color: true,
            home: None,
        }
    }
}

/// Returns the time zone of the machine, in which times are shown.
pub(crate) fn zone() -> TimeZone {
    TimeZone::system()
}
