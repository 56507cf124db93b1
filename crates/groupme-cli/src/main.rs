//! The `groupme` command: listen to an account's events, read and write messages, run a simulated
//! GroupMe, decode captures.

mod account;
mod args;
mod command;
mod error_help;
mod exit;
mod input_file;
mod logging;
mod output;

use std::process::ExitCode;

use clap::Parser as _;

use self::args::{Cli, Command};

fn main() -> ExitCode {
    // clap prints usage errors and exits with status 2.
    let cli = Cli::parse();
    logging::start(cli.verbose, &cli.command);
    let result = match cli.command {
        Command::Decode(args) => command::decode::run(&args),
        Command::Demo(args) => command::block_on(command::demo::run(args)),
        Command::Listen(args) => command::block_on(command::listen::run(args)),
        Command::Sim(args) => command::block_on(command::sim::run(*args)),
        Command::Send(args) => command::block_on(command::send::run(args)),
        Command::History(args) => command::block_on(command::history::run(args)),
        Command::Download(args) => command::block_on(command::download::run(args)),
        #[cfg(feature = "chat")]
        Command::Chat(args) => command::block_on(command::chat::run(args)),
        Command::Archive(args) => command::block_on(command::archive::run(args)),
        Command::Stats(args) => command::block_on(command::stats::run(args)),
        Command::Completion(args) => command::completion::run(&args),
        Command::Man(args) => command::man::run(&args),
        Command::Chats(args) => command::block_on(command::chats::run(args)),
        Command::Groups(args) => command::block_on(command::groups::run(args)),
        Command::Edit(args) => command::block_on(command::edit::run(args)),
        Command::Delete(args) => command::block_on(command::delete::run(args)),
        Command::Like(args) => command::block_on(command::like::run(args)),
        Command::Unlike(args) => command::block_on(command::unlike::run(args)),
        Command::Read(args) => command::block_on(command::read::run(args)),
        Command::Typing(args) => command::block_on(command::typing::run(args)),
        Command::Ping(args) => command::block_on(command::ping::run(args)),
    };
    exit::report(result)
}
