//! Recordings, and the actions inside their servers.

use bayeux_proto::server::Profile;

use super::{
    Act, Recording,
    differences::{
        COMETD_JAVA, COMETD_JAVA_SOCKET, COMETD_NODE, COMETD_NODE_ACK, DEFLATE, EVENT_SOURCE,
        FAYE_0_7_GARBLED, FAYE_0_8_SOCKETS, FAYE_1_0_SOCKETS, HTTP, NO_EVENT_SOURCE, ODD_META_NAME,
    },
    rules::Kind,
};

macro_rules! recording {
    ($file:literal) => {
        include_str!(concat!("../../fixtures/transcripts/", $file, ".jsonl"))
    };
}

/// Recordings shared with the tests of `bayeux-wire`.
macro_rules! shared_recording {
    ($file:literal) => {
        include_str!(concat!(
            "../../../../bayeux-wire/tests/transcripts/",
            $file,
            ".jsonl"
        ))
    };
}

/// Marks under which the recorded servers were made to act.
const CUT: &str = "aborted poll: connect is cut";
const CUT_EARLIER: &str = "aborted poll, but";
const DESTROYED: &str = "session destroyed by the server";
const HELD: &str = "server publishes while connect is held";
const IDLE: &str = "server publishes while NO connect";
pub(super) const SECOND: &str = "second socket connects";
const FIRST_CLOSES: &str = "first socket closes";
const ENDED: &str = "server destroys the session";
const DROPPED: &str = "socket drop with";

type Acts = &'static [(&'static str, u64, Act)];
type Members = &'static [(&'static str, &'static str)];

/// Event as published by Faye 1.x's own client.
macro_rules! members {
    ($data:literal) => {
        &[("data", $data)]
    };
    ($data:literal, $id:literal) => {
        &[("data", $data), ("id", concat!("\"", $id, "\""))]
    };
    ($data:literal, $client:literal, $id:literal) => {
        &[
            ("data", $data),
            ("clientId", concat!("\"", $client, "\"")),
            ("id", concat!("\"", $id, "\"")),
        ]
    };
}

