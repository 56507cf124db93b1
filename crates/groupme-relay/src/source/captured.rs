//! Store that keeps nothing: it hands the changes to the log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use groupme_client::{Change, Saved, Store, StoreError};

/// Store of a client whose saved state lies in the log.
///
/// The client acknowledges into memory before an event is appended: a crash between the two loses both,
/// so the log never says that an event was delivered without having the event.
#[derive(Debug, Default)]
pub(super) struct Captured {
    saved: Saved,
    changes: Arc<Mutex<Vec<Change>>>,
}

impl Captured {
    /// Returns a store that starts at a saved state.
    pub(super) fn new(saved: Saved) -> Self {
        Self {
            saved,
            changes: Arc::default(),
        }
    }

    /// Returns another handle of the same changes, without the saved state.
    pub(super) fn handle(&self) -> Self {
        Self {
            saved: Saved::default(),
            changes: Arc::clone(&self.changes),
        }
    }

    /// Takes the changes so far.
    pub(super) fn take(&self) -> Vec<Change> {
        core::mem::take(&mut *self.lock())
    }

    /// A poisoned lock is used all the same: changes are added as a whole.
    fn lock(&self) -> MutexGuard<'_, Vec<Change>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Captured {
    fn load(&mut self) -> Result<Saved, StoreError> {
        Ok(core::mem::take(&mut self.saved))
    }

    fn save(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.lock().extend_from_slice(changes);
        Ok(())
    }

    fn is_instant(&self) -> bool {
        true
    }
}
