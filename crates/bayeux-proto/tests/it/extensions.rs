//! Extensions: members of outgoing messages, and what is learnt from received ones.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::{
    Ack, Channel, Config, Extension, Instant, LaneId, Members, Message, Outgoing, Payload, Replay,
    Session, TimeSync, Transport,
};

use crate::world::{channel, event, over};

/// Members of a received message by path, such as `ext.ack`.
#[derive(Default)]
struct Given {
    integers: BTreeMap<&'static str, i64>,
    booleans: BTreeMap<&'static str, bool>,
}

impl Given {
    fn integers<const N: usize>(members: [(&'static str, i64); N]) -> Self {
        Self {
            integers: members.into(),
            ..Self::default()
        }
    }

    fn boolean(path: &'static str, value: bool) -> Self {
        Self {
            booleans: [(path, value)].into(),
            ..Self::default()
        }
    }
}

impl Payload for Given {
    fn text(&self, _: &[&str]) -> Option<&str> {
        None
    }

    fn integer(&self, path: &[&str]) -> Option<i64> {
        self.integers.get(path.join(".").as_str()).copied()
    }

    fn boolean(&self, path: &[&str]) -> Option<bool> {
        self.booleans.get(path.join(".").as_str()).copied()
    }
}

fn reply(channel: &str, successful: bool) -> Message<'_> {
    Message {
        channel,
        successful: Some(successful),
        ..Message::default()
    }
}

fn ext(extension: &mut impl Extension, outgoing: Outgoing<'_>) -> String {
    let mut out = Vec::new();
    extension.write_ext(outgoing, &mut out);
    String::from_utf8(out).expect("UTF-8")
}

/// Runs a long-polling session with an extension through its handshake, first connect, a
/// subscribe and a publish. Returns the batches that were sent.
fn batches(extension: &mut impl Extension) -> Vec<String> {
    let mut session = Session::new(over(&[Transport::LongPolling]), 7);
    session.subscribe(&channel("/a")).expect("room");
    session
        .publish(Instant::ORIGIN, &channel("/b"), "1")
        .expect("room");
    session.connect(Instant::ORIGIN);
    let (mut sent, mut out) = (Vec::new(), Vec::new());
    let mut now = Instant::ORIGIN;
    for _ in 0..2 {
        while let Some(action) = session.poll_action(now, extension, &mut out) {
            sent.push((
                action.lane(),
                String::from_utf8(core::mem::take(&mut out)).expect("UTF-8"),
            ));
        }
        let lane: LaneId = sent[0].0;
        let handshake = Message {
            client_id: Some("alice"),
            ..reply("/meta/handshake", true)
        };
        let _ = session.handle_message(now, lane, &handshake);
        session.handle_close(now, lane, bayeux_proto::Close::Complete);
        now = now + Duration::from_millis(5);
    }
    sent.into_iter().map(|(_, batch)| batch).collect()
}

struct Stamp(Instant);

impl Extension for Stamp {
    fn advance(&mut self, now: Instant) {
        self.0 = now;
    }

    fn write_ext(&mut self, _: Outgoing<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(b" { } ");
    }

