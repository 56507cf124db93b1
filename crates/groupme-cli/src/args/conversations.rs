//! Options of the commands on conversations and the gateway.

use core::time::Duration;

use clap::Args;

use super::{Account, ConversationArgs, Gateway, OutputArgs};

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme chats")]
pub(crate) struct Chats {
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme typing --dm Mara --for 10s")]
pub(crate) struct Typing {
    #[command(flatten)]
    pub(crate) conversation: ConversationArgs,
    /// Repeat the notice for this time, for example `10s`. Default: once; viewers show it for 5 s.
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) time: Option<Duration>,
    #[command(flatten)]
    pub(crate) gateway: Gateway,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme ping --count 10")]
pub(crate) struct Ping {
    /// Number of pings.
    #[arg(long, value_name = "N", default_value_t = 3,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: u32,
    /// Interval between pings; at least 30 s with GroupMe, which asks for no more.
    #[arg(long, value_name = "DURATION", default_value = "30s",
        value_parser = humantime::parse_duration)]
    pub(crate) interval: Duration,
    #[command(flatten)]
    pub(crate) gateway: Gateway,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
