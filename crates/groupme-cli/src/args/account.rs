//! Options for credentials, addresses and output.

use core::time::Duration;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use groupme_model::UserPair;
use groupme_rest::Conversation;

use super::super::{id_text::is_id, profile::check_name};

/// Credentials and the REST API.
#[derive(Args, Debug)]
pub(crate) struct Account {
    /// Account to act for: a profile kept by `groupme login`. Default: that of the token in
    /// `GROUPME_ACCESS_TOKEN`, else the profile that `GROUPME_PROFILE` names, else `default`.
    #[arg(help_heading = NETWORK, long, value_name = "NAME", value_parser = check_name)]
    pub(crate) profile: Option<String>,
    /// Regular file whose first line is the access token. Takes precedence over all others.
    #[arg(help_heading = NETWORK, long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// REST API to use instead of GroupMe's, such as `http://127.0.0.1:8080/v3`. GroupMe's other
    /// services are expected beside it, at `/v4`, `/v2` and `/image`. Default: GroupMe's, or that of the profile.
    #[arg(help_heading = NETWORK, long, value_name = "URL", env = "GROUPME_API_URL")]
    pub(crate) api_url: Option<String>,
    /// Allow sending the token without TLS to another machine, readable by anybody on the way.
    #[arg(help_heading = NETWORK, long)]
    pub(crate) allow_plaintext: bool,
    /// Maximum time for a request, retries included, and for reading a file.
    #[arg(help_heading = NETWORK, long, value_name = "DURATION", default_value = "30s",
        value_parser = humantime::parse_duration)]
    pub(crate) timeout: Duration,
}

/// The gateway and the user whose events it pushes.
#[derive(Args, Debug)]
pub(crate) struct Gateway {
    /// User id of the account, such as `12345678`. Default: asked of the REST API.
    #[arg(help_heading = GATEWAY, long, value_name = "ID", env = "GROUPME_USER_ID")]
    pub(crate) user: Option<String>,
    /// Transport to the gateway; `auto` prefers a websocket and falls back to long-polling.
    #[arg(help_heading = GATEWAY, long, value_enum, default_value_t = Transport::Auto)]
    pub(crate) transport: Transport,
    /// Address of the gateway. Default: GroupMe's, or that of the profile.
    #[arg(help_heading = GATEWAY, long = "gateway-url", value_name = "URL", env = "GROUPME_GATEWAY_URL")]
    pub(crate) url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    Auto,
    Websocket,
    LongPolling,
}

/// A conversation, by group or by user.
#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
pub(crate) struct ConversationArgs {
    /// Group: its name, its id, or the id of a topic.
    #[arg(help_heading = CONVERSATION, long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// Topic: its id, or its name with --group.
    #[arg(help_heading = CONVERSATION, long, value_name = "TOPIC")]
    pub(crate) topic: Option<String>,
    /// Direct messages with a user: the user's name or id, or a conversation id such as `1+2`.
    #[arg(help_heading = CONVERSATION, long, value_name = "USER", conflicts_with_all = ["group", "topic"])]
    pub(crate) dm: Option<String>,
}

impl ConversationArgs {
    /// Returns a group by its name or id.
    pub(crate) fn group(group: &str) -> Self {
        Self {
            group: Some(group.to_owned()),
            topic: None,
            dm: None,
        }
    }

    /// Returns the direct messages with a user.
    pub(crate) fn dm(with: &str) -> Self {
        Self {
            group: None,
            topic: None,
            dm: Some(with.to_owned()),
        }
    }

    /// Returns the conversation if its ids are given, and no name.
    pub(crate) fn by_id(&self) -> Option<Conversation> {
        match (&self.topic, &self.group, &self.dm) {
            (Some(group), _, _) | (None, Some(group), _) => {
                is_id(group).then(|| Conversation::Group(group.as_str().into()))
            }
            (None, None, Some(with)) => match with.parse::<UserPair>() {
                Ok(pair) => Some(pair.into()),
                Err(_) => is_id(with).then(|| Conversation::User(with.as_str().into())),
            },
            (None, None, None) => None,
        }
    }
}

/// Output options of commands that end by themselves.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct OutputArgs {
    /// Output format. Default: `pretty` on a terminal, otherwise `json`, one object a line.
    #[arg(help_heading = OUTPUT, long, value_enum)]
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

// Headings of the help. Those of a whole structure would last beyond it.
const NETWORK: &str = "Account and network";
const GATEWAY: &str = "Gateway";
pub(super) const CONVERSATION: &str = "Conversation";
const OUTPUT: &str = "Output";
