//! Summary output: one JSON object at the end, with counts by type and duplicates.

use core::hash::{Hash as _, Hasher as _};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    hash::DefaultHasher,
    time::Instant,
};

use groupme_client::{Delivery, Status};
use serde::Serialize;

/// Running counts.
#[derive(Debug)]
pub(super) struct Summary {
    started: Instant,
    types: BTreeMap<String, u64>,
    /// Events of types beyond [`MAX_TYPES`].
    other: u64,
    duplicates: u64,
    gaps: u64,
    seen: Seen,
}

/// The summary object.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    types: &'a BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_types: Option<u64>,
    total: u64,
    duplicates: u64,
    gaps: u64,
    seconds: f64,
}

impl Summary {
    #[expect(
        clippy::disallowed_methods,
        reason = "the binary reports elapsed seconds"
    )]
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            types: BTreeMap::new(),
            other: 0,
            duplicates: 0,
            gaps: 0,
            seen: Seen::default(),
        }
    }

    pub(super) fn event(&mut self, delivery: &Delivery) {
        let event = delivery.event();
        // Pings are equal by design, so they do not count as duplicates.
        if event.kind() != "ping" && !self.seen.insert(delivery) {
            self.duplicates += 1;
        }
        // A server can invent types, so neither their number nor their length may be unlimited.
        let mut kind: String = event.kind().chars().take(MAX_TYPE_CHARS).collect();
        if kind.len() < event.kind().len() {
            kind.push('…');
        }
        if let Some(count) = self.types.get_mut(&kind) {
            *count += 1;
        } else if self.types.len() < MAX_TYPES {
            self.types.insert(kind, 1);
        } else {
            self.other += 1;
        }
    }

    pub(super) fn status(&mut self, status: &Status) {
        if matches!(status, Status::ConnectionGap { .. }) {
            self.gaps += 1;
        }
    }

    pub(super) fn report(&self) -> Report<'_> {
        Report {
            types: &self.types,
            other_types: (self.other > 0).then_some(self.other),
            total: self.types.values().sum::<u64>() + self.other,
            duplicates: self.duplicates,
            gaps: self.gaps,
            seconds: self.started.elapsed().as_secs_f64(),
        }
    }
}

/// Hashes of the latest payloads; an equal payload on the same channel is a duplicate.
#[derive(Debug, Default)]
struct Seen {
    hashes: BTreeSet<u64>,
    order: VecDeque<u64>,
}

impl Seen {
    fn insert(&mut self, delivery: &Delivery) -> bool {
        let mut hasher = DefaultHasher::new();
        delivery.channel().hash(&mut hasher);
        delivery.data().to_string().hash(&mut hasher);
        let hash = hasher.finish();
        if !self.hashes.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > MAX_HASHES
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        true
    }
}

/// Maximum number of types counted by name; GroupMe has fewer than 50.
const MAX_TYPES: usize = 1_000;

/// Maximum characters of a type's name.
const MAX_TYPE_CHARS: usize = 100;

const MAX_HASHES: usize = 100_000;
