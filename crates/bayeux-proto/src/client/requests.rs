//! Subscribe, unsubscribe, publish, probe and disconnect: written in batches, each settled exactly
//! once.

mod answers;
mod failure_delay;
mod in_flight;
mod queue;
mod replies;
mod request;
mod subscribing;

use alloc::vec::Vec;

use self::{
    answers::Answers,
    failure_delay::FailureDelay,
    in_flight::{InFlight, Sent},
    queue::Queue,
    request::Request,
};
use super::{context::Context, subscriptions::Subscriptions};
use crate::{
    Cause, Channel, Close, Extension, Instant, LaneId, Misuse, Outcome, PublishId, ServerError,
    SessionEvent, Timer, encode::Batch,
};

/// Commands in the order in which they were queued, and requests that wait for their replies. Emits
/// the event `Published`.
#[derive(Debug, Default)]
pub(super) struct Requests {
    queue: Queue,
    in_flight: InFlight,
    answers: Answers,
    failure_delay: FailureDelay,
    subscriptions: Subscriptions,
    /// Number of publishes queued or in flight.
    publishes: usize,
    /// Whether `/meta/disconnect` is queued or in flight: no subscription is changed any more.
    is_closing: bool,
}

/// Commands.
impl Requests {
    /// Returns whether the limit allows another publish.
    pub(super) fn has_room(&self, cx: &Context) -> bool {
        self.publishes < cx.config.max_requests
    }

    pub(super) fn publish(
        &mut self,
        cx: &Context,
        channel: &Channel,
        json: &str,
    ) -> Result<PublishId, Misuse> {
        if !self.has_room(cx) {
            let limit = cx.config.max_requests;
            return Err(Misuse::QueueFull { limit });
        }
        if json.len() > cx.config.max_payload {
            return Err(Misuse::PayloadTooLarge {
                size: json.len(),
                limit: cx.config.max_payload,
            });
        }
        self.publishes += 1;
        let deadline = cx.now + cx.config.queue_timeout;
        Ok(self.queue.publish(channel, json, deadline))
    }

    /// Returns the number of calls that have not ended.
    pub(super) fn calls(&self) -> usize {
        self.answers.awaited()
    }

    /// Awaits the answer of a publish for longer than its reply.
    pub(super) fn call(&mut self, publish: PublishId) {
        self.answers.call(publish);
    }

    pub(super) fn end_call(&mut self, publish: PublishId) {
        self.answers.end_call(publish);
    }

    /// Has the server asked whether it knows the session, by another subscribe to an active
    /// channel.
    pub(super) fn probe(&mut self, channel: Channel) {
        self.queue.probe(channel);
    }

    pub(super) fn disconnect(&mut self) {
        self.is_closing = true;
        self.queue.disconnect();
    }
}

/// Sending.
impl Requests {
    /// Returns whether a batch can be written.
    pub(super) fn are_due(&self, now: Instant) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// Returns when the queue may be written again, if a failure delays it; `None` while the queue
    /// is empty.
    pub(super) fn due(&self) -> Option<Instant> {
        (self.queue.len() > 0).then_some(self.failure_delay.not_before())
    }

    /// Writes as many queued commands as fit into one batch. Returns false if none of them needs a
    /// request any more.
    pub(super) fn write(
        &mut self,
        cx: &mut Context,
        lane: LaneId,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> bool {
        let mut batch = Batch::new(out);
        let deadline = cx.answer_within(cx.config.request_timeout);
        while batch.len() < cx.config.max_batch
            && let Some(command) = self.queue.pop()
        {
            if let Some((request, json)) = command.into_request(&mut self.subscriptions) {
                let id = cx.next_id();
                request.write(&json, id, &cx.client_id, &mut batch, ext);
                self.in_flight.push(Sent {
                    id,
                    lane,
                    at: cx.now,
                    deadline,
                    request,
                });
            }
        }
        batch.finish()
    }
}

/// Requests without a reply.
impl Requests {
    /// Settles the requests in flight on a lane that ended.
    pub(super) fn lost(&mut self, cx: &mut Context, lane: LaneId, cause: &Cause) {
        // A response without a reply to a publish is legal (Bayeux specification, "Publish
        // response"), and no reason to wait before the next one.
        let is_complete = *cause == Cause::Lane(Close::Complete);
        let mut is_failure = false;
        while let Some(index) = self.in_flight.on(lane)
            && let Some(Sent { request, .. }) = self.take(index)
        {
            let is_publish = matches!(request, Request::Publish(..));
            is_failure |= !(is_complete && is_publish);
            match (request, http_refusal(cause)) {
                (Request::Publish(id, _), Some(error)) => {
                    self.publish_settled(cx, id, Outcome::Refused(error));
                }
                (request, _) => self.settle_unanswered(cx, request),
            }
        }
        if is_failure {
            self.failure_delay.failed(cx, cause);
        }
    }

