//! The command line.

pub(crate) mod sim;
#[cfg(test)]
mod tests;

use core::time::Duration;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use super::output::terminal::Color;

mod account;
mod api;
mod archive;
mod bot;
#[cfg(feature = "chat")]
mod chat;
mod conversations;
mod groups;
mod help;
mod messages;
mod polls;
mod shell;
mod sign_in;
mod stats;

#[cfg(feature = "chat")]
pub(crate) use self::chat::{Chat, Notify};
pub(crate) use self::{
    account::{Account, ConversationArgs, Gateway, OutputArgs, RowFormat, Transport},
    api::{Api, Method},
    archive::Archive,
    bot::{Bot, DestroyBot, ListBots, PostAsBot, RegisterBot},
    conversations::{Chats, Ping, Typing},
    groups::{Groups, Join, Leave, Members, Topics},
    messages::{Download, Edit, History, Like, Mention, MessageArgs, PictureSize, Read, Send},
    polls::{CreatePoll, EndPoll, ListPins, ListPolls, Pins, Polls, Vote},
    shell::{Completion, Man, Shell},
    sign_in::{Login, Logout, Whoami},
    sim::Sim,
    stats::Stats,
};

/// Listen to GroupMe in real time, send and read messages, run a simulated GroupMe.
///
/// The access token is kept by `groupme login`, or read from the environment variable
/// `GROUPME_ACCESS_TOKEN` or from `--token-file`; never from an argument, because other users of the
/// machine can read arguments.
#[derive(Debug, Parser)]
#[command(
    name = "groupme",
    version,
    max_term_width = 100,
    after_help = AFTER_HELP
)]
pub(crate) struct Cli {
    /// Log to stderr: `-v` logs connections and requests, `-vv` each frame. `RUST_LOG` takes
    /// precedence: `target=level,…`, such as `groupme_client=debug,warn`.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,

    /// Colour and links in output for people: `auto` is on terminals, unless `NO_COLOR` is set or `TERM` is
    /// `dumb`; or `always`, or `never`.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        global = true,
        hide_possible_values = true
    )]
    pub(crate) color: Color,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Returns the grammar of the command line, with the commands in sections.
