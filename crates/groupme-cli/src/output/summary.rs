//! One object at the end: what came, how often, and whether anything came twice.

use core::hash::{Hash as _, Hasher as _};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    hash::DefaultHasher,
    time::Instant,
};

use groupme_client::{Delivery, Status};
use serde::Serialize;

/// Counts while events come.
#[derive(Debug)]
pub(super) struct Summary {
    started: Instant,
    types: BTreeMap<String, u64>,
    duplicates: u64,
    gaps: u64,
    seen: Seen,
}

/// The last line.
#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    types: &'a BTreeMap<String, u64>,
    total: u64,
    duplicates: u64,
    gaps: u64,
    seconds: f64,
}

impl Summary {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the binary, and people want seconds"
    )]
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            types: BTreeMap::new(),
            duplicates: 0,
            gaps: 0,
            seen: Seen::default(),
        }
    }

    pub(super) fn event(&mut self, delivery: &Delivery) {
        let kind = delivery.event().kind().to_owned();
        // Pings are all alike, and no news.
        if kind != "ping" && !self.seen.insert(delivery) {
            self.duplicates += 1;
        }
        *self.types.entry(kind).or_default() += 1;
    }

    pub(super) fn status(&mut self, status: &Status) {
        if matches!(status, Status::ConnectionGap { .. }) {
            self.gaps += 1;
        }
    }

    pub(super) fn report(&self) -> Report<'_> {
        Report {
            types: &self.types,
            total: self.types.values().sum(),
            duplicates: self.duplicates,
            gaps: self.gaps,
            seconds: self.started.elapsed().as_secs_f64(),
        }
    }
}

/// The latest payloads, by hash: the same payload on the same channel is a duplicate.
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
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        true
    }
}

const REMEMBERED: usize = 100_000;
