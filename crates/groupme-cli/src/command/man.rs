//! `groupme man`: writes manual pages.

use std::fs;

use anyhow::Context as _;
use clap::CommandFactory as _;

use crate::{
    args::{Cli, Man},
    exit::Failure,
};

pub(crate) fn run(args: &Man) -> Result<(), Failure> {
    let written = fs::create_dir_all(&args.directory)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), &args.directory));
    written
        .with_context(|| format!("cannot write to {}", args.directory.display()))
        .map_err(Failure::Output)
}
