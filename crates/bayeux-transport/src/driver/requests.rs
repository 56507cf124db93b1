//! What handles have asked of a driver, and where the answers go.

use core::task::{Context, Poll};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bayeux_proto::{Outcome, PublishId, Session, SessionEvent, SubscriptionId};
use tokio::sync::{
    mpsc::{self, UnboundedReceiver, UnboundedSender},
    oneshot::Sender,
};

use super::{
    Delivery, Handle,
    handle::{CallError, Command, Published},
    subscription::{Queue, Subscription, SubscriptionEvent},
};
use crate::Clock;

/// Requests of all handles to a driver.
pub(super) struct Requests {
    sender: UnboundedSender<Command>,
    commands: UnboundedReceiver<Command>,
    publishes: BTreeMap<PublishId, Sender<Result<Published, CallError>>>,
    calls: BTreeMap<PublishId, Call>,
    streams: BTreeMap<SubscriptionId, Arc<Queue>>,
    /// Former streams whose end the session has not reported yet.
    leaving: BTreeSet<SubscriptionId>,
    max_bytes: usize,
}

/// A remote call that waits for its answer, or for its publish to settle.
struct Call {
    /// Sender of the answer; `None` once the call has its answer or its caller is gone.
    done: Option<Sender<Result<Delivery, CallError>>>,
    /// Whether the publish has settled, so that the call belongs to the current session.
    is_settled: bool,
}

impl Call {
    fn finish(self, result: Result<Delivery, CallError>) {
        if let Some(done) = self.done {
            let _: Result<(), _> = done.send(result);
        }
    }
}

impl Requests {
    /// Creates the requests. Frames of a stream may take `max_bytes`.
    pub(super) fn new(max_bytes: usize) -> Self {
        let (sender, commands) = mpsc::unbounded_channel();
        Self {
            sender,
            commands,
            publishes: BTreeMap::new(),
            calls: BTreeMap::new(),
            streams: BTreeMap::new(),
            leaving: BTreeSet::new(),
            max_bytes,
        }
    }

    pub(super) fn handle(&self) -> Handle {
        Handle::new(self.sender.clone())
    }

