//! Replay of recorded servers: the recorded requests are sent to our server and the replies
//! compared, byte for byte for Faye, member by member for `CometD`, whose members come in the order
//! of a hash.
//!
//! A [`Difference`] names each place in which our server differs on purpose, with the reason. A
//! difference that no longer occurs fails the test.

mod differences;
mod line;
mod recordings;
mod rules;

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bayeux_proto::{
    Instant, LaneId,
    server::{Action, Config, LaneKind, Member, Profile, Server},
};
use bayeux_wire::{Decoder, Frame, ServerPayload};
use serde_json::Value;

use self::{
    line::{EntryKind, Line},
    rules::{Kind, Rules},
};

/// Recording with facts about it that are not in it.
struct Recording {
    jsonl: &'static str,
    kind: Kind,
    profile: Profile,
    hold: u64,
    /// Actions of the server's own client, by mark and by ms after the mark.
    acts: &'static [(&'static str, u64, Act)],
    differences: &'static [&'static [Difference]],
    /// Number of replies and frames that are compared and equal.
    same: usize,
}

/// Action inside the recorded server.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// Publish of an event: channel, and members after the channel.
    Publish(&'static str, &'static [(&'static str, &'static str)]),
    /// End of the latest session.
    EndLatest,
}

/// Difference of our server, with the reason.
#[derive(Clone, Copy, Debug)]
struct Difference {
    /// Beginning of the recording's mark after which the difference occurs.
    mark: &'static str,
    how: DifferenceKind,
    why: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum DifferenceKind {
    /// Messages under this mark are not sent.
    Unsent,
    /// Requests under this mark that are no POST of JSON are skipped by a server without HTTP.
    Http,
    /// A recorded reply that contains this text differs here.
    Other(&'static str),
    /// A recorded reply or frame that contains this text is missing here.
    Missing(&'static str),
    /// A reply or frame that contains this text occurs only here.
    Extra(&'static str),
}

/// Output of our server.
#[derive(Clone, Debug, PartialEq)]
enum ServerOutput {
    Text(String),
    Status(u16),
    Closed(u16),
}

struct Replay<'r> {
    recording: &'r Recording,
    server: Server,
    rules: Rules,
    decoder: Decoder,
    now: Instant,
    outputs: BTreeMap<u64, VecDeque<ServerOutput>>,
    /// Client ids and cookies: recorded and ours.
    names: Vec<(String, String)>,
    latest: Option<String>,
    mark: String,
    marked_at: u64,
    /// Number of actions done under this mark.
    done: usize,
    /// Connections closed by the client.
    closing: BTreeSet<u64>,
    unasked: BTreeSet<u64>,
    exchanges: BTreeMap<u64, u64>,
    used: BTreeSet<usize>,
    /// Failures of the comparison.
    failures: Vec<String>,
    same: usize,
}

impl Recording {
    #[track_caller]
    fn play(&self) {
        let mut config = Config::new(self.profile.clone());
        config.hold = Duration::from_millis(self.hold);
        // The extensions of the recorded servers check tokens.
        config.profile.events_carry_ext = true;
        if self.kind != Kind::Faye {
            // Longer than recorded, since our server answers sooner if an event waits already.
            config.session_lifetime = Some(Duration::from_millis(5_500));
            (config.cookies, config.ack_extension) = (true, true);
        }
        let mut replay = Replay {
            recording: self,
            server: Server::new(config),
            rules: Rules::new(self.kind),
            decoder: Decoder::new(),
            now: Instant::ORIGIN,
            outputs: BTreeMap::new(),
            names: Vec::new(),
            latest: None,
            mark: String::new(),
            marked_at: 0,
            done: 0,
            closing: BTreeSet::new(),
            unasked: BTreeSet::new(),
            exchanges: BTreeMap::new(),
            used: BTreeSet::new(),
            failures: Vec::new(),
            same: 0,
        };
        for line in line::read(self.jsonl) {
            replay.take(&line);
        }
        let left: Vec<_> = core::mem::take(&mut replay.outputs)
            .into_iter()
            .flat_map(|(conn, outputs)| outputs.into_iter().map(move |output| (conn, output)))
            .collect();
        for (conn, output) in left {
            let mark = core::mem::take(&mut replay.mark);
            if !replay.differs_anywhere(&output) {
                replay.report_failure(conn, &format!("only our server sent {output:?}"));
            }
            replay.mark = mark;
        }
        for (index, difference) in self.differences.concat().iter().enumerate() {
            if !replay.used.contains(&index) {
                replay.report_failure(
                    0,
                    &format!(
                        "no longer so: {:?}, because {}",
                        difference.how, difference.why
                    ),
                );
            }
        }
        let failures = replay.failures;
        assert!(failures.is_empty(), "\n{}", failures.join("\n"));
        assert_eq!(replay.same, self.same, "answers and frames compared");
    }
}

impl Replay<'_> {
    fn take(&mut self, next: &Line) {
        self.act_until(next.at);
        self.pass(next.at);
        let conn = next.conn;
        let lane = LaneId::new(conn * EXCHANGES + self.exchanges.get(&conn).unwrap_or(&0));
        match &next.what {
            EntryKind::Mark(mark) if !mark.starts_with(' ') => {
                self.mark.clone_from(mark);
                (self.marked_at, self.done) = (next.at, 0);
            }
            EntryKind::Upgrade => self.server.handle_open(self.now, lane, LaneKind::Socket),
            EntryKind::Post { body, cookie } => {
                if self.is_unasked(conn) {
                    return;
                }
                // A connection may carry several exchanges.
                let exchanges = self.exchanges.entry(conn).or_default();
                *exchanges += 1;
                let lane = LaneId::new(conn * EXCHANGES + *exchanges);
                self.server.handle_open(self.now, lane, LaneKind::Exchange);
                if let Some(cookie) = cookie {
                    let cookie = self.ours(cookie);
                    self.server.handle_cookie(self.now, lane, &cookie);
                }
                self.ask(lane, body);
            }
            EntryKind::OtherRequest => {
                self.unasked.insert(conn);
                if !self.differs(
                    |how, _| how == DifferenceKind::Http,
                    &ServerOutput::Status(0),
                ) {
                    self.report_failure(conn, "no POST of JSON");
                }
            }
            EntryKind::Received(text) => {
                if !self.is_unasked(conn) {
                    self.ask(lane, text);
                }
            }
            EntryKind::ClosedByClient => {
                self.closing.insert(conn);
                self.server.handle_close(self.now, lane);
                self.drain();
            }
            EntryKind::Response {
                status,
                body,
                cookie,
            } => {
                let output = match status {
                    200 => ServerOutput::Text(body.clone()),
                    status => ServerOutput::Status(*status),
                };
                self.expect(conn, &output, cookie.as_deref());
            }
            EntryKind::Sent(text) => self.expect(conn, &ServerOutput::Text(text.clone()), None),
            EntryKind::ClosedByServer(code) if !self.closing.contains(&conn) => {
                self.expect(conn, &ServerOutput::Closed(*code), None);
            }
            EntryKind::Mark(_) | EntryKind::ClosedByServer(_) => {}
            EntryKind::Garbled => {
                let garbled = ServerOutput::Text("garbled".to_owned());
                self.expect(conn, &garbled, None);
            }
        }
    }

    /// Repeats the actions inside the recorded server up to this time.
    fn act_until(&mut self, at: u64) {
        while let Some((after, act)) = self.next_act() {
            let due = self.marked_at + after;
            if due > at {
                return;
            }
            self.pass(due);
            self.done += 1;
            match act {
                Act::Publish(channel, members) => {
                    let members: Vec<_> = members
                        .iter()
                        .map(|(name, json)| Member::new(name, json))
                        .collect();
                    self.server.publish(self.now, channel, &members);
                }
                Act::EndLatest => {
                    let client = self.latest.clone().unwrap();
                    assert!(self.server.end_session(self.now, &client));
                }
            }
            self.drain();
        }
    }

    fn next_act(&self) -> Option<(u64, Act)> {
        let acts = self.recording.acts.iter();
        let mut here = acts.filter(|(mark, _, _)| self.mark.starts_with(mark));
        here.nth(self.done).map(|(_, after, act)| (*after, *act))
    }

    /// Advances the time. A recorded reply comes some ms after its time.
    fn pass(&mut self, at: u64) {
        let end = Instant::from_millis(at);
        while let Some(due) = self.server.poll_timeout().filter(|due| *due <= end) {
            self.server.handle_timeout(due);
            self.now = due;
            self.drain();
        }
        self.now = end;
    }

    fn ask(&mut self, lane: LaneId, text: &str) {
        let text = self.ours(text);
        let parsed: Option<Value> = serde_json::from_str(&text).ok();
        self.rules.messages = match parsed.clone() {
            Some(Value::Array(messages)) => messages,
            other => other.into_iter().collect(),
        };
        // The extension of the recorded Faye removes the token before anything else sees it.
        let text = match parsed {
            Some(mut json)
                if self.recording.kind == Kind::Faye && text.contains("access_token") =>
            {
                take_token(&mut json);
                json.to_string()
            }
            _ => text,
        };
        let mut frame = Frame::from_bytes(text.as_bytes());
        let inbound = ServerPayload::decode(&mut self.decoder, &mut frame);
        let (server, rules, now) = (&mut self.server, &mut self.rules, self.now);
        inbound.with(|payload| server.handle_payload(now, lane, payload, rules));
        for (client, data) in core::mem::take(&mut self.rules.to_echo) {
            let members = [Member::new("data", &data)];
            self.server.deliver(now, &client, "/service/echo", &members);
        }
        self.drain();
    }

    fn drain(&mut self) {
        let mut out = Vec::new();
        while let Some(action) = self.server.poll_action(&mut out) {
            let text = String::from_utf8(core::mem::take(&mut out)).unwrap();
            let conn = action.lane().number() / EXCHANGES;
            let output = match action {
                Action::Send(_) => ServerOutput::Text(text),
                Action::Respond(_, cookie) => {
                    if let Some(cookie) = cookie {
                        self.names.push((String::new(), cookie.as_str().to_owned()));
                    }
                    ServerOutput::Text(text)
                }
                Action::Reject(_, rejection) => ServerOutput::Status(rejection.status()),
                Action::Close(_, code) => ServerOutput::Closed(code),
            };
            self.outputs.entry(conn).or_default().push_back(output);
        }
    }

    /// Compares a recorded output with ours on this connection.
    fn expect(&mut self, conn: u64, recorded: &ServerOutput, cookie: Option<&str>) {
        if self.unasked.contains(&conn) {
            return;
        }
        if let (Some(cookie), Some(name)) = (cookie, self.names.last_mut())
            && name.0.is_empty()
        {
            cookie.clone_into(&mut name.0);
        }
        if self.differs(
            |how, text| matches!(how, DifferenceKind::Missing(part) if text.contains(part)),
            recorded,
        ) {
            return;
        }
        let mut ours = self.outputs.get_mut(&conn).and_then(VecDeque::pop_front);
        while let Some(output) = &ours
            && self.differs(
                |how, text| matches!(how, DifferenceKind::Extra(part) if text.contains(part)),
                output,
            )
        {
            ours = self.outputs.get_mut(&conn).and_then(VecDeque::pop_front);
        }
        let Some(ours) = ours else {
            return self.report_failure(conn, &format!("ours is silent, recorded is {recorded:?}"));
        };
        self.learn(recorded, &ours);
        let wanted = match recorded {
            ServerOutput::Text(text) => ServerOutput::Text(self.ours(text)),
            other => other.clone(),
        };
        if self.differs(
            |how, text| matches!(how, DifferenceKind::Other(part) if text.contains(part)),
            recorded,
        ) {
            if self.is_same(&wanted, &ours) {
                self.report_failure(conn, "no difference any more");
            }
            return;
        }
        if !self.is_same(&wanted, &ours) {
            return self.report_failure(
                conn,
                &format!("\n  recorded {wanted:?}\n  ours     {ours:?}"),
            );
        }
        self.same += 1;
    }

    fn is_same(&self, wanted: &ServerOutput, ours: &ServerOutput) -> bool {
        match (wanted, ours) {
            (ServerOutput::Text(wanted), ServerOutput::Text(ours))
                if self.recording.kind != Kind::Faye =>
            {
                let json = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
                let (wanted, mut ours) = (json(wanted), json(ours));
                if self.recording.kind == Kind::CometdNode {
                    // Only CometD for Java sends this member.
                    for message in ours.as_array_mut().unwrap() {
                        message.as_object_mut().unwrap().remove("minimumVersion");
                    }
                }
                wanted == ours
            }
            _ => wanted == ours,
        }
    }

    /// Maps a recorded client id to ours.
    fn learn(&mut self, recorded: &ServerOutput, ours: &ServerOutput) {
        let id = |output: &ServerOutput| {
            let ServerOutput::Text(text) = output else {
                return None;
            };
            let batch: Value = serde_json::from_str(text).ok()?;
            let reply = batch
                .as_array()?
                .iter()
                .find(|message| message["channel"] == "/meta/handshake")?;
            reply["clientId"].as_str().map(str::to_owned)
        };
        if let (Some(theirs), Some(ours)) = (id(recorded), id(ours)) {
            self.latest = Some(ours.clone());
            self.names.push((theirs, ours));
        }
    }

    fn ours(&self, text: &str) -> String {
        let names = self.names.iter().filter(|(theirs, _)| !theirs.is_empty());
        names.fold(text.to_owned(), |text, (theirs, ours)| {
            text.replace(theirs, ours)
        })
    }

    fn is_unasked(&mut self, conn: u64) -> bool {
        let text = ServerOutput::Text(String::new());
        let unasked = self.differs(|how, _| how == DifferenceKind::Unsent, &text);
        if unasked {
            self.unasked.insert(conn);
        }
        unasked
    }

    fn report_failure(&mut self, conn: u64, what: &str) {
        self.failures
            .push(format!("{}: connection {conn}: {what}", self.mark));
    }

    /// Returns whether our server is known to send more than recorded, under any mark.
    fn differs_anywhere(&mut self, output: &ServerOutput) -> bool {
        let text = format!("{output:?}").replace('\\', "");
        let mut found = false;
        for (index, difference) in self.recording.differences.concat().iter().enumerate() {
            if matches!(difference.how, DifferenceKind::Extra(part) if text.contains(part)) {
                self.used.insert(index);
                found = true;
            }
        }
        found
    }

    /// Returns whether a difference of this kind is known here.
    fn differs(
        &mut self,
        is_it: impl Fn(DifferenceKind, &str) -> bool,
        output: &ServerOutput,
    ) -> bool {
        let text = match output {
            ServerOutput::Text(text) => text.clone(),
            ServerOutput::Status(status) => format!("status {status}"),
            ServerOutput::Closed(code) => format!("closed {code}"),
        };
        let mut found = false;
        for (index, difference) in self.recording.differences.concat().iter().enumerate() {
            if self.mark.starts_with(difference.mark) && is_it(difference.how, &text) {
                self.used.insert(index);
                found = true;
            }
        }
        found
    }
}

fn take_token(json: &mut Value) {
    let messages = match json {
        Value::Array(messages) => messages.iter_mut(),
        other => core::slice::from_mut(other).iter_mut(),
    };
    for message in messages.filter_map(Value::as_object_mut) {
        let Some(ext) = message.get_mut("ext").and_then(Value::as_object_mut) else {
            continue;
        };
        ext.shift_remove("access_token");
        if ext.is_empty() {
            message.shift_remove("ext");
        }
    }
}

/// More than the exchanges of any recorded connection.
const EXCHANGES: u64 = 1000;
