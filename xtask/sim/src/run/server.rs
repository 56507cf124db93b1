//! The gateway in a run.

use std::collections::BTreeMap;

use bayeux_proto::LaneId;
use groupme_sim::Output;

use super::Run;
use crate::{
    fact::{ClientFact, Fact},
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
        let now = self.cx.now;
        match what {
            Arrived::Begin(kind, first) => {
                self.server.handle_open(now, key, kind);
                if let Some(batch) = first {
                    self.pass_batch(client, lane, key, &batch);
                }
            }
            Arrived::Batch(batch) => self.pass_batch(client, lane, key, &batch),
            Arrived::Hangup => {
                self.cx
                    .see(&Fact::Client(client, ClientFact::ServerLostLane(lane)));
                self.server.handle_close(now, key);
            }
            what => {
                self.clients[client].handle_arrival(&mut self.cx, lane, what);
                return;
            }
        }
        self.drain(self.published);
    }

    /// Passes a batch to the server.
    fn pass_batch(&mut self, client: usize, lane: LaneId, key: LaneId, batch: &[u8]) {
        let is_held = self.cx.network.is_held(key);
        for (message, own) in self.batch.read(batch) {
            let fact = ClientFact::ServerReceived {
                lane,
                message: &message,
                own,
                is_held,
            };
            self.cx.see(&Fact::Client(client, fact));
        }
        self.server.handle_payload(self.cx.now, key, batch);
    }

    /// Carries all outputs of the server. Those without an event were written when `before` events
    /// had been published, unless an older event follows on the same lane.
    pub(super) fn drain(&mut self, before: u64) {
        let outputs: Vec<Output> = core::iter::from_fn(|| self.server.poll_output()).collect();
        let mut behind: BTreeMap<LaneId, u64> = BTreeMap::new();
        let mut stamps = Vec::new();
        for output in outputs.iter().rev() {
            let mut numbers = numbers(text(output));
            let first = numbers.next();
            let published = numbers.last().or(first).map_or(before, |number| number + 1);
            let behind = behind.entry(output.lane()).or_insert(u64::MAX);
            stamps.push(published.min(*behind));
            *behind = first.unwrap_or(*behind);
        }
        for (output, published) in outputs.into_iter().zip(stamps.into_iter().rev()) {
            if let Some((client, lane)) = self.cx.network.owner(output.lane()) {
                let connect = text(&output).contains(r#""channel":"/meta/connect""#);
                let fact = ClientFact::ServerWrote { lane, connect };
                self.cx.see(&Fact::Client(client, fact));
            }
            self.cx
                .network
                .handle_output(self.cx.now, output, published);
        }
    }
}

fn text(output: &Output) -> &str {
    match output {
        Output::Frame { text, .. } | Output::Respond { body: text, .. } => text,
        Output::Reject { .. } | Output::Close { .. } => "",
    }
}

/// Returns the numbers of the events in a payload.
fn numbers(text: &str) -> impl Iterator<Item = u64> {
    text.split(r#""sim":"#).skip(1).filter_map(|rest| {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        rest[..digits].parse().ok()
    })
}