const fn http_acts(survivor: Members) -> [(&'static str, u64, Act); 3] {
    [
        (
            CUT,
            2_000,
            Act::Publish("/foo", &[("data", "\"into-the-void\"")]),
        ),
        (CUT_EARLIER, 1_800, Act::Publish("/foo", survivor)),
        (DESTROYED, 300, Act::EndLatest),
    ]
}

const fn socket_acts(n: [Members; 4]) -> [(&'static str, u64, Act); 7] {
    [
        (HELD, 0, Act::Publish("/foo", n[0])),
        (IDLE, 0, Act::Publish("/foo", n[1])),
        (SECOND, 200, Act::Publish("/foo", n[2])),
        (
            FIRST_CLOSES,
            300,
            Act::Publish("/foo", &[("data", r#"{"n":5}"#)]),
        ),
        (ENDED, 0, Act::EndLatest),
        (DROPPED, 400, Act::Publish("/foo", n[3])),
        // Stops the repetition of earlier actions.
        ("end", 0, Act::Publish("/nobody", &[])),
    ]
}

const FAYE_1_HTTP: Acts = &http_acts(members!("\"survivor\"", "4"));
const FAYE_0_8_HTTP: Acts = &http_acts(members!(
    "\"survivor\"",
    "i4s5pu0vxt74m0tfbl8v0pre4e51l84d8v0",
    "4"
));
const FAYE_0_7_HTTP: Acts = &http_acts(members!(
    "\"survivor\"",
    "13e7lh816kr73b0neep351g7b4kh",
    "4"
));
const COMETD_HTTP: Acts = &http_acts(members!("\"survivor\""));
const FAYE_1_4_SOCKET: Acts = &socket_acts([
    members!(r#"{"n":1}"#, "3"),
    members!(r#"{"n":3}"#, "4"),
    members!(r#"{"n":4}"#, "7"),
    members!(r#"{"n":6}"#, "a"),
]);
const FAYE_1_0_SOCKET: Acts = &socket_acts([
    members!(r#"{"n":1}"#, "8"),
    members!(r#"{"n":3}"#, "a"),
    members!(r#"{"n":4}"#, "d"),
    members!(r#"{"n":6}"#, "g"),
]);
const FAYE_0_8_SOCKET: Acts = &socket_acts([
    members!(r#"{"n":1}"#, "0odt920dw725h0jdv1a31rma5540v8s8a40", "2"),
    members!(r#"{"n":3}"#, "0odt920dw725h0jdv1a31rma5540v8s8a40", "4"),
    members!(r#"{"n":4}"#, "0odt920dw725h0jdv1a31rma5540v8s8a40", "7"),
    members!(r#"{"n":6}"#, "0odt920dw725h0jdv1a31rma5540v8s8a40", "a"),
]);
const FAYE_0_7_SOCKET: Acts = &socket_acts([
    members!(r#"{"n":1}"#, "1xk3iru056m9b30jyuov319tntuo", "2"),
    members!(r#"{"n":3}"#, "1xk3iru056m9b30jyuov319tntuo", "4"),
    members!(r#"{"n":4}"#, "1xk3iru056m9b30jyuov319tntuo", "7"),
    members!(r#"{"n":6}"#, "1xk3iru056m9b30jyuov319tntuo", "a"),
]);
const COMETD_SOCKET: Acts = &socket_acts([
    members!(r#"{"n":1}"#),
    members!(r#"{"n":3}"#),
    members!(r#"{"n":4}"#),
    members!(r#"{"n":6}"#),
]);
const ACKNOWLEDGED: Acts = &[
    ("publish twice", 0, Act::Publish("/foo", members!("\"m1\""))),
    ("publish twice", 1, Act::Publish("/foo", members!("\"m2\""))),
    (
        "poll cut by the client",
        500,
        Act::Publish("/foo", members!("\"m3\"")),
    ),
];

/// Returns the profile of Faye 1.0, which accepts the same as 0.8.
fn faye_1_0() -> Profile {
    let mut profile = Profile::faye();
    (profile.needs_data, profile.primitives_are_messages) = (false, true);
    profile.publish_reply_names_client = false;
    profile
}

/// Returns the profile of `cometd-nodejs-server`: long-polling only, with the first connect held
/// like any other.
fn cometd_for_node() -> Profile {
    let mut profile = Profile::cometd();
    profile.connection_types = &["long-polling"];
    profile.answers_first_connect = false;
    profile
}

#[test]
fn faye_1_4_over_http() {
    Recording {
        jsonl: recording!("faye-1.4.3-http"),
        kind: Kind::Faye,
        profile: Profile::faye(),
        hold: 5000,
        acts: FAYE_1_HTTP,
        differences: &[HTTP, EVENT_SOURCE],
        same: 106,
    }
    .play();
}

#[test]
fn faye_1_4_over_sockets() {
    Recording {
        jsonl: shared_recording!("faye-1.4.3-ws"),
        kind: Kind::Faye,
        profile: Profile::faye(),
        hold: 5000,
        acts: FAYE_1_4_SOCKET,
        differences: &[DEFLATE],
        same: 33,
    }
    .play();
}

#[test]
fn faye_1_0_over_http() {
    Recording {
        jsonl: recording!("faye-1.0.4-http"),
        kind: Kind::Faye,
        profile: faye_1_0(),
        hold: 5000,
        acts: FAYE_1_HTTP,
        differences: &[HTTP, EVENT_SOURCE],
        same: 102,
    }
    .play();
}

#[test]
fn faye_1_0_over_sockets() {
    Recording {
        jsonl: recording!("faye-1.0.4-ws"),
        kind: Kind::Faye,
        profile: faye_1_0(),
        hold: 5000,
        acts: FAYE_1_0_SOCKET,
        differences: &[FAYE_1_0_SOCKETS],
        same: 34,
    }
    .play();
}

#[test]
fn faye_0_8_over_http() {
    Recording {
        jsonl: recording!("faye-0.8-http"),
        kind: Kind::Faye,
        profile: Profile::faye_0_8(),
        hold: 5000,
        acts: FAYE_0_8_HTTP,
        differences: &[HTTP, EVENT_SOURCE, ODD_META_NAME],
        same: 106,
    }
    .play();
}

#[test]
fn faye_0_8_over_sockets() {
    Recording {
        jsonl: recording!("faye-0.8-ws"),
        kind: Kind::Faye,
        profile: Profile::faye_0_8(),
        hold: 5000,
        acts: FAYE_0_8_SOCKET,
        differences: &[FAYE_0_8_SOCKETS],
        same: 30,
    }
    .play();
}

#[test]
fn faye_0_7_over_http() {
    Recording {
        jsonl: recording!("faye-0.7-http"),
        kind: Kind::Faye,
        profile: Profile::faye_0_7(),
        hold: 5000,
        acts: FAYE_0_7_HTTP,
        differences: &[HTTP, ODD_META_NAME, NO_EVENT_SOURCE],
        same: 108,
    }
    .play();
}

#[test]
fn faye_0_7_over_sockets() {
    Recording {
        jsonl: shared_recording!("faye-0.7-ws"),
        kind: Kind::Faye,
        profile: Profile::faye_0_7(),
        hold: 5000,
        acts: FAYE_0_7_SOCKET,
        differences: &[FAYE_0_7_GARBLED],
        same: 20,
    }
    .play();
}

#[test]
fn cometd_for_java_over_http() {
    Recording {
        jsonl: recording!("cometd-java-7.0.x-http"),
        kind: Kind::CometdJava,
        profile: Profile::cometd(),
        hold: 5000,
        acts: COMETD_HTTP,
        differences: &[HTTP, COMETD_JAVA],
        same: 97,
    }
    .play();
}

#[test]
fn cometd_for_java_over_sockets() {
    Recording {
        jsonl: recording!("cometd-java-7.0.x-ws"),
        kind: Kind::CometdJava,
        profile: Profile::cometd(),
        hold: 5000,
        acts: COMETD_SOCKET,
        differences: &[DEFLATE, COMETD_JAVA_SOCKET],
        same: 33,
    }
    .play();
}

#[test]
fn cometd_for_node_over_http() {
    Recording {
        jsonl: shared_recording!("cometd-nodejs-server-1.2.1-http"),
        kind: Kind::CometdNode,
        profile: cometd_for_node(),
        hold: 5000,
        acts: COMETD_HTTP,
        differences: &[HTTP, COMETD_NODE],
        same: 86,
    }
    .play();
}

#[test]
fn cometd_for_node_with_acknowledgements() {
    Recording {
        jsonl: recording!("cometd-nodejs-server-1.2.1-ack"),
        kind: Kind::CometdNode,
        profile: cometd_for_node(),
        hold: 1500,
        acts: ACKNOWLEDGED,
        differences: &[COMETD_NODE_ACK],
        same: 7,
    }
    .play();
}
