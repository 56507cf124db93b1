//! Everything but handshake and connect: how commands are written, and how each settles exactly once.

mod queue;

use alloc::vec::Vec;

pub(super) use self::queue::Requests;
use self::queue::{Command, InFlight, What};
use super::{
    Session, Stage,
    recovery::asked_wait,
    subscriptions::{Need, Wire},
};
use crate::{
    Action, BayeuxId, Cause, Channel, Exchange, Extension, Instant, LaneId, Message, Outcome,
    Outgoing, Reconnect, ServerError, SessionEvent, Timer, Transport, Unexpected, Verdict,
    encode::Batch,
};

impl Session {
    /// Writes as many waiting commands as fit one batch.
    pub(super) fn poll_requests(
        &mut self,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        if self.requests.queue.is_empty() || self.now < self.requests.not_before {
            return None;
        }
        let action = match self.carrier {
            Transport::WebSocket => Action::Send(self.open_socket_lane()?),
            // One ordinary exchange at a time: two connections per session are the limit.
            Transport::LongPolling if self.ordinary_in_flight() => return None,
            Transport::LongPolling => {
                Action::Exchange(LaneId(self.last_lane + 1), Exchange::Ordinary)
            }
        };
        let mut batch = Batch::new(out);
        let deadline = self.now + self.config.request_timeout;
        while batch.len() < self.config.max_batch
            && let Some(command) = self.requests.queue.pop_front()
        {
            let id = self.last_id + 1;
            if let Some(what) = self.write_command(command, id, &mut batch, ext) {
                self.last_id = id;
                self.requests.in_flight.push_back(InFlight {
                    id,
                    lane: action.lane(),
                    deadline,
                    what,
                });
            }
        }
        if !batch.finish() {
            return None;
        }
        if let Action::Exchange(lane, kind) = action {
            self.last_lane += 1;
            self.exchanges.push((lane, kind));
        }
        Some(action)
    }

    fn write_command(
        &mut self,
        command: Command,
        id: u64,
        batch: &mut Batch<'_>,
        ext: &mut impl Extension,
    ) -> Option<What> {
        match command {
            Command::Wish(channel) => {
                let wish = self.subscriptions.wish(&channel)?;
                wish.queued = false;
                match wish.need()? {
                    Need::Subscribe => {
                        wish.wire = Wire::Subscribing;
                        self.write_subscribe(&channel, id, batch, ext);
                        Some(What::Subscribe(channel))
                    }
                    Need::Unsubscribe => {
                        wish.wire = Wire::Unsubscribing;
                        batch
                            .item("/meta/unsubscribe", id)
                            .text("clientId", &self.client_id)
                            .text("subscription", channel.as_str())
                            .finish(ext, Outgoing::Unsubscribe(channel.as_str()));
                        Some(What::Unsubscribe(channel))
                    }
                }
            }
            Command::Publish {
                id: publish,
                channel,
                json,
                ..
            } => {
                batch
                    .item(channel.as_str(), id)
                    .text("clientId", &self.client_id)
                    .raw("data", &json)
                    .finish(ext, Outgoing::Publish(channel.as_str()));
                Some(What::Publish(publish, channel))
            }
            Command::Probe(channel) => {
                self.write_subscribe(&channel, id, batch, ext);
                Some(What::Probe(channel))
            }
            Command::Disconnect => {
                batch
                    .item("/meta/disconnect", id)
                    .text("clientId", &self.client_id)
                    .finish(ext, Outgoing::Disconnect);
                Some(What::Disconnect)
            }
        }
    }

    fn write_subscribe(
        &self,
        channel: &Channel,
        id: u64,
        batch: &mut Batch<'_>,
        ext: &mut impl Extension,
    ) {
        batch
            .item("/meta/subscribe", id)
            .text("clientId", &self.client_id)
            .text("subscription", channel.as_str())
            .finish(ext, Outgoing::Subscribe(channel.as_str()));
    }

