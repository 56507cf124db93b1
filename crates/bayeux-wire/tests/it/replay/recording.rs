//! A recorded session: the requests of the client, the replies of the server with their delays, and
//! the state of the network. Times are milliseconds of the recording.

use core::mem;
use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::Close;
use bayeux_wire::Message;
use serde_json::Value as Json;

use crate::oracle::decode;

#[derive(Default)]
pub(crate) struct Recording {
    /// Events at fixed times, independent of our session.
    pub(crate) records: Vec<(u64, Record)>,
    pub(crate) answers: Vec<Answer>,
    /// The events on channels that the recorded client was subscribed to.
    pub(crate) events: Vec<Message<'static>>,
    /// The events that the recorded client gave to its application, if the recording shows them.
    pub(crate) found: Vec<Json>,
    /// The network froze with its connections open.
    pub(crate) frozen: bool,
    pub(crate) end: u64,
    /// The interval in which nothing reached the server, as far as the recording shows.
    closed: Vec<(u64, u64)>,
    asked: Vec<Asked>,
    subscribed: BTreeSet<&'static str>,
    conns: BTreeMap<u64, Conn>,
}

#[derive(Clone, Copy)]
pub(crate) enum Record {
    /// The client sent a message.
    Request(Message<'static>),
    /// The server pushed a message, besides its replies.
    Event(Message<'static>),
    /// The server or the network closed a connection in use.
    Break,
}

#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) at: u64,
    pub(crate) message: Message<'static>,
}

pub(crate) struct Answer {
    pub(crate) at: u64,
    pub(crate) to: Asked,
    pub(crate) with: With,
}

pub(crate) enum With {
    /// The websocket is open.
    Opened,
    /// A reply, with the messages of the same payload that belong to no other reply.
    Messages(Vec<Message<'static>>),
    /// A payload that is not Bayeux.
    Nothing(Close),
}

#[derive(Default)]
struct Conn {
    websocket: bool,
    /// The messages of the pending HTTP request.
    waiting: Vec<Asked>,
    /// Whether a side has closed the connection. The closing of the other side does not matter.
    ended: bool,
}

/// The request for a websocket, represented as a message.
pub(crate) const UPGRADE: &str = r#"{"channel":"websocket"}"#;

/// Returns the messages of a payload. They are leaked, which saves the tests all lifetimes.
pub(crate) fn messages(payload: &str) -> impl Iterator<Item = Message<'static>> + use<> {
    let frame = decode(payload).unwrap_or_else(|error| panic!("{error}: {payload}"));
    assert_eq!(frame.rejected(), 0, "{payload}");
    Box::leak(Box::new(frame)).messages()
}

/// Returns whether two requests are the same: in channel, subscription and session.
pub(crate) fn same(one: Asked, other: Asked) -> bool {
    let (one, other) = (one.message.envelope(), other.message.envelope());
    (one.channel, one.subscription, one.client_id)
        == (other.channel, other.subscription, other.client_id)
}

impl Recording {
    pub(crate) fn read(jsonl: &str) -> Self {
        let mut recording = Self::default();
        for line in jsonl.lines() {
            let record: Json = serde_json::from_str(line).unwrap();
            recording.end = record["t"].as_u64().unwrap();
            let sent = record["dir"] == ">";
            let conn = record["conn"].as_u64().unwrap_or_default();
            if let Some(mark) = record["mark"].as_str() {
                recording.mark(mark);
            } else if record["ev"] == "open" {
                let now = recording.end;
                let closed = recording.closed.iter_mut();
                closed.for_each(|(_, until)| *until = now.min(*until));
            } else if let Some(event) = record["ev"].as_str() {
                recording.ended(conn, event.ends_with('<'));
            } else if let Some(http) = record["http"].as_str() {
                recording.http(conn, sent, http);
            } else if record["ws"]["op"] == "close" {
                recording.ended(conn, !sent);
            } else if record["ws"]["op"] == "text" {
                let text = record["ws"]["text"].as_str().unwrap();
                if sent {
                    recording.requests(text);
                } else {
                    recording.payload(text);
                }
            }
        }
        recording
    }

    /// Returns the time at which bytes sent at `at` reach the server: at once, or after an outage
    /// when the recorded client got through again.
    pub(crate) fn arrival(&self, at: u64) -> Option<u64> {
        let mut closed = self.closed.iter();
        let closed = closed.find(|(from, until)| (*from..*until).contains(&at));
        let arrival = closed.map_or(at, |(_, until)| *until);
        (arrival <= self.end).then_some(arrival)
    }

