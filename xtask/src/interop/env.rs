//! A server, a client that listens to it, and the events between them.

use anyhow::{Context, ensure};

use super::{
    event::{self, Burst, Channel},
    listener::{Listener, Transport},
    log::{Line, LogPosition},
    process::Signal,
    server::Server,
};

/// A server, a client, and the events published so far.
#[derive(Debug)]
pub(super) struct Env {
    pub(super) server: Server,
    pub(super) listener: Listener,
    published: Vec<Burst>,
}

/// Effect of a fault on the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Session {
    /// The client needs a new session and reports the new connection.
    Lost,
    /// The client may keep the session.
    MaySurvive,
}

impl Env {
    pub(super) fn new(server: Server, listener: Listener) -> Self {
        Self {
            server,
            listener,
            published: Vec::new(),
        }
    }

    /// Waits until the client is connected over `transport`, and checks that it receives events.
    pub(super) fn connect(&mut self, transport: Transport) -> anyhow::Result<()> {
        self.listener
            .wait_connected(LogPosition::default(), Some(transport))?;
        self.publish_and_receive(3)?;
        let has_gap = self.listener.reported_gap(LogPosition::default());
        ensure!(!has_gap, "a gap was reported before any fault");
        Ok(())
    }

    /// Waits until the client has recovered from a fault after `mark`: it reports a gap, is
    /// connected again, and receives events.
    pub(super) fn wait_recovered(
        &mut self,
        mark: LogPosition,
        session: Session,
    ) -> anyhow::Result<()> {
        self.listener.wait_gap(mark).context("after the fault")?;
        self.server.wait_ready().context("after the fault")?;
        if session == Session::Lost || self.listener.reported_disconnect(mark) {
            let connected = self.listener.wait_connected(mark, None);
            connected.context("after the fault")?;
        }
        self.publish_and_receive(20).context("after the recovery")
    }

    /// Publishes `count` messages and an event of an unknown type, and waits until the client has
    /// received them and its next connect is held.
    pub(super) fn publish_and_receive(&mut self, count: u64) -> anyhow::Result<()> {
        let mark = self.listener.mark();
        self.publish(Channel::User, count, true)?;
        let last = self.publish(Channel::Group, 1, true)?;
        self.listener.wait_event(mark, last)?;
        self.server.wait_ready()?;
        self.check_events()
    }

    /// Publishes messages that may be lost.
    pub(super) fn publish_during_outage(&mut self, count: u64) -> anyhow::Result<()> {
        self.publish(Channel::User, count, false).map(drop)
    }

    /// Publishes messages that must arrive, and returns the number of the last.
    pub(super) fn publish_required(&mut self, count: u64) -> anyhow::Result<u64> {
        self.publish(Channel::User, count, true)
    }

    fn publish(&mut self, channel: Channel, count: u64, required: bool) -> anyhow::Result<u64> {
        let first = self.published.last().map_or(1, |burst| burst.numbers.end);
        let burst = Burst {
            channel,
            numbers: first..first + count,
            required,
        };
        self.server.publish(&burst)?;
        self.published.push(burst);
        Ok(first + count - 1)
    }

    /// Terminates the client and checks that it disconnects first.
    pub(super) fn stop(&mut self, signal: Signal) -> anyhow::Result<()> {
        let mark = self.server.mark();
        self.listener.signal(signal)?;
        self.server.wait_received(mark, "/meta/disconnect")?;
        self.listener.wait_exit(0)
    }

    /// Returns all output, for the message of a failure.
    pub(super) fn streams(&self) -> [(&'static str, Vec<Line>); 4] {
        let start = LogPosition::default();
        [
            ("groupme, stdout", self.listener.since(start)),
            ("groupme, stderr", self.listener.logs()),
            ("server, stdout", self.server.received(start, |_| true)),
            ("server, stderr", self.server.logs()),
        ]
    }

    /// Checks all events that the client has received.
    pub(super) fn check_events(&self) -> anyhow::Result<()> {
        let lines = self.listener.since(LogPosition::default());
        event::check(lines.into_iter().map(|line| line.json), &self.published)
    }
}
