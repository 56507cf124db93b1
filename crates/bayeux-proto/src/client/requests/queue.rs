//! Queue of commands, and requests in flight.

use alloc::{borrow::ToOwned, collections::VecDeque, string::String};

use crate::client::{answer_deadline::AnswerDeadline, calls::Calls};
use crate::{
    Channel, Extension, Instant, LaneId, Message, Outgoing, PublishId, Timer, encode::Batch,
};

/// Commands in the order in which they were queued, and requests that wait for their replies.
#[derive(Debug, Default)]
pub(in crate::client) struct Requests {
    pub(super) queue: VecDeque<Command>,
    /// Ordered by deadline: every request has the same timeout, and a deadline that moves is put
    /// into its place.
    pub(super) in_flight: VecDeque<InFlight>,
    pub(super) publishes: usize,
    pub(in crate::client) calls: Calls,
    /// Latest publishes that have settled and are no calls, for answers that follow their reply.
    settled: VecDeque<(u64, PublishId, Channel)>,
    /// Number of publishes at the end of the queue that have no deadline yet.
    without_deadline: usize,
    last_publish: u64,
    /// Earliest instant of the next write, after an exchange with requests failed.
    pub(super) not_before: Instant,
    /// Time of the first of the consecutive exchanges that failed.
    pub(super) failing_since: Option<Instant>,
}

#[derive(Debug)]
pub(super) enum Command {
    /// Sends the request that the state of this channel needs, if any.
    SyncSubscription(Channel),
    Publish {
        id: PublishId,
        channel: Channel,
        json: String,
        /// `None` until the driver next passes the time.
        deadline: Option<Instant>,
    },
    /// Repeats a confirmed subscription, to check that the session is alive.
    Probe(Channel),
    Disconnect,
}

#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) id: u64,
    pub(super) lane: LaneId,
    pub(super) deadline: AnswerDeadline,
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
    /// Returns the channel of the reply, and its `subscription`.
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

    /// Writes the request; `json` is the payload of a publish.
    pub(super) fn write(
        &self,
        json: &str,
        id: u64,
        client_id: &str,
        batch: &mut Batch<'_>,
        ext: &mut impl Extension,
    ) {
        let (channel, subscription) = self.reply();
        let mut item = batch.item(channel, id).text("clientId", client_id);
        if let Some(subscription) = subscription {
            item = item.text("subscription", subscription);
        }
        if let Self::Publish(..) = self {
            item = item.raw("data", json);
        }
        item.finish(ext, self.outgoing());
    }

    fn outgoing(&self) -> Outgoing<'_> {
        match self {
            Self::Subscribe(channel) | Self::Probe(channel) => {
                Outgoing::Subscribe(channel.as_str())
            }
            Self::Unsubscribe(channel) => Outgoing::Unsubscribe(channel.as_str()),
            Self::Publish(_, channel) => Outgoing::Publish(channel.as_str()),
            Self::Disconnect => Outgoing::Disconnect,
        }
    }
}

impl Requests {
    pub(in crate::client) fn queue_sync(&mut self, channel: Channel) {
        self.queue.push_back(Command::SyncSubscription(channel));
    }

    /// Removes the queued synchronisation of this channel.
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

    /// Sets the deadline of publishes queued since the last call.
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

    /// Returns the number of commands that wait to be written.
    pub(in crate::client) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Returns the number of requests that wait for their replies.
    pub(in crate::client) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Returns the number of publishes queued or in flight.
    pub(in crate::client) fn publishes(&self) -> usize {
        self.publishes
    }

    /// Returns the deadlines of the oldest request in flight and of the oldest queued publish.
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
            (flight.map(|request| request.deadline.at()), why),
            (waiting, Timer::Request),
        ]
    }

    /// Returns when the queue may be written again, if a failure delays it.
    pub(in crate::client) fn due(&self) -> Option<Instant> {
        (!self.queue.is_empty()).then_some(self.not_before)
    }

    pub(super) fn take(&mut self, index: usize) -> Option<InFlight> {
        let request = self.in_flight.remove(index)?;
        if let RequestKind::Publish(publish, channel) = &request.kind {
            self.publishes -= 1;
            if !self.calls.settled(request.id, *publish, channel) {
                if self.settled.len() == MAX_SETTLED {
                    self.settled.pop_front();
                }
                self.settled
                    .push_back((request.id, *publish, channel.clone()));
            }
        }
        Some(request)
    }

    /// Returns the publish that a message with `data` answers, by its id and channel.
    pub(in crate::client) fn answered_publish(&self, message: &Message<'_>) -> Option<PublishId> {
        let id = message.id?.number()?;
        let in_flight = self.in_flight.iter().filter_map(|request| {
            let RequestKind::Publish(publish, channel) = &request.kind else {
                return None;
            };
            Some((request.id, *publish, channel))
        });
        let settled = self.settled.iter().rev();
        let call = self.calls.find(id);
        settled
            .map(|(id, publish, channel)| (*id, *publish, channel))
            .chain(call.map(|(publish, channel)| (id, publish, channel)))
            .chain(in_flight)
            .find(|(sent, _, channel)| *sent == id && channel.as_str() == message.channel)
            .map(|(_, publish, _)| publish)
    }
}

/// Number of settled publishes whose answers are still recognised.
const MAX_SETTLED: usize = 64;
