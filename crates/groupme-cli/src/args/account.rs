//! Who asks, and where GroupMe is.

use core::time::Duration;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The account, and the REST API.
#[derive(Args, Debug)]
pub(crate) struct Account {
    /// A file whose first line is the access token; goes before the environment.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Another REST API than GroupMe's, such as `http://127.0.0.1:8080/v3`. What GroupMe has at
    /// other addresses is looked for beside it: `/v4`, `/v2`, `/image`.
    #[arg(long, value_name = "URL")]
    pub(crate) api_url: Option<String>,
    /// Send the token to other machines than this one even without TLS, for all to read.
    #[arg(long)]
    pub(crate) allow_plaintext: bool,
    /// How long a request is tried before it is given up.
    #[arg(long, value_name = "DURATION", default_value = "30s",
        value_parser = humantime::parse_duration)]
    pub(crate) timeout: Duration,
}

/// The gateway, and the user whose events it pushes.
#[derive(Args, Debug)]
pub(crate) struct Gateway {
    /// The id of the user whose token is used, such as `12345678`; without it, GroupMe is asked.
    #[arg(long, value_name = "ID")]
    pub(crate) user: Option<String>,
    /// How to reach the gateway; `auto` prefers a websocket and falls back.
    #[arg(long, value_enum, default_value_t = Transport::Auto)]
    pub(crate) transport: Transport,
    /// The gateway to talk to.
    #[arg(long = "gateway-url", value_name = "URL",
        default_value = groupme_client::DEFAULT_GATEWAY)]
    pub(crate) url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    Auto,
    Websocket,
    LongPolling,
}

/// With whom.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct Place {
    /// A group, or a topic of one.
    #[arg(long, value_name = "ID")]
    pub(crate) group: Option<String>,
    /// The direct messages with a user: the user's id, or the conversation's such as `1+2`.
    #[arg(long, value_name = "ID")]
    pub(crate) dm: Option<String>,
}

/// How to print what is not an endless stream.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// How to print; `pretty` when stdout is a terminal, otherwise `json`, one object a line.
    #[arg(long, value_enum)]
    pub(crate) format: Option<Style>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Style {
    /// For people.
    #[value(alias = "text")]
    Pretty,
    /// For programs: one object a line.
    Json,
}
