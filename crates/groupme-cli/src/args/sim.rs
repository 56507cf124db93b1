//! Options of `groupme sim`.

use core::{net::SocketAddr, str::FromStr, time::Duration};

use clap::{Args, ValueEnum};
use groupme_sim::{Incident, Probability, Throttle};
use humantime::parse_duration;

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Sim {
    /// Address to listen on; port 0 lets the system choose.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub(crate) addr: SocketAddr,
    /// Format of the announcement. Default: `text` on a terminal, otherwise `json`.
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Seed of ids, tokens and faults; equal seeds give equal runs.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Access token of the user. Default: derived from the seed.
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// Stop after this time, for example `10m`. Default: run until stopped.
    #[arg(long = "for", value_name = "TIME", value_parser = parse_duration)]
    pub(crate) time: Option<Duration>,

    /// Accept requests with any `Host` and `Origin` header.
    ///
    /// Without it, names other than `localhost` and web pages of other machines are refused with
    /// 403, so that no web page reaches the simulator by DNS rebinding.
    #[arg(long)]
    pub(crate) any_host: bool,
    /// Clients that may use the page at `/` and the control API at `/sim/v1`.
    ///
    /// Whoever may, can do anything to the simulator, and read the tokens of its users.
    #[arg(long, value_enum, value_name = "WHO", default_value = "loopback")]
    pub(crate) control: ControlAccess,

    #[command(flatten)]
    pub(crate) story: Story,
    #[command(flatten)]
    pub(crate) gateway: GatewayOptions,
    #[command(flatten)]
    pub(crate) rest: Rest,
    #[command(flatten)]
    pub(crate) frames: Frames,
    #[command(flatten)]
    pub(crate) links: Links,
    #[command(flatten)]
    pub(crate) responses: Responses,
    #[command(flatten)]
    pub(crate) incidents: Incidents,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Conversation")]
pub(crate) struct Story {
    /// Interval between the steps of the scripted conversation.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "1s")]
    pub(crate) beat: Duration,
    /// Play no script; only clients act.
    #[arg(long, conflicts_with = "beat")]
    pub(crate) quiet: bool,
    /// Number of earlier messages in the group, readable over REST.
    #[arg(long, value_name = "MESSAGES", default_value_t = 0, value_parser = messages)]
    pub(crate) history: usize,
}

/// Variants of the gateway's behaviour, all observed.
#[derive(Args, Debug)]
#[command(next_help_heading = "Gateway behaviour")]
pub(crate) struct GatewayOptions {
    /// Server implementation to imitate; GroupMe's gateway behaves like Faye.
    #[arg(long, value_enum, default_value_t = Profile::Faye)]
    pub(crate) profile: Profile,
    /// Maximum time a `/meta/connect` is held without events (documented: 30s).
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "10m")]
    pub(crate) hold: Duration,
    /// Treatment of a `/meta/connect` without events at the end of its hold.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Connects::Answered)]
    pub(crate) connects: Connects,
    /// Interval of `ping` events on each channel, or `never`, as measured recently.
    #[arg(long, value_name = "TIME", default_value = "30s")]
    pub(crate) ping: Period,
    /// Close each websocket cleanly after this time, such as 20s.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) socket_life: Option<Duration>,
    /// Send events only to a session's first websocket, even after it has closed: a client that
    /// resumes its session on another websocket receives nothing.
    #[arg(long)]
    pub(crate) sticky_sockets: bool,
    /// Effect of closing a session's old websocket on its new one. Default: as the profile.
    #[arg(long, value_enum, value_name = "EFFECT")]
    pub(crate) late_close: Option<LateClose>,
    /// Interval at which all sessions are lost silently; the next request of a client is refused
    /// with `401:…:Unknown client`.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) reap: Option<Duration>,
    /// Respond to long-polling with HTTP status 504.
    #[arg(long)]
    pub(crate) no_polling: bool,
    /// Refuse websockets with HTTP status 503.
    #[arg(long)]
    pub(crate) no_sockets: bool,
}

