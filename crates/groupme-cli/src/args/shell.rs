//! Options of the commands for shells and manuals.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme completion bash > ~/.local/share/bash-completion/completions/groupme")]
pub(crate) struct Completion {
    /// Shell that will read the script.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme man ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// Directory for the pages, created if absent: `groupme.1` and one for each command.
    #[arg(value_name = "DIRECTORY")]
    pub(crate) directory: PathBuf,
}
