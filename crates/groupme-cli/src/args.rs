//! The command line.

pub(crate) mod sim;

use core::time::Duration;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use self::sim::Sim;

/// Live on GroupMe's real-time gateway: listen, try it out, look into what was received.
#[derive(Debug, Parser)]
#[command(
    name = "groupme",
    version,
    max_term_width = 100,
    after_help = "New here? `groupme demo` needs no account and shows what it is about."
)]
pub(crate) struct Cli {
    /// Log more to stderr: `-v` for what happens, `-vv` for each frame. `RUST_LOG` overrides it.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a simulated GroupMe, connect to it, and watch a scripted conversation arrive.
    ///
    /// Needs no account and no network: the simulator runs in this process, and the connection to
    /// it is a real websocket on loopback.
    Demo(Demo),
    /// Run the simulated GroupMe alone, for trying out other programs, until stopped.
    ///
    /// It is a gateway and a REST API on this machine, with five friends in it who tell a story
    /// again and again. It says first where it is and how to get in; for programs that is one line
    /// of JSON with `gateway_url`, `api_url`, `root_url`, `user_id`, `token` and `group_ids`.
    ///
    /// Without options it behaves well. The first two sections below are about what it says and
    /// who is in it, the third about what the real GroupMe does on some days only, and the others
    /// about what can go wrong between a client and any server.
    ///
    /// Odds are written as `5%`, `1/20`, `always` or `never`, and times as `500ms`, `20s` or `10m`.
    Sim(Box<Sim>),
    /// Listen to an account's events and print each as it arrives.
    ///
    /// For programs it prints one JSON object a line, whose `kind` is `event`, `connection`,
    /// `subscription`, or `gap` wherever events may have been missed. It reconnects by itself and
    /// goes on until it is stopped (Ctrl-C), or for as long as `--count` or `--for` say.
    ///
    /// The token comes from the environment variable `GROUPME_ACCESS_TOKEN` or from `--token-file`,
    /// never from an argument, which other users of the machine could read.
    ///
    /// Exit status: 0 ended as asked, 2 wrong usage, 3 the token was refused for this user, 1
    /// anything else.
    Listen(Listen),
    /// Decode captured frames or payloads, one JSON document a line or one in all.
    ///
    /// Prints one JSON object a line for each message or payload: its `type`, whether it is `typed`
    /// here, its `unknown_fields`, and its `value` as this library's types hold it. What is no JSON
    /// is told on stderr with line and offset, and the rest is decoded all the same.
    ///
    /// Exit status: 0 everything was decoded, 2 wrong usage, 1 anything else.
    Decode(Decode),
}

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Stop after this time, for example `10s`; without it, when the story has been told.
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) time: Option<Duration>,
}

#[derive(Args, Debug)]
pub(crate) struct Listen {
    /// The id of the user whose token is used, such as `12345678`.
    #[arg(long, value_name = "ID")]
    pub(crate) user: String,
    /// Also listen to this group's typing, reactions, edits and deletions (repeatable).
    #[arg(long = "group", value_name = "ID")]
    pub(crate) groups: Vec<String>,
    /// Also listen to typing and receipts of the direct messages with this user; a user id or a
    /// conversation id such as `1+2` (repeatable).
    #[arg(long = "dm", value_name = "ID")]
    pub(crate) direct_messages: Vec<String>,
    /// How to reach the gateway; `auto` prefers a websocket and falls back.
    #[arg(long, value_enum, default_value_t = TransportChoice::Auto)]
    pub(crate) transport: TransportChoice,
    /// The gateway to talk to.
    #[arg(long, value_name = "URL", default_value = groupme_client::DEFAULT_GATEWAY)]
    pub(crate) gateway_url: String,
    /// A file whose first line is the access token; goes before the environment.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// How to print; `pretty` when stdout is a terminal, otherwise `json`, one object a line.
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// End after so many events other than pings.
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// End after this time, for example `30s` or `5m`.
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) time: Option<Duration>,
}

#[derive(Args, Debug)]
pub(crate) struct Decode {
    /// What each JSON document is.
    #[arg(long = "as", value_enum, default_value_t = Payload::Frame)]
    pub(crate) payload: Payload,
    /// The file to read, or `-` for standard input.
    #[arg(default_value = "-")]
    pub(crate) file: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TransportChoice {
    Auto,
    Websocket,
    LongPolling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Pretty,
    /// For programs: one object a line.
    Json,
    /// One object at the end: counts by type, duplicates, seconds.
    Summary,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Payload {
    /// A Bayeux frame: an array of messages, or one.
    Frame,
    /// The `data` of one push.
    Push,
    /// A system event: `{type, data}`.
    Event,
    /// One attachment.
    Attachment,
    /// One message, as REST sends it.
    Message,
}
