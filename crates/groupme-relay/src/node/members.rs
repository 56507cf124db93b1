//! Members: the nodes that are alive, as one node sees them.

use core::time::Duration;
use std::collections::BTreeMap;

use super::Parts;
use crate::{Broker, Candidate, NodeId, figures};

/// Nodes that are alive, the own one included.
///
/// A broker that was away has lost the leases of all nodes at once: until they have had time to renew
/// them, a node that is missing from the list is no dead one.
pub(super) struct Members {
    me: NodeId,
    lease: Duration,
    /// Nodes, with the time at which each was last listed.
    nodes: BTreeMap<NodeId, (Candidate, Duration)>,
    capacity: Option<u32>,
    /// Time of the last request without an answer, or of the last new connection.
    trouble: Option<Duration>,
    connection: Option<u64>,
}

impl Members {
    pub(super) fn new(me: NodeId, lease: Duration) -> Self {
        Self {
            me,
            lease,
            nodes: BTreeMap::new(),
            capacity: None,
            trouble: None,
            connection: None,
        }
    }

    /// Overrides the capacity of the own node.
    pub(super) fn set_capacity(&mut self, capacity: u32) {
        self.capacity = Some(capacity);
    }

    /// Lists the nodes again.
    pub(super) async fn refresh<B: Broker, S>(&mut self, parts: &Parts<B, S>) {
        let connection = parts.broker.connection();
        let listed = parts.broker.nodes().await;
        let now = parts.now();
        if self
            .connection
            .replace(connection)
            .is_some_and(|before| before != connection)
        {
            self.trouble = Some(now);
        }
        match listed {
            Ok(listed) => self.take(now, listed, parts.settings.capacity),
            Err(_) => self.trouble = Some(now),
        }
    }

    fn take(&mut self, now: Duration, listed: Vec<Candidate>, capacity: u32) {
        for candidate in listed {
            self.nodes.insert(candidate.node.clone(), (candidate, now));
        }
        // The own node is alive, whatever the broker says.
        let capacity = self.capacity.unwrap_or(capacity);
        let own = Candidate::new(self.me.clone(), capacity);
        self.nodes.insert(self.me.clone(), (own, now));
        let is_troubled = self.trouble.is_some_and(|at| now < at + self.lease);
        if !is_troubled {
            self.nodes.retain(|_, (_, seen)| *seen == now);
        }
        figures::nodes(self.nodes.len());
    }

    /// Returns the nodes.
    pub(super) fn candidates(&self) -> impl Iterator<Item = &Candidate> + Clone {
        self.nodes.values().map(|(candidate, _)| candidate)
    }

    /// Returns whether another node has capacity.
    pub(super) fn has_others(&self) -> bool {
        let mut candidates = self.candidates();
        candidates.any(|candidate| candidate.node != self.me && candidate.capacity > 0)
    }
}
