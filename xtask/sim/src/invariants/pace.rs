//! Nothing is sent faster than it may be: connects by their own cap, attempts by the back-off, and
//! nobody is busy for nothing.

use core::time::Duration;
use std::collections::VecDeque;

use bayeux_proto::{Action, Config, Instant};

use super::Invariant;
use crate::{
    fact::{Asked, ClientFact, Fact},
    plan::Plan,
};

#[derive(Debug)]
pub(super) struct Throttle(Vec<Meter>);

#[derive(Debug)]
struct Meter {
    config: Config,
    /// The latest connects, no more than may be sent in a row and one.
    connects: VecDeque<Instant>,
    /// The latest attempts to reach the server.
    attempts: VecDeque<Instant>,
    /// How much was done at this very moment.
    busy: (Instant, usize),
    /// How much was asked for at this very moment.
    asked: usize,
}

impl Throttle {
    pub(super) fn new(plan: &Plan) -> Self {
        let meter = |config: &Config| Meter {
            config: config.clone(),
            connects: VecDeque::new(),
            attempts: VecDeque::new(),
            busy: (Instant::ORIGIN, 0),
            asked: 0,
        };
        let clients = plan.clients.iter();
        Self(clients.map(|client| meter(&client.session)).collect())
    }
}

impl Invariant for Throttle {
    fn name(&self) -> &'static str {
        "no faster than the cap"
    }

    fn observe(&mut self, _: Instant, fact: &Fact<'_>) -> Result<(), String> {
        let Fact::Client(client, fact) = *fact else {
            return Ok(());
        };
        let meter = &mut self.0[client];
        let seen = match fact {
            ClientFact::Asked(asked) => {
                meter.asked += 1;
                if let Asked::Connect | Asked::Wake = asked {
                    // A program may be as impatient as it likes.
                    meter.attempts.clear();
                }
                Ok(())
            }
            ClientFact::Crashed => {
                meter.connects.clear();
                meter.attempts.clear();
                Ok(())
            }
            ClientFact::Wrote { message, local, .. } => match message.channel {
                "/meta/connect" => meter.connect(local),
                _ => Ok(()),
            },
            ClientFact::Acted(local, action) => {
                meter.act(local)?;
                match action {
                    Action::Open(_) => meter.attempt(local),
                    _ => Ok(()),
                }
            }
            ClientFact::Rested {
                local,
                deadline: Some(deadline),
                ..
            } if deadline <= local => Err(format!(
                "at {local} all is done, and it wants to be woken at {deadline}"
            )),
            _ => Ok(()),
        };
        seen.map_err(|what| format!("client {client}: {what}"))
    }
}

impl Meter {
    /// A token bucket lets a burst through, and from then on one in each spacing: of any n + burst
    /// connects the last comes at least n spacings after the first.
    fn connect(&mut self, local: Instant) -> Result<(), String> {
        let burst = self.config.connect_burst.max(1);
        self.connects.push_back(local);
        if self.connects.len() > WINDOW + burst as usize {
            self.connects.pop_front();
        }
        let count = u32::try_from(self.connects.len()).unwrap_or(u32::MAX);
        let more = count.saturating_sub(burst);
        // From the first that is still known; and the one that just does not fit into a burst.
        for beyond in [more, more.min(1)] {
            let first = self
                .connects
                .len()
                .saturating_sub((burst + beyond) as usize);
            let least = self.config.connect_spacing * beyond.saturating_sub(1);
            let took = local - self.connects[first];
            if beyond > 0 && took < least {
                return Err(format!("{} connects within {took:?}", burst + beyond));
            }
        }
        Ok(())
    }

    /// Once two attempts in a row have failed, the next waits for a quarter of a second at least. A
    /// second leaves room for four of those, for the first two, and for as many again by the other
    /// transport.
    fn attempt(&mut self, local: Instant) -> Result<(), String> {
        self.attempts.push_back(local);
        if self.attempts.len() > 12 {
            self.attempts.pop_front();
            let took = local - self.attempts[0];
            if took < Duration::from_secs(1) {
                return Err(format!("12 attempts within {took:?}"));
            }
        }
        Ok(())
    }

    fn act(&mut self, local: Instant) -> Result<(), String> {
        if self.busy.0 != local {
            self.busy = (local, 0);
            self.asked = 0;
        }
        self.busy.1 += 1;
        let most = 64 + 4 * self.asked;
        if self.busy.1 > most {
            return Err(format!("more than {most} things done at {local}"));
        }
        Ok(())
    }
}

/// Over how many connects the mean is taken.
const WINDOW: usize = 50;
