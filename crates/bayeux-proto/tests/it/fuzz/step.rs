//! Random steps of a session, weighted by likelihood.

use core::time::Duration;

use bayeux_proto::{
    Advice, BayeuxId, Close, Config, ConnectionTypes, Message, Reconnect, Resume, Timing, Transport,
};
use proptest::{option, prelude::*, sample::select};

use crate::world::{Request, millis};

/// Random step. Numbers select among the lanes, requests and subscriptions of that moment.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Connect,
    Disconnect,
    Subscribe(usize),
    Unsubscribe(usize),
    Publish(usize),
    PauseConnects(bool),
    Wake,
    /// Polls only one action, or one action and all events.
    Act(bool),
    Drain,
    /// Time passes without a report to the session.
    Sleep(u64),
    /// The network and the server behave for a while.
    Peace(u64),
    /// The next deadline comes.
    Deadline,
    /// The session is passed an instant long past.
    Past,
    Open(usize),
    Close(usize, Close),
    Pong(usize),
    /// Bytes of an incomplete message arrived.
    Progress(usize),
    /// Reply to a message of the session, over the lane of that message or another one.
    Reply(usize, Reply, Option<usize>),
    /// Unsolicited message.
    Message(usize, Blue),
}

#[derive(Clone, Debug)]
pub(super) struct Reply {
    successful: bool,
    id: Spelling,
    error: Option<&'static str>,
    advice: Option<Advice>,
    types: Option<ConnectionTypes>,
    has_data: bool,
    /// Whether the message completes its exchange.
    pub(super) complete: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Spelling {
    Text,
    Number,
    Absent,
}

#[derive(Clone, Debug)]
pub(super) struct Blue {
    channel: &'static str,
    id: Option<u64>,
    client_id: Option<&'static str>,
    successful: Option<bool>,
    error: Option<&'static str>,
    subscription: Option<&'static str>,
    advice: Option<Advice>,
    has_data: bool,
}

pub(super) const CHANNELS: [&str; 6] = ["/a", "/a/b", "/a/*", "/a/**", "/**", "/service/x"];
pub(super) const NAMES: [&str; 4] = ["/a", "/a/b", "/service/x", "/b"];
const ERRORS: [&str; 6] = [
    "401:mallory:Unknown client",
    "402::session_unknown",
    "403:/a:Forbidden channel",
    "Authentication failed",
    "",
    "::::",
];
const BLUE: [&str; 9] = [
    "",
    "no channel",
    "/",
    "/a",
    "/a/b",
    "/meta/handshake",
    "/meta/connect",
    "/meta/subscribe",
    "/meta/unknown",
];

fn advice() -> impl Strategy<Value = Advice> {
    let next = prop_oneof![
        8 => Just(Reconnect::Retry),
        3 => Just(Reconnect::Handshake),
        1 => Just(Reconnect::None),
        1 => Just(Reconnect::Unknown),
    ];
    let numbers = || {
        (
            option::weighted(0.3, select(&[0, 0, 100, 5_000, i64::MAX, -1][..])),
            option::weighted(0.3, select(&[0, 1_000, 30_000, 60_000, -1, i64::MIN][..])),
            option::weighted(0.2, select(&[0, 10_000, i64::MAX, -1][..])),
        )
            .prop_map(|(interval, timeout, max_interval)| Timing {
                interval,
                timeout,
                max_interval,
            })
    };
    (
        option::weighted(0.5, next),
        numbers(),
        numbers(),
        numbers(),
        proptest::bool::weighted(0.1),
    )
        .prop_map(
            |(reconnect, timing, websocket, long_polling, multiple_clients)| Advice {
                reconnect,
                timing,
                websocket,
                long_polling,
                multiple_clients,
            },
        )
}

fn close() -> impl Strategy<Value = Close> {
    let status = |status, wait: Option<u64>| Close::Status {
        status,
        retry_after: wait.map(Duration::from_secs),
    };
    prop_oneof![
        6 => Just(Close::Complete),
        4 => Just(Close::Lost),
        3 => select(&[None, Some(1000), Some(1011)][..]).prop_map(|code| Close::ByPeer { code }),
        1 => Just(Close::ConnectionRefused),
        1 => Just(Close::Unreachable),
        1 => Just(Close::Tls),
        1 => Just(Close::TimedOut),
        1 => Just(Close::Malformed),
        1 => Just(Close::Oversize),
        1 => Just(status(400, None)),
        1 => select(&[None, Some(30)][..]).prop_map(move |wait| status(503, wait)),
        1 => Just(status(401, None)),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    let types = select(
        &[
            (true, true),
            (true, true),
            (true, false),
            (false, true),
            (false, false),
        ][..],
    );
    (
        proptest::bool::weighted(0.85),
        prop_oneof![6 => Just(Spelling::Text), 1 => Just(Spelling::Number), 1 => Just(Spelling::Absent)],
        option::weighted(0.8, select(&ERRORS[..])),
        option::weighted(0.3, advice()),
        option::weighted(0.3, types),
        proptest::bool::weighted(0.05),
        proptest::bool::weighted(0.9),
    )
        .prop_map(
            |(successful, id, error, advice, types, has_data, complete)| Reply {
                successful,
                id,
                error: error.filter(|_| !successful),
                advice,
                types: types.map(|(websocket, long_polling)| ConnectionTypes {
                    websocket,
                    long_polling,
                }),
                has_data,
                complete,
            },
        )
}

fn unsolicited() -> impl Strategy<Value = Blue> {
    (
        prop_oneof![20 => select(&BLUE[..]), 1 => Just("/meta/disconnect")],
        option::of(0..40_u64),
        option::weighted(0.2, select(&["mallory", "x"][..])),
        option::of(any::<bool>()),
        option::weighted(0.2, select(&ERRORS[..])),
        option::weighted(0.2, select(&CHANNELS[..])),
        option::weighted(0.2, advice()),
        any::<bool>(),
    )
        .prop_map(
            |(channel, id, client_id, successful, error, subscription, advice, has_data)| Blue {
                channel,
                id,
                client_id,
                successful,
                error,
                subscription,
                advice,
                has_data,
            },
        )
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let pick = || 0..8_usize;
    prop_oneof![
        2 => Just(Step::Connect),
        1 => Just(Step::Disconnect),
        8 => pick().prop_map(Step::Subscribe),
        5 => pick().prop_map(Step::Unsubscribe),
        8 => pick().prop_map(Step::Publish),
        2 => any::<bool>().prop_map(Step::PauseConnects),
        2 => Just(Step::Wake),
        6 => any::<bool>().prop_map(Step::Act),
        30 => Just(Step::Drain),
        4 => select(&[1, 200, 5_000, 40_000, 3_600_000][..]).prop_map(Step::Sleep),
        12 => select(&[0, 100, 5_000, 40_000, 70_000][..]).prop_map(Step::Peace),
        15 => Just(Step::Deadline),
        1 => Just(Step::Past),
        20 => pick().prop_map(Step::Open),
        8 => (pick(), close()).prop_map(|(lane, why)| Step::Close(lane, why)),
        3 => pick().prop_map(Step::Pong),
        3 => pick().prop_map(Step::Progress),
        50 => (0..4_usize, reply(), option::weighted(0.05, pick()))
            .prop_map(|(request, reply, lane)| Step::Reply(request, reply, lane)),
        8 => (pick(), unsolicited()).prop_map(|(lane, unsolicited)| Step::Message(lane, unsolicited)),
    ]
}

pub(super) fn config() -> impl Strategy<Value = Config> {
    use Transport::{LongPolling, WebSocket};
    let transports = [
        &[WebSocket, LongPolling][..],
        &[WebSocket],
        &[LongPolling],
        &[LongPolling, WebSocket],
    ];
    let resume = [Resume::SameSession, Resume::FreshHandshake];
    (
        select(transports.to_vec()),
        select(resume.to_vec()),
        any::<bool>(),
        option::of(Just(millis(5_000))),
    )
        .prop_map(|(transports, resume, probe, hold)| {
            let mut config = Config::default();
            config.transports = transports.to_vec();
            config.resume = resume;
            config.probe = probe;
            config.hold = hold;
            config.max_requests = 4;
            config.max_subscriptions = 6;
            config.max_batch = 200;
            config.max_interval = millis(20_000);
            config.queue_timeout = millis(20_000);
            config
        })
}

impl Reply {
    pub(super) fn to<'a>(&self, request: &'a Request, name: &'a str) -> Message<'a> {
        let handshake = request.channel == "/meta/handshake";
        Message {
            id: match self.id {
                Spelling::Text => Some(BayeuxId::Text(&request.id)),
                Spelling::Number => request.id.parse().ok().map(BayeuxId::Number),
                Spelling::Absent => None,
            },
            client_id: Some(name).filter(|_| handshake),
            successful: Some(self.successful),
            error: self.error,
            advice: self.advice,
            supported_connection_types: self.types.filter(|_| handshake),
            has_data: self.has_data,
            ..request.ok()
        }
    }
}

impl Blue {
    pub(super) fn message(&self) -> Message<'_> {
        Message {
            channel: self.channel,
            id: self.id.map(BayeuxId::Number),
            client_id: self.client_id,
            successful: self.successful,
            error: self.error,
            subscription: self.subscription,
            advice: self.advice,
            has_data: self.has_data,
            ..Message::default()
        }
    }
}
