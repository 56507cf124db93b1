//! `groupme completion`: prints a script with which a shell completes commands and options.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::aot;

use crate::{
    args::{Cli, Completion, Shell},
    exit::Failure,
};

pub(crate) fn run(args: &Completion) -> Result<(), Failure> {
    let shell = match args.shell {
        Shell::Bash => aot::Shell::Bash,
        Shell::Zsh => aot::Shell::Zsh,
        Shell::Fish => aot::Shell::Fish,
    };
    let mut script = Vec::new();
    aot::generate(shell, &mut Cli::command(), "groupme", &mut script);
    let mut stdout = io::stdout().lock();
    stdout.write_all(&script)?;
    Ok(stdout.flush()?)
}
