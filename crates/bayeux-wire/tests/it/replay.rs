//! Recorded sessions of other clients, replayed: our session takes the place of the client, and
//! receives what the servers sent, at the recorded times.

use std::{collections::BTreeSet, fs};

use bayeux_proto::Transport::{self, LongPolling, WebSocket};

use self::{
    application::EndReason::{self, Down, Healthy, Left, Short},
    recording::{Record, Recording},
    world::World,
};

mod application;
mod recording;
mod world;

/// A recording, the transports that the recorded client could use, and the expected events of our
/// session.
struct Row {
    file: &'static str,
    transports: &'static [Transport],
    story: &'static [&'static str],
    ending: EndReason,
}

const BOTH: &[Transport] = &[WebSocket, LongPolling];
const POLLING: &[Transport] = &[LongPolling];

const BROKE: &str = "down: the connection broke";
const FORGOTTEN: &str = "failed: the server forgot the session";
const GAP: &str = "gap: the connection broke";
const FOO: &str = "subscribed /foo";
const PRIVATE: &str = "subscribed /private/x";

/// Undisturbed: a single session from beginning to end.
const CALM: &[&str] = &["up", FOO, "published", "left"];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    // Two clients in succession: ours disconnects and connects again.
    row("aiocometd-vs-cometd", POLLING, &["up", FOO, "published", "left", "up", "gap: the session had ended", FOO, "published", "left"], Left),
    row("aiocometd-vs-faye", BOTH, &["up", FOO, "published", "left", "up", "gap: the session had ended", FOO, "published", "left"], Left),

    row("cometd-9.0.0-vs-faye-lp", POLLING, CALM, Left),
    row("cometd-9.0.0-vs-faye-ws", BOTH, CALM, Left),
    row("faye-1.4.3-lp", POLLING, CALM, Left),
    row("faye-1.4.3-ws", BOTH, CALM, Left),
    row("faye-1.4.3-ws-blocked", BOTH, &["failed: HTTP status 400", "up", FOO], Healthy),

    // The connection is cut, the session survives. Over long-polling the next poll follows at once,
    // so there is a gap without a time of being down.
    row("cometd-9.0.0-ack-timesync-vs-cometd-java-lp", POLLING, &["up", FOO, GAP, "published", "left"], Left),
    row("cometd-9.0.0-ack-timesync-vs-cometd-java-ws", BOTH, &["up", FOO, BROKE, "resumed", GAP, "published", "left"], Left),
    row("cometd-9.0.0-vs-faye-kill-sockets", BOTH, &["up", FOO, BROKE, "resumed", GAP], Healthy),
    // The recorded client waited until the server had dropped its session.
    row("faye-1.4.3-kill-sockets", BOTH, &["up", FOO, BROKE, FORGOTTEN, "up", GAP, FOO], Healthy),

    // The network freezes. Over the websocket our session waits for a new connection until the old
    // session must have expired, and does not ask for it.
    row("cometd-9.0.0-vs-faye-freeze", BOTH, FROZEN, Healthy),
    row("faye-1.4.3-freeze", BOTH, FROZEN, Healthy),
    row("faye-1.4.3-freeze-lp", POLLING, &["up", FOO, "down: the server forgot the session", "up", "gap: no answer in time (held connect)", FOO], Healthy),

    // The server restarts and knows no session. CometD's client was refused a connection in
    // between.
    row("cometd-9.0.0-vs-faye-restart", BOTH, &["up", FOO, PRIVATE, BROKE, "failed: the server cannot be reached", FORGOTTEN, "up", GAP, FOO, PRIVATE, "left"], Left),
    row("faye-1.4.3-restart", BOTH, &["up", FOO, PRIVATE, BROKE, FORGOTTEN, "up", GAP, FOO, PRIVATE, "left"], Left),
    row("faye-1.4.3-restart-lp", POLLING, &["up", FOO, PRIVATE, "down: the server forgot the session", "up", GAP, FOO, PRIVATE, "left"], Left),
    row("faye-1.4.3-vs-cometd-nodejs-server", POLLING, &["up", FOO, "published", "down: the server forgot the session", "up", "gap: the server forgot the session", FOO, "left"], Left),
    // The recorded client lost a subscription that was in flight; ours keeps it.
    row("faye-1.4.3-inflight-subscribe", BOTH, &["up", FOO, BROKE, FORGOTTEN, "up", GAP, "subscribed /bar", FOO], Healthy),
    row("cometd-9.0.0-vs-faye-resubscribe-denied", BOTH, DENIED, Short),
    row("faye-1.4.3-resubscribe-denied", BOTH, DENIED, Short),

    row("cometd-9.0.0-vs-faye-refused-handshake", BOTH, &[REFUSED, "left"], Left),
    row("faye-1.4.3-refused-handshake", BOTH, &[REFUSED], Down),

    // A proxy cuts connections after two seconds of silence: polls with a 504, websockets without a
    // close frame.
    row("faye-via-nginx-2s-lp", POLLING, &["up", FOO, "gap: HTTP status 504"], Healthy),
    row("faye-via-nginx-2s-ws-noping", BOTH, &["up", FOO, BROKE, "resumed", GAP, BROKE], Down),
    row("faye-via-nginx-2s-ws-ping1", BOTH, &["up", FOO], Healthy),
    row("faye-via-nginx-noupgrade", BOTH, &["failed: HTTP status 400", "up", FOO, "gap: HTTP status 504"], Healthy),
];

