//! Options of the commands on bots.

use clap::{Args, Subcommand};

use super::{Account, OutputArgs, groups::GroupArg};

#[derive(Debug, Subcommand)]
pub(crate) enum Bot {
    /// Post a message as a bot. Needs no access token with the bot's id, which is a secret for this reason.
    #[command(after_help = "\
Examples:
  GROUPME_BOT_ID=… groupme bot post \"The build is green\"
  groupme bot post --bot \"Build bot\" \"The build is green\"   # by name, with your access token
  make 2>&1 | groupme bot post --split -")]
    Post(PostAsBot),
    /// List your bots with their ids, which are secrets.
    #[command(after_help = "\
Example:
  groupme bot list")]
    List(ListBots),
    /// Register a bot for a group.
    #[command(after_help = "\
Example:
  groupme bot register \"Build bot\" --group \"Lake weekend\" --callback-url https://example.com/bot")]
    Register(RegisterBot),
    /// Delete a bot of yours.
    #[command(after_help = "\
Example:
  groupme bot destroy --bot \"Build bot\" --yes")]
    Destroy(DestroyBot),
}

#[derive(Args, Debug)]
pub(crate) struct BotArg {
    /// Bot, by its id, or by its name with an access token. Prefer the variable for an id: other users
    /// of the machine can read arguments.
    #[arg(
        long,
        value_name = "BOT",
        env = "GROUPME_BOT_ID",
        hide_env_values = true
    )]
    pub(crate) bot: String,
}

#[derive(Args, Debug)]
pub(crate) struct PostAsBot {
    #[command(flatten)]
    pub(crate) bot: BotArg,
    /// Send a text of more than 1,000 characters in numbered parts.
    #[arg(long)]
    pub(crate) split: bool,
    /// Text of the message, or `-` to read standard input.
    pub(crate) text: String,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ListBots {
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct RegisterBot {
    /// Name of the bot.
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) group: GroupArg,
    /// Address to which GroupMe posts the messages of the group.
    #[arg(long, value_name = "URL")]
    pub(crate) callback_url: Option<String>,
    /// Picture of the bot at GroupMe's image service.
    #[arg(long, value_name = "URL")]
    pub(crate) avatar_url: Option<String>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct DestroyBot {
    #[command(flatten)]
    pub(crate) bot: BotArg,
    /// Do not ask. Needed where standard input is no terminal.
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