    fn write_members(&mut self, outgoing: Outgoing<'_>, members: &mut Members<'_>) {
        let at = self.0.since_origin().as_millis().to_string();
        assert!(members.add("timestamp", &at));
        if outgoing == Outgoing::Handshake {
            assert!(members.add("minimumVersion", r#""1.0""#));
        }
        for taken in ["id", "clientId", "channel", "ext", "data", "subscription"] {
            assert!(!members.add(taken, r#""stolen""#), "{taken}");
        }
    }
}

// C138
#[test]
fn an_extension_adds_members_to_each_message_but_never_those_of_the_session() {
    let sent = batches(&mut Stamp(Instant::ORIGIN));
    assert_eq!(
        sent[0],
        r#"[{"channel":"/meta/handshake","id":"1","version":"1.0","supportedConnectionTypes":["long-polling"],"ext": { } ,"timestamp":0,"minimumVersion":"1.0"}]"#
    );
    assert_eq!(
        sent[1],
        r#"[{"channel":"/meta/subscribe","id":"2","clientId":"alice","subscription":"/a","ext": { } ,"timestamp":5},{"channel":"/b","id":"3","clientId":"alice","data":1,"ext": { } ,"timestamp":5}]"#
    );
    assert!(!sent.concat().contains("stolen"));
}

// C137
#[test]
fn the_ext_of_several_extensions_is_one_object_in_their_order() {
    let auth = |outgoing: Outgoing<'_>, out: &mut Vec<u8>| {
        if outgoing != Outgoing::Disconnect {
            out.extend_from_slice(br#"{"token":"}{"}"#);
        }
    };
    let nothing = |_: Outgoing<'_>, _: &mut Vec<u8>| {};
    let mut all = (Stamp(Instant::ORIGIN), auth, nothing, Ack::new());
    assert_eq!(
        ext(&mut all, Outgoing::Handshake).trim(),
        r#"{ "token":"}{","ack":true}"#
    );
    assert_eq!(
        ext(&mut all, Outgoing::Connect).trim(),
        r#"{ "token":"}{"}"#
    );
    assert_eq!(ext(&mut all, Outgoing::Disconnect).trim(), "{ }");
    assert_eq!(
        ext(&mut (nothing, auth), Outgoing::Connect),
        r#"{"token":"}{"}"#
    );
    assert_eq!(ext(&mut (nothing, ()), Outgoing::Connect), "");
    let empty_last = (auth, Stamp(Instant::ORIGIN));
    assert_eq!(
        ext(&mut { empty_last }, Outgoing::Connect),
        r#"{"token":"}{"}"#
    );
    // Received messages and time reach all of them.
    let mut pair = (Ack::new(), Replay::new(Replay::TIP));
    pair.incoming(
        &reply("/meta/handshake", true),
        &Given {
            booleans: [("ext.ack", true), ("ext.replay", true)].into(),
            ..Given::default()
        },
    );
    assert!(pair.0.is_on() && pair.1.is_on() && pair.defers_events());
}

// C131
#[test]
fn acknowledgement_is_on_only_if_the_handshake_reply_says_so() {
    for (given, on) in [
        (Given::boolean("ext.ack", true), true),
        (Given::boolean("ext.ack.enabled", true), true),
        (Given::boolean("ext.ack", false), false),
        (Given::boolean("ext.ack.enabled", false), false),
        (Given::integers([("ext.ack", 1)]), false),
        (Given::default(), false),
    ] {
        let mut ack = Ack::new();
        assert_eq!(ext(&mut ack, Outgoing::Handshake), r#"{"ack":true}"#);
        ack.incoming(&reply("/meta/handshake", true), &given);
        assert_eq!(ack.is_on(), on);
        let connect = if on { r#"{"ack":0}"# } else { "" };
        assert_eq!(ext(&mut ack, Outgoing::Connect), connect);
        assert_eq!(ext(&mut ack, Outgoing::Subscribe("/a")), "");
    }
}

// C132 C133 C135
#[test]
fn each_connect_acknowledges_the_latest_batch_until_the_next_handshake() {
    let mut ack = Ack::new();
    ack.incoming(
        &reply("/meta/handshake", true),
        &Given::boolean("ext.ack", true),
    );
    for batch in [1, 7] {
        ack.incoming(
            &reply("/meta/connect", true),
            &Given::integers([("ext.ack", batch)]),
        );
        let expected = format!(r#"{{"ack":{batch}}}"#);
        assert_eq!(ext(&mut ack, Outgoing::Connect), expected);
        // A lost reply leaves the old number; so does one without a number, or a refusal.
        ack.incoming(&reply("/meta/connect", true), &Given::default());
        ack.incoming(
            &reply("/meta/connect", false),
            &Given::integers([("ext.ack", 99)]),
        );
        ack.incoming(
            &reply("/meta/subscribe", true),
            &Given::integers([("ext.ack", 99)]),
        );
        assert_eq!(ext(&mut ack, Outgoing::Connect), expected);
    }
    assert_eq!(ext(&mut ack, Outgoing::Handshake), r#"{"ack":true}"#);
    ack.incoming(
        &reply("/meta/handshake", true),
        &Given::boolean("ext.ack", true),
    );
    assert_eq!(ext(&mut ack, Outgoing::Connect), r#"{"ack":0}"#);
}

// C131
#[test]
fn events_in_the_handshake_reply_are_acknowledged_once_all_have_arrived() {
    let mut ack = Ack::new();
    let mut given = Given::boolean("ext.ack.enabled", true);
    given.integers = [("ext.ack.batch", 3), ("ext.ack.size", 2)].into();
    ack.incoming(&reply("/meta/handshake", true), &given);
    assert!(!ack.defers_events());
    for latest in [0, 3, 3] {
        ack.incoming(&event("/a"), &Given::default());
        assert_eq!(ack.latest(), latest);
    }
    assert!(ack.defers_events());
}

// C090
#[test]
fn replay_asks_for_what_came_after_the_last_event_of_each_channel() {
    let mut replay = Replay::new(Replay::EARLIEST);
    assert_eq!(ext(&mut replay, Outgoing::Handshake), r#"{"replay":true}"#);
    assert_eq!(ext(&mut replay, Outgoing::Connect), "");
    let filtered = "/topic/X?City='San Francisco'";
    assert_eq!(
        ext(&mut replay, Outgoing::Subscribe(filtered)),
        r#"{"replay":{"/topic/X":-2}}"#
    );
    replay.incoming(
        &event("/topic/X"),
        &Given::integers([("data.event.replayId", 41)]),
    );
    replay.incoming(&event("/topic/X"), &Given::default());
    ext(&mut replay, Outgoing::Subscribe("/topic/Y"));
    replay.incoming(
        &event("/topic/Y"),
        &Given::integers([("data.event.replayId", 7)]),
    );
    assert_eq!(
        ext(&mut replay, Outgoing::Subscribe(filtered)),
        r#"{"replay":{"/topic/X":41}}"#
    );
    assert!(replay.ids().eq([("/topic/X", 41), ("/topic/Y", 7)]));
    replay.set("/topic/Z", 12);
    assert_eq!(
        ext(&mut replay, Outgoing::Subscribe("/topic/Z")),
        r#"{"replay":{"/topic/Z":12}}"#
    );
    assert_eq!(Channel::lenient(filtered).unwrap().as_str(), filtered);
}

// C090
#[test]
fn events_of_channels_that_are_not_subscribed_move_no_replay_id() {
    let mut replay = Replay::new(Replay::TIP);
    let arrives = |replay: &mut Replay, channel, id| {
        let given = Given::integers([("data.event.replayId", id)]);
        replay.incoming(&event(channel), &given);
    };
    ext(&mut replay, Outgoing::Subscribe("/topic/X?City='Rome'"));
    arrives(&mut replay, "/topic/X", 1);
    arrives(&mut replay, "/topic/Other", 2);
    ext(&mut replay, Outgoing::Unsubscribe("/topic/X?City='Rome'"));
    // Nobody gets this one before the next subscription.
    arrives(&mut replay, "/topic/X", 3);
    assert!(replay.ids().eq([("/topic/X", 1)]));
    assert_eq!(
        ext(&mut replay, Outgoing::Subscribe("/topic/X")),
        r#"{"replay":{"/topic/X":1}}"#
    );
    arrives(&mut replay, "/topic/X", 4);
    // A new session has no subscriptions at first.
    ext(&mut replay, Outgoing::Handshake);
    arrives(&mut replay, "/topic/X", 5);
    assert_eq!(replay.latest("/topic/X"), Some(4));
}

// C091
#[test]
fn an_id_that_the_server_no_longer_has_is_forgotten() {
    for (error, forgotten) in [
        (
            "400::The replayId {41} you provided was invalid.  Please provide a valid ID",
            true,
        ),
        ("403::Unknown client", false),
        ("503::Server is too busy", false),
        ("400:/topic/X:Bad filter", false),
    ] {
        let mut replay = Replay::new(Replay::TIP);
        replay.set("/topic/X", 41);
        let refusal = Message {
            error: Some(error),
            subscription: Some("/topic/X?a=b"),
            ..reply("/meta/subscribe", false)
        };
        replay.incoming(&refusal, &Given::default());
        assert_eq!(replay.latest("/topic/X").is_none(), forgotten, "{error}");
    }
}

// C136
#[test]
fn time_synchronisation_estimates_lag_and_offset_from_the_latest_ten_answers() {
    let mut sync = TimeSync::new(Duration::from_secs(1_000));
    assert_eq!((sync.lag(), sync.offset()), (None, None));
    let at = |millis| Instant::ORIGIN + Duration::from_millis(millis);
    sync.advance(at(50));
    assert_eq!(
        ext(&mut sync, Outgoing::Connect),
        r#"{"timesync":{"tc":1000050,"l":0,"o":0}}"#
    );
    assert_eq!(ext(&mut sync, Outgoing::Publish("/a")), "");
    // Sent at 1000050, with 10 ms in the server, back after 50 ms: 20 ms each way.
    let answer = |ts| {
        Given::integers([
            ("ext.timesync.tc", 1_000_050),
            ("ext.timesync.ts", ts),
            ("ext.timesync.p", 10),
        ])
    };
    sync.advance(at(100));
    sync.incoming(&reply("/meta/connect", true), &answer(1_005_070));
    assert_eq!((sync.lag(), sync.offset()), (Some(20), Some(5_000)));
    assert_eq!(
        ext(&mut sync, Outgoing::Connect),
        r#"{"timesync":{"tc":1000100,"l":20,"o":5000}}"#
    );
    for _ in 0..10 {
        sync.incoming(&reply("/meta/connect", true), &answer(1_006_070));
    }
    assert_eq!(sync.offset(), Some(6_000));
    // Numbers from outside cannot overflow.
    for extreme in [i64::MIN, i64::MAX] {
        for _ in 0..12 {
            sync.incoming(
                &reply("/meta/connect", true),
                &Given::integers([
                    ("ext.timesync.tc", extreme),
                    ("ext.timesync.ts", -extreme.max(-i64::MAX)),
                    ("ext.timesync.p", extreme),
                ]),
            );
        }
        assert!(sync.lag().is_some());
    }
}

#[test]
fn an_extension_without_hooks_changes_nothing() {
    assert_eq!(
        batches(&mut ()),
        batches(&mut |_: Outgoing<'_>, _: &mut Vec<u8>| {})
    );
    assert!(!().defers_events());
    assert_eq!(
        Config::default().retry_refused,
        bayeux_proto::RetryRefused::Busy
    );
}
