//! Options of the commands on archives.

use core::time::Duration;
use std::path::PathBuf;

use clap::Args;

use super::{Account, OutputArgs};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme archive groupme --html
  groupme archive lake --group \"Lake weekend\" --no-media")]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
pub(crate) struct Archive {
    /// Directory of the archive, created if absent.
    #[arg(value_name = "DIRECTORY")]
    pub(crate) directory: PathBuf,
    /// Archive this group, given by its name or id, or the topic with this id (repeatable). Default: all conversations, unless --dm is given.
    #[arg(long = "group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
    /// Archive the direct messages with this user, given by name, user id, or a conversation id
    /// such as `1+2` (repeatable). Default: all conversations, unless --group is given.
    #[arg(long = "dm", value_name = "USER")]
    pub(crate) direct_messages: Vec<String>,
    /// Write pages to read the archive with a browser: open `index.html` in the directory. They need
    /// no server and no network, and are as of this run.
    #[arg(long)]
    pub(crate) html: bool,
    /// Ask GroupMe for nothing: only write the pages.
    #[arg(long, requires = "html", conflicts_with_all = ["groups", "direct_messages"])]
    pub(crate) offline: bool,
    /// Leave out pictures, videos, sounds and files.
    #[arg(long)]
    pub(crate) no_media: bool,
    /// Maximum size of each of these, in MiB: a larger one is not saved.
    #[arg(long, value_name = "MIB", default_value_t = 1_024)]
    pub(crate) max_size: u64,
    /// Number of archived messages, the newest of each conversation, that are read again for edits,
    /// deletions and reactions. Older edits and deletions are found by GroupMe's notices.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) recheck: u64,
    /// Keep text and attachments of messages that are deleted after they were archived.
    #[arg(long)]
    pub(crate) keep_deleted: bool,
    /// Time for which failures of GroupMe and the network are waited for, and pictures or files that do not
    /// come.
    #[arg(long, value_name = "DURATION", default_value = "10m",
        value_parser = humantime::parse_duration)]
    pub(crate) patience: Duration,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