    /// Settles overdue requests, up to the first that makes its lane suspect, which is returned.
    /// `open_socket` is the websocket, and `last_bytes` returns when bytes last arrived on a lane.
    pub(super) fn overdue(
        &mut self,
        cx: &mut Context,
        open_socket: Option<LaneId>,
        last_bytes: impl Fn(LaneId) -> Option<Instant>,
    ) -> Option<(LaneId, Timer)> {
        while let Some((index, lane)) = self.in_flight.overdue(cx, &last_bytes) {
            let request = self.take(index)?.request;
            let timer = match request {
                // A server need not answer a publish (Bayeux specification, "Publish response"),
                // but an exchange has to end.
                Request::Publish(..) if open_socket == Some(lane) => None,
                Request::Probe(_) => Some(Timer::Probe),
                _ => Some(Timer::Request),
            };
            self.settle_unanswered(cx, request);
            if let Some(timer) = timer {
                return Some((lane, timer));
            }
        }
        None
    }

    /// Cancels publishes that waited longer than
    /// [`Config::queue_timeout`](crate::Config::queue_timeout).
    pub(super) fn expire_queue(&mut self, cx: &mut Context) {
        let overdue = self.queue.take_overdue(cx.now);
        self.publishes -= overdue.len();
        for id in overdue {
            self.publish_settled(cx, id, Outcome::Cancelled);
        }
    }

    fn settle_unanswered(&mut self, cx: &mut Context, request: Request) {
        match request {
            Request::Publish(id, _) => self.publish_settled(cx, id, Outcome::Unknown),
            Request::Subscribe(channel) | Request::Unsubscribe(channel) => {
                if let Some(state) = self.subscriptions.state_mut(&channel) {
                    state.lost();
                }
                self.sync(cx, channel);
            }
            Request::Probe(_) | Request::Disconnect => {}
        }
    }

    /// Settles what is in flight in a lost session, and queues all subscriptions in front of
    /// everything else for the next one.
    pub(super) fn start_session(&mut self, cx: &mut Context) {
        while let Some(Sent { request, .. }) = self.take(0) {
            if let Request::Publish(id, _) = request {
                self.publish_settled(cx, id, Outcome::Unknown);
            }
        }
        self.answers.end_session();
        self.queue
            .start_session(self.subscriptions.start_session(cx));
        self.failure_delay = FailureDelay::default();
    }

    /// Cancels all queued publishes at the end of the session, and settles the others.
    pub(super) fn end_session(&mut self, cx: &mut Context) {
        self.start_session(cx);
        for id in self.queue.cancel_publishes() {
            self.publish_settled(cx, id, Outcome::Cancelled);
        }
        self.publishes = 0;
        self.is_closing = false;
    }

    fn take(&mut self, index: usize) -> Option<Sent> {
        let sent = self.in_flight.remove(index)?;
        if let Request::Publish(publish, channel) = &sent.request {
            self.publishes -= 1;
            self.answers.settled(sent.id, *publish, channel);
        }
        Some(sent)
    }

    fn publish_settled(&mut self, cx: &mut Context, publish: PublishId, outcome: Outcome) {
        if matches!(outcome, Outcome::Refused(_) | Outcome::Cancelled) {
            self.answers.end_call(publish);
        }
        cx.emit(SessionEvent::Published(publish, outcome));
    }
}

/// Queries.
impl Requests {
    /// Returns the number of commands that wait to be written.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Returns the number of requests that wait for their replies.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Returns whether a disconnect is all that was sent over a lane.
    pub(super) fn only_disconnects(&self, lane: LaneId) -> bool {
        self.in_flight.all_on(lane, &Request::Disconnect)
    }

    /// Returns the deadline of the oldest request in flight.
    pub(super) fn answer_deadline(&self) -> Option<(Instant, Timer)> {
        self.in_flight.deadline()
    }

    /// Returns the deadline of the oldest queued publish.
    pub(super) fn queue_deadline(&self) -> Option<(Instant, Timer)> {
        Some((self.queue.deadline()?, Timer::Request))
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
