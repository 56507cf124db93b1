//! The command line.

pub(crate) mod sim;

use core::time::Duration;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod account;
mod conversations;
mod messages;

pub(crate) use self::{
    account::{Account, Gateway, Place, Shape, Style, Transport},
    conversations::{Chats, Groups, Ping, Typing},
    messages::{Edit, History, Like, One, Read, Send},
    sim::Sim,
};

/// Live on GroupMe: listen to its real-time gateway, read and write over its REST API, try it out.
///
/// The token comes from the environment variable `GROUPME_ACCESS_TOKEN` or from `--token-file`,
/// never from an argument, which other users of the machine could read. What `HTTPS_PROXY`,
/// `ALL_PROXY` and `NO_PROXY` say is kept to, by the gateway's connections as by those of REST.
#[derive(Debug, Parser)]
#[command(
    name = "groupme",
    version,
    max_term_width = 100,
    after_help = AFTER_HELP
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
    /// who is in it, the third and fourth about what the real GroupMe does on some days only, and
    /// the others about what can go wrong between a client and any server.
    ///
    /// Probability are written as `5%`, `1/20`, `always` or `never`, and times as `500ms`, `20s` or `10m`.
    Sim(Box<Sim>),
    /// Listen to an account's events and print each as it arrives.
    ///
    /// It reconnects by itself, fetches what was said meanwhile, and goes on until it is stopped
    /// (Ctrl-C), or for as long as `--count` or `--for` say.
    ///
    /// For programs it prints one JSON object a line. Its `kind` is `event`, with an `origin`:
    /// `push`, `backfill` for a message that was missed and fetched, `reconciled` for a change
    /// found by comparing. Or it is `connection` or `subscription`; `gap` wherever something was
    /// missed, with its `conversation` and bounds where those are known, up to `backfilled` or
    /// `lost`; `caught_up` once nothing is missing.
    Listen(Listen),
    /// Send a message, once, however often it takes to get through.
    ///
    /// Prints the message as GroupMe has it then. Where it is not known whether the message
    /// arrived, the error says how to try again without sending it twice.
    Send(Send),
    /// Print messages that were sent before, one a line, as GroupMe has them.
    ///
    /// Newest first, or oldest first with `--after`.
    History(History),
    /// List the direct conversations, the most recent first.
    Chats(Chats),
    /// List the groups, the most recent first.
    Groups(Groups),
    /// Change the text of a message of yours. What is attached stays, but for mentions: they name
    /// places in the text.
    Edit(Edit),
    /// Delete a message.
    Delete(One),
    /// React to a message, in place of the reaction that you gave it before.
    Like(Like),
    /// Take back your reaction to a message.
    Unlike(One),
    /// Mark a conversation as read. In direct messages the other user sees it.
    Read(Read),
    /// Show yourself as typing.
    ///
    /// Returns when the gateway has passed it on.
    Typing(Typing),
    /// Measure round trips through the gateway: what you publish on your own channel comes back.
    ///
    /// Prints each, and at the end the least, the median and the 99th percentile. A ping of another
    /// program of yours, or of the gateway itself, at the same moment cannot be told apart.
    Ping(Ping),
    /// Decode captured frames or payloads, one JSON document a line or one in all.
    ///
    /// Prints one JSON object a line for each message or payload: its `type`, whether it is `typed`
    /// here, its `unknown_fields`, and its `value` as this library's types hold it. What is no JSON
    /// is told on stderr with line and offset, and the rest is decoded all the same; the exit
    /// status is 1 then.
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
    #[command(flatten)]
    pub(crate) gateway: Gateway,
    #[command(flatten)]
    pub(crate) account: Account,
    /// Also listen to this group's typing, reactions, edits and deletions (repeatable).
    #[arg(long = "group", value_name = "ID")]
    pub(crate) groups: Vec<String>,
    /// Also listen to typing and receipts of the direct messages with this user; a user id or a
    /// conversation id such as `1+2` (repeatable).
    #[arg(long = "dm", value_name = "ID")]
    pub(crate) direct_messages: Vec<String>,
    /// A file that remembers what was printed, to go on there the next time; it is made if it is
    /// not there. After a crash nothing is missing, and at most the last line comes twice.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Begin with the last N messages of each conversation. With --state, only the first time.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        conflicts_with = "no_backfill"
    )]
    pub(crate) history: u32,
    /// Only print what is pushed: tell gaps, but do not fetch what was said in them.
    #[arg(long, conflicts_with = "state")]
    pub(crate) no_backfill: bool,
    /// Fetch messages while nothing can be pushed, beginning after this time without a gateway, for
    /// example `2m`.
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration,
        conflicts_with = "no_backfill")]
    pub(crate) poll_after: Option<Duration>,
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
pub(crate) enum Format {
    /// For people.
    #[value(alias = "text")]
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

const AFTER_HELP: &str = "\
Exit status:
  0  done
  1  something else than the following
  2  wrong usage
  3  the access token was refused
  4  GroupMe refused it, and would again: not found, not allowed, not valid
  5  worth another try later: no network, no answer, too many requests, a failing server

New here? `groupme demo` needs no account and shows what it is about.";
