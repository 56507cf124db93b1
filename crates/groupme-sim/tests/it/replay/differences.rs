//! Differences between our server and the recorded ones.

use super::{Difference, How, recordings::SECOND};

const fn differs(mark: &'static str, how: How, why: &'static str) -> Difference {
    Difference { mark, how, why }
}

const NO_HTTP: &str = "the server knows no HTTP; the tests of `net` know this";

/// Differences in all recordings over HTTP.
pub(super) const HTTP: &[Difference] = &[
    differs("form-encoded POST", How::Http, NO_HTTP),
    differs("GET JSON-P", How::Http, NO_HTTP),
    differs("GET without message", How::Http, NO_HTTP),
    differs("OPTIONS preflight", How::Http, NO_HTTP),
    differs("PUT", How::Http, NO_HTTP),
];

/// Differences in recordings of Faye.
pub(super) const EVENT_SOURCE: &[Difference] = &[
    differs("EventSource stream", How::Http, NO_HTTP),
    differs(
        "EventSource stream",
        How::Unsent,
        "its events go to the stream, which nobody holds here",
    ),
];

/// Differences in recordings of Faye before 1.0.
pub(super) const ODD_META_NAME: &[Difference] = &[differs(
    "unknown meta channel, sub path",
    How::Other("/meta/subscribe/x"),
    "a name like this was a way around extensions that check subscriptions (CVE-2020-11020)",
)];

pub(super) const NO_EVENT_SOURCE: &[Difference] =
    &[differs("EventSource stream", How::Http, NO_HTTP)];

pub(super) const FAYE_0_8_SOCKETS: &[Difference] = &[differs(
    "re-handshake",
    How::Other("closed 1000"),
    "theirs binds a socket to a client that it does not know, and closes it for that",
)];

pub(super) const DEFLATE: &[Difference] = &[differs(
    "upgrade with permessage-deflate offered",
    How::Missing("garbled"),
    "compressed; the server sees texts",
)];

const GARBLED: &str = "the tap took the split head of the upgrade for frames";

