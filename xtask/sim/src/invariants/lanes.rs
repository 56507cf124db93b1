//! Every lane begins once and ends once, and nothing is done with it before or after.

use std::collections::BTreeMap;

use bayeux_proto::{Action, Instant, LaneId};

use super::{End, Invariant};
use crate::fact::{ClientFact, Fact};

#[derive(Debug)]
pub(super) struct Lanes(Vec<BTreeMap<LaneId, State>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Opening,
    Open,
    Exchange,
    Over,
}

impl Lanes {
    pub(super) fn new(clients: usize) -> Self {
        Self(vec![BTreeMap::new(); clients])
    }
}

impl Invariant for Lanes {
    fn name(&self) -> &'static str {
        "every lane ends once"
    }

    fn observe(&mut self, _: Instant, fact: &Fact<'_>) -> Result<(), String> {
        let Fact::Client(client, fact) = fact else {
            return Ok(());
        };
        let lanes = &mut self.0[*client];
        let (lane, allowed, next): (_, &[_], _) = match *fact {
            ClientFact::Acted(_, action) => match action {
                Action::Open(lane) => (lane, &[None], State::Opening),
                Action::Exchange(lane, _) => (lane, &[None], State::Exchange),
                Action::Send(lane) | Action::Ping(lane) => {
                    (lane, &[Some(State::Open)], State::Open)
                }
                Action::Close(lane) => (
                    lane,
                    &[
                        Some(State::Opening),
                        Some(State::Open),
                        Some(State::Exchange),
                    ],
                    State::Over,
                ),
                other => return Err(format!("{other:?} is news")),
            },
            ClientFact::Crashed => {
                lanes.clear();
                return Ok(());
            }
            ClientFact::Opened(lane) => {
                if let Some(state @ State::Opening) = lanes.get_mut(&lane) {
                    *state = State::Open;
                }
                return Ok(());
            }
            ClientFact::Closed(lane, _) => {
                lanes.insert(lane, State::Over);
                return Ok(());
            }
            _ => return Ok(()),
        };
        let state = lanes.get(&lane).copied();
        if !allowed.contains(&state) {
            return Err(format!(
                "client {client}: {fact} with one that is {state:?}"
            ));
        }
        lanes.insert(lane, next);
        Ok(())
    }

    fn missing(&self, end: &End<'_>) -> Option<String> {
        if !end.over {
            return None;
        }
        for (client, lanes) in self.0.iter().enumerate() {
            let left = lanes.iter().find(|(_, state)| **state != State::Over);
            if let Some((lane, state)) = left {
                return Some(format!("client {client} left {lane:?} {state:?}"));
            }
        }
        None
    }
}
