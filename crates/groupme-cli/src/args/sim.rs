//! What `groupme sim` can be told.

use core::{net::SocketAddr, str::FromStr, time::Duration};

use clap::{Args, ValueEnum};
use groupme_sim::{Incident, Probability, Throttle};
use humantime::parse_duration;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Sim {
    /// The address to listen on; port 0 lets the system choose.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub(crate) addr: SocketAddr,
    /// How to say where it is: `text` when stdout is a terminal, otherwise `json`.
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Where ids, tokens and faults come from: the same seed gives the same.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// The token that lets the user in, instead of one made up from the seed.
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// End after this time, for example `10m`; without it, when it is asked to.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration)]
    pub(crate) time: Option<Duration>,

    /// Accept requests with any `Host` and `Origin` header.
    ///
    /// Without it, names other than `localhost` and web pages of other machines are refused with 403,
    /// so that no web page reaches the simulator by DNS rebinding.
    #[arg(long)]
    pub(crate) any_host: bool,

    #[command(flatten)]
    pub(crate) story: Story,
    #[command(flatten)]
    pub(crate) mood: Mood,
    #[command(flatten)]
    pub(crate) rest: Rest,
    #[command(flatten)]
    pub(crate) frames: Frames,
    #[command(flatten)]
    pub(crate) links: Links,
    #[command(flatten)]
    pub(crate) answers: Answers,
    #[command(flatten)]
    pub(crate) all: All,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "The story")]
pub(crate) struct Story {
    /// Have the story go on this often.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "1s")]
    pub(crate) beat: Duration,
    /// Tell no story: only what clients do happens.
    #[arg(long, conflicts_with = "beat")]
    pub(crate) quiet: bool,
    /// Give the group a past of so many messages, to be read over REST.
    #[arg(long, value_name = "MESSAGES", default_value_t = 0)]
    pub(crate) history: usize,
}

/// What GroupMe does on some days only.
#[derive(Args, Debug)]
#[command(next_help_heading = "What GroupMe does on some days only")]
pub(crate) struct Mood {
    /// Which server the gateway is like; GroupMe's is like Faye.
    #[arg(long, value_enum, default_value_t = Profile::Faye)]
    pub(crate) profile: Profile,
    /// How long a `/meta/connect` is held when nothing happens (documented: 30s).
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "10m")]
    pub(crate) hold: Duration,
    /// What becomes of a `/meta/connect` to which nothing happens.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Connects::Answered)]
    pub(crate) connects: Connects,
    /// How often each channel gets a `ping`; `never` for silence, as measured of late.
    #[arg(long, value_name = "TIME", default_value = "30s")]
    pub(crate) ping: Period,
    /// Close each socket properly after this time, such as 20s.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) socket_life: Option<Duration>,
    /// Send events into a session's first socket even if it is gone: a client that takes its
    /// session up on another socket hears nothing.
    #[arg(long)]
    pub(crate) sticky_sockets: bool,
    /// What the end of a session's old socket does to its new one; as the profile has it if it is
    /// not given.
    #[arg(long, value_enum, value_name = "EFFECT")]
    pub(crate) late_close: Option<LateClose>,
    /// Lose all sessions this often without a word: whatever a client asks next is refused with
    /// `401:…:Unknown client`.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) reap: Option<Duration>,
    /// Answer long-polling with 504.
    #[arg(long)]
    pub(crate) no_polling: bool,
    /// Refuse websockets with 503.
    #[arg(long)]
    pub(crate) no_sockets: bool,
}

/// What GroupMe's REST API does on some days only.
#[derive(Args, Debug)]
#[command(next_help_heading = "What GroupMe's REST API does on some days only")]
pub(crate) struct Rest {
    /// Answer 429 to more requests a second than this (GroupMe: about 10).
    #[arg(long, value_name = "REQUESTS")]
    pub(crate) rate: Option<u32>,
    /// Ban who tries to send more messages a minute than this: 403 until they hold their peace.
    #[arg(long, value_name = "MESSAGES")]
    pub(crate) flood: Option<u32>,
    /// Refuse messages with links in them, with 422.
    #[arg(long)]
    pub(crate) no_links: bool,
    /// How a page of messages is answered on which there are none.
    #[arg(long, value_enum, value_name = "HOW", default_value_t = NoMessages::NotModified)]
    pub(crate) no_messages: NoMessages,
    /// Give half as many messages as there could be on every second page.
    #[arg(long)]
    pub(crate) short_pages: bool,
    /// What becomes of somebody's second reaction to a message.
    #[arg(long, value_enum, value_name = "FATE", default_value_t = SecondLike::Ignored)]
    pub(crate) second_like: SecondLike,
    /// Leave a tombstone of messages that the owner of a group takes down, instead of nothing.
    #[arg(long)]
    pub(crate) tombstones: bool,
    /// Answer requests only after this time; what they do is pushed at once.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "0s")]
    pub(crate) answer_delay: Duration,
    /// Push what requests do only after this time; they are answered at once.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "0s")]
    pub(crate) push_delay: Duration,
}