pub(super) const FAYE_0_7_GARBLED: &[Difference] = &[
    differs(SECOND, How::Missing("garbled"), GARBLED),
    differs(SECOND, How::Extra(r#""id":"h""#), GARBLED),
    differs("connect with an unknown", How::Missing("garbled"), GARBLED),
    differs("connect with an unknown", How::Extra("nosuch"), GARBLED),
    differs("re-handshake", How::Missing("garbled"), GARBLED),
    differs("re-handshake", How::Extra(r#""id":"j""#), GARBLED),
    differs(
        "re-handshake",
        How::Extra("401:1qf92wz1j2bvnq0z8wcdu0qjqnd9:Unknown client"),
        "the new session's name is in a garbled frame, so that its client is unknown here",
    ),
    differs("idle socket", How::Missing("garbled"), GARBLED),
];

const NO_GAIN: &str =
    "theirs loses it with the socket; to lose it, too, would gain nobody anything";

pub(super) const FAYE_1_0_SOCKETS: &[Difference] = &[differs(
    "disconnect with",
    How::Extra(r#"{"n":6}"#),
    NO_GAIN,
)];

const COMETD_STATUS: &str = "Tomcat's, for an exception; 400 says whose fault it is";

pub(super) const COMETD_JAVA: &[Difference] = &[
    differs(
        "subscribe invalid channel names",
        How::Other("status 500"),
        "theirs throws for a wildcard in the middle, ours refuses the name",
    ),
    differs(
        "channel of wrong type",
        How::Other("status 500"),
        COMETD_STATUS,
    ),
    differs("malformed JSON", How::Other("status 500"), COMETD_STATUS),
    differs("JSON primitive", How::Other("status 500"), COMETD_STATUS),
    differs("JSON string", How::Other("status 500"), COMETD_STATUS),
    differs("empty array", How::Other("status 500"), COMETD_STATUS),
    differs("array with null", How::Other("status 500"), COMETD_STATUS),
    differs("array with number", How::Other("status 500"), COMETD_STATUS),
    differs("nested array", How::Other("status 500"), COMETD_STATUS),
    differs("POST with Origin", How::Other("status 500"), COMETD_STATUS),
    differs(
        "empty body",
        How::Other(""),
        "200 without a body, which is no Bayeux",
    ),
    differs(
        "JSON null",
        How::Other(""),
        "200 without a body, which is no Bayeux",
    ),
    differs(
        "handshake + other message",
        How::Other("status 500"),
        "theirs makes the session and tells nobody; the specification says to ignore the others",
    ),
    differs(
        "unsubscribe not subscribed",
        How::Other("400::channel_missing"),
        "theirs has no such channel, ours needs none",
    ),
];

pub(super) const COMETD_JAVA_SOCKET: &[Difference] = &[differs(
    "disconnect with",
    How::Extra(r#"{"n":6}"#),
    NO_GAIN,
)];

const NODE_NAMES: &str = "the one for Node checks nothing but a leading slash, and that with 400";
const NODE_WORDS: &str = "the one for Node has other words for it";
const NODE_ECHO: &str = "the one for Node does not repeat the subscription to strangers";

const NODE_PARTS: &str = "the one for Node does not advise to stop";

pub(super) const COMETD_NODE: &[Difference] = &[
    differs(
        "subscribe /meta/**",
        How::Other("subscribe_failed"),
        NODE_WORDS,
    ),
    differs("subscribe invalid", How::Other("status 400"), NODE_NAMES),
    differs(
        "subscribe invalid",
        How::Other("subscription_missing"),
        NODE_WORDS,
    ),
    differs("subscribe invalid", How::Other("/foo/*/bar"), NODE_NAMES),
    differs("subscribe invalid", How::Other("/a:b"), NODE_NAMES),
    differs("subscribe invalid", How::Other("/a%20b"), NODE_NAMES),
    differs("subscribe invalid", How::Other("/é"), NODE_NAMES),
    differs(
        "subscribe missing clientId",
        How::Other("session_unknown"),
        NODE_ECHO,
    ),
    differs(
        "subscribe unknown clientId",
        How::Other("session_unknown"),
        NODE_ECHO,
    ),
    differs(
        "publish to invalid channel",
        How::Other("status 400"),
        NODE_NAMES,
    ),
    differs(
        "unknown meta channel",
        How::Other("status 500"),
        "theirs throws",
    ),
    differs(
        "empty message object",
        How::Other("session_unknown"),
        "theirs looks for the session first",
    ),
    differs(
        "channel of wrong type",
        How::Other("status 400"),
        "ours answers, as to any message without channel",
    ),
    differs(
        "nested array",
        How::Other("session_unknown"),
        "theirs takes an array for a message",
    ),
    differs(
        "single object",
        How::Other("status 400"),
        "the specification allows one, and the one for Java takes it",
    ),
    differs(
        "handshake numeric id",
        How::Other(r#""id":7"#),
        "the one for Java makes a text of it",
    ),
    differs(
        "handshake id 0",
        How::Other(r#""id":0"#),
        "the one for Java makes a text of it",
    ),
    differs(
        "batch connect(timeout 0)",
        How::Other(r#""1m""#),
        "theirs gives no advice in a batch, though asked for",
    ),
    differs("disconnect while", How::Other(r#""20""#), NODE_PARTS),
    differs(
        "subscribe after disconnect",
        How::Other("session_unknown"),
        NODE_ECHO,
    ),
    differs("session destroyed", How::Other(r#""25""#), NODE_PARTS),
    differs(
        "handshake + other message",
        How::Other("status 500"),
        "theirs throws, having made the session",
    ),
];

const NODE_COUNTS: &str =
    "the one for Node counts answers that went nowhere, and adds advice to them";

pub(super) const COMETD_NODE_ACK: &[Difference] = &[
    differs("reply lost", How::Other(r#""ack":3"#), NODE_COUNTS),
    differs("poll cut", How::Other(r#""ack":6"#), NODE_COUNTS),
    differs(
        "connect without ext.ack",
        How::Other(r#""ack":7"#),
        NODE_COUNTS,
    ),
    differs("multiple-clients", How::Other(r#""ack":8"#), NODE_COUNTS),
];
