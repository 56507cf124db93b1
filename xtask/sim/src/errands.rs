//! REST exchanges on their way: there, and back.

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::Instant;
use groupme_delivery::{Request, RequestId};

use crate::{network::Network, random::Random};

/// All REST exchanges under way.
#[derive(Debug)]
pub(crate) struct Errands {
    random: Random,
    queue: BTreeMap<(Instant, u64), Errand>,
    sequence: u64,
    /// Until when how many of a hundred are lost.
    losses: (Instant, u64),
}

/// What a client wants of REST, or the answer to it.
#[derive(Debug)]
pub(crate) struct Errand {
    pub(crate) client: usize,
    /// Which of its lives the client was in.
    pub(crate) life: u32,
    pub(crate) task: Task,
    pub(crate) answer: Reply,
}

/// What REST is to do.
#[derive(Debug)]
pub(crate) enum Task {
    /// Answer a question.
    Ask(RequestId, Request),
    /// Take a message.
    Send(Draft),
}

/// A message that is sent until it is there.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) path: String,
    pub(crate) body: String,
    /// Until when it may be sent again.
    pub(crate) until: Instant,
}

/// How far an errand has come.
#[derive(Debug)]
pub(crate) enum Reply {
    /// On its way to the server.
    Asked,
    /// The answer's status and body.
    Given(u16, String),
    /// There will be none.
    Lost,
}

impl Errands {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            random,
            queue: BTreeMap::new(),
            sequence: 0,
            losses: (Instant::ORIGIN, 0),
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.queue.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next errand that has arrived: with an answer at its client, without one at the server.
    pub(crate) fn poll_arrival(&mut self, now: Instant) -> Option<Errand> {
        let first = self.queue.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// Until then, so many of a hundred are lost.
    pub(crate) fn lose(&mut self, until: Instant, percent: u64) {
        self.losses = (until, percent);
    }

    /// Sends an errand on its way, in the direction in which it has to go.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        mut errand: Errand,
        delay: Duration,
        network: &mut Network,
    ) {
        let (until, percent) = self.losses;
        let lost = now < until && self.random.chance(percent);
        let at = if let Some(at) = network.rest_passage(now).filter(|_| !lost) {
            at + delay
        } else {
            // The client gives it up at last.
            errand.answer = Reply::Lost;
            now + self.random.millis(50, 20_000)
        };
        self.sequence += 1;
        self.queue.insert((at, self.sequence), errand);
    }
}
