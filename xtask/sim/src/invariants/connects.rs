//! At most one `/meta/connect` of a session is outstanding, as the client writes them and as the
//! server receives them.

use std::collections::BTreeMap;

use bayeux_proto::{Action, BayeuxId, LaneId, Message};

use super::Invariant;
use crate::fact::ClientFact;

#[derive(Debug, Default)]
pub(super) struct Connects {
    /// Ids of the connects written on lanes that live.
    written: BTreeMap<LaneId, u64>,
    /// Ids of the connects received on lanes that the client still holds.
    received: BTreeMap<LaneId, u64>,
}

impl Invariant for Connects {
    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        match *fact {
            ClientFact::ServerReceived {
                lane,
                message,
                is_held: true,
                ..
            } if is_connect(message) => {
                return add(&mut self.received, lane, message, "the server receives");
            }
            ClientFact::Wrote { lane, message, .. } if is_connect(message) => {
                return add(&mut self.written, lane, message, "it writes");
            }
            ClientFact::ServerWrote {
                lane,
                connect: true,
            }
            | ClientFact::ServerLostLane(lane) => {
                self.received.remove(&lane);
            }
            ClientFact::Replied { lane, message }
                if is_connect(message) && self.written.get(&lane) == Some(&id(message)) =>
            {
                self.written.remove(&lane);
            }
            ClientFact::Acted(_, Action::Close(lane)) | ClientFact::Closed(lane, _) => {
                self.written.remove(&lane);
                self.received.remove(&lane);
            }
            ClientFact::Crashed => *self = Self::default(),
            _ => {}
        }
        Ok(())
    }
}

fn add(
    outstanding: &mut BTreeMap<LaneId, u64>,
    lane: LaneId,
    message: &Message<'_>,
    who: &str,
) -> Result<(), String> {
    let id = id(message);
    if let Some((other, before)) = outstanding.first_key_value() {
        return Err(format!(
            "{who} connect {id} on {lane:?}, and {before} on {other:?} has no answer yet"
        ));
    }
    outstanding.insert(lane, id);
    Ok(())
}

fn is_connect(message: &Message<'_>) -> bool {
    message.channel == "/meta/connect"
}

fn id(message: &Message<'_>) -> u64 {
    message.id.and_then(BayeuxId::number).unwrap_or_default()
}