pub(crate) fn command() -> clap::Command {
    help::with_sections(Cli::command())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show a scripted conversation on a simulated GroupMe.
    ///
    /// Needs no account and no network: the simulator runs in this process, and the client connects
    /// to the simulator over a real websocket on loopback.
    Demo(Demo),
    /// Run a simulated GroupMe for testing other programs, until stopped.
    ///
    /// Serves a gateway and a REST API on this machine, in which five users repeat a scripted
    /// conversation. The first output names the addresses and the credentials: as text on a
    /// terminal, otherwise as one line of JSON with `gateway_url`, `api_url`, `root_url`,
    /// `user_id`, `token` and `group_ids`.
    ///
    /// Without options the simulator shows no faults. The options below are grouped: the address
    /// and the conversation, variants of GroupMe's behaviour, and faults of the network and the
    /// server.
    ///
    /// A probability is written as `5%`, `1/20`, `always` or `never`; a time as `500ms`, `20s` or
    /// `10m`.
    Sim(Box<Sim>),
    /// Print an account's events as they arrive.
    ///
    /// Reconnects automatically, fetches missed messages over REST, and runs until Ctrl-C, or until
    /// `--count` or `--for` is reached. Exit status 5 if the gateway was never reached until then.
    ///
    /// With `--format json`, prints one object a line. An `event` has an `origin`: `push`,
    /// `backfill` (a missed message, fetched) or `reconciled` (a missed change, found by
    /// comparing). The other kinds: `connection` and `subscription` report state changes;
    /// `connection_gap` reports an interval without pushes; `backfill_started` names a conversation
    /// with missed messages, and ends with `backfilled` or `lost`; `caught_up` says that nothing is
    /// missing. A `cause` of the latter four is one word, such as `connection` or `unavailable`.
    Listen(Listen),
    /// Store the access token of an account for all commands.
    ///
    /// Reads the token from the terminal without showing it, or from the first line of piped standard
    /// input. Asks GroupMe whether the token is valid, and for its user. Stores the token in a file that
    /// only you can read, `groupme/profiles/NAME.json` in `XDG_CONFIG_HOME` or `~/.config`.
    Login(Login),
    /// Remove an access token stored by `groupme login`.
    ///
    /// The token stays valid: replace it at `https://dev.groupme.com` if somebody may have it.
    Logout(Logout),
    /// Show the account that commands act for.
    Whoami(Whoami),
    /// Send a message exactly once.
    ///
    /// Retries failed attempts under the same id, and prints the message as stored by GroupMe. If
    /// the outcome is unknown, the error names the `--guid` with which a retry cannot send twice.
    Send(Send),
    /// Print earlier messages of a conversation, one a line.
    ///
    /// Newest first, or oldest first with `--after`. A WHEN is a message (its id, `@last`, `@last-1` or
    /// `@mine`) or a time: `2026-11-30`, `2026-11-30 18:00`, `18:00`, `today`, `yesterday`,
    /// `2 hours ago`, `90m`, `1 week ago`, or RFC 3339. Times without an offset are those of the system's
    /// time zone. A day is its beginning.
    History(History),
    /// Save the pictures, videos, sounds and files of a message.
    ///
    /// Prints the name of each. Files keep the name that their sender gave; other media are named
    /// after the message. No file is overwritten.
    Download(Download),
    /// Chat in the terminal.
    ///
    /// Shows all conversations with their messages as they arrive; sends messages and files, replies,
    /// reacts, edits and deletes. The last row names the keys, and `?` shows all of them. With --demo, simulated people
    /// answer, and no account is needed.
    #[cfg(feature = "chat")]
    Chat(Chat),
    /// Archive conversations in a directory, with their pictures, videos, sounds and files.
    ///
    /// Messages become lines of JSON, a file for each conversation, oldest first. A run continues
    /// where the last one ended or was killed, adds new messages, and updates edited, deleted and
    /// reacted ones as far as GroupMe shows them. Exit status 7 if GroupMe counts more messages than it
    /// returned, and 5 if pictures or files could not be fetched for now. Text, names and pictures of others are in the directory: keep it private.
    Archive(Archive),
    /// Show when a conversation is active, and who writes: messages by hour, day of the week, month and
    /// member.
    ///
    /// Counts the messages of an archive, or of a conversation's whole history at GroupMe. Times are in
    /// this machine's time zone. GroupMe's own notices do not count. Exit status 7 if GroupMe counts more
    /// messages than it returned.
    Stats(Stats),
    /// List direct conversations, most recent first.
    Chats(Chats),
    /// List groups, most recent first.
    Groups(Groups),
    /// List the members of a group, with their roles.
    Members(Members),
    /// List the topics of a group.
    Topics(Topics),
    /// Join a group by its share link.
    Join(Join),
    /// Leave a group, after a confirmation.
    Leave(Leave),
    /// List, create and end polls, and vote.
    #[command(subcommand)]
    Polls(Polls),
    /// List, pin and unpin messages.
    #[command(subcommand)]
    Pins(Pins),
    /// Post as a bot; list, register and delete bots.
    #[command(subcommand)]
    Bot(Bot),
    /// Send any request to the REST API.
    ///
    /// Prints the `response` of the answer as JSON, indented on a terminal.
    Api(Api),
    /// Change the text of your own message.
    ///
    /// Attachments stay, except mentions, which refer to positions in the old text.
    Edit(Edit),
    /// Delete a message, for everybody.
    #[command(after_help = "\
Example:
  groupme delete --group \"Lake weekend\" @mine")]
    Delete(MessageArgs),
    /// React to a message, replacing your earlier reaction.
    Like(Like),
    /// Remove your reaction from a message.
    #[command(after_help = "\
Example:
  groupme unlike --dm Mara @last")]
    Unlike(MessageArgs),
    /// Mark a conversation as read.
    ///
    /// In direct messages, the other user sees the receipt.
    Read(Read),
    /// Send a typing notice to a conversation.
    ///
    /// Returns once the gateway has distributed the notice.
    Typing(Typing),
    /// Measure round-trip times through the gateway.
    ///
    /// Publishes pings on the account's own channel and waits for their echo. Prints each time,
    /// then minimum, median and 99th percentile. A ping from another program of the same account,
    /// or from the gateway, can be mistaken for an echo.
    Ping(Ping),
    /// Decode captured frames or payloads: one JSON document a line, or a single document.
    ///
    /// Prints one JSON object a line for each message or payload: `type`, `typed` (whether this
    /// version knows the type), `unknown_fields`, and `value`. With --as, an answer of the REST API
    /// is opened, whether it holds one object or a list. Invalid JSON is reported on stderr with line
    /// and offset, the rest is still decoded, and the exit status is 1. A list of any size is
    /// decoded, such as `message.json` of GroupMe's export; any other document may have 16 MiB.
    Decode(Decode),
    /// Print a script with which a shell completes commands and options.
    ///
    /// For bash: `groupme completion bash > ~/.local/share/bash-completion/completions/groupme`. For
    /// zsh: a file `_groupme` in a directory of `$fpath`. For fish:
    /// `~/.config/fish/completions/groupme.fish`.
    Completion(Completion),
    /// Write a manual page for each command, to read with `man`.
    Man(Man),
}

impl Command {
    /// Returns whether the command draws on the whole terminal.
    pub(crate) fn draws(&self) -> bool {
        match self {
            #[cfg(feature = "chat")]
            Self::Chat(_) => true,
            _ => false,
        }
    }
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  groupme demo")]
pub(crate) struct Demo {
    /// Stop after this time, for example `10s`. Default: at the end of the scripted conversation.
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) time: Option<Duration>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme listen --state groupme.state
  groupme listen --group \"Lake weekend\" --format json | jq -r .data.subject.text")]