    /// Passes one command to the session.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
        session: &mut Session,
        clock: Clock,
    ) -> Poll<()> {
        match self.commands.poll_recv(context) {
            Poll::Ready(Some(command)) => {
                self.perform(command, session, clock);
                Poll::Ready(())
            }
            // This value holds a sender, so the queue never ends.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    fn perform(&mut self, command: Command, session: &mut Session, clock: Clock) {
        // A receiver that is gone needs neither a request nor an answer.
        match command {
            Command::Publish { done, .. } if done.is_closed() => {}
            Command::Call { done, .. } if done.is_closed() => {}
            Command::Subscribe { done, .. } if done.is_closed() => {}
            Command::Publish {
                channel,
                json,
                done,
            } => match session.publish(clock.now(), &channel, &json) {
                Ok(id) => drop(self.publishes.insert(id, done)),
                Err(error) => drop(done.send(Err(error.into()))),
            },
            Command::Call {
                channel,
                json,
                done,
            } => {
                self.end_forgotten_calls(session);
                match session.call(clock.now(), &channel, &json) {
                    Ok(id) => {
                        let (done, is_settled) = (Some(done), false);
                        self.calls.insert(id, Call { done, is_settled });
                    }
                    Err(error) => drop(done.send(Err(error.into()))),
                }
            }
            Command::Subscribe {
                channel,
                is_requested,
                done,
            } => {
                let subscribed = if is_requested {
                    session.subscribe(&channel)
                } else {
                    session.listen(&channel)
                };
                match subscribed {
                    Ok(id) => {
                        let queue = Arc::new(Queue::new(self.max_bytes));
                        self.streams.insert(id, Arc::clone(&queue));
                        let commands = self.sender.clone();
                        // A stream that nobody receives unsubscribes when it is dropped.
                        drop(done.send(Ok(Subscription {
                            id,
                            channel,
                            queue,
                            commands,
                        })));
                    }
                    Err(error) => drop(done.send(Err(error.into()))),
                }
            }
            Command::Renew(id) => {
                // A session that is ending subscribes to nothing.
                let _: Result<(), _> = session.renew(id);
            }
            Command::Unsubscribe(id) => self.unsubscribe(id, session),
            Command::Disconnect => session.disconnect(clock.now()),
            Command::Wake => session.handle_wake(clock.now()),
        }
    }

    /// Unsubscribes all streams and ends all calls, because the driver is taken apart.
    pub(super) fn leave(&mut self, session: &mut Session) {
        let streams: Vec<SubscriptionId> = self.streams.keys().copied().collect();
        for id in streams {
            self.unsubscribe(id, session);
        }
        for id in self.calls.keys() {
            session.end_call(*id);
        }
    }

    fn unsubscribe(&mut self, id: SubscriptionId, session: &mut Session) {
        if let Some(queue) = self.streams.remove(&id) {
            queue.close();
            if session.unsubscribe(id).is_ok() {
                self.leaving.insert(id);
            }
        }
    }

    /// Handles an event of the session, which the message in `cause` led to. Returns the event,
    /// unless it concerns a request of a handle only.
    pub(super) fn session_event(
        &mut self,
        event: SessionEvent,
        cause: Option<&dyn Fn() -> Delivery>,
    ) -> Option<SessionEvent> {
        match &event {
            SessionEvent::Published(id, outcome) => {
                if let Some(done) = self.publishes.remove(id) {
                    let _: Result<(), _> = done.send(published(outcome, cause));
                    return None;
                }
                let call = self.calls.get_mut(id);
                let Some(call) = call else { return Some(event) };
                call.is_settled = true;
                if call.done.is_none() {
                    self.calls.remove(id);
                } else if let Err(error) = published(outcome, cause)
                    && let Some(call) = self.calls.remove(id)
                {
                    call.finish(Err(error));
                }
                return None;
            }
            SessionEvent::Subscribed(id) => {
                if let Some(queue) = self.streams.get(id) {
                    queue.push(SubscriptionEvent::Confirmed);
                    return None;
                }
            }
            SessionEvent::Refused(id, error) => {
                if let Some(queue) = self.streams.get(id) {
                    queue.push(SubscriptionEvent::Refused(error.clone()));
                    return None;
                }
            }
            SessionEvent::Unsubscribed(id) if self.leaving.remove(id) => return None,
            SessionEvent::Gap { since, cause } => {
                for queue in self.streams.values() {
                    let (since, cause) = (*since, cause.clone());
                    queue.push(SubscriptionEvent::Gap { since, cause });
                }
            }
            SessionEvent::Up { resumed: false, .. } => self.fail_calls(),
            SessionEvent::Ended(end) => {
                self.fail_calls();
                for queue in self.streams.values() {
                    queue.push(SubscriptionEvent::Ended(end.clone()));
                }
            }
            _ => {}
        }
        Some(event)
    }

    /// Fails the calls of a session that is over.
    fn fail_calls(&mut self) {
        let over = self.calls.extract_if(.., |_, call| call.is_settled);
        for (_, call) in over {
            call.finish(Err(CallError::Unanswered));
        }
    }

    /// Handles the answer to a publish. Returns whether a call took it.
    pub(super) fn answer(
        &mut self,
        id: PublishId,
        session: &mut Session,
        delivery: impl FnOnce() -> Delivery,
    ) -> bool {
        let Some(call) = self.calls.get_mut(&id) else {
            return false;
        };
        session.end_call(id);
        let done = call.done.take();
        // Its publish settles later, and nobody else knows its id.
        if call.is_settled {
            self.calls.remove(&id);
        }
        if let Some(done) = done {
            let _: Result<(), _> = done.send(Ok(delivery()));
        }
        true
    }

    /// Ends the calls whose callers are gone.
    fn end_forgotten_calls(&mut self, session: &mut Session) {
        self.calls.retain(|id, call| {
            if call.done.as_ref().is_some_and(Sender::is_closed) {
                call.done = None;
                session.end_call(*id);
            }
            call.done.is_some() || !call.is_settled
        });
    }

    /// Passes a delivery to the streams among its recipients. Returns whether there are others.
    pub(super) fn deliver(&self, session: &Session, delivery: &Delivery) -> bool {
        let mut has_others = false;
        for id in session.recipients(delivery.channel()) {
            match self.streams.get(&id) {
                Some(queue) => queue.push(SubscriptionEvent::Delivery(delivery.clone())),
                None => has_others = true,
            }
        }
        has_others
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        for queue in self.streams.values() {
            queue.close();
        }
    }
}

fn published(
    outcome: &Outcome,
    cause: Option<&dyn Fn() -> Delivery>,
) -> Result<Published, CallError> {
    let reply = || cause.map(|delivery| delivery());
    match outcome {
        Outcome::Refused(error) => Err(CallError::Refused {
            error: error.clone(),
            reply: reply(),
        }),
        Outcome::Cancelled => Err(CallError::NotSent),
        Outcome::Accepted => Ok(Published {
            outcome: Outcome::Accepted,
            reply: reply(),
        }),
        other => Ok(Published {
            outcome: other.clone(),
            reply: None,
        }),
    }
}
