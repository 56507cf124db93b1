//! The `groupme` command: listen to an account's events, read and write messages, run a simulated
//! GroupMe, decode captures.

mod account;
mod args;
mod command;
mod error_help;
mod exit;
mod input_file;
mod output;

use std::{
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use clap::Parser as _;

use self::args::{Cli, Command};

fn main() -> ExitCode {
    // clap prints usage errors and exits with status 2.
    let cli = Cli::parse();
    logging(cli.verbose);
    let result = match cli.command {
        Command::Decode(args) => command::decode::run(&args),
        Command::Demo(args) => command::block_on(command::demo::run(args)),
        Command::Listen(args) => command::block_on(command::listen::run(args)),
        Command::Sim(args) => command::block_on(command::sim::run(*args)),
        Command::Send(args) => command::block_on(command::send::run(args)),
        Command::History(args) => command::block_on(command::history::run(args)),
        Command::Download(args) => command::block_on(command::download::run(args)),
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

/// Starts logging to stderr; stdout is for events.
fn logging(verbose: u8) {
    use tracing_subscriber::{
        filter::{LevelFilter, Targets},
        fmt,
        layer::SubscriberExt as _,
        util::SubscriberInitExt as _,
    };

    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let own = Targets::new().with_default(level);
    // Commands report statuses themselves; the pool of connections is noise but for `-vv`.
    let own = match verbose {
        0 => own.with_target(STATUSES, LevelFilter::OFF),
        1 => own.with_target("hyper_util", LevelFilter::INFO),
        _ => own,
    };
    #[expect(clippy::disallowed_methods, reason = "this is the binary")]
    let wanted = std::env::var("RUST_LOG").ok();
    let wanted = wanted.filter(|wanted| !wanted.is_empty());
    let filter = match wanted.as_deref().map(str::parse::<Targets>) {
        Some(Ok(wanted)) if wanted.iter().any(|(target, _)| target == STATUSES) => wanted,
        Some(Ok(wanted)) => wanted.with_target(STATUSES, LevelFilter::OFF),
        Some(Err(error)) => {
            // Without stderr there is nobody to tell.
            let _ = writeln!(
                io::stderr(),
                "RUST_LOG is ignored: {error}; its form is `target=level,…`, such as \
                 `groupme_client=debug,warn`"
            );
            own
        }
        None => own,
    };
    let lines = fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        // A line that cannot be written is dropped: the report of the failure would panic.
        .log_internal_errors(false);
    tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .init();
}

/// Target of the client's statuses, which the commands print themselves.
const STATUSES: &str = "groupme_client::status";
