//! Options of the commands on messages.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::NonEmptyStringValueParser};

use super::super::time_text::Position;
use super::{Account, ConversationArgs, OutputArgs};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme send --group \"Lake weekend\" \"on my way\"
  git log -1 | groupme send --dm Mara --split -
  groupme send --group 1835 --reply-to @last --image tent.jpg \"this one?\"")]
pub(crate) struct Send {
    #[command(flatten)]
    pub(crate) conversation: ConversationArgs,
    /// Message to reply to: its id, `@last`, `@last-1` or `@mine`.
    #[arg(long, value_name = "MESSAGE")]
    pub(crate) reply_to: Option<String>,
    /// Image to attach: a JPEG, PNG or GIF file of at most 32 MiB.
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Option<PathBuf>,
    /// User to mention, by id or name, and the words of the text that do so, such as `185=@Ada`
    /// (repeatable). `everyone` mentions all other members of the group.
    #[arg(long = "mention", value_name = "USER=WORDS", value_parser = mention, requires = "text")]
    pub(crate) mentions: Vec<Mention>,
    /// Your own id for the message: GroupMe accepts an id once a minute, so a repeated run with the
    /// same id does not send twice. Default: a new id for each run.
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) guid: Option<String>,
    /// Send a text of more than 1,000 characters, as GroupMe counts them, in numbered parts: cut at the
    /// end of a line, else between words. A mention belongs to one text, and is not split.
    #[arg(long, conflicts_with = "mentions")]
    pub(crate) split: bool,
    /// Leave out the parts before this one, which an earlier run has sent. The error of that run names the
    /// number and the `--guid`; the text has to be the same.
    #[arg(long, value_name = "N", requires_all = ["split", "guid"],
        value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) from_part: Option<u32>,
    /// Text of the message, or `-` to read standard input.
    #[arg(required_unless_present = "image")]
    pub(crate) text: Option<String>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme history --group \"Lake weekend\" --since yesterday
  groupme history --dm Mara --before 2026-11-01 --limit 50
  groupme history --group 1835 --all --format json | jq -r .text")]
pub(crate) struct History {
    #[command(flatten)]
    pub(crate) conversation: ConversationArgs,
    /// Maximum number of messages. Default: 20; without a limit with --since.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// Print all messages, without a limit. Exit status 7 if they are fewer than GroupMe
    /// counts.
    #[arg(long, conflicts_with = "limit")]
    pub(crate) all: bool,
    /// Print messages sent before this message or time, newest first.
    #[arg(long, value_name = "WHEN", value_parser = Position::parse, conflicts_with = "after")]
    pub(crate) before: Option<Position>,
    /// Print messages sent after this message, or since this time, oldest first, without omissions.
    #[arg(long, value_name = "WHEN", value_parser = Position::parse, conflicts_with = "since")]
    pub(crate) after: Option<Position>,
    /// Print the messages sent after this message, or since this time, newest first. Beyond
    /// `--limit`, older messages are omitted. Ends a history with --before.
    #[arg(long, value_name = "WHEN", value_parser = Position::parse)]
    pub(crate) since: Option<Position>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme edit --group \"Lake weekend\" @mine \"on my way now\"")]
pub(crate) struct Edit {
    #[command(flatten)]
    pub(crate) conversation: ConversationArgs,
    /// Message: its id, `@last`, `@last-1`, or `@mine` for your own last one.
    pub(crate) message: String,
    /// New text, or `-` to read standard input.
    pub(crate) text: String,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// A message by conversation and id.
#[derive(Args, Debug)]
pub(crate) struct MessageArgs {
    #[command(flatten)]
    pub(crate) conversation: ConversationArgs,
    /// Message: its id, `@last`, `@last-1`, or `@mine` for your own last one.
    pub(crate) message: String,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme download --group \"Lake weekend\" @last --into pictures")]
pub(crate) struct Download {
    #[command(flatten)]
    pub(crate) target: MessageArgs,
    /// Directory for the files.
    #[arg(long, value_name = "DIRECTORY", default_value = ".")]
    pub(crate) into: PathBuf,
    /// Smaller form of pictures, where GroupMe has one.
    #[arg(long, value_enum)]
    pub(crate) size: Option<PictureSize>,
    /// Maximum size of each, in MiB: a larger one is not saved.
    #[arg(long, value_name = "MIB", default_value_t = 1_024)]
    pub(crate) max_size: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PictureSize {
    Avatar,
    Preview,
    Large,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme like --group \"Lake weekend\" @last --emoji 👍")]
pub(crate) struct Like {
    #[command(flatten)]
    pub(crate) target: MessageArgs,
    /// Emoji to react with, such as 👍. Default: the group's like icon.
    #[arg(long, value_name = "CHARACTER")]
    pub(crate) emoji: Option<String>,
    /// Picture of a GroupMe emoji pack to react with, as pack and picture number, such as `1:5`.
    #[arg(long, value_name = "PACK:PICTURE", conflicts_with = "emoji", value_parser = picture)]
    pub(crate) pack: Option<(i64, i64)>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme read --group \"Lake weekend\"")]
pub(crate) struct Read {
    #[command(flatten)]
    pub(crate) conversation: ConversationArgs,
    /// Last message read: its id, or such as `@last`. Default: the newest.
    pub(crate) message: Option<String>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Mention of a user by some words of a text.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    /// User id, name, or `everyone`.
    pub(crate) user: String,
    pub(crate) words: String,
}

fn mention(text: &str) -> Result<Mention, &'static str> {
    match text.split_once('=') {
        Some((user, words)) if !user.is_empty() && !words.is_empty() => Ok(Mention {
            user: user.to_owned(),
            words: words.to_owned(),
        }),
        _ => Err("expected a user id and words of the text, such as `185=@Ada`"),
    }
}

fn picture(text: &str) -> Result<(i64, i64), &'static str> {
    let number = |text: &str| text.parse().ok().filter(|number| *number >= 0);
    text.split_once(':')
        .and_then(|(pack, picture)| Some((number(pack)?, number(picture)?)))
        .ok_or("expected two numbers such as `1:5`")
}
