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
    subscription::{Queue, SubscriptionEvent},
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
}

/// A remote call that waits for its answer.
struct Call {
    done: Sender<Result<Delivery, CallError>>,
    /// Whether the publish has settled, so that the call belongs to the current session.
    is_settled: bool,
}

impl Requests {
    pub(super) fn new() -> Self {
        let (sender, commands) = mpsc::unbounded_channel();
        Self {
            sender,
            commands,
            publishes: BTreeMap::new(),
            calls: BTreeMap::new(),
            streams: BTreeMap::new(),
            leaving: BTreeSet::new(),
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
        // A receiver that is gone needs no answer.
        match command {
            Command::Publish {
                channel,
                json,
                done,
            } => match session.publish(&channel, &json) {
                Ok(id) => drop(self.publishes.insert(id, done)),
                Err(error) => drop(done.send(Err(error.into()))),
            },
            Command::Call {
                channel,
                json,
                done,
            } => {
                self.calls.retain(|_, call| !call.done.is_closed());
                match session.publish(&channel, &json) {
                    Ok(id) => {
                        let is_settled = false;
                        self.calls.insert(id, Call { done, is_settled });
                    }
                    Err(error) => drop(done.send(Err(error.into()))),
                }
            }
            Command::Subscribe {
                channel,
                is_requested,
                queue,
                done,
            } => {
                let subscribed = if is_requested {
                    session.subscribe(&channel)
                } else {
                    session.listen(&channel)
                };
                match subscribed {
                    Ok(id) => {
                        self.streams.insert(id, queue);
                        if done.send(Ok(id)).is_err() {
                            self.unsubscribe(id, session);
                        }
                    }
                    Err(error) => drop(done.send(Err(error.into()))),
                }
            }
            Command::Renew(id) => {
                // A session that is ending subscribes to nothing.
                let _: Result<(), _> = session.renew(id);
            }
            Command::Unsubscribe(id) => self.unsubscribe(id, session),
            Command::Disconnect => session.disconnect(),
            Command::Wake => session.handle_wake(clock.now()),
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
                if let Err(error) = published(outcome, cause)
                    && let Some(call) = self.calls.remove(id)
                {
                    let _: Result<(), _> = call.done.send(Err(error));
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
            let _: Result<(), _> = call.done.send(Err(CallError::Unanswered));
        }
    }

    /// Handles the answer to a publish. Returns whether a call took it.
    pub(super) fn answer(&mut self, id: PublishId, delivery: impl FnOnce() -> Delivery) -> bool {
        let Some(call) = self.calls.remove(&id) else {
            return false;
        };
        let _: Result<(), _> = call.done.send(Ok(delivery()));
        true
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
