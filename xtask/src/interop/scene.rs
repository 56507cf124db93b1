//! A server and a client that listens to it, and what happens between them.

use std::time::Instant;

use anyhow::{Context, ensure};

use super::{
    event::{self, Burst, Stream},
    listener::{Listener, Transport},
    log::{Line, Mark},
    peer::Server,
    process::Signal,
};
use crate::clock;

/// One server, one client, and what was published so far.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) server: Server,
    pub(super) listener: Listener,
    published: Vec<Burst>,
    pub(super) start: Instant,
}

/// What becomes of a session in a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Session {
    /// The client needs another, and says so.
    Lost,
    /// The client may go on with it.
    MaySurvive,
}

impl Scene {
    pub(super) fn new(server: Server, listener: Listener) -> Self {
        Self {
            server,
            listener,
            published: Vec::new(),
            start: clock::now(),
        }
    }

    /// Waits until the client listens, and sees that it receives what is published.
    pub(super) fn settle(&mut self, over: Transport) -> anyhow::Result<()> {
        self.listener.wait_listening(Mark::default(), Some(over))?;
        self.deliver(3)?;
        let lost = self.listener.claims_gap(Mark::default());
        ensure!(!lost, "a gap was claimed before anything could be lost");
        Ok(())
    }

    /// Waits until the client has recovered from a fault after `mark`: it says where events may be
    /// missing, listens again, and receives what is published.
    pub(super) fn recover(&mut self, mark: Mark, session: Session) -> anyhow::Result<()> {
        self.listener.wait_gap(mark).context("after the fault")?;
        self.server.wait_ready().context("after the fault")?;
        if session == Session::Lost || self.listener.lost_connection(mark) {
            self.listener
                .wait_listening(mark, None)
                .context("after the fault")?;
        }
        self.deliver(20).context("after the recovery")
    }

    /// Publishes `count` messages and an event of an unheard type, and waits until the client has
    /// received them all and its next connect is held.
    pub(super) fn deliver(&mut self, count: u64) -> anyhow::Result<()> {
        let mark = self.listener.mark();
        self.publish(Stream::Messages, count, true)?;
        let last = self.publish(Stream::Unheard, 1, true)?;
        self.listener.wait_event(mark, last)?;
        self.server.wait_ready()?;
        self.check()
    }

    /// Publishes messages that the client may miss.
    pub(super) fn publish_into_outage(&mut self, count: u64) -> anyhow::Result<()> {
        self.publish(Stream::Messages, count, false).map(drop)
    }

    /// Publishes messages that the client must receive sooner or later, and returns the number of
    /// the last.
    pub(super) fn publish_owed(&mut self, count: u64) -> anyhow::Result<u64> {
        self.publish(Stream::Messages, count, true)
    }

    fn publish(&mut self, stream: Stream, count: u64, owed: bool) -> anyhow::Result<u64> {
        let first = self.published.last().map_or(1, |burst| burst.numbers.end);
        let burst = Burst {
            stream,
            numbers: first..first + count,
            owed,
        };
        self.server.publish(&burst)?;
        self.published.push(burst);
        Ok(first + count - 1)
    }

    /// Ends the client politely and checks that it says goodbye.
    pub(super) fn end(&mut self, signal: Signal) -> anyhow::Result<()> {
        let mark = self.server.mark();
        self.listener.signal(signal)?;
        self.server.wait_saw(mark, "/meta/disconnect")?;
        self.listener.wait_exit(0)
    }

    /// Returns everything that was printed, for a look at a failure.
    pub(super) fn streams(&self) -> [(&'static str, Vec<Line>); 4] {
        [
            ("groupme, stdout", self.listener.since(Mark::default())),
            ("groupme, stderr", self.listener.logs()),
            ("server, stdout", self.server.saw(Mark::default(), |_| true)),
            ("server, stderr", self.server.complaints()),
        ]
    }

    /// Checks every event the client has received.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let lines = self.listener.since(Mark::default());
        event::check(lines.into_iter().map(|line| line.json), &self.published)
    }
}