/// Variants of the REST API's behaviour, all observed.
#[derive(Args, Debug)]
#[command(next_help_heading = "REST API behaviour")]
pub(crate) struct Rest {
    /// Maximum requests per second; beyond, HTTP status 429 (GroupMe: about 10).
    #[arg(long, value_name = "REQUESTS")]
    pub(crate) rate: Option<u32>,
    /// Maximum messages per minute and user; beyond, HTTP status 403 until a minute without
    /// sending.
    #[arg(long, value_name = "MESSAGES")]
    pub(crate) flood: Option<u32>,
    /// Refuse messages that contain links with HTTP status 422.
    #[arg(long)]
    pub(crate) no_links: bool,
    /// Response to a request for messages when there are none.
    #[arg(long, value_enum, value_name = "HOW", default_value_t = NoMessages::NotModified)]
    pub(crate) no_messages: NoMessages,
    /// Return only half of the requested messages on every second page.
    #[arg(long)]
    pub(crate) short_pages: bool,
    /// Effect of a user's second reaction to the same message.
    #[arg(long, value_enum, value_name = "EFFECT", default_value_t = SecondLike::Ignored)]
    pub(crate) second_like: SecondLike,
    /// Leave a tombstone in place of messages that a group's owner deletes.
    #[arg(long)]
    pub(crate) tombstones: bool,
    /// Delay of REST responses; the resulting events are pushed at once.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "0s")]
    pub(crate) answer_delay: Duration,
    /// Delay of events that result from REST requests; the responses come at once.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "0s")]
    pub(crate) push_delay: Duration,
}

/// Faults of websocket frames and HTTP bodies.
#[derive(Args, Debug)]
#[command(next_help_heading = "Faults of frames and HTTP bodies")]
pub(crate) struct Frames {
    /// Direction of the affected frames.
    #[arg(long, value_enum, default_value_t = FrameDirection::Down)]
    pub(crate) direction: FrameDirection,
    /// Probability that a frame is lost.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) drop: Probability,
    /// Probability that a frame is delayed, and all frames behind it.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) delay: Probability,
    /// Maximum delay of a frame.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "500ms")]
    pub(crate) longest_delay: Duration,
    /// Probability that a frame arrives twice.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) duplicate: Probability,
    /// Probability that a frame is overtaken by the next.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) reorder: Probability,
    /// Probability that a frame is truncated.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) truncate: Probability,
    /// Probability that some bytes of a frame are changed.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) corrupt: Probability,
}

/// Faults of connections.
#[derive(Args, Debug)]
#[command(next_help_heading = "Faults of connections")]
pub(crate) struct Links {
    /// Probability that a connection is reset.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) reset: Probability,
    /// Probability that a connection turns half-open: silent both ways, without an end.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) half_open: Probability,
    /// Latest time for a reset or a half-open connection, from the accept; `0s` for at once.
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "10s")]
    pub(crate) within: Duration,
    /// Probability that a websocket is refused, with status 403, 426 or 503 and an HTML page.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) refuse_upgrade: Probability,
    /// Probability that a client receives its bytes no faster than `--pace`.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) slow: Probability,
    /// Speed of a slow connection: a number of bytes and the pause after them.
    #[arg(long, value_name = "BYTES/TIME", value_parser = pace, default_value = "1/10ms")]
    pub(crate) pace: Throttle,
    /// Cut connections that are idle for this time, as proxies do.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) cut_idle: Option<Duration>,
    /// Cut idle connections without notifying either end.
    #[arg(long, requires = "cut_idle")]
    pub(crate) silently: bool,
    /// Restrict faults of frames and connections to one connection, counted from 0. With
    /// `--slow always`: one slow subscriber among many.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) only_connection: Option<u64>,
}

/// Faults of HTTP responses.
#[derive(Args, Debug)]
#[command(next_help_heading = "Faults of HTTP responses")]
pub(crate) struct Responses {
    /// Probability that a REST request fails.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) rest_fails: Probability,
    /// Probability that an HTTP request to the gateway fails, websocket upgrades excluded.
    #[arg(long, value_name = "PROBABILITY", default_value_t)]
    pub(crate) gateway_fails: Probability,
    /// HTTP statuses of failed requests, picked at random.
    #[arg(long, value_name = "STATUS", value_delimiter = ',', default_value = "429,503", value_parser = clap::value_parser!(u16).range(200..600))]
    pub(crate) statuses: Vec<u16>,
    /// Probability that a failed request is answered with an HTML page instead of JSON.
    #[arg(long, value_name = "PROBABILITY", default_value = "50%")]
    pub(crate) html: Probability,
    /// Probability that a failed request has taken effect nevertheless.
    #[arg(long, value_name = "PROBABILITY", default_value = "50%")]
    pub(crate) carried_out: Probability,
}

