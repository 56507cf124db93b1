//! What waits and what is in flight.

use alloc::{borrow::ToOwned, collections::VecDeque, string::String};

use crate::{Channel, Instant, LaneId, PublishId, Timer};

/// What waits to be written, in the order it was asked for, and what has been written.
#[derive(Debug, Default)]
pub(in crate::client) struct Requests {
    pub(super) queue: VecDeque<Command>,
    /// Ordered by deadline, because every request gets the same time.
    pub(super) in_flight: VecDeque<InFlight>,
    pub(super) publishes: usize,
    /// Publishes whose time does not count yet; the latest ones in the queue.
    without_deadline: usize,
    last_publish: u64,
    /// Nothing is written before, after a request failed with its exchange.
    pub(super) not_before: Instant,
    pub(super) failures: u32,
}

#[derive(Debug)]
pub(super) enum Command {
    /// Look at the wish of this channel, and send what it needs.
    SyncSubscription(Channel),
    Publish {
        id: PublishId,
        channel: Channel,
        json: String,
        /// Unknown until the driver says what time it is.
        deadline: Option<Instant>,
    },
    /// Ask for a subscription that is held already, to see whether the session is alive.
    Probe(Channel),
    Disconnect,
}

#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) id: u64,
    pub(super) lane: LaneId,
    pub(super) deadline: Instant,
    pub(super) kind: RequestKind,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum RequestKind {
    Subscribe(Channel),
    Unsubscribe(Channel),
    Publish(PublishId, Channel),
    Probe(Channel),
    Disconnect,
}

impl RequestKind {
    /// The channel of the reply, and the `subscription` in it.
    pub(super) fn reply(&self) -> (&str, Option<&str>) {
        match self {
            Self::Subscribe(channel) | Self::Probe(channel) => {
                ("/meta/subscribe", Some(channel.as_str()))
            }
            Self::Unsubscribe(channel) => ("/meta/unsubscribe", Some(channel.as_str())),
            Self::Publish(_, channel) => (channel.as_str(), None),
            Self::Disconnect => ("/meta/disconnect", None),
        }
    }
}

impl Requests {
    pub(in crate::client) fn queue_sync(&mut self, channel: Channel) {
        self.queue.push_back(Command::SyncSubscription(channel));
    }

    /// Nobody is to look at this wish any more.
    pub(super) fn drop_queued_sync(&mut self, channel: &Channel) {
        self.queue.retain(
            |command| !matches!(command, Command::SyncSubscription(queued) if queued == channel),
        );
    }

    pub(in crate::client) fn publish(&mut self, channel: &Channel, json: &str) -> PublishId {
        self.publishes += 1;
        self.without_deadline += 1;
        self.last_publish += 1;
        let id = PublishId(self.last_publish);
        let json = json.to_owned();
        self.queue.push_back(Command::Publish {
            id,
            channel: channel.clone(),
            json,
            deadline: None,
        });
        id
    }

    /// The publishes that have come since the last time may wait until then.
    pub(in crate::client) fn start_clocks(&mut self, end: Instant) {
        let mut queue = self.queue.iter_mut().rev();
        while self.without_deadline > 0
            && let Some(command) = queue.next()
        {
            if let Command::Publish { deadline, .. } = command {
                *deadline = Some(end);
                self.without_deadline -= 1;
            }
        }
        self.without_deadline = 0;
    }

    pub(in crate::client) fn disconnect(&mut self) {
        self.queue.push_back(Command::Disconnect);
    }

    pub(in crate::client) fn probe(&mut self, channel: Channel) {
        self.queue.push_front(Command::Probe(channel));
    }

    /// Commands that wait to be written.
    pub(in crate::client) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Requests that wait for their replies.
    pub(in crate::client) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Publishes that wait or are in flight.
    pub(in crate::client) fn publishes(&self) -> usize {
        self.publishes
    }

    /// When the oldest request in flight, or waiting publish, runs out of time.
    pub(in crate::client) fn deadlines(&self, now: Instant) -> [(Option<Instant>, Timer); 2] {
        let flight = self.in_flight.front();
        let why = match flight.map(|request| &request.kind) {
            Some(RequestKind::Probe(_)) => Timer::Probe,
            _ => Timer::Request,
        };
        let waiting = self.queue.iter().find_map(|command| match command {
            Command::Publish { deadline, .. } => Some(deadline.unwrap_or(now)),
            _ => None,
        });
        [
            (flight.map(|request| request.deadline), why),
            (waiting, Timer::Request),
        ]
    }

    /// When the queue may be written again, if a failure holds it up.
    pub(in crate::client) fn due(&self) -> Option<Instant> {
        (!self.queue.is_empty()).then_some(self.not_before)
    }

    pub(super) fn take(&mut self, index: usize) -> Option<InFlight> {
        let request = self.in_flight.remove(index)?;
        if matches!(request.kind, RequestKind::Publish(..)) {
            self.publishes -= 1;
        }
        Some(request)
    }
}
