//! Differences between our server and the recorded ones.

use super::{Difference, DifferenceKind, recordings::SECOND};

const fn differs(mark: &'static str, how: DifferenceKind, why: &'static str) -> Difference {
    Difference { mark, how, why }
}

const NO_HTTP: &str = "the server knows no HTTP; the tests of `net` know this";

/// Differences in all recordings over HTTP.
pub(super) const HTTP: &[Difference] = &[
    differs("form-encoded POST", DifferenceKind::Http, NO_HTTP),
    differs("GET JSON-P", DifferenceKind::Http, NO_HTTP),
    differs("GET without message", DifferenceKind::Http, NO_HTTP),
    differs("OPTIONS preflight", DifferenceKind::Http, NO_HTTP),
    differs("PUT", DifferenceKind::Http, NO_HTTP),
];

/// Differences in recordings of Faye.
pub(super) const EVENT_SOURCE: &[Difference] = &[
    differs("EventSource stream", DifferenceKind::Http, NO_HTTP),
    differs(
        "EventSource stream",
        DifferenceKind::Unsent,
        "its events go to the stream, which nobody holds here",
    ),
];

/// Differences in recordings of Faye before 1.0.
pub(super) const ODD_META_NAME: &[Difference] = &[differs(
    "unknown meta channel, sub path",
    DifferenceKind::Other("/meta/subscribe/x"),
    "a name like this was a way around extensions that check subscriptions (CVE-2020-11020)",
)];

pub(super) const NO_EVENT_SOURCE: &[Difference] =
    &[differs("EventSource stream", DifferenceKind::Http, NO_HTTP)];

pub(super) const FAYE_0_8_SOCKETS: &[Difference] = &[differs(
    "re-handshake",
    DifferenceKind::Other("closed 1000"),
    "theirs binds a socket to a client that it does not know, and closes it for that",
)];

pub(super) const DEFLATE: &[Difference] = &[differs(
    "upgrade with permessage-deflate offered",
    DifferenceKind::Missing("garbled"),
    "compressed; the server sees texts",
)];

const GARBLED: &str = "the tap took the split head of the upgrade for frames";

