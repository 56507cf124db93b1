//! A session holds no more than its limits allow.

use bayeux_proto::Config;

use super::Invariant;
use crate::fact::ClientFact;

#[derive(Debug)]
pub(super) struct Memory(pub(super) Config);

impl Invariant for Memory {
    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        let ClientFact::Rested { usage, .. } = fact else {
            return Ok(());
        };
        // A subscribe for each channel, a probe, a disconnect, and an unsubscribe for each channel
        // that is no longer wanted.
        let commands = self.0.max_requests + usage.subscriptions + CHANNELS + 2;
        let subscriptions = self.0.max_subscriptions;
        let bounds = [
            ("waiting commands", usage.waiting, commands),
            ("requests in flight", usage.in_flight, commands),
            // A websocket and the two exchanges of long-polling.
            ("lanes", usage.lanes, 3),
            ("subscriptions", usage.subscriptions, subscriptions),
            ("events", usage.events, 0),
        ];
        match bounds.iter().find(|(_, is, most)| is > most) {
            Some((what, is, most)) => {
                Err(format!("the session holds {is} {what}, more than {most}"))
            }
            None => Ok(()),
        }
    }
}

/// Maximum different channels that a program in a simulation subscribes to.
const CHANNELS: usize = 16;