/// What goes wrong with frames.
#[derive(Args, Debug)]
#[command(next_help_heading = "What goes wrong with frames, and with bodies of HTTP")]
pub(crate) struct Frames {
    /// Which frames have trouble.
    #[arg(long, value_enum, default_value_t = Ways::Down)]
    pub(crate) way: Ways,
    /// How often a frame is lost.
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) drop: Probability,
    /// How often a frame comes late, and those behind it with it.
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) delay: Probability,
    /// How late a delayed frame is at most.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "500ms")]
    pub(crate) longest_delay: Duration,
    /// How often a frame comes twice.
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) duplicate: Probability,
    /// How often a frame is overtaken by the next.
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) reorder: Probability,
    /// How often a frame comes without its end.
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) truncate: Probability,
    /// How often a few bytes of a frame are changed.
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) garble: Probability,
}

/// What goes wrong with connections.
#[derive(Args, Debug)]
#[command(next_help_heading = "What goes wrong with connections")]
pub(crate) struct Links {
    /// How often a connection is reset.
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) reset: Probability,
    /// How often a connection falls silent both ways, and stays open (half-open).
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) half_open: Probability,
    /// Within which time a connection is reset or falls silent, if it does; `0s` for as soon as it
    /// is accepted.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "10s")]
    pub(crate) within: Duration,
    /// How often a websocket is refused, with 403, 426 or 503 and a page of HTML.
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) refuse_upgrade: Probability,
    /// How often a client gets its bytes no faster than `--pace`: a byte now and then
    /// (slow-loris), or more, and it is a subscriber that does not keep up.
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) slow: Probability,
    /// How fast a slow connection is: bytes, and the pause behind them.
    #[arg(long, value_name = "BYTES/TIME", value_parser = pace, default_value = "1/10ms")]
    pub(crate) pace: Throttle,
    /// Cut connections over which nothing goes for this time, as proxies do.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) cut_idle: Option<Duration>,
    /// Cut idle connections so that neither end notices.
    #[arg(long, requires = "cut_idle")]
    pub(crate) silently: bool,
    /// Let only this connection have trouble, with frames or as a whole; the first one is 0. With
    /// `--slow always` it is one slow subscriber among many.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) only_connection: Option<u64>,
}

/// What goes wrong with answers.
#[derive(Args, Debug)]
#[command(next_help_heading = "What goes wrong with answers over HTTP")]
pub(crate) struct Answers {
    /// How often a REST request fails.
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) rest_fails: Probability,
    /// How often a request to the gateway fails, websockets apart.
    #[arg(long, value_name = "ODDS", default_value_t)]
    pub(crate) gateway_fails: Probability,
    /// With which statuses requests fail, one picked at random each time.
    #[arg(long, value_name = "STATUS", value_delimiter = ',', default_value = "429,503", value_parser = clap::value_parser!(u16).range(200..600))]
    pub(crate) statuses: Vec<u16>,
    /// How often the answer to a failed request is a page of HTML instead of JSON.
    #[arg(long, value_name = "ODDS", default_value = "50%")]
    pub(crate) html: Probability,
    /// How often a request that fails has been carried out all the same.
    #[arg(long, value_name = "ODDS", default_value = "50%")]
    pub(crate) carried_out: Probability,
}

/// What happens to all clients at once.
#[derive(Args, Debug)]
#[command(next_help_heading = "What happens to everybody at once")]
pub(crate) struct All {
    /// Have something happen once, after a time: `10s=restart` (repeatable).
    ///
    /// `break` resets all connections, `lose-sessions` loses all sessions, `restart` does both.
    /// `freeze` lets nothing through any more, until `thaw`. `burst:10000` has so many messages said
    /// at once. `clock:+1h` and `clock:-1h` set the calendar.
    #[arg(long, value_name = "TIME=WHAT", value_parser = appointment)]
    pub(crate) after: Vec<(Duration, Incident)>,
    /// The same, again and again: `1m=burst:10000` (repeatable).
    #[arg(long, value_name = "TIME=WHAT", value_parser = appointment)]
    pub(crate) every: Vec<(Duration, Incident)>,
    /// Add faults of all kinds, made up from the seed: `network` for those that can happen to any
    /// client, `anything` for frames that are lost, changed or doubled, too.
    #[arg(long, value_enum, value_name = "KIND", num_args = 0..=1, default_missing_value = "network")]
    pub(crate) chaos: Option<Chaos>,
    /// Let nothing go wrong any more after this time.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) until: Option<Duration>,
}

