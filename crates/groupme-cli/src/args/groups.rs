//! Options of the commands on groups and their members.

use clap::Args;

use super::{Account, OutputArgs, account::CONVERSATION};

/// A group by name or id.
#[derive(Args, Debug)]
pub(crate) struct GroupArg {
    /// Group, by its name or id.
    #[arg(help_heading = CONVERSATION, long, value_name = "GROUP")]
    pub(crate) group: String,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme groups
  groupme groups --members --format json | jq -r '.members[].nickname'")]
pub(crate) struct Groups {
    /// Include members; a group can have thousands.
    #[arg(long)]
    pub(crate) members: bool,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme members --group \"Lake weekend\"
  groupme members --group 1835 --former")]
pub(crate) struct Members {
    #[command(flatten)]
    pub(crate) group: GroupArg,
    /// List those who have left or were removed instead.
    #[arg(long, conflicts_with = "pending")]
    pub(crate) former: bool,
    /// List those who have asked to join instead, and wait for an admin.
    #[arg(long)]
    pub(crate) pending: bool,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme topics --group \"Lake weekend\"")]
pub(crate) struct Topics {
    #[command(flatten)]
    pub(crate) group: GroupArg,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme join https://groupme.com/join_group/1835/AbCd12
  groupme join 1835 AbCd12 --answer \"Mara told me\"")]
pub(crate) struct Join {
    /// Share link of the group, or the group's id.
    pub(crate) link: String,
    /// Token of the share link, after an id. Not an access token.
    #[arg(value_name = "SHARE_TOKEN")]
    pub(crate) share_token: Option<String>,
    /// Answer to the question of the group.
    #[arg(long, value_name = "TEXT")]
    pub(crate) answer: Option<String>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme leave --group \"Lake weekend\"")]
pub(crate) struct Leave {
    #[command(flatten)]
    pub(crate) group: GroupArg,
    /// Do not ask. Needed where standard input is no terminal.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