    /// A reply to something other than handshake and connect.
    pub(super) fn handle_reply(&mut self, message: &Message<'_>) -> Verdict {
        let Some(index) = self.matching_request(message) else {
            return self.handle_unmatched(message);
        };
        let Some(request) = self.requests.take(index) else {
            return Verdict::Unexpected(Unexpected::UnexpectedReply);
        };
        self.requests.failures = 0;
        if let Some(advice) = &message.advice {
            self.advised.merge(advice);
        }
        let result = match message.successful {
            Some(true) => Ok(()),
            _ => Err(self.server_error(message)),
        };
        let lost = result
            .as_ref()
            .err()
            .filter(|error| error.is_unknown_client() || advises(message, Reconnect::Handshake));
        if lost.is_some() && !matches!(request.what, What::Disconnect) {
            // A subscribe goes on to the next session; only a publish is settled by this.
            if let (What::Publish(id, _), Err(error)) = (request.what, result) {
                self.events
                    .push_back(SessionEvent::Published(id, Outcome::Refused(error)));
            }
            self.lose_session(Cause::SessionLost);
            return Verdict::Handled;
        }
        self.settle(request.what, result);
        if advises(message, Reconnect::None) && self.stage == Stage::Live {
            self.stopped(message);
        }
        Verdict::Handled
    }

    fn handle_unmatched(&mut self, message: &Message<'_>) -> Verdict {
        if message.channel == "/meta/disconnect" {
            // The server ends the session of its own accord.
            if let Some(advice) = &message.advice {
                self.advised.merge(advice);
            }
            if advises(message, Reconnect::None) || advises(message, Reconnect::Unknown) {
                self.stopped(message);
            } else {
                self.lose_session(Cause::SessionLost);
            }
            return Verdict::Handled;
        }
        if message.has_data && !message.channel.starts_with("/meta/") {
            return self.handle_event(message);
        }
        Verdict::Unexpected(Unexpected::UnexpectedReply)
    }

    fn matching_request(&self, message: &Message<'_>) -> Option<usize> {
        message.successful?;
        let mut fitting = self
            .requests
            .in_flight
            .iter()
            .enumerate()
            .filter(|(_, request)| {
                let (channel, subscription) = request.what.reply();
                let same_subscription = match (message.id, message.subscription) {
                    (None, Some(said)) => subscription == Some(said),
                    _ => true,
                };
                channel == message.channel
                    && same_subscription
                    && message.id.is_none_or(|id| id.number() == Some(request.id))
            });
        let (index, _) = fitting.next()?;
        // Without an id only a lone candidate is certain.
        (message.id.is_some() || fitting.next().is_none()).then_some(index)
    }

    fn settle(&mut self, what: What, result: Result<(), ServerError>) {
        match what {
            What::Subscribe(channel) => self.settle_subscribe(channel, &result),
            What::Unsubscribe(channel) => {
                // Refused or not: what the server still sends finds no recipient.
                if let Some(wish) = self.subscriptions.wish(&channel) {
                    wish.wire = Wire::Absent;
                }
                self.remind(channel);
            }
            What::Publish(id, _) => {
                let outcome = result.map_or_else(Outcome::Refused, |()| Outcome::Accepted);
                self.events.push_back(SessionEvent::Published(id, outcome));
            }
            What::Probe(channel) => {
                self.probe_answered();
                if result.is_err() {
                    self.settle_subscribe(channel, &result);
                }
            }
            What::Disconnect => self.finish(crate::End::Requested),
        }
    }

    fn settle_subscribe(&mut self, channel: Channel, result: &Result<(), ServerError>) {
        let Some(wish) = self.subscriptions.wish(&channel) else {
            return;
        };
        wish.wire = if result.is_ok() {
            Wire::Active
        } else {
            Wire::Refused
        };
        for interest in wish.interests() {
            self.events.push_back(match result {
                Ok(()) => SessionEvent::Subscribed(*interest),
                Err(error) => SessionEvent::Refused(*interest, error.clone()),
            });
        }
        self.remind(channel);
    }

    /// Queues a look at a wish whose state on the wire changed, or forgets it when it is done.
    pub(super) fn remind(&mut self, channel: Channel) {
        let Some(wish) = self.subscriptions.wish(&channel) else {
            return;
        };
        let wanted = wish.need().is_some() && !matches!(self.stage, Stage::Closing { .. });
        if wanted && !wish.queued {
            wish.queued = true;
            self.requests.wish(channel);
        } else if !wanted && self.subscriptions.forget_if_done(&channel) {
            self.requests.forget(&channel);
        }
    }

