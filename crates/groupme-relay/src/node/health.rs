//! Health of a node, for the probes of whoever runs it.

use core::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};
use std::sync::Arc;

use tokio::time::Instant;

use crate::figures;

/// Health of a node. Clones tell about the same node, also after its end.
#[derive(Clone, Debug)]
pub struct Health {
    vitals: Arc<Vitals>,
    lease: Duration,
}

/// Signs of life. Times are milliseconds since the start of the node.
#[derive(Debug)]
pub(super) struct Vitals {
    start: Instant,
    /// Last turn of the node's loop.
    turned: AtomicU64,
    /// Last renewal of the lease, plus one; 0 before the first.
    kept: AtomicU64,
    is_draining: AtomicBool,
}

/// Reason for which a node is not ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// The broker has not renewed the lease for longer than the lease.
    #[error("the broker does not renew the lease of this node")]
    NoLease,
    /// The node was told to stop.
    #[error("the node drains")]
    Draining,
}

impl Vitals {
    pub(super) fn new(start: Instant) -> Self {
        Self {
            start,
            turned: AtomicU64::new(0),
            kept: AtomicU64::new(0),
            is_draining: AtomicBool::new(false),
        }
    }

    pub(super) fn turn(&self) {
        self.turned.store(self.now(), Ordering::Relaxed);
    }

    pub(super) fn keep(&self) {
        self.kept.store(self.now() + 1, Ordering::Relaxed);
    }

    pub(super) fn drain(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Health {
    pub(super) const fn new(vitals: Arc<Vitals>, lease: Duration) -> Self {
        Self { vitals, lease }
    }

    /// Returns whether the node's loop turns: a node whose loop has hung for a minute should be started anew.
    pub fn is_live(&self) -> bool {
        let turned = self.vitals.turned.load(Ordering::Relaxed);
        let since = self.vitals.now().saturating_sub(turned);
        self.vitals.is_draining.load(Ordering::Relaxed) || since < LONGEST_TURN
    }

    /// Returns whether the node can take accounts.
    ///
    /// # Errors
    ///
    /// [`NotReady`] with the reason.
    pub fn check_ready(&self) -> Result<(), NotReady> {
        if self.vitals.is_draining.load(Ordering::Relaxed) {
            return Err(NotReady::Draining);
        }
        match self.lease_age() {
            Some(age) if age < self.lease => Ok(()),
            _ => Err(NotReady::NoLease),
        }
    }

    /// Sets the figures that change while nothing happens. Call it before figures are read.
    pub fn record(&self) {
        let age = self
            .lease_age()
            .unwrap_or_else(|| self.vitals.start.elapsed());
        figures::vitals(age, self.vitals.is_draining.load(Ordering::Relaxed));
    }

    fn lease_age(&self) -> Option<Duration> {
        let kept = self.vitals.kept.load(Ordering::Relaxed).checked_sub(1)?;
        Some(Duration::from_millis(
            self.vitals.now().saturating_sub(kept),
        ))
    }
}

/// Longest turn of a node's loop, in milliseconds: it waits for answers of the broker, 2 s each.
const LONGEST_TURN: u64 = 60_000;
