//! Options for credentials, addresses and output.

use core::time::Duration;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Credentials and the REST API.
#[derive(Args, Debug)]
pub(crate) struct Account {
    /// Regular file whose first line is the access token. Takes precedence over the environment.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// REST API to use instead of GroupMe's, such as `http://127.0.0.1:8080/v3`. GroupMe's other
    /// services are expected beside it, at `/v4`, `/v2` and `/image`.
    #[arg(long, value_name = "URL", env = "GROUPME_API_URL")]
    pub(crate) api_url: Option<String>,
    /// Allow sending the token without TLS to another machine, readable by anybody on the way.
    #[arg(long)]
    pub(crate) allow_plaintext: bool,
    /// Maximum time for a request, retries included, and for reading a file.
    #[arg(long, value_name = "DURATION", default_value = "30s",
        value_parser = humantime::parse_duration)]
    pub(crate) timeout: Duration,
}

/// The gateway and the user whose events it pushes.
#[derive(Args, Debug)]
pub(crate) struct Gateway {
    /// User id of the account, such as `12345678`. Default: asked of the REST API.
    #[arg(long, value_name = "ID", env = "GROUPME_USER_ID")]
    pub(crate) user: Option<String>,
    /// Transport to the gateway; `auto` prefers a websocket and falls back to long-polling.
    #[arg(long, value_enum, default_value_t = Transport::Auto)]
    pub(crate) transport: Transport,
    /// Address of the gateway.
    #[arg(long = "gateway-url", value_name = "URL", env = "GROUPME_GATEWAY_URL",
        default_value = groupme_client::DEFAULT_GATEWAY)]
    pub(crate) url: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    Auto,
    Websocket,
    LongPolling,
}

/// A conversation, by group or by user.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct ConversationArgs {
    /// Group or topic id.
    #[arg(long, value_name = "ID")]
    pub(crate) group: Option<String>,
    /// Direct messages with a user: a user id, or a conversation id such as `1+2`.
    #[arg(long, value_name = "ID")]
    pub(crate) dm: Option<String>,
}

/// Output options of commands that end by themselves.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct OutputArgs {
    /// Output format. Default: `pretty` on a terminal, otherwise `json`, one object a line.
    #[arg(long, value_enum)]
    pub(crate) format: Option<RowFormat>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowFormat {
    /// For people.
    #[value(alias = "text")]
    Pretty,
    /// For programs: one object a line.
    Json,
}
