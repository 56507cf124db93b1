//! Saving: the one owner of the store.
//!
//! A store that blocks is called on a thread for blocking calls, never on a task and never under a
//! lock that a task waits for. Changes that come while it saves are saved together afterwards.

use core::{panic::AssertUnwindSafe, task::Waker};
use std::{
    collections::VecDeque,
    panic::catch_unwind,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use groupme_account::{Account, SaveId};
use groupme_delivery::{Change, Store, StoreError};
use tokio::sync::oneshot;

/// Outcome of a save.
pub(crate) type Saved = Result<(), Arc<StoreError>>;

/// Owner of the store.
pub(crate) struct Writer {
    kind: Kind,
    /// Number of acknowledgements that are not saved yet.
    unsaved: usize,
    /// Number of changes that no save has taken.
    untaken: usize,
}

enum Kind {
    /// Store in memory, called at once.
    Instant {
        store: Box<dyn Store>,
        changes: Vec<Change>,
    },
    Background(Arc<Mutex<Queue>>),
}

struct Queue {
    /// The store, while nothing is being saved.
    store: Option<Box<dyn Store>>,
    /// Changes that could not be saved, to be tried again with the next ones.
    failed: Vec<Change>,
    /// Changes to save next.
    changes: Vec<Change>,
    /// Last save that `changes` contain.
    last: SaveId,
    /// Number of acknowledgements that `changes` contain.
    acknowledgements: usize,
    /// Callers that wait until `changes` are saved.
    callers: Vec<oneshot::Sender<Saved>>,
    /// Outcomes that the account has not been told.
    outcomes: VecDeque<(SaveId, usize, Saved)>,
}

impl Writer {
    pub(crate) fn new(store: Box<dyn Store>) -> Self {
        let kind = if store.is_instant() {
            Kind::Instant {
                store,
                changes: Vec::new(),
            }
        } else {
            Kind::Background(Arc::new(Mutex::new(Queue {
                store: Some(store),
                failed: Vec::new(),
                changes: Vec::new(),
                last: SaveId::default(),
                acknowledgements: 0,
                callers: Vec::new(),
                outcomes: VecDeque::new(),
            })))
        };
        Self {
            kind,
            unsaved: 0,
            untaken: 0,
        }
    }

    /// Counts an acknowledgement that has something to save.
    pub(crate) fn count_acknowledgement(&mut self) {
        self.unsaved += 1;
        self.untaken += 1;
    }

    /// Returns whether so many acknowledgements are unsaved that no further event may be handed
    /// out: a crash would bring all of them back.
    pub(crate) fn is_behind(&self) -> bool {
        self.unsaved >= MAX_UNSAVED
    }

    /// Saves the changes of an account, or begins to, and reports the outcomes so far to the account.
    /// `waker` is woken when there are more. `caller` is notified once the present changes are saved.
    pub(crate) fn save(
        &mut self,
        account: &mut Account,
        waker: &Waker,
        caller: Option<oneshot::Sender<Saved>>,
    ) {
        match &mut self.kind {
            Kind::Instant { store, changes } => {
                let mut result = Ok(());
                let mut is_tried = false;
                while let Some(id) = account.poll_changes(changes) {
                    result = guarded(&mut **store, changes);
                    keep_failed(changes, &result);
                    account.handle_saved(id, result.clone());
                    is_tried = true;
                }
                if caller.is_some() && !is_tried {
                    // What failed before is tried again.
                    result = guarded(&mut **store, changes);
                    keep_failed(changes, &result);
                }
                (self.unsaved, self.untaken) = (0, 0);
                // A caller that has gone does not want to know.
                let _ = caller.map(|caller| caller.send(result));
            }
            Kind::Background(shared) => {
                let mut queue = lock(shared);
                if let Some(id) = account.poll_changes(&mut queue.changes) {
                    queue.last = id;
                    queue.acknowledgements += core::mem::take(&mut self.untaken);
                }
                queue.callers.extend(caller);
                let is_wanted = !queue.changes.is_empty() || !queue.callers.is_empty();
                if is_wanted && let Some(store) = queue.store.take() {
                    let (shared, waker) = (Arc::clone(shared), waker.clone());
                    tokio::task::spawn_blocking(move || save_all(&shared, store, &waker));
                }
                while let Some((id, acknowledgements, result)) = queue.outcomes.pop_front() {
                    self.unsaved = self.unsaved.saturating_sub(acknowledgements);
                    account.handle_saved(id, result);
                }
            }
        }
    }

    /// Returns whether everything is saved.
    pub(crate) fn is_idle(&self) -> bool {
        match &self.kind {
            Kind::Instant { .. } => true,
            Kind::Background(shared) => {
                let queue = lock(shared);
                queue.store.is_some() && queue.changes.is_empty() && queue.outcomes.is_empty()
            }
        }
    }
}

/// Saves until there is nothing left to save.
fn save_all(shared: &Mutex<Queue>, mut store: Box<dyn Store>, waker: &Waker) {
    loop {
        let mut queue = lock(shared);
        if queue.changes.is_empty() && queue.callers.is_empty() {
            queue.store = Some(store);
            drop(queue);
            waker.wake_by_ref();
            return;
        }
        let mut changes = core::mem::take(&mut queue.failed);
        changes.append(&mut queue.changes);
        let callers = core::mem::take(&mut queue.callers);
        let (id, count) = (queue.last, core::mem::take(&mut queue.acknowledgements));
        drop(queue);
        let result = guarded(&mut *store, &changes);
        keep_failed(&mut changes, &result);
        let mut queue = lock(shared);
        queue.failed = changes;
        queue.outcomes.push_back((id, count, result.clone()));
        drop(queue);
        for caller in callers {
            // A caller that has gone does not want to know.
            let _ = caller.send(result.clone());
        }
        waker.wake_by_ref();
    }
}

/// Keeps the changes that could not be saved, the latest ones if there are too many.
fn keep_failed(changes: &mut Vec<Change>, result: &Saved) {
    let excess = match result {
        Ok(()) => changes.len(),
        Err(_) => changes.len().saturating_sub(MAX_FAILED),
    };
    changes.drain(..excess);
}

/// Saves changes. A panic of the store is an error like any other.
fn guarded(store: &mut dyn Store, changes: &[Change]) -> Saved {
    if changes.is_empty() {
        return Ok(());
    }
    catch_unwind(AssertUnwindSafe(|| store.save(changes)))
        .unwrap_or_else(|_| Err(StoreError::writing("the store panicked")))
        .map_err(Arc::new)
}

/// A poisoned lock stays usable: no code that holds it leaves the queue half changed.
fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Maximum changes to try again after a failure.
const MAX_FAILED: usize = 10_000;

/// Maximum acknowledged events that a crash brings back, because their saving was under way.
const MAX_UNSAVED: usize = 32;
