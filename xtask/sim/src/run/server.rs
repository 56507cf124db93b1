//! The gateway's part of a run.

use std::collections::BTreeMap;

use bayeux_proto::LaneId;
use groupme_sim::Output;

use super::Run;
use crate::{
    fact::Fact,
    network::{Arrival, Arrived},
};

impl Run<'_> {
    pub(super) fn handle_arrival(&mut self, arrival: Arrival) {
        let Arrival {
            client,
            lane,
            key,
            what,
        } = arrival;
        match what {
            Arrived::Begin(kind, first) => {
                self.server.handle_open(self.now, key, kind);
                if let Some(batch) = first {
                    self.hear(client, lane, key, &batch);
                }
            }
            Arrived::Payload(batch) => self.hear(client, lane, key, &batch),
            Arrived::Hangup => {
                self.checks.see(self.now, &Fact::HungUp { client, lane });
                self.server.handle_close(self.now, key);
            }
            what => {
                let (network, checks) = (&mut self.network, &mut self.checks);
                self.clients[client].handle_arrival(self.now, lane, what, network, checks);
                return;
            }
        }
        self.drain(self.published);
    }

    /// The server gets a batch.
    fn hear(&mut self, client: usize, lane: LaneId, key: LaneId, batch: &[u8]) {
        let held = self.network.is_held(key);
        for (message, own) in self.batch.read(batch) {
            let fact = Fact::Heard {
                client,
                lane,
                message: &message,
                own,
                held,
            };
            self.checks.see(self.now, &fact);
        }
        self.server.handle_payload(self.now, key, batch);
    }

    /// What the server wants sent. Outputs that carry no event were written when `before` events
    /// had been published, unless an older event comes behind them on the same lane.
    pub(super) fn drain(&mut self, before: u64) {
        let outputs: Vec<Output> = core::iter::from_fn(|| self.server.poll_output()).collect();
        let mut behind: BTreeMap<LaneId, u64> = BTreeMap::new();
        let mut stamps = Vec::new();
        for output in outputs.iter().rev() {
            let mut tags = tags(text(output));
            let first = tags.next();
            let published = tags.last().or(first).map_or(before, |tag| tag + 1);
            let behind = behind.entry(output.lane()).or_insert(u64::MAX);
            stamps.push(published.min(*behind));
            *behind = first.unwrap_or(*behind);
        }
        for (output, published) in outputs.into_iter().zip(stamps.into_iter().rev()) {
            if let Some((client, lane)) = self.network.owner(output.lane()) {
                let connect = text(&output).contains(r#""channel":"/meta/connect""#);
                let fact = Fact::Answered {
                    client,
                    lane,
                    connect,
                };
                self.checks.see(self.now, &fact);
            }
            self.network.handle_output(self.now, output, published);
        }
    }
}

fn text(output: &Output) -> &str {
    match output {
        Output::Frame { text, .. } | Output::Respond { body: text, .. } => text,
        Output::Reject { .. } | Output::Close { .. } => "",
    }
}

/// The numbers of the events in a payload.
fn tags(text: &str) -> impl Iterator<Item = u64> {
    text.split(r#""sim":"#).skip(1).filter_map(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        rest[..digits].parse().ok()
    })
}
