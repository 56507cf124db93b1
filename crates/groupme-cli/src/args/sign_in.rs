//! Options of the commands on profiles.

use clap::Args;

use super::{Account, OutputArgs};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme login                         # asks for the token, and keeps it as the profile `default`
  groupme login --profile work < token  # a second account: `groupme --help` says how to choose it
  pass show groupme | groupme login")]
pub(crate) struct Login {
    /// Gateway that the token is for; needed with --api-url. Default: GroupMe's.
    #[arg(
        long,
        value_name = "URL",
        env = "GROUPME_GATEWAY_URL",
        help_heading = "Gateway"
    )]
    pub(crate) gateway_url: Option<String>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme logout --profile work")]
pub(crate) struct Logout {
    /// Profile to remove. Default: that of `GROUPME_PROFILE`, else `default`.
    #[arg(long, value_name = "NAME", value_parser = super::super::profile::check_name)]
    pub(crate) profile: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme whoami
  groupme whoami --all                  # the profiles stored by `groupme login`")]
pub(crate) struct Whoami {
    /// List all profiles instead, without asking GroupMe.
    #[arg(long, conflicts_with_all = ["profile", "token_file"])]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
