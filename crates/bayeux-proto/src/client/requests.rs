//! Subscribe, unsubscribe, publish, probe and disconnect: written in batches, each settled exactly
//! once.

mod queue;

use alloc::{string::String, vec::Vec};

pub(super) use self::queue::Requests;
use self::queue::{Command, InFlight, RequestKind};
use super::{
    Session, Stage,
    recovery::retry_after,
    retry::RetrySchedule,
    subscriptions::{PendingRequest, WireState},
};
use crate::{
    Action, BayeuxId, Cause, Channel, Close, Exchange, Extension, Instant, LaneId, Message,
    Outcome, PublishId, Reconnect, RetryRefused, ServerError, SessionEvent, Timer, Transport,
    Unexpected, Verdict, encode::Batch,
};

impl Session {
    /// Writes as many queued commands as fit into one batch.
    pub(super) fn poll_requests(
        &mut self,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        if self.requests.queue.is_empty() || self.cx.now < self.requests.not_before {
            return None;
        }
        let action = match self.cx.transport {
            Transport::WebSocket => Action::Send(self.open_socket_lane()?),
            // One ordinary exchange at a time, because a session may use two connections at most.
            Transport::LongPolling if self.lanes.has_ordinary() => return None,
            Transport::LongPolling => Action::Exchange(self.lanes.next(), Exchange::Ordinary),
        };
        let mut batch = Batch::new(out);
        let deadline = self.cx.answer_within(self.cx.config.request_timeout);
        while batch.len() < self.cx.config.max_batch
            && let Some(command) = self.requests.queue.pop_front()
        {
            if let Some((kind, json)) = self.request_of(command) {
                let id = self.cx.next_id();
                kind.write(&json, id, &self.cx.client_id, &mut batch, ext);
                self.requests.in_flight.push_back(InFlight {
                    id,
                    lane: action.lane(),
                    deadline,
                    kind,
                });
            }
        }
        if !batch.finish() {
            return None;
        }
        Some(match action {
            Action::Exchange(_, kind) => self.lanes.open(kind),
            action => action,
        })
    }

    /// Turns a command into its request and the payload of a publish; `None` if the state of its
    /// channel needs no request any more.
    fn request_of(&mut self, command: Command) -> Option<(RequestKind, String)> {
        let kind = match command {
            Command::SyncSubscription(channel) => {
                let state = self.subscriptions.state_mut(&channel)?;
                state.queued = false;
                match state.pending_request()? {
                    PendingRequest::Subscribe => {
                        state.wire = WireState::Subscribing;
                        RequestKind::Subscribe(channel)
                    }
                    PendingRequest::Unsubscribe => {
                        state.wire = WireState::Unsubscribing;
                        state.must_leave = false;
                        RequestKind::Unsubscribe(channel)
                    }
                }
            }
            Command::Publish {
                id, channel, json, ..
            } => return Some((RequestKind::Publish(id, channel), json)),
            Command::Probe(channel) => RequestKind::Probe(channel),
            Command::Disconnect => RequestKind::Disconnect,
        };
        Some((kind, String::new()))
    }

    /// Handles a reply other than to a handshake or connect.
    pub(super) fn handle_reply(&mut self, message: &Message<'_>) -> Verdict {
        let Some(index) = self.matching_request(message) else {
            return self.handle_unmatched(message);
        };
        let Some(request) = self.requests.take(index) else {
            return Verdict::Unexpected(Unexpected::UnexpectedReply);
        };
        self.requests.failing_since = None;
        self.cx.merge_advice(message.advice.as_ref());
        let result = match message.successful {
            Some(true) => Ok(()),
            _ => Err(self.cx.server_error(message)),
        };
        let is_unknown = result.as_ref().is_err_and(ServerError::is_unknown_client);
        let is_lost = is_unknown || result.is_err() && advises(message, Reconnect::Handshake);
        let stops = advises(message, Reconnect::None) || advises(message, Reconnect::Unknown);
        let is_replaced = is_lost && (!stops || self.cx.config.replace_lost_session);
        if is_replaced && !matches!(request.kind, RequestKind::Disconnect) {
            // A subscribe is repeated in the next session; a publish is settled here.
            if let (RequestKind::Publish(id, _), Err(error)) = (request.kind, result) {
                self.publish_settled(id, Outcome::Refused(error));
            }
            self.lose_session(Cause::SessionLost);
            return Verdict::Handled;
        }
        self.settle(request.kind, result);
        if stops && self.stage == Stage::Live {
            self.end_by_advice(message);
        }
        Verdict::Handled
    }