    /// A lane ended: what was in flight on it will not be answered any more.
    pub(super) fn requests_lost(&mut self, lane: LaneId, cause: &Cause) {
        let mut lost = false;
        while let Some(index) = self.requests.in_flight.iter().position(|r| r.lane == lane) {
            if let Some(request) = self.requests.take(index) {
                lost = true;
                self.unanswered(request.what);
            }
        }
        if lost {
            let delay = crate::backoff::delay(&self.config, self.requests.failures, &mut self.rng);
            self.requests.failures = self.requests.failures.saturating_add(1);
            let wait = asked_wait(cause).unwrap_or_default();
            self.requests.not_before = self.now + delay.max(wait);
        }
    }

    /// Settles requests whose time is over, up to the first that makes its lane doubtful.
    pub(super) fn requests_overdue(&mut self) -> Option<(LaneId, Timer)> {
        while self.requests.in_flight.front()?.deadline <= self.now {
            let request = self.requests.take(0)?;
            let timer = match request.what {
                // A server need not answer a publish (Bayeux specification, "Publish response"),
                // but an exchange has to end.
                What::Publish(..) if self.open_socket_lane() == Some(request.lane) => None,
                What::Probe(_) => Some(Timer::Probe),
                _ => Some(Timer::Request),
            };
            self.unanswered(request.what);
            if let Some(timer) = timer {
                return Some((request.lane, timer));
            }
        }
        None
    }

    /// Publishes that have waited too long for a session.
    pub(super) fn queue_overdue(&mut self) {
        let now = self.now;
        let (queue, events) = (&mut self.requests.queue, &mut self.events);
        let before = queue.len();
        queue.retain(|command| match command {
            Command::Publish {
                id,
                until: Some(until),
                ..
            } if *until <= now => {
                events.push_back(SessionEvent::Published(*id, Outcome::Cancelled));
                false
            }
            _ => true,
        });
        self.requests.publishes -= before - queue.len();
    }

    fn unanswered(&mut self, what: What) {
        match what {
            What::Publish(id, _) => self
                .events
                .push_back(SessionEvent::Published(id, Outcome::Unknown)),
            What::Subscribe(channel) | What::Unsubscribe(channel) => {
                if let Some(wish) = self.subscriptions.wish(&channel) {
                    wish.wire = Wire::Doubtful;
                }
                self.remind(channel);
            }
            What::Probe(_) | What::Disconnect => {}
        }
    }

    /// The session is gone: nothing in flight belongs to anybody, and all channels are to be
    /// subscribed again before anything else is sent.
    pub(super) fn requests_reset(&mut self) {
        while let Some(request) = self.requests.take(0) {
            if let What::Publish(id, _) = request.what {
                self.events
                    .push_back(SessionEvent::Published(id, Outcome::Unknown));
            }
        }
        self.requests
            .queue
            .retain(|command| matches!(command, Command::Publish { .. }));
        for channel in self.subscriptions.reset().into_iter().rev() {
            self.requests.queue.push_front(Command::Wish(channel));
        }
        self.requests.not_before = Instant::ORIGIN;
        self.requests.failures = 0;
    }

    /// The end: what waits was never sent.
    pub(super) fn requests_cancelled(&mut self) {
        self.requests_reset();
        for command in core::mem::take(&mut self.requests.queue) {
            match command {
                Command::Publish { id, .. } => {
                    self.events
                        .push_back(SessionEvent::Published(id, Outcome::Cancelled));
                }
                Command::Wish(channel) => self.requests.queue.push_back(Command::Wish(channel)),
                Command::Probe(_) | Command::Disconnect => {}
            }
        }
        self.requests.publishes = 0;
    }

    pub(super) fn server_error(&self, message: &Message<'_>) -> ServerError {
        ServerError::parse(message.error.unwrap_or_default()).without(&self.client_id)
    }
}

/// Whether the message carries this advice.
pub(super) fn advises(message: &Message<'_>, reconnect: Reconnect) -> bool {
    message.advice.and_then(|advice| advice.reconnect) == Some(reconnect)
}

/// Whether a reply with this id answers the request called `id`; a reply without one answers the
/// only request of its kind.
pub(super) fn answers(reply: Option<BayeuxId<'_>>, id: u64) -> bool {
    reply.is_none_or(|reply| reply.number() == Some(id))
}
