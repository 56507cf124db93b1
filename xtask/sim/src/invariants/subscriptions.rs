//! Every subscription that is wanted is active in the end, at the server too, and nothing else is.

use bayeux_proto::Instant;

use super::{End, Invariant};
use crate::{client::Client, fact::Fact};

#[derive(Debug)]
pub(super) struct Subscriptions {
    clients: usize,
}

impl Subscriptions {
    pub(super) fn new(clients: usize) -> Self {
        Self { clients }
    }
}

impl Invariant for Subscriptions {
    fn name(&self) -> &'static str {
        "every subscription wanted is active or refused"
    }

    fn observe(&mut self, _: Instant, _: &Fact<'_>) -> Result<(), String> {
        Ok(())
    }

    fn missing(&self, end: &End<'_>) -> Option<String> {
        if end.over {
            let sessions = end.server.gateway().sessions().count();
            return (sessions > 0).then(|| format!("the server keeps {sessions} sessions"));
        }
        let clients = &end.clients[..self.clients];
        for (index, client) in clients.iter().enumerate() {
            if let Some(channel) = client.program().undecided().first() {
                return Some(format!("client {index}'s {channel} is neither"));
            }
        }
        let wanted = clients.iter().flat_map(|client| client.program().active());
        for channel in wanted {
            let listeners = end.server.gateway().subscribers(channel);
            let active = |client: &&Client| client.program().active().contains(channel);
            let wanted = clients.iter().filter(active).count();
            // Sessions that were left without a word are kept for a while, with all they listened to.
            let alone = end.server.gateway().sessions().count() == clients.len();
            // Who listened, left the group and asks again is refused, and goes on listening.
            let refused = |client: &&Client| client.program().refused().contains(channel);
            let most = wanted + clients.iter().filter(refused).count();
            if listeners < wanted || (alone && listeners > most) {
                return Some(format!(
                    "{wanted} listen to {channel}, and the server has {listeners}"
                ));
            }
        }
        None
    }
}