pub(super) const FAYE_0_7_GARBLED: &[Difference] = &[
    differs(SECOND, DifferenceKind::Missing("garbled"), GARBLED),
    differs(SECOND, DifferenceKind::Extra(r#""id":"h""#), GARBLED),
    differs(
        "connect with an unknown",
        DifferenceKind::Missing("garbled"),
        GARBLED,
    ),
    differs(
        "connect with an unknown",
        DifferenceKind::Extra("nosuch"),
        GARBLED,
    ),
    differs("re-handshake", DifferenceKind::Missing("garbled"), GARBLED),
    differs(
        "re-handshake",
        DifferenceKind::Extra(r#""id":"j""#),
        GARBLED,
    ),
    differs(
        "re-handshake",
        DifferenceKind::Extra("401:1qf92wz1j2bvnq0z8wcdu0qjqnd9:Unknown client"),
        "the new session's name is in a garbled frame, so that its client is unknown here",
    ),
    differs("idle socket", DifferenceKind::Missing("garbled"), GARBLED),
];

const NO_GAIN: &str =
    "theirs loses it with the socket; to lose it, too, would gain nobody anything";

pub(super) const FAYE_1_0_SOCKETS: &[Difference] = &[differs(
    "disconnect with",
    DifferenceKind::Extra(r#"{"n":6}"#),
    NO_GAIN,
)];

const COMETD_STATUS: &str = "Tomcat's, for an exception; 400 says whose fault it is";

pub(super) const COMETD_JAVA: &[Difference] = &[
    differs(
        "subscribe invalid channel names",
        DifferenceKind::Other("status 500"),
        "theirs throws for a wildcard in the middle, ours refuses the name",
    ),
    differs(
        "channel of wrong type",
        DifferenceKind::Other("status 500"),
        COMETD_STATUS,
    ),
    differs(
        "malformed JSON",
        DifferenceKind::Other("status 500"),
        COMETD_STATUS,
    ),
    differs(
        "JSON primitive",
        DifferenceKind::Other("status 500"),
        COMETD_STATUS,
    ),
    differs(
        "JSON string",
        DifferenceKind::Other("status 500"),
        COMETD_STATUS,
    ),
    differs(
        "empty array",
        DifferenceKind::Other("status 500"),
        COMETD_STATUS,
    ),
    differs(
        "array with null",
        DifferenceKind::Other("status 500"),
        COMETD_STATUS,
    ),
    differs(
        "array with number",
        DifferenceKind::Other("status 500"),
        COMETD_STATUS,
    ),
    differs(
        "nested array",
        DifferenceKind::Other("status 500"),
        COMETD_STATUS,
    ),
    differs(
        "POST with Origin",
        DifferenceKind::Other("status 500"),
        COMETD_STATUS,
    ),
    differs(
        "empty body",
        DifferenceKind::Other(""),
        "200 without a body, which is no Bayeux",
    ),
    differs(
        "JSON null",
        DifferenceKind::Other(""),
        "200 without a body, which is no Bayeux",
    ),
    differs(
        "handshake + other message",
        DifferenceKind::Other("status 500"),
        "theirs makes the session and tells nobody; the specification says to ignore the others",
    ),
    differs(
        "unsubscribe not subscribed",
        DifferenceKind::Other("400::channel_missing"),
        "theirs has no such channel, ours needs none",
    ),
];

pub(super) const COMETD_JAVA_SOCKET: &[Difference] = &[differs(
    "disconnect with",
    DifferenceKind::Extra(r#"{"n":6}"#),
    NO_GAIN,
)];

const NODE_NAMES: &str = "the one for Node checks nothing but a leading slash, and that with 400";
const NODE_WORDS: &str = "the one for Node has other words for it";
const NODE_ECHO: &str = "the one for Node does not repeat the subscription to strangers";

const NODE_PARTS: &str = "the one for Node does not advise to stop";

pub(super) const COMETD_NODE: &[Difference] = &[
    differs(
        "subscribe /meta/**",
        DifferenceKind::Other("subscribe_failed"),
        NODE_WORDS,
    ),
    differs(
        "subscribe invalid",
        DifferenceKind::Other("status 400"),
        NODE_NAMES,
    ),
    differs(
        "subscribe invalid",
        DifferenceKind::Other("subscription_missing"),
        NODE_WORDS,
    ),
    differs(
        "subscribe invalid",
        DifferenceKind::Other("/foo/*/bar"),
        NODE_NAMES,
    ),
    differs(
        "subscribe invalid",
        DifferenceKind::Other("/a:b"),
        NODE_NAMES,
    ),
    differs(
        "subscribe invalid",
        DifferenceKind::Other("/a%20b"),
        NODE_NAMES,
    ),
    differs("subscribe invalid", DifferenceKind::Other("/é"), NODE_NAMES),
    differs(
        "subscribe missing clientId",
        DifferenceKind::Other("session_unknown"),
        NODE_ECHO,
    ),
    differs(
        "subscribe unknown clientId",
        DifferenceKind::Other("session_unknown"),
        NODE_ECHO,
    ),
    differs(
        "publish to invalid channel",
        DifferenceKind::Other("status 400"),
        NODE_NAMES,
    ),
    differs(
        "unknown meta channel",
        DifferenceKind::Other("status 500"),
        "theirs throws",
    ),
    differs(
        "empty message object",
        DifferenceKind::Other("session_unknown"),
        "theirs looks for the session first",
    ),
    differs(
        "channel of wrong type",
        DifferenceKind::Other("status 400"),
        "ours answers, as to any message without channel",
    ),
    differs(
        "nested array",
        DifferenceKind::Other("session_unknown"),
        "theirs takes an array for a message",
    ),
    differs(
        "single object",
        DifferenceKind::Other("status 400"),
        "the specification allows one, and the one for Java takes it",
    ),
    differs(
        "handshake numeric id",
        DifferenceKind::Other(r#""id":7"#),
        "the one for Java makes a text of it",
    ),
    differs(
        "handshake id 0",
        DifferenceKind::Other(r#""id":0"#),
        "the one for Java makes a text of it",
    ),
    differs(
        "batch connect(timeout 0)",
        DifferenceKind::Other(r#""1m""#),
        "theirs gives no advice in a batch, though asked for",
    ),
    differs(
        "disconnect while",
        DifferenceKind::Other(r#""20""#),
        NODE_PARTS,
    ),
    differs(
        "subscribe after disconnect",
        DifferenceKind::Other("session_unknown"),
        NODE_ECHO,
    ),
    differs(
        "session destroyed",
        DifferenceKind::Other(r#""25""#),
        NODE_PARTS,
    ),
    differs(
        "handshake + other message",
        DifferenceKind::Other("status 500"),
        "theirs throws, having made the session",
    ),
];

const NODE_COUNTS: &str =
    "the one for Node counts answers that went nowhere, and adds advice to them";

pub(super) const COMETD_NODE_ACK: &[Difference] = &[
    differs(
        "reply lost",
        DifferenceKind::Other(r#""ack":3"#),
        NODE_COUNTS,
    ),
    differs("poll cut", DifferenceKind::Other(r#""ack":6"#), NODE_COUNTS),
    differs(
        "connect without ext.ack",
        DifferenceKind::Other(r#""ack":7"#),
        NODE_COUNTS,
    ),
    differs(
        "multiple-clients",
        DifferenceKind::Other(r#""ack":8"#),
        NODE_COUNTS,
    ),
];
