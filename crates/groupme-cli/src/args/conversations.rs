//! The commands about conversations, and about the gateway.

use core::time::Duration;

use clap::Args;

use super::{Account, Gateway, Place, Shape};

#[derive(Args, Debug)]
pub(crate) struct Chats {
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Args, Debug)]
pub(crate) struct Groups {
    /// Have the members in it, too, of which there may be thousands.
    #[arg(long)]
    pub(crate) members: bool,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Args, Debug)]
pub(crate) struct Typing {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Go on for so long, for example `10s`; without it, it is shown once, for a few seconds.
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) time: Option<Duration>,
    #[command(flatten)]
    pub(crate) gateway: Gateway,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Args, Debug)]
pub(crate) struct Ping {
    /// Send so many.
    #[arg(long, value_name = "N", default_value_t = 3,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: u32,
    /// Send one so often. GroupMe wants no more than one in 30 seconds, and gets no more.
    #[arg(long, value_name = "DURATION", default_value = "30s",
        value_parser = humantime::parse_duration)]
    pub(crate) interval: Duration,
    #[command(flatten)]
    pub(crate) gateway: Gateway,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) shape: Shape,
}
