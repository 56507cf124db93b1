//! The `groupme` command: listen to an account's events, read and write messages, run a simulated
//! GroupMe, decode captures.

mod account;
mod args;
mod command;
mod credentials;
mod error_help;
mod exit;
mod id_text;
mod input_file;
mod logging;
mod name_lookup;
mod output;
mod output_file;
mod profile;
mod time_text;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::FromArgMatches as _;

use self::args::{Cli, Command};

fn main() -> ExitCode {
    let matches = args::command().try_get_matches();
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        // clap prints usage errors and exits with status 2.
        Err(error) if error.use_stderr() => error.exit(),
        Err(help) => return exit::report(print(&help)),
    };
    output::terminal::choose(cli.color);
    logging::start(cli.verbose, &cli.command);
    let result = match output::closed::check() {
        Ok(()) => run(cli.command),
        Err(failure) => Err(failure),
    };
    exit::report(result)
}

/// Prints the help, or the version, which clap returns as errors.
fn print(help: &clap::Error) -> Result<(), exit::Failure> {
    output::closed::check()?;
    help.print()?;
    Ok(io::stdout().flush()?)
}

fn run(command: Command) -> Result<(), exit::Failure> {
    match command {
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
        Command::Members(args) => command::block_on(command::members::run(args)),
        Command::Topics(args) => command::block_on(command::topics::run(args)),
        Command::Join(args) => command::block_on(command::join::run(args)),
        Command::Leave(args) => command::block_on(command::leave::run(args)),
        Command::Polls(command) => command::block_on(command::polls::run(command)),
        Command::Pins(command) => command::block_on(command::pins::run(command)),
        Command::Bot(command) => command::block_on(command::bot::run(command)),
        Command::Api(args) => command::block_on(command::api::run(args)),
        Command::Login(args) => command::block_on(command::login::run(args)),
        Command::Logout(args) => command::logout::run(&args),
        Command::Whoami(args) => command::block_on(command::whoami::run(args)),
        Command::Ping(args) => command::block_on(command::ping::run(args)),
    }
}
