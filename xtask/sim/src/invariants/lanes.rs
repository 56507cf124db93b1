//! Every lane begins once and ends once, and is not used before or after.

use std::collections::BTreeMap;

use bayeux_proto::{Action, LaneId};

use super::{End, Invariant};
use crate::{client::Client, fact::ClientFact};

#[derive(Debug, Default)]
pub(super) struct Lanes(BTreeMap<LaneId, State>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Opening,
    Open,
    Exchange,
    Over,
}

impl Invariant for Lanes {
    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        use State::{Exchange, Open, Opening, Over};
        let lanes = &mut self.0;
        let state = |lane: LaneId| lanes.get(&lane).copied();
        let (lane, is_allowed, next) = match *fact {
            ClientFact::Acted(_, action) => match action {
                Action::Open(lane) => (lane, state(lane).is_none(), Opening),
                Action::Exchange(lane, _) => (lane, state(lane).is_none(), Exchange),
                Action::Send(lane) | Action::Ping(lane) => (lane, state(lane) == Some(Open), Open),
                Action::Close(lane) => {
                    let is_allowed = matches!(state(lane), Some(Opening | Open | Exchange));
                    (lane, is_allowed, Over)
                }
                other => return Err(format!("{other:?} is an unknown action")),
            },
            ClientFact::Opened(lane) => match state(lane) {
                Some(Opening) => (lane, true, Open),
                _ => return Ok(()),
            },
            ClientFact::Closed(lane, _) => (lane, true, Over),
            ClientFact::Crashed => {
                lanes.clear();
                return Ok(());
            }
            _ => return Ok(()),
        };
        let before = lanes.insert(lane, next);
        if is_allowed {
            return Ok(());
        }
        Err(format!("{fact:?} on a lane that is {before:?}"))
    }

    fn missing(&self, _: &Client, end: &End<'_>) -> Option<String> {
        let mut lanes = self.0.iter().filter(|_| end.is_over);
        let (lane, state) = lanes.find(|(_, state)| **state != State::Over)?;
        Some(format!("{lane:?} is left {state:?}"))
    }
}
