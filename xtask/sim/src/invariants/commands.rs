//! Every command settles exactly once. The server receives a publish at most once, and its outcome
//! is reported as it was.

use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{Close, End as SessionEnd, Outcome, PublishId, SessionEvent, SubscriptionId};

use super::{End, Invariant};
use crate::{
    client::Client,
    fact::{ClientFact, Issued},
};

#[derive(Debug, Default)]
pub(super) struct Commands {
    /// The number in each publish, and its outcome.
    publishes: BTreeMap<PublishId, (u64, Option<Outcome>)>,
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
    is_running: bool,
    is_closing: bool,
    /// Numbers of the publishes that the server received, from any process of this program.
    received: BTreeSet<u64>,
    /// Whether the last lane ended because HTTP refused the request, and nothing happened since but
    /// the settling of publishes: the server behind need not have received them.
    is_refused_by_http: bool,
}

#[derive(Clone, Debug)]
struct Subscription {
    channel: String,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Pending,
    Active,
    /// `again` says whether the program asked for the channel once more since.
    Refused {
        again: bool,
    },
}

impl Invariant for Commands {
    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        if !matches!(
            fact,
            ClientFact::Session(SessionEvent::Published(..) | SessionEvent::Gap { .. })
        ) {
            self.is_refused_by_http = matches!(
                fact,
                ClientFact::Closed(
                    _,
                    Close::Status {
                        status: 401 | 403,
                        ..
                    }
                )
            );
        }
        match *fact {
            ClientFact::ServerReceived { own: Some(own), .. } => {
                if self.received.insert(own) {
                    return Ok(());
                }
                Err(format!("the server receives publish {own} again"))
            }
            ClientFact::Issued(issued) => {
                self.issued(issued);
                Ok(())
            }
            ClientFact::Crashed => {
                let received = core::mem::take(&mut self.received);
                *self = Self {
                    received,
                    ..Self::default()
                };
                Ok(())
            }
            ClientFact::Session(event) => self.session(event),
            _ => Ok(()),
        }
    }

    fn missing(&self, _: &Client, end: &End<'_>) -> Option<String> {
        let mut publishes = self.publishes.values();
        if let Some((own, _)) = publishes.find(|(_, outcome)| outcome.is_none()) {
            return Some(format!("publish {own} is not settled"));
        }
        if end.is_over {
            let has_ended = !self.is_running && !self.is_closing;
            return (!has_ended).then(|| "the session has not ended".to_owned());
        }
        let mut subscriptions = self.subscriptions.values();
        let pending = subscriptions.find(|one| one.state == State::Pending)?;
        Some(format!(
            "the subscription to {} is not settled",
            pending.channel
        ))
    }
}

impl Commands {
    fn issued(&mut self, issued: Issued<'_>) {
        match issued {
            Issued::Connect => self.is_running = true,
            Issued::Disconnect => self.is_closing = self.is_running,
            Issued::Publish(_, own, Ok(id)) => {
                self.publishes.insert(id, (own, None));
            }
            Issued::Subscribe(channel, Ok(id)) => {
                let channel = channel.as_str().to_owned();
                for other in self.subscriptions.values_mut() {
                    if other.channel == channel
                        && let State::Refused { again } = &mut other.state
                    {
                        *again = true;
                    }
                }
                let state = State::Pending;
                self.subscriptions
                    .insert(id, Subscription { channel, state });
            }
            Issued::Unsubscribe(id, _) => {
                self.subscriptions.remove(&id);
            }
            _ => {}
        }
    }

    fn session(&mut self, event: &SessionEvent) -> Result<(), String> {
        match event {
            SessionEvent::Published(id, outcome) => return self.settle_publish(*id, outcome),
            SessionEvent::Subscribed(id) => return self.settle(*id, State::Active),
            SessionEvent::Refused(id, _) => {
                return self.settle(*id, State::Refused { again: false });
            }
            SessionEvent::Up { resumed: false, .. } => {}
            SessionEvent::Ended(end) => {
                if !self.is_running {
                    return Err(format!("it has ended ({end}), and it was not running"));
                }
                if self.is_closing && *end != SessionEnd::Requested {
                    return Err(format!("asked to end, it ended otherwise: {end}"));
                }
                (self.is_running, self.is_closing) = (false, false);
            }
            _ => return Ok(()),
        }
        // The next session subscribes to everything anew.
        for subscription in self.subscriptions.values_mut() {
            subscription.state = State::Pending;
        }
        Ok(())
    }

    fn settle_publish(&mut self, id: PublishId, outcome: &Outcome) -> Result<(), String> {
        let Some((own, settled)) = self.publishes.get_mut(&id) else {
            return Err(format!("{id:?} is settled, and nobody published it"));
        };
        if let Some(before) = settled.replace(outcome.clone()) {
            return Err(format!(
                "publish {own} is settled as {outcome:?} after {before:?}"
            ));
        }
        match (outcome, self.received.contains(own)) {
            (Outcome::Refused(_), false) if self.is_refused_by_http => Ok(()),
            (Outcome::Accepted | Outcome::Refused(_), false) => Err(format!(
                "publish {own} is reported {outcome:?}, and the server never received it"
            )),
            (Outcome::Cancelled, true) => Err(format!(
                "publish {own} is reported cancelled, and the server received it"
            )),
            _ => Ok(()),
        }
    }

    fn settle(&mut self, id: SubscriptionId, state: State) -> Result<(), String> {
        let Some(subscription) = self.subscriptions.get_mut(&id) else {
            // Unsubscribed while the answer was on its way to the program.
            return Ok(());
        };
        let before = core::mem::replace(&mut subscription.state, state);
        match (before, state) {
            (State::Pending | State::Refused { again: true }, _)
            | (State::Active, State::Refused { .. }) => Ok(()),
            _ => Err(format!(
                "{} is {state:?} after it was {before:?}",
                subscription.channel
            )),
        }
    }
}
