//! Options of the chat.

use clap::{Args, ValueEnum};

use super::{Account, Gateway};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme chat --demo
  groupme chat --notify osc9")]
pub(crate) struct Chat {
    /// Chat with simulated people, in this process: no account and no network needed.
    #[arg(long, conflicts_with_all = ["token_file", "api_url", "url", "user"])]
    pub(crate) demo: bool,
    /// Way to notify of messages while the terminal is not in front, or shows another conversation.
    #[arg(long, value_enum, default_value_t = Notify::Bell)]
    pub(crate) notify: Notify,
    /// Tell about every message of conversations that are not muted. Default: direct messages,
    /// mentions and replies only.
    #[arg(long)]
    pub(crate) notify_all: bool,
    #[command(flatten)]
    pub(crate) gateway: Gateway,
    #[command(flatten)]
    pub(crate) account: Account,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Notify {
    /// Ring the bell of the terminal.
    Bell,
    /// Show the message on the desktop, by the escape code OSC 9.
    Osc9,
    /// Say nothing.
    Off,
}
