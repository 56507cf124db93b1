//! Every command settles exactly once; a publish is heard at most once, and what became of it is
//! told as it was.

use std::collections::BTreeMap;

use bayeux_proto::{End as SessionEnd, Instant, Outcome, PublishId, SessionEvent, SubscriptionId};

use super::{End, Invariant};
use crate::fact::{Asked, ClientFact, Fact};

#[derive(Debug)]
pub(super) struct Commands {
    clients: Vec<Ledger>,
    /// How often the server heard each publish.
    heard: BTreeMap<u64, u32>,
}

#[derive(Clone, Debug, Default)]
struct Ledger {
    publishes: BTreeMap<PublishId, (u64, Option<Outcome>)>,
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
    running: bool,
    closing: bool,
}

#[derive(Clone, Debug)]
struct Subscription {
    channel: String,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Asked,
    Active,
    /// And whether somebody asked for the channel once more since.
    Refused {
        again: bool,
    },
}

impl Commands {
    pub(super) fn new(clients: usize) -> Self {
        Self {
            clients: vec![Ledger::default(); clients],
            heard: BTreeMap::new(),
        }
    }

    fn check_outcome(&self, own: u64, outcome: &Outcome) -> Result<(), String> {
        let heard = self.heard.get(&own).copied().unwrap_or(0);
        match (outcome, heard) {
            (Outcome::Accepted | Outcome::Refused(_), 0) => Err(format!(
                "publish {own} is said to be {outcome:?}, and the server never heard it"
            )),
            (Outcome::Cancelled, 1..) => Err(format!(
                "publish {own} is said to be cancelled, and the server heard it"
            )),
            _ => Ok(()),
        }
    }
}

impl Invariant for Commands {
    fn name(&self) -> &'static str {
        "every command settles exactly once"
    }

    fn observe(&mut self, _: Instant, fact: &Fact<'_>) -> Result<(), String> {
        match *fact {
            Fact::Heard { own: Some(own), .. } => {
                let times = self.heard.entry(own).or_default();
                *times += 1;
                if *times > 1 {
                    return Err(format!("the server hears publish {own} again"));
                }
            }
            Fact::Client(client, ClientFact::Asked(asked)) => self.clients[client].asked(asked),
            Fact::Client(client, ClientFact::Crashed) => {
                self.clients[client] = Ledger::default();
            }
            Fact::Client(client, ClientFact::Told(event)) => {
                let outcome = self.clients[client].told(event)?;
                if let Some((own, outcome)) = outcome {
                    self.check_outcome(own, &outcome)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn missing(&self, end: &End<'_>) -> Option<String> {
        for (client, ledger) in self.clients.iter().enumerate() {
            for (own, outcome) in ledger.publishes.values() {
                if outcome.is_none() {
                    return Some(format!("client {client}'s publish {own} is not settled"));
                }
            }
            if end.over && (ledger.running || ledger.closing) {
                return Some(format!("client {client} has not ended"));
            }
            for subscription in ledger.subscriptions.values() {
                if !end.over && subscription.state == State::Asked {
                    let channel = &subscription.channel;
                    return Some(format!("client {client}'s {channel} is not settled"));
                }
            }
        }
        None
    }
}

impl Ledger {
    fn asked(&mut self, asked: Asked<'_>) {
        match asked {
            Asked::Connect => self.running = true,
            Asked::Disconnect => self.closing = self.running,
            Asked::Publish(_, own, Ok(id)) => {
                self.publishes.insert(id, (own, None));
            }
            Asked::Subscribe(channel, Ok(id)) => {
                let channel = channel.as_str().to_owned();
                for other in self.subscriptions.values_mut() {
                    if other.channel == channel && other.state != State::Active {
                        other.state = match other.state {
                            State::Refused { .. } => State::Refused { again: true },
                            state => state,
                        };
                    }
                }
                let state = State::Asked;
                self.subscriptions
                    .insert(id, Subscription { channel, state });
            }
            Asked::Unsubscribe(id, _) => {
                self.subscriptions.remove(&id);
            }
            _ => {}
        }
    }

    fn told(&mut self, event: &SessionEvent) -> Result<Option<(u64, Outcome)>, String> {
        match event {
            SessionEvent::Published(id, outcome) => {
                let Some((own, settled)) = self.publishes.get_mut(id) else {
                    return Err(format!("{id:?} is settled, and nobody published it"));
                };
                if let Some(before) = settled {
                    return Err(format!(
                        "publish {own} is settled as {outcome:?} after {before:?}"
                    ));
                }
                *settled = Some(outcome.clone());
                return Ok(Some((*own, outcome.clone())));
            }
            SessionEvent::Up { resumed: false, .. } => {
                for subscription in self.subscriptions.values_mut() {
                    subscription.state = State::Asked;
                }
            }
            SessionEvent::Subscribed(id) => return self.settle(*id, State::Active).map(|()| None),
            SessionEvent::Refused(id, _) => {
                let state = State::Refused { again: false };
                return self.settle(*id, state).map(|()| None);
            }
            SessionEvent::Ended(end) => {
                if !self.running {
                    return Err(format!("it has ended ({end}), and it was not running"));
                }
                if self.closing && *end != SessionEnd::Requested {
                    return Err(format!("asked to end, it ended otherwise: {end}"));
                }
                (self.running, self.closing) = (false, false);
                for subscription in self.subscriptions.values_mut() {
                    subscription.state = State::Asked;
                }
            }
            _ => {}
        }
        Ok(None)
    }

    fn settle(&mut self, id: SubscriptionId, state: State) -> Result<(), String> {
        let Some(subscription) = self.subscriptions.get_mut(&id) else {
            // Unsubscribed while the answer was on its way to the program.
            return Ok(());
        };
        let allowed = matches!(
            (subscription.state, state),
            (State::Asked | State::Refused { again: true }, _)
                | (State::Active, State::Refused { .. })
        );
        if !allowed {
            let Subscription {
                channel,
                state: before,
            } = subscription;
            return Err(format!("{channel} is {state:?} after it was {before:?}"));
        }
        subscription.state = state;
        Ok(())
    }
}
