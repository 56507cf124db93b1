//! Nothing is sent faster than allowed: connects by their own limit, attempts to reach the server
//! by the back-off. No session is busy without a reason.

use core::time::Duration;
use std::collections::VecDeque;

use bayeux_proto::{Action, Config, Instant};

use super::Invariant;
use crate::fact::{ClientFact, Issued};

#[derive(Debug)]
pub(super) struct Rates {
    config: Config,
    /// The latest connects: a burst and the window over which the mean is taken.
    connects: VecDeque<Instant>,
    /// The latest attempts to reach the server.
    attempts: VecDeque<Instant>,
    /// The present moment, and the actions and commands in it.
    moment: Instant,
    actions: usize,
    commands: usize,
}

impl Rates {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            connects: VecDeque::new(),
            attempts: VecDeque::new(),
            moment: Instant::ORIGIN,
            actions: 0,
            commands: 0,
        }
    }
}

impl Invariant for Rates {
    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        match *fact {
            ClientFact::Issued(issued) => {
                self.commands += 1;
                if let Issued::Connect | Issued::Wake = issued {
                    // A program may retry as often as it likes.
                    self.attempts.clear();
                }
            }
            ClientFact::Crashed => {
                self.connects.clear();
                self.attempts.clear();
            }
            ClientFact::Event { .. } => {
                // Each event admits one more connect.
                self.connects.pop_back();
            }
            ClientFact::Wrote { message, local, .. } if message.channel == "/meta/connect" => {
                return self.connect(local);
            }
            ClientFact::Acted(local, action) => {
                self.act(local)?;
                if let Action::Open(_) = action {
                    return self.attempt(local);
                }
            }
            ClientFact::Rested {
                local,
                deadline: Some(deadline),
                ..
            } if deadline <= local => {
                return Err(format!(
                    "at {local} nothing is left to do, but the deadline is {deadline}"
                ));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Rates {
    /// A token bucket admits a burst, and from then on one connect in each spacing: of any n +
    /// burst connects the last comes at least n spacings after the first.
    fn connect(&mut self, local: Instant) -> Result<(), String> {
        let burst = self.config.connect_burst.max(1);
        self.connects.push_back(local);
        if self.connects.len() > WINDOW + burst as usize {
            self.connects.pop_front();
        }
        let count = u32::try_from(self.connects.len()).unwrap_or(u32::MAX);
        let more = count.saturating_sub(burst);
        // From the first that is still known, and from the first that just does not fit into a
        // burst.
        for beyond in [more, more.min(1)] {
            let span = burst + beyond;
            let first = self.connects.len().saturating_sub(span as usize);
            let least = self.config.connect_spacing * beyond.saturating_sub(1);
            let took = local - self.connects[first];
            if beyond > 0 && took < least {
                return Err(format!("{span} connects within {took:?}"));
            }
        }
        Ok(())
    }

    /// After two failed attempts in a row, the next one waits for a quarter of a second at least. A
    /// second has room for four of those, for the first two, and for as many by the other
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
        if self.moment != local {
            (self.moment, self.actions, self.commands) = (local, 0, 0);
        }
        self.actions += 1;
        let most = 64 + 4 * self.commands;
        if self.actions > most {
            return Err(format!("more than {most} actions at {local}"));
        }
        Ok(())
    }
}

/// Number of connects over which the mean is taken.
const WINDOW: usize = 50;