/// Incidents that affect all clients at once.
#[derive(Args, Debug)]
#[command(next_help_heading = "Incidents")]
pub(crate) struct Incidents {
    /// Incident once after a time: `10s=restart` (repeatable).
    ///
    /// `break` resets all connections, `lose-sessions` loses all sessions, `restart` does both.
    /// `freeze` stops all traffic until `thaw`. `burst:10000` sends that many messages at once.
    /// `clock:+1h` and `clock:-1h` shift the server's clock.
    #[arg(long, value_name = "TIME=WHAT", value_parser = scheduled_incident)]
    pub(crate) after: Vec<(Duration, Incident)>,
    /// Incident at an interval: `1m=burst:10000` (repeatable).
    #[arg(long, value_name = "TIME=WHAT", value_parser = scheduled_incident)]
    pub(crate) every: Vec<(Duration, Incident)>,
    /// Random faults drawn from the seed: `network` for faults possible over TCP, `anything` also
    /// for frames that are lost, changed or duplicated.
    #[arg(long, value_enum, value_name = "KIND", num_args = 0..=1, default_missing_value = "network")]
    pub(crate) chaos: Option<Chaos>,
    /// End all faults after this time.
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) until: Option<Duration>,
}

const EXAMPLES: &str = "\
Examples:
  groupme sim                                  no faults
  groupme sim --ping never --socket-life 20s   no pings, and websockets that close often
  groupme sim --profile faye-0.7 --hold 30s    the gateway of GroupMe's documents of 2012
  groupme sim --rest-fails 1/10                a REST API that returns 429 or 503 at times
  groupme sim --every 30s=restart              a server that restarts twice a minute
  groupme sim --cut-idle 60s --silently        a proxy that forgets idle connections
  groupme sim --after 10s=burst:10000          a burst of ten thousand messages
  groupme sim --chaos --seed 7                 random faults, reproducible by the seed";

impl Links {
    /// Returns whether a fault is requested that `within` or `pace` applies to.
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
pub(crate) enum ControlAccess {
    /// Programs and pages on this machine.
    Loopback,
    /// Everybody who reaches the simulator.
    Anybody,
    /// Nobody.
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Faye 1.4, as today.
    Faye,
    /// Faye 0.8.
    #[value(name = "faye-0.8")]
    Faye08,
    /// Faye 0.7, as in GroupMe's documents: events arrive only in replies to connects.
    #[value(name = "faye-0.7")]
    Faye07,
    /// `CometD` 7, another server for the same protocol.
    Cometd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Connects {
    /// Answered at the end of the hold.
    Answered,
    /// Never answered.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LateClose {
    /// Closes the new websocket, too, as Faye does.
    Spreads,
    /// Leaves the new websocket open.
    Alone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NoMessages {
    /// Status 304 without a body, as documented.
    #[value(name = "304")]
    NotModified,
    /// Status 200 with an empty list.
    EmptyList,
    /// Status 200 with `null`.
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecondLike {
    /// Accepted and ignored, as measured.
    Ignored,
    /// Replaces the first, as documented.
    Replaces,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FrameDirection {
    /// Frames to the client.
    Down,
    /// Frames to the simulator.
    Up,
    /// Frames both ways.
    Both,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Chaos {
    /// Faults possible over TCP.
    Network,
    /// All faults.
    Anything,
}

/// An interval, or `never`.
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
    let wrong = || "expected bytes and a time, such as `1/10ms`".to_owned();
    let (bytes, every) = text.split_once('/').ok_or_else(wrong)?;
    let bytes = bytes.parse().ok().filter(|bytes| *bytes > 0);
    Ok(Throttle {
        bytes: bytes.ok_or_else(wrong)?,
        every: parse_duration(every).map_err(|error| error.to_string())?,
    })
}

fn scheduled_incident(text: &str) -> Result<(Duration, Incident), String> {
    let (time, what) = text
        .split_once('=')
        .ok_or("expected a time, `=` and an incident, such as `10s=restart`")?;
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
                "unknown incident `{what}`; known are break, lose-sessions, restart, freeze, thaw, \
                 burst:NUMBER and clock:±TIME"
            ));
        }
    })
}

/// Parses a number of messages that fits into memory and is made in little time.
fn messages(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number <= MAX_HISTORY => Ok(number),
        Ok(_) => Err(format!("at most {MAX_HISTORY} messages are made")),
        Err(error) => Err(format!("{error}")),
    }
}

/// Maximum number of earlier messages.
const MAX_HISTORY: usize = 100_000;
