//! The commands about messages.

use std::path::PathBuf;

use clap::Args;

use super::{Account, Place, Shape};

#[derive(Args, Debug)]
pub(crate) struct Send {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Answer this message.
    #[arg(long, value_name = "MESSAGE")]
    pub(crate) reply_to: Option<String>,
    /// Attach an image: JPEG, PNG or GIF.
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Option<PathBuf>,
    /// Your own id for the message. Sent again under the same one within a minute, it is there
    /// once; without it, each run sends another message.
    #[arg(long, value_name = "ID")]
    pub(crate) guid: Option<String>,
    /// What to say, or `-` to read it from standard input.
    #[arg(required_unless_present = "image")]
    pub(crate) text: Option<String>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Args, Debug)]
pub(crate) struct History {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print so many messages at most.
    #[arg(long, value_name = "N", default_value_t = 20,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: u64,
    /// Print all there are, however many.
    #[arg(long, conflicts_with_all = ["limit", "since"])]
    pub(crate) all: bool,
    /// What was sent before this message, newest first.
    #[arg(long, value_name = "MESSAGE", conflicts_with_all = ["after", "since"])]
    pub(crate) before: Option<String>,
    /// What was sent after this message, oldest first and with nothing left out: to catch up.
    #[arg(long, value_name = "MESSAGE", conflicts_with = "since")]
    pub(crate) after: Option<String>,
    /// The newest messages after this one, newest first. Where there are more than `--limit`, the
    /// older ones are left out.
    #[arg(long, value_name = "MESSAGE")]
    pub(crate) since: Option<String>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Args, Debug)]
pub(crate) struct Edit {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The message.
    pub(crate) message: String,
    /// What it is to say, or `-` to read it from standard input.
    pub(crate) text: String,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

/// A message, and nothing else about it.
#[derive(Args, Debug)]
pub(crate) struct One {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The message.
    pub(crate) message: String,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Args, Debug)]
pub(crate) struct Like {
    #[command(flatten)]
    pub(crate) one: One,
    /// React with a character, such as 👍, instead of the conversation's usual like.
    #[arg(long, value_name = "CHARACTER")]
    pub(crate) emoji: Option<String>,
    /// React with a picture of one of GroupMe's packs, by the numbers of both, such as `1:5`.
    #[arg(long, value_name = "PACK:PICTURE", conflicts_with = "emoji", value_parser = picture)]
    pub(crate) pack: Option<(i64, i64)>,
}

#[derive(Args, Debug)]
pub(crate) struct Read {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The last message that was read; without it, the newest.
    pub(crate) message: Option<String>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

fn picture(text: &str) -> Result<(i64, i64), &'static str> {
    let number = |text: &str| text.parse().ok().filter(|number| *number >= 0);
    text.split_once(':')
        .and_then(|(pack, picture)| Some((number(pack)?, number(picture)?)))
        .ok_or("expected two numbers such as `1:5`")
}
