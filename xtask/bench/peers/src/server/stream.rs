//! The one stream of messages: message `n` is the same for all sessions, in a push and in a history.

use core::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::sync::watch;

use super::{
    Options,
    event::{Numbers, Template},
};
use crate::meter::unix_micros;

/// Messages by number.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) groups: u64,
    pace: Pace,
    /// Time of message 0, in microseconds since 1970.
    begin: u64,
    /// Distance of the ids of two messages, in units of 10 ns.
    step: u64,
    templates: Vec<Template>,
    /// Time of sending of the latest messages, by number modulo the length.
    sent_at: Vec<AtomicU64>,
    /// Number of the next message.
    next: watch::Sender<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Pace {
    Idle,
    /// Messages in a frame or reply.
    Flood(u64),
    /// Messages per second.
    Rate(u64),
}

impl Stream {
    pub(super) fn new(options: &Options, now: u64) -> Self {
        let pace = match (options.flood, options.rate) {
            (Some(batch), _) => Pace::Flood(batch.max(1)),
            (None, 0) => Pace::Idle,
            (None, rate) => Pace::Rate(rate),
        };
        let begin = options.begin.unwrap_or(now);
        let groups = options.groups.max(1);
        // A multiple of the groups, so that a number has one group.
        let templates = (0..groups * 8).map(|n| Template::new(n, groups));
        let step = match pace {
            Pace::Rate(rate) => MICROS * 100 / rate,
            Pace::Flood(_) | Pace::Idle => 1,
        };
        let stream = Self {
            groups,
            pace,
            begin,
            step,
            templates: templates.collect(),
            sent_at: (0..65_536).map(|_| AtomicU64::new(0)).collect(),
            next: watch::Sender::new(0),
        };
        stream.next.send_replace(stream.due(now));
        stream
    }

    /// Sends messages at their times, for ever.
    pub(super) async fn run(&self) {
        let Pace::Rate(rate) = self.pace else { return };
        loop {
            let next = self.next();
            let at = self.begin + next * MICROS / rate;
            tokio::time::sleep(Duration::from_micros(at.saturating_sub(unix_micros()))).await;
            let now = unix_micros();
            for n in next..self.due(now) {
                self.slot(n).store(now, Ordering::Relaxed);
            }
            self.next.send_replace(self.due(now).max(next));
        }
    }

    /// Returns the number of the first message that is not due.
    fn due(&self, now: u64) -> u64 {
        match self.pace {
            Pace::Rate(rate) => (now.saturating_sub(self.begin) * rate).div_ceil(MICROS),
            Pace::Flood(_) | Pace::Idle => 0,
        }
    }

    fn slot(&self, n: u64) -> &AtomicU64 {
        let length = self.sent_at.len() as u64;
        &self.sent_at[usize::try_from(n % length).unwrap_or_default()]
    }

    /// Returns the number of the next message.
    pub(super) fn next(&self) -> u64 {
        *self.next.borrow()
    }

    /// Returns the messages of a flood in one frame.
    pub(super) fn flood(&self) -> Option<u64> {
        match self.pace {
            Pace::Flood(batch) => Some(batch),
            Pace::Idle | Pace::Rate(_) => None,
        }
    }

    /// Takes the next numbers of a flood.
    pub(super) fn take(&self, count: u64) -> core::ops::Range<u64> {
        let mut first = 0;
        self.next.send_modify(|next| {
            first = *next;
            *next += count;
        });
        first..first + count
    }

    /// Waits for messages from `cursor` on.
    pub(super) async fn wait(&self, cursor: u64) {
        // The sender lives as long as this.
        let _ = self.next.subscribe().wait_for(|next| *next > cursor).await;
    }

    /// Appends the push of a message to a channel.
    pub(super) fn write(&self, out: &mut Vec<u8>, channel: &str, n: u64) {
        out.extend_from_slice(b"{\"channel\":\"");
        out.extend_from_slice(channel.as_bytes());
        out.extend_from_slice(b"\",\"data\":");
        self.template(n).write(out, self.numbers(n));
        out.extend_from_slice(b",\"clientId\":\"1lhg38m0sk6b63080mpc71r9d7q1\",\"id\":\"4u7n\",\"authenticated\":true}");
    }

    /// Returns a message as the REST API lists it.
    pub(super) fn row(&self, n: u64) -> String {
        self.template(n).row(self.numbers(n))
    }

    fn template(&self, n: u64) -> &Template {
        let length = self.templates.len() as u64;
        &self.templates[usize::try_from(n % length).unwrap_or_default()]
    }

    fn numbers(&self, n: u64) -> Numbers {
        Numbers {
            id: self.id(n),
            // Messages of a flood, and those before a restart, have no time of their own.
            received_at: self.slot(n).load(Ordering::Relaxed).max(self.begin),
        }
    }

    /// Returns the id of a message.
    pub(super) fn id(&self, n: u64) -> u64 {
        self.begin * 100 + n * self.step
    }

    /// Returns the number of the first message whose id is not smaller.
    pub(super) fn number(&self, id: u64) -> u64 {
        id.saturating_sub(self.begin * 100).div_ceil(self.step)
    }
}

const MICROS: u64 = 1_000_000;
