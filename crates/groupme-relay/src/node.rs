//! Node: runs the accounts that are its share, and keeps itself alive in the broker's list.

mod commands;
mod health;
mod holding;
mod log;
mod members;
mod roster;

use core::{fmt, pin::pin, time::Duration};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};

pub use self::health::{Health, NotReady};
use self::{health::Vitals, members::Members, roster::Roster};
use crate::{Admission, Broker, Keys, NodeId, NodeRecord, Source};

/// Settings of a node.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct NodeSettings {
    /// Share of the accounts, in proportion to the capacities of other nodes. Default: 100.
    pub capacity: u32,
    /// Accounts that are claimed and connected in a second. Default: 20.
    pub starts_per_second: u32,
    /// Accounts that are claimed at once after a rest. Default: 20.
    pub starts_at_once: u32,
    /// Entries after which the whole saved state is appended. Default: 500.
    pub snapshot_every: u64,
    /// Time after which the whole saved state is appended if anything changed since. It must be far below
    /// the age at which the stream drops entries. Default: 6 hours.
    pub snapshot_after: Duration,
    /// Time for which changes without an event wait for the next event, which carries them. Default: 5 s.
    pub mark_after: Duration,
    /// Time for which a node that drains waits for others to claim its accounts. Default: 20 s.
    pub drain_for: Duration,
}

impl Default for NodeSettings {
    fn default() -> Self {
        Self {
            capacity: 100,
            starts_per_second: 20,
            starts_at_once: 20,
            snapshot_every: 500,
            snapshot_after: Duration::from_hours(6),
            mark_after: Duration::from_secs(5),
            drain_for: Duration::from_secs(20),
        }
    }
}

/// Node of the relay.
///
/// The node runs until it is told to stop or dropped. Dropped, or killed, it loses nothing: the next owner of
/// an account continues from the log.
pub struct Node<B, S> {
    parts: Arc<Parts<B, S>>,
}

/// Parts of a node that the tasks of its accounts share.
struct Parts<B, S> {
    id: NodeId,
    broker: B,
    source: S,
    keys: Keys,
    settings: NodeSettings,
    start: Instant,
    vitals: Arc<Vitals>,
    /// Pace at which clients are started: claims that waited for the broker may all be stored at once.
    starts: Mutex<Admission>,
}

impl<B, S> Parts<B, S> {
    /// Waits for a permit to start a client.
    async fn admit(&self) {
        loop {
            let now = self.now();
            // A poisoned lock is used all the same: a permit is taken as a whole.
            let taken = self
                .starts
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(now);
            match taken {
                Ok(()) => return,
                Err(wait) => sleep(wait).await,
            }
        }
    }

    /// Returns the time since the start of the node.
    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

impl<B: Broker, S: Source> Node<B, S> {
    /// Returns a node. `id` must be random, and `keys` those with which tokens were sealed.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime whose clock runs.
    pub fn new(id: NodeId, broker: B, source: S, keys: Keys, settings: NodeSettings) -> Self {
        let start = Instant::now();
        Self {
            parts: Arc::new(Parts {
                id,
                broker,
                source,
                keys,
                settings,
                start,
                vitals: Arc::new(Vitals::new(start)),
                starts: Mutex::new(pace(&settings)),
            }),
        }
    }

    /// Returns the node's name.
    pub fn id(&self) -> &NodeId {
        &self.parts.id
    }

    /// Returns the node's health, for probes.
    pub fn health(&self) -> Health {
        Health::new(Arc::clone(&self.parts.vitals), self.parts.broker.lease())
    }

    /// Runs the node until `stop` is ready, and then drains it: other nodes claim its accounts, and those
    /// that none claims in time are released. Returns when nothing runs any more.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let parts = &self.parts;
        let settings = &parts.settings;
        let mut heart = Heart::start(Arc::clone(parts), settings.capacity);
        let mut roster = Roster::new(Arc::clone(parts), pace(settings));
        let mut members = Members::new(parts.id.clone(), parts.broker.lease());
        let mut ticks = interval(tick(parts.broker.lease()));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = roster.stopped() => {}
                _ = ticks.tick() => {
                    members.refresh(parts).await;
                    roster.refresh().await;
                }
            }
            roster.place(&members);
            parts.vitals.turn();
        }
        parts.vitals.drain();
        tracing::info!(node = %parts.id, accounts = roster.running(), "the node drains");
        heart.set_capacity(0);
        members.set_capacity(0);
        let _ = timeout(settings.drain_for, async {
            while roster.running() > 0 {
                members.refresh(parts).await;
                if !members.has_others() {
                    return;
                }
                roster.verify(&members);
                let _ = timeout(tick(parts.broker.lease()), roster.stopped()).await;
            }
        })
        .await;
        roster.stop_all();
        let _ = timeout(LONGEST_STOP, async {
            while roster.running() > 0 {
                roster.stopped().await;
            }
        })
        .await;
        heart.stop();
        // A lease that stays ends by itself.
        let _ = parts.broker.leave(&parts.id).await;
        tracing::info!(node = %parts.id, "the node has stopped");
    }
}

/// Task that keeps the node alive, however long the other requests take.
struct Heart {
    tasks: JoinSet<()>,
    capacity: tokio::sync::watch::Sender<u32>,
}

impl Heart {
    fn start<B: Broker, S: Source>(parts: Arc<Parts<B, S>>, capacity: u32) -> Self {
        let (capacity, mut changed) = tokio::sync::watch::channel(capacity);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                let record = NodeRecord::new(*changed.borrow_and_update());
                match parts.broker.keep(&parts.id, &record).await {
                    Ok(()) => parts.vitals.keep(),
                    Err(error) => {
                        let error = crate::chain(&error);
                        tracing::warn!(node = %parts.id, error, "the lease is not renewed");
                    }
                }
                tokio::select! {
                    biased;
                    _ = changed.changed() => {}
                    () = sleep(parts.broker.lease() / 3) => {}
                }
            }
        });
        Self { tasks, capacity }
    }

    fn set_capacity(&self, capacity: u32) {
        self.capacity.send_replace(capacity);
    }

    fn stop(&mut self) {
        self.tasks.abort_all();
    }
}

impl<B, S> fmt::Debug for Node<B, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("id", &self.parts.id)
            .finish_non_exhaustive()
    }
}

fn pace(settings: &NodeSettings) -> Admission {
    Admission::new(settings.starts_per_second, settings.starts_at_once)
}

/// Returns the interval at which nodes and accounts are listed.
fn tick(lease: Duration) -> Duration {
    (lease / 6).clamp(Duration::from_millis(50), Duration::from_secs(1))
}

/// Longest time for which a node waits, after draining, for its accounts to be released.
const LONGEST_STOP: Duration = Duration::from_secs(10);
