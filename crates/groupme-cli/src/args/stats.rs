//! Options of `groupme stats`.

use std::path::PathBuf;

use clap::Args;

use super::{Account, OutputArgs};

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme stats groupme
  groupme stats --group \"Lake weekend\" --svg lake.svg")]
pub(crate) struct Stats {
    /// Archive to read, as `groupme archive` writes it. Without one, the whole history of the
    /// conversation is fetched.
    #[arg(value_name = "DIRECTORY", required_unless_present_any = ["group", "dm"])]
    pub(crate) archive: Option<PathBuf>,
    /// Group, given by its name or id, or the id of a topic. Default: all conversations of the archive.
    #[arg(long, value_name = "GROUP", conflicts_with = "dm")]
    pub(crate) group: Option<String>,
    /// Direct messages with a user: the user's name or id, or a conversation id such as `1+2`.
    #[arg(long, value_name = "USER")]
    pub(crate) dm: Option<String>,
    /// Number of people that are named.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) top: usize,
    /// File for the same as a picture, in SVG. An existing file is replaced; a pipe, a device, or the target of a link is
    /// written to.
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