    fn mark(&mut self, mark: &str) {
        if let Some(found) = mark.strip_prefix("  app got ") {
            // Some clients name the channel before the data.
            let data = found.strip_prefix("/foo ").unwrap_or(found);
            self.found.push(serde_json::from_str(data).unwrap());
        } else if mark.starts_with("NETWORK FROZEN") {
            self.frozen = true;
            self.closed.push((self.end, u64::MAX));
        }
    }

    fn ended(&mut self, conn: u64, by_server: bool) {
        let conn = self.conns.entry(conn).or_default();
        let in_use = conn.websocket || !conn.waiting.is_empty();
        if !mem::replace(&mut conn.ended, true) && by_server && in_use {
            let upgrade = conn
                .waiting
                .pop()
                .filter(|to| to.message.channel() == "websocket");
            match upgrade {
                Some(to) => self.answer(to, With::Nothing(Close::Unreachable)),
                None => self.records.push((self.end, Record::Break)),
            }
            self.closed.push((self.end, u64::MAX));
        }
    }

    fn http(&mut self, conn: u64, sent: bool, http: &str) {
        let (head, body) = http.split_once("\r\n\r\n").unwrap();
        let chunked = head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked");
        let body = if chunked {
            joined(body)
        } else {
            body.to_owned()
        };
        if sent {
            let upgrade = head.starts_with("GET ");
            let waiting = if upgrade {
                self.ask(UPGRADE)
            } else {
                self.requests(&body)
            };
            self.conns.entry(conn).or_default().waiting = waiting;
            return;
        }
        let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
        let conn = self.conns.entry(conn).or_default();
        conn.websocket = status == 101;
        let waiting = mem::take(&mut conn.waiting);
        if status == 200 {
            return self.payload(&body);
        }
        for to in waiting {
            let with = match status {
                101 => With::Opened,
                _ => With::Nothing(Close::Status {
                    status,
                    retry_after: None,
                }),
            };
            self.answer(to, with);
        }
    }

    fn ask(&self, payload: &str) -> Vec<Asked> {
        messages(payload)
            .map(|message| Asked {
                at: self.end,
                message,
            })
            .collect()
    }

    fn answer(&mut self, to: Asked, with: With) {
        self.answers.push(Answer {
            at: self.end,
            to,
            with,
        });
    }

    /// Records a batch of the client.
    fn requests(&mut self, payload: &str) -> Vec<Asked> {
        let asked = self.ask(payload);
        let records = asked
            .iter()
            .map(|asked| (asked.at, Record::Request(asked.message)));
        self.records.extend(records);
        self.asked.extend_from_slice(&asked);
        asked
    }

    /// Records a batch of the server.
    fn payload(&mut self, payload: &str) {
        let (mut replies, mut loose) = (Vec::new(), Vec::new());
        for (index, message) in messages(payload).enumerate() {
            let envelope = message.envelope();
            let mut asked = self.asked.iter().rev();
            // A message answers the latest request of its channel and id; an event of Faye has the
            // id of the publish and answers nothing.
            let to = asked.find(|asked| {
                let request = asked.message.envelope();
                envelope.successful.is_some()
                    && (request.channel, request.id) == (envelope.channel, envelope.id)
            });
            if let (Some(true), Some(name)) = (envelope.successful, envelope.subscription) {
                self.subscribed.insert(name);
            }
            if envelope.successful.is_none() && self.subscribed.contains(envelope.channel) {
                self.events.push(message);
            }
            match to {
                Some(to) => replies.push((*to, vec![(index, message)])),
                None => loose.push((index, message)),
            }
        }
        // The other messages belong to one of the replies: to that of the poll, if it is there.
        let poll = replies
            .iter()
            .position(|(to, _)| to.message.channel() == "/meta/connect");
        match replies.get_mut(poll.unwrap_or(0)) {
            Some((_, all)) => all.append(&mut loose),
            None => self.records.extend(
                loose
                    .into_iter()
                    .map(|(_, message)| (self.end, Record::Event(message))),
            ),
        }
        for (to, mut all) in replies {
            all.sort_by_key(|(index, _)| *index);
            self.answer(
                to,
                With::Messages(all.into_iter().map(|(_, message)| message).collect()),
            );
        }
    }
}

/// Joins the chunks of a body.
fn joined(mut chunks: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = chunks.split_once("\r\n") {
        let (chunk, rest) = rest.split_at(usize::from_str_radix(size, 16).unwrap());
        body.push_str(chunk);
        chunks = rest.strip_prefix("\r\n").unwrap();
    }
    body
}
