//! At most one `/meta/connect` of a session is outstanding, as the client writes them and as the
//! server hears them.

use std::collections::BTreeMap;

use bayeux_proto::{Action, Instant, LaneId};

use super::Invariant;
use crate::fact::{ClientFact, Fact};

#[derive(Debug)]
pub(super) struct Connects(Vec<Sides>);

#[derive(Clone, Debug, Default)]
struct Sides {
    /// Written, on lanes that live, by id.
    written: BTreeMap<LaneId, u64>,
    /// Heard, on lanes that the client still holds.
    heard: BTreeMap<LaneId, u64>,
}

impl Connects {
    pub(super) fn new(clients: usize) -> Self {
        Self(vec![Sides::default(); clients])
    }
}

impl Invariant for Connects {
    fn name(&self) -> &'static str {
        "at most one connect outstanding"
    }

    fn observe(&mut self, _: Instant, fact: &Fact<'_>) -> Result<(), String> {
        match *fact {
            Fact::Heard {
                client,
                lane,
                message,
                held: true,
                ..
            } if message.channel == "/meta/connect" => {
                let id = id(message);
                let heard = &mut self.0[client].heard;
                if let Some((other, before)) = heard.first_key_value() {
                    return Err(format!(
                        "the server hears connect {id} of client {client} on {lane:?}, and {before} \
                         on {other:?} has no answer yet"
                    ));
                }
                heard.insert(lane, id);
            }
            Fact::Answered {
                client,
                lane,
                connect: true,
            }
            | Fact::HungUp { client, lane } => {
                self.0[client].heard.remove(&lane);
            }
            Fact::Client(client, fact) => return self.0[client].observe(client, fact),
            _ => {}
        }
        Ok(())
    }
}

impl Sides {
    fn observe(&mut self, client: usize, fact: ClientFact<'_>) -> Result<(), String> {
        match fact {
            ClientFact::Wrote { lane, message, .. } if message.channel == "/meta/connect" => {
                let id = id(message);
                if let Some((other, before)) = self.written.first_key_value() {
                    return Err(format!(
                        "client {client} writes connect {id} on {lane:?}, and {before} on {other:?} \
                         has no answer yet"
                    ));
                }
                self.written.insert(lane, id);
            }
            ClientFact::Replied { lane, message }
                if message.channel == "/meta/connect"
                    && self.written.get(&lane) == Some(&id(message)) =>
            {
                self.written.remove(&lane);
            }
            ClientFact::Crashed => *self = Self::default(),
            ClientFact::Acted(_, Action::Close(lane)) | ClientFact::Closed(lane, _) => {
                self.written.remove(&lane);
                self.heard.remove(&lane);
            }
            _ => {}
        }
        Ok(())
    }
}

fn id(message: &bayeux_proto::Message<'_>) -> u64 {
    let id = message.id.and_then(bayeux_proto::BayeuxId::number);
    id.unwrap_or_default()
}
