//! The `groupme` command: listen to an account's events, try it without one, look into captures.

mod args;
mod command;
mod exit;
mod output;

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
};

use clap::Parser as _;

use self::args::{Cli, Command};

fn main() -> ExitCode {
    // clap prints usage errors and leaves with status 2 itself.
    let cli = Cli::parse();
    logging(cli.verbose);
    let result = match cli.command {
        Command::Decode(args) => command::decode::run(&args),
        Command::Demo(args) => command::block_on(command::demo::run(args)),
        Command::Listen(args) => command::block_on(command::listen::run(args)),
        Command::Sim(args) => command::block_on(command::sim::run(*args)),
    };
    exit::report(result)
}

/// Logs go to stderr; stdout belongs to events.
fn logging(verbose: u8) {
    use tracing_subscriber::{EnvFilter, filter::LevelFilter};

    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let filter = EnvFilter::builder()
        .with_default_directive(level.into())
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}
