//! Options of the commands on polls and pinned messages.

use clap::{Args, Subcommand};
use jiff::Zoned;

use super::super::time_text;
use super::{Account, ConversationArgs, MessageArgs, OutputArgs};

#[derive(Debug, Subcommand)]
pub(crate) enum Polls {
    /// List the polls of a conversation, with options and votes.
    #[command(after_help = "\
Example:
  groupme polls list --group \"Lake weekend\"")]
    List(ListPolls),
    /// Create a poll, which a message announces.
    #[command(after_help = "\
Example:
  groupme polls create --group \"Lake weekend\" \"Which day?\" Friday Saturday --ends \"in 2 days\"")]
    Create(CreatePoll),
    /// Vote for an option of a poll, or for several where the poll allows it.
    #[command(after_help = "\
Examples:
  groupme polls vote --group \"Lake weekend\" \"Which day?\" Saturday
  groupme polls vote --group 1835 179573141902049869 2")]
    Vote(Vote),
    /// End a poll of yours.
    #[command(after_help = "\
Example:
  groupme polls end --group \"Lake weekend\" \"Which day?\"")]
    End(EndPoll),
}

#[derive(Args, Debug)]
pub(crate) struct ListPolls {
    #[command(flatten)]
    pub(crate) conversation: ConversationArgs,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CreatePoll {
    #[command(flatten)]
    pub(crate) conversation: ConversationArgs,
    /// Question.
    pub(crate) question: String,
    /// Options; two at least.
    #[arg(num_args = 2.., required = true, value_name = "OPTION")]
    pub(crate) options: Vec<String>,
    /// End of the poll: a time, or a span such as `2 hours`.
    #[arg(long, value_name = "WHEN", default_value = "1 day", value_parser = time_text::parse_future)]
    pub(crate) ends: Zoned,
    /// Let members choose several options.
    #[arg(long)]
    pub(crate) multiple: bool,
    /// Hide who voted for what.
    #[arg(long)]
    pub(crate) anonymous: bool,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct Vote {
    #[command(flatten)]
    pub(crate) conversation: ConversationArgs,
    /// Poll, by its id or its question.
    pub(crate) poll: String,
    /// Option, by its number from 1 or its title.
    #[arg(required = true, value_name = "OPTION")]
    pub(crate) options: Vec<String>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct EndPoll {
    #[command(flatten)]
    pub(crate) conversation: ConversationArgs,
    /// Poll, by its id or its question.
    pub(crate) poll: String,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Pins {
    /// List the pinned messages of a conversation.
    #[command(after_help = "\
Example:
  groupme pins list --group \"Lake weekend\"")]
    List(ListPins),
    /// Pin a message.
    #[command(after_help = "\
Example:
  groupme pins add --group \"Lake weekend\" @last")]
    Add(MessageArgs),
    /// Unpin a message.
    #[command(after_help = "\
Example:
  groupme pins remove --group \"Lake weekend\" 179573141902049869")]
    Remove(MessageArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ListPins {
    #[command(flatten)]
    pub(crate) conversation: ConversationArgs,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