const FROZEN: &[&str] = &[
    "up",
    FOO,
    "down: no answer in time (held connect)",
    "up",
    "gap: no answer in time (held connect)",
    FOO,
];
const DENIED: &[&str] = &[
    "up",
    FOO,
    BROKE,
    FORGOTTEN,
    "up",
    GAP,
    "refused /foo: 403 Token expired",
];
const REFUSED: &str = "failed: the server refused: 403 Handshake refused";

const fn row(
    file: &'static str,
    transports: &'static [Transport],
    story: &'static [&'static str],
    ending: EndReason,
) -> Row {
    Row {
        file,
        transports,
        story,
        ending,
    }
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts");

impl Row {
    fn read(&self) -> Recording {
        let path = format!("{FOLDER}/client-{}.jsonl", self.file);
        Recording::read(&fs::read_to_string(path).unwrap())
    }
}

#[test]
fn every_recording_of_a_client_has_a_row() {
    let files = fs::read_dir(FOLDER).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let clients: BTreeSet<_> = names.filter(|name| name.starts_with("client-")).collect();
    let rows = TABLE.iter().map(|row| format!("client-{}.jsonl", row.file));
    assert_eq!(clients, rows.collect());
}

#[test]
fn replies_and_events_are_distinguished_as_by_the_recorded_clients() {
    let mut found = 0;
    for row in TABLE {
        let recording = row.read();
        for (_, record) in &recording.records {
            let (Record::Request(message) | Record::Event(message)) = record else {
                continue;
            };
            // Requests and events are not replies, though some have the id of a reply.
            assert_eq!(message.envelope().successful, None, "{}", row.file);
        }
        let events = recording.events.iter();
        let events: Vec<_> = events
            .map(|event| event.data().unwrap().to_string())
            .collect();
        let known: Vec<_> = recording.found.iter().map(ToString::to_string).collect();
        // Not every recording shows the events that the client gave to its application.
        if row.file.starts_with("aiocometd") {
            assert_eq!((events.len(), known.len()), (2, 0), "{}", row.file);
        } else {
            assert_eq!(events, known, "{}", row.file);
        }
        found += known.len();
    }
    assert_eq!(found, 24);
}

#[test]
fn our_session_survives_every_recording() {
    for row in TABLE {
        let recording = row.read();
        let events = recording.events.iter();
        let events: Vec<_> = events.map(|event| event.value().to_string()).collect();
        for seed in 0..8 {
            let world = World::replay(&recording, row.transports, seed);
            let application = &world.application;
            assert_eq!(application.story, row.story, "{} seed {seed}", row.file);
            assert_eq!(application.ending(), row.ending, "{} seed {seed}", row.file);
            assert_eq!(application.delivered, events, "{} seed {seed}", row.file);
        }
    }
}

#[test]
fn a_server_that_refuses_handshakes_is_not_flooded() {
    // The recorded client retried 26 times in half a second.
    let row = TABLE
        .iter()
        .find(|row| row.file == "faye-1.4.3-refused-handshake");
    let recording = row.unwrap().read();
    let is_handshake = |(_, record): &&(u64, Record)| matches!(record, Record::Request(message) if message.channel() == "/meta/handshake");
    let theirs = recording.records.iter().filter(is_handshake).count();
    let ours = |seed| World::replay(&recording, BOTH, seed).handshakes;
    assert!(theirs > 20);
    assert!((0..8).map(ours).all(|count| (3..=8).contains(&count)));
}