    fn handle_unmatched(&mut self, message: &Message<'_>) -> Verdict {
        if message.channel == "/meta/disconnect" {
            // The server ended the session on its own.
            self.cx.merge_advice(message.advice.as_ref());
            let stop = advises(message, Reconnect::None) || advises(message, Reconnect::Unknown);
            if stop && !self.cx.config.replace_lost_session {
                self.end_by_advice(message);
            } else {
                self.lose_session(Cause::SessionLost);
            }
            return Verdict::Handled;
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
                let (channel, subscription) = request.kind.reply();
                let same_subscription = match (message.id, message.subscription) {
                    (None, Some(echoed)) => subscription == Some(echoed),
                    _ => true,
                };
                channel == message.channel
                    && same_subscription
                    && message.id.is_none_or(|id| id.number() == Some(request.id))
            });
        let (index, _) = fitting.next()?;
        // Without an id, only a single candidate is certain.
        (message.id.is_some() || fitting.next().is_none()).then_some(index)
    }

    fn settle(&mut self, kind: RequestKind, result: Result<(), ServerError>) {
        match kind {
            RequestKind::Subscribe(channel) => self.settle_subscribe(channel, &result),
            RequestKind::Unsubscribe(channel) => {
                // Refused or not: events that the server still sends match no subscription.
                if let Some(state) = self.subscriptions.state_mut(&channel) {
                    state.left();
                }
                self.sync_subscription(channel);
            }
            RequestKind::Publish(id, _) => {
                let outcome = result.map_or_else(Outcome::Refused, |()| Outcome::Accepted);
                self.publish_settled(id, outcome);
            }
            RequestKind::Probe(channel) => {
                self.probe_answered();
                if result.is_err() {
                    self.settle_subscribe(channel, &result);
                }
            }
            RequestKind::Disconnect => self.finish(crate::End::Requested),
        }
    }

    fn settle_subscribe(&mut self, channel: Channel, result: &Result<(), ServerError>) {
        let Some(state) = self.subscriptions.state_mut(&channel) else {
            return;
        };
        match result {
            Ok(()) => state.accepted(),
            Err(error) => {
                let refused_since = state.refused(self.cx.now);
                let retries = match self.cx.config.retry_refused {
                    RetryRefused::Never => false,
                    RetryRefused::Busy => error.is_temporary(),
                    RetryRefused::Always => true,
                };
                if retries {
                    let cause = Cause::Refused(error.clone());
                    let schedule = RetrySchedule::new(&self.cx.config, &cause);
                    let delay = schedule.delay(self.cx.now - refused_since, &mut self.cx.jitter);
                    self.subscriptions.retry(&channel, self.cx.now + delay);
                }
            }
        }
        let Some(state) = self.subscriptions.state_mut(&channel) else {
            return;
        };
        for subscriber in state.subscribers() {
            self.cx.emit(match result {
                Ok(()) => SessionEvent::Subscribed(*subscriber),
                Err(error) => SessionEvent::Refused(*subscriber, error.clone()),
            });
        }
        self.sync_subscription(channel);
    }

    /// Queues a synchronisation if the channel needs a request, or removes its state if it is
    /// unused.
    pub(super) fn sync_subscription(&mut self, channel: Channel) {
        let Some(state) = self.subscriptions.state_mut(&channel) else {
            return;
        };
        let left = state.take_left();
        for id in left {
            self.cx.emit(SessionEvent::Unsubscribed(id));
        }
        let wanted =
            state.pending_request().is_some() && !matches!(self.stage, Stage::Closing { .. });
        if wanted && !state.queued {
            state.queued = true;
            self.requests.queue_sync(channel);
        } else if !wanted && self.subscriptions.remove_if_unused(&channel) {
            self.requests.drop_queued_sync(&channel);
        }
    }

    /// Requests refused subscriptions again whose time has come.
    pub(super) fn refusals_overdue(&mut self) {
        if self.stage == Stage::Live {
            for channel in self.subscriptions.take_retries(self.cx.now) {
                self.sync_subscription(channel);
            }
        }
    }

    /// Settles the requests in flight on a lane that ended.
    pub(super) fn requests_lost(&mut self, lane: LaneId, cause: &Cause) {
        // A response without a reply to a publish is legal (Bayeux specification, "Publish
        // response"), and no reason to wait before the next one.
        let is_complete = *cause == Cause::Lane(Close::Complete);
        let mut lost = false;
        while let Some(index) = self.requests.in_flight.iter().position(|r| r.lane == lane) {
            if let Some(request) = self.requests.take(index) {
                let is_publish = matches!(request.kind, RequestKind::Publish(..));
                lost |= !(is_complete && is_publish);
                match (request.kind, http_refusal(cause)) {
                    (RequestKind::Publish(id, _), Some(error)) => {
                        self.publish_settled(id, Outcome::Refused(error));
                    }
                    (kind, _) => self.settle_unanswered(kind),
                }
            }
        }
        if lost {
            // An earlier loss whose delay is long over says nothing about the network of today.
            let is_stale = self.cx.now > self.requests.not_before + self.cx.config.backoff_cap;
            let failing_since = self.requests.failing_since.filter(|_| !is_stale);
            let delay = match failing_since {
                None => {
                    self.requests.failing_since = Some(self.cx.now);
                    RetrySchedule::first_delay(&mut self.cx.jitter)
                }
                Some(since) => {
                    let schedule = RetrySchedule::new(&self.cx.config, cause);
                    schedule.delay(self.cx.now - since, &mut self.cx.jitter)
                }
            };
            let wait = retry_after(cause).unwrap_or_default();
            self.requests.not_before = self.cx.now + delay.max(wait);
        }
    }

    /// Settles overdue requests, up to the first that makes its lane suspect.
    pub(super) fn requests_overdue(&mut self) -> Option<(LaneId, Timer)> {
        while let Some(index) = self.next_overdue() {
            let request = self.requests.take(index)?;
            let timer = match request.kind {
                // A server need not answer a publish (Bayeux specification, "Publish response"),
                // but an exchange has to end.
                RequestKind::Publish(..) if self.open_socket_lane() == Some(request.lane) => None,
                RequestKind::Probe(_) => Some(Timer::Probe),
                _ => Some(Timer::Request),
            };
            self.settle_unanswered(request.kind);
            if let Some(timer) = timer {
                return Some((request.lane, timer));
            }
        }
        None
    }

    /// Returns the index of the first overdue request. Deadlines of requests whose lane still
    /// receives bytes are moved.
    fn next_overdue(&mut self) -> Option<usize> {
        let due = |request: &InFlight, now| request.deadline.at() <= now;
        if !due(self.requests.in_flight.front()?, self.cx.now) {
            return None;
        }
        let allowance = self.cx.config.request_timeout;
        let mut overdue = None;
        for index in 0..self.requests.in_flight.len() {
            let lane = self.requests.in_flight.get(index)?.lane;
            let last_bytes = self.last_bytes(lane);
            let request = self.requests.in_flight.get_mut(index)?;
            if request.deadline.is_over(self.cx.now, last_bytes, allowance) && overdue.is_none() {
                overdue = Some(index);
            }
        }
        if overdue.is_none() {
            let requests = self.requests.in_flight.make_contiguous();
            requests.sort_by_key(|request| request.deadline.at());
        }
        overdue
    }

    /// Cancels publishes that waited longer than
    /// [`Config::queue_timeout`](crate::Config::queue_timeout).
    pub(super) fn queue_overdue(&mut self) {
        let now = self.cx.now;
        let is_overdue = |command: &Command| match command {
            Command::Publish {
                id,
                deadline: Some(deadline),
                ..
            } if *deadline <= now => Some(*id),
            _ => None,
        };
        let queue = &mut self.requests.queue;
        let overdue: Vec<PublishId> = queue.iter().filter_map(is_overdue).collect();
        if overdue.is_empty() {
            return;
        }
        queue.retain(|command| is_overdue(command).is_none());
        self.requests.publishes -= overdue.len();
        for id in overdue {
            self.publish_settled(id, Outcome::Cancelled);
        }
    }

    fn settle_unanswered(&mut self, kind: RequestKind) {
        match kind {
            RequestKind::Publish(id, _) => self.publish_settled(id, Outcome::Unknown),
            RequestKind::Subscribe(channel) | RequestKind::Unsubscribe(channel) => {
                if let Some(state) = self.subscriptions.state_mut(&channel) {
                    state.wire = WireState::Unknown;
                }
                self.sync_subscription(channel);
            }
            RequestKind::Probe(_) | RequestKind::Disconnect => {}
        }
    }

    /// Settles what is in flight in a lost session, and queues all subscriptions in front of
    /// everything else for the next one.
    pub(super) fn requests_reset(&mut self) {
        while let Some(request) = self.requests.take(0) {
            if let RequestKind::Publish(id, _) = request.kind {
                self.publish_settled(id, Outcome::Unknown);
            }
        }
        self.requests.calls.end_session();
        self.requests
            .queue
            .retain(|command| matches!(command, Command::Publish { .. }));
        let left = self.subscriptions.take_left();
        for id in left {
            self.cx.emit(SessionEvent::Unsubscribed(id));
        }
        for channel in self.subscriptions.reset().into_iter().rev() {
            self.requests
                .queue
                .push_front(Command::SyncSubscription(channel));
        }
        self.requests.not_before = Instant::ORIGIN;
        self.requests.failing_since = None;
    }

    /// Cancels all queued publishes at the end of the session.
    pub(super) fn requests_cancelled(&mut self) {
        self.requests_reset();
        for command in core::mem::take(&mut self.requests.queue) {
            match command {
                Command::Publish { id, .. } => self.publish_settled(id, Outcome::Cancelled),
                Command::SyncSubscription(channel) => self
                    .requests
                    .queue
                    .push_back(Command::SyncSubscription(channel)),
                Command::Probe(_) | Command::Disconnect => {}
            }
        }
        self.requests.publishes = 0;
    }
}

/// Returns the error of requests that the HTTP endpoint refused to take.
fn http_refusal(cause: &Cause) -> Option<ServerError> {
    let &Cause::Lane(Close::Status {
        status: status @ (401 | 403),
        ..
    }) = cause
    else {
        return None;
    };
    let mut error = ServerError::parse("the HTTP endpoint refused the request");
    error.code = Some(status);
    Some(error)
}

/// Returns whether the message carries this `reconnect` advice.
pub(super) fn advises(message: &Message<'_>, reconnect: Reconnect) -> bool {
    message.advice.and_then(|advice| advice.reconnect) == Some(reconnect)
}

/// Returns whether a reply with this id answers the request with `id`; a reply without an id
/// answers the only request of its kind.
pub(super) fn answers(reply: Option<BayeuxId<'_>>, id: u64) -> bool {
    reply.is_none_or(|reply| reply.number() == Some(id))
}