const EXAMPLES: &str = "\
Examples:
  groupme sim                                  a GroupMe that behaves well
  groupme sim --ping never --socket-life 20s   one that says little and hangs up often
  groupme sim --profile faye-0.7 --hold 30s    one as in GroupMe's documents of 2012
  groupme sim --rest-fails 1/10                one whose REST answers 429 or 503 now and then
  groupme sim --every 30s=restart              one that loses all sessions twice a minute
  groupme sim --cut-idle 60s --silently        one behind a proxy that forgets idle connections
  groupme sim --after 10s=burst:10000          one in which ten thousand messages come at once
  groupme sim --chaos --seed 7                 one on a bad day, which is the same each time";

impl Links {
    /// Whether anything is asked for that has a time or a pace.
    pub(crate) fn is_given(&self) -> bool {
        let odds = [self.reset, self.half_open, self.slow];
        odds.iter().any(|odds| !odds.is_never())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: one object in one line.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Faye 1.4, as today.
    Faye,
    /// Faye 0.8.
    #[value(name = "faye-0.8")]
    Faye08,
    /// Faye 0.7, as in GroupMe's documents: events come only in the answers to connects.
    #[value(name = "faye-0.7")]
    Faye07,
    /// `CometD` 7, another server for the same protocol.
    Cometd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Connects {
    /// It is answered when its hold is over.
    Answered,
    /// It is never answered.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LateClose {
    /// It closes the new one, too, as Faye does.
    Spreads,
    /// It leaves the new one alone.
    Alone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NoMessages {
    /// 304 without a body, as documented.
    #[value(name = "304")]
    NotModified,
    /// 200 with an empty list.
    EmptyList,
    /// 200 with `null`.
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecondLike {
    /// It is accepted and ignored, as measured.
    Ignored,
    /// It takes the place of the first, as documented.
    Replaces,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ways {
    /// Those to the client.
    Down,
    /// Those to the simulator.
    Up,
    /// All of them.
    Both,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Chaos {
    /// What can happen to any client over TCP.
    Network,
    /// Anything.
    Anything,
}

/// How often; `never` for not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period(pub(crate) Option<Duration>);

impl FromStr for Period {
    type Err = humantime::DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "never" {
            return Ok(Self(None));
        }
        parse_duration(text).map(|time| Self(Some(time)))
    }
}

fn pace(text: &str) -> Result<Throttle, String> {
    let wrong = || "a pace is written as bytes and a time, such as `1/10ms`".to_owned();
    let (bytes, every) = text.split_once('/').ok_or_else(wrong)?;
    let bytes = bytes.parse().ok().filter(|bytes| *bytes > 0);
    Ok(Throttle {
        bytes: bytes.ok_or_else(wrong)?,
        every: parse_duration(every).map_err(|error| error.to_string())?,
    })
}

fn appointment(text: &str) -> Result<(Duration, Incident), String> {
    let (time, what) = text
        .split_once('=')
        .ok_or("expected a time, `=` and what happens then, such as `10s=restart`")?;
    let time = parse_duration(time).map_err(|error| error.to_string())?;
    Ok((time, incident(what)?))
}

fn incident(what: &str) -> Result<Incident, String> {
    let (name, much) = what.split_once(':').unwrap_or((what, ""));
    let time = |text: &str| parse_duration(text).map_err(|error| error.to_string());
    Ok(match (name, much) {
        ("break", "") => Incident::BreakConnections,
        ("lose-sessions", "") => Incident::LoseSessions,
        ("restart", "") => Incident::Restart,
        ("freeze", "") => Incident::Freeze,
        ("thaw", "") => Incident::Thaw,
        ("burst", messages) => {
            let messages = messages.parse();
            Incident::Burst(messages.map_err(|_| "write `burst:10000`")?)
        }
        ("clock", by) => match by.split_at_checked(1) {
            Some(("+", by)) => Incident::ClockAhead(time(by)?),
            Some(("-", by)) => Incident::ClockBack(time(by)?),
            _ => return Err("write `clock:+1h` or `clock:-1h`".to_owned()),
        },
        _ => {
            return Err(format!(
                "nothing is called `{what}`: there are break, lose-sessions, restart, freeze, thaw, \
                 burst:NUMBER and clock:±TIME"
            ));
        }
    })
}
