//! What a session holds is bounded by its limits.

use bayeux_proto::{Config, Instant};

use super::Invariant;
use crate::{
    fact::{ClientFact, Fact},
    plan::Plan,
};

#[derive(Debug)]
pub(super) struct Memory(Vec<Config>);

impl Memory {
    pub(super) fn new(plan: &Plan) -> Self {
        let configs = plan.clients.iter().map(|client| client.session.clone());
        Self(configs.collect())
    }
}

impl Invariant for Memory {
    fn name(&self) -> &'static str {
        "memory is bounded"
    }

    fn observe(&mut self, _: Instant, fact: &Fact<'_>) -> Result<(), String> {
        let Fact::Client(client, ClientFact::Rested { usage, .. }) = fact else {
            return Ok(());
        };
        let config = &self.0[*client];
        // A wish for each channel, a probe, a farewell, and an unsubscribe for each channel that
        // is not wanted any more.
        let commands = config.max_requests + usage.subscriptions + CHANNELS + 2;
        let bounds = [
            ("waiting commands", usage.waiting, commands),
            ("requests in flight", usage.in_flight, commands),
            // A websocket and the two exchanges of long-polling.
            ("lanes", usage.lanes, 3),
            (
                "subscriptions",
                usage.subscriptions,
                config.max_subscriptions,
            ),
            ("events", usage.events, 0),
        ];
        for (what, is, most) in bounds {
            if is > most {
                return Err(format!(
                    "client {client} holds {is} {what}, more than {most}"
                ));
            }
        }
        Ok(())
    }
}

/// As many different channels as a program in here asks for.
const CHANNELS: usize = 16;