pub(crate) struct Listen {
    #[command(flatten)]
    pub(crate) gateway: Gateway,
    #[command(flatten)]
    pub(crate) account: Account,
    /// Conversations whose typing, reactions, edits, deletions and read receipts are printed, beside
    /// the messages, which come in any case. Default: `everything`, or `account` with --group,
    /// --dm or --no-backfill.
    #[arg(long, value_enum)]
    pub(crate) scope: Option<Scope>,
    /// Subscribe to the typing, reactions, edits and deletions of this group, given by its name or id, or
    /// of the topic with this id (repeatable).
    #[arg(long = "group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
    /// Subscribe to typing, reactions and read receipts of the direct messages with this user, given
    /// by name, user id, or a conversation id such as `1+2` (repeatable).
    #[arg(long = "dm", value_name = "USER")]
    pub(crate) direct_messages: Vec<String>,
    /// File with the position of the last run, created if absent. The next run continues there:
    /// nothing is missing, and after a crash the lines of its last milliseconds are printed twice, 33
    /// at most. An event that cannot be printed counts as not received. Not for the format `summary`.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Number of earlier messages of each conversation to start with. With --state, first run only.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        conflicts_with = "no_backfill"
    )]
    pub(crate) history: u32,
    /// Print pushed events only: report gaps, but do not fetch missed messages.
    #[arg(long, conflicts_with = "state")]
    pub(crate) no_backfill: bool,
    /// Fetch messages over REST after this time without a gateway, for example `2m`. Default:
    /// never.
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration,
        conflicts_with = "no_backfill")]
    pub(crate) poll_after: Option<Duration>,
    /// Output format. Default: `pretty` on a terminal, otherwise `json`, one object a line.
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Stop after this number of events, pings excluded.
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// Stop after this time, for example `30s` or `5m`.
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) time: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scope {
    /// All groups, topics and direct messages, as they come and go.
    Everything,
    /// Only the conversations of --group and --dm.
    Account,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  groupme decode capture.jsonl
  groupme decode --as message message.json")]
pub(crate) struct Decode {
    /// Type of each JSON document.
    #[arg(long = "as", value_enum, default_value_t = Payload::Frame)]
    pub(crate) payload: Payload,
    /// File to read, or `-` for standard input.
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
    /// Summary object at the end: counts by type, duplicates, gaps, seconds. Counts 1,000 types by
    /// name, events of more types together as `other_types`.
    Summary,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Payload {
    /// A Bayeux frame: an array of messages, or one.
    Frame,
    /// The `data` of a pushed event.
    Push,
    /// A system event: `{type, data}`.
    Event,
    /// Attachment of a message.
    Attachment,
    /// Message as returned by the REST API, or posted to a bot.
    Message,
    /// Group.
    Group,
    /// Topic of a group.
    Topic,
    /// Direct conversation.
    Chat,
    /// Member of a group.
    Member,
    /// User of the token.
    User,
    /// Profile of another user.
    Profile,
    /// Contact.
    Relationship,
    /// Block.
    Block,
    /// Bot.
    Bot,
    /// Poll.
    Poll,
    /// Calendar event.
    CalendarEvent,
    /// Read receipt.
    ReadReceipt,
}

const AFTER_HELP: &str = "\
Names and places:
  Groups, topics, users and bots are given by id or by name, in any case of letters.
  Messages are given by id, or as @last, @last-1, … from the end of the conversation,
  or as @mine for your own last one.

Access token, by precedence:
  --token-file, --profile, GROUPME_ACCESS_TOKEN, the profile that GROUPME_PROFILE names,
  the profile `default`

Environment:
  GROUPME_ACCESS_TOKEN  access token
  GROUPME_PROFILE       profile to use, as kept by `groupme login --profile`
  GROUPME_API_URL       REST API in place of GroupMe's, such as that of `groupme sim`
  GROUPME_GATEWAY_URL   gateway in place of GroupMe's
  GROUPME_USER_ID       user of the access token, which is asked for otherwise
  GROUPME_BOT_ID        bot of `groupme bot post`
  NO_COLOR              no colour and links, unless --color says so
  RUST_LOG              log lines, such as `groupme_client=debug,warn`
  HTTPS_PROXY           proxy to the gateway and to the REST API; ALL_PROXY and NO_PROXY, too
  XDG_CONFIG_HOME       directory of the profiles; default: ~/.config

Exit status:
  0  success
  1  any other error
  2  wrong usage
  3  access token refused
  4  request refused by GroupMe for good: not found, not allowed, not valid
  5  temporary failure: no network, no response, too many requests, server error, or a gateway
     that was never reached
  6  output or state file cannot be written: the disk is full, or the reader of `listen` has ended
  7  history shorter than GroupMe counts, or cut short

First steps: `groupme demo` needs no account, and neither does `groupme chat --demo`.";
