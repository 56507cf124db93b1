//! The store of a program, and the saves to it, in the order in which groupme-client makes them.

use core::time::Duration;
use std::{collections::VecDeque, sync::Arc};

use bayeux_proto::Instant;
use groupme_account::{Account, SaveId};
use groupme_delivery::{Change, MemoryStore, Saved, Store as _, StoreError};

use crate::{fact::Delivered, sabotage::Sabotage};

/// Store of a program over all its processes, and the saves of the present one.
pub(super) struct Storage {
    /// Duration of a save.
    saving: Duration,
    store: MemoryStore,
    /// Everything that the engine has saved, whatever a sabotage makes of it.
    shadow: MemoryStore,
    /// Saves under way.
    saves: VecDeque<Save>,
    /// Changes that could not be saved, to be tried again with the next ones.
    failed: Vec<Change>,
    /// Time until which no save succeeds.
    disk_is_full_until: Instant,
    /// Number of acknowledgements that are not saved yet, and of those that no save has taken.
    unsaved: usize,
    untaken: usize,
    /// Acknowledgements that wait for a save.
    acknowledging: Vec<(SaveId, Delivered)>,
    /// Whether the process that ended last could not save some changes.
    has_lost_changes: bool,
    /// Whether the store is known to have a baseline.
    has_baseline: bool,
}

/// Save under way.
struct Save {
    due: Instant,
    id: SaveId,
    changes: Vec<Change>,
    acknowledgements: usize,
}

impl Storage {
    pub(super) fn new(saving: Duration) -> Self {
        Self {
            saving,
            store: MemoryStore::default(),
            shadow: MemoryStore::default(),
            saves: VecDeque::new(),
            failed: Vec::new(),
            disk_is_full_until: Instant::ORIGIN,
            unsaved: 0,
            untaken: 0,
            acknowledging: Vec::new(),
            has_lost_changes: false,
            has_baseline: false,
        }
    }

    /// Returns what the next process starts with.
    pub(super) fn saved(&self) -> Saved {
        self.store.clone().load().unwrap_or_default()
    }

    /// Returns whether the process that ended last could not save some changes.
    pub(super) fn has_lost_changes(&self) -> bool {
        self.has_lost_changes
    }

    /// Returns whether a save is under way.
    pub(super) fn is_saving(&self) -> bool {
        !self.saves.is_empty()
    }

    /// Returns whether the next event may be taken: few enough acknowledgements are unsaved.
    pub(super) fn has_room(&self) -> bool {
        self.unsaved < MAX_UNSAVED
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.saves.front().map(|save| save.due)
    }

    /// Lets no save succeed until then.
    pub(super) fn fill_disk(&mut self, until: Instant) {
        self.disk_is_full_until = until;
    }

    /// Notes an acknowledgement that a save will contain.
    pub(super) fn acknowledge(&mut self, id: SaveId, delivered: Delivered) {
        self.unsaved += 1;
        self.untaken += 1;
        self.acknowledging.push((id, delivered));
    }

    /// Completes the saves that are due, and begins the next. Returns the deliveries whose
    /// acknowledgements are saved now.
    pub(super) fn save(
        &mut self,
        now: Instant,
        engine: &mut Account,
        sabotage: Option<Sabotage>,
    ) -> Vec<Delivered> {
        let mut saved = Vec::new();
        loop {
            if let Some(save) = self.saves.pop_front_if(|save| save.due <= now) {
                saved.extend(self.complete(now, save, engine, sabotage));
                continue;
            }
            let mut changes = Vec::new();
            if !self.saves.is_empty() {
                return saved;
            }
            let Some(id) = engine.poll_changes(&mut changes) else {
                return saved;
            };
            let mut due = now + self.saving;
            if sabotage == Some(Sabotage::HandOutUnsaved) {
                engine.handle_saved(id, Ok(()));
                let early = self.acknowledging.drain(..);
                saved.extend(early.map(|(_, delivered)| delivered));
                due = due + EARLY;
            }
            let acknowledgements = core::mem::take(&mut self.untaken);
            self.saves.push_back(Save {
                due,
                id,
                changes,
                acknowledgements,
            });
        }
    }

    fn complete(
        &mut self,
        now: Instant,
        save: Save,
        engine: &mut Account,
        sabotage: Option<Sabotage>,
    ) -> Vec<Delivered> {
        let mut changes = core::mem::take(&mut self.failed);
        changes.extend(save.changes);
        self.unsaved = self.unsaved.saturating_sub(save.acknowledgements);
        let result = if now < self.disk_is_full_until {
            self.failed = changes;
            Err(Arc::new(StoreError::writing("the disk is full")))
        } else {
            let _ = self.shadow.save(&changes);
            changes.retain(|change| !is_withheld(sabotage, change));
            let _ = self.store.save(&changes);
            Ok(())
        };
        let is_ok = result.is_ok();
        engine.handle_saved(save.id, result);
        if is_ok {
            self.confirm(save.id)
        } else {
            Vec::new()
        }
    }

    /// Takes the deliveries whose acknowledgements are in a save or an earlier one.
    fn confirm(&mut self, saved: SaveId) -> Vec<Delivered> {
        let is_saved = |(id, _): &mut (SaveId, Delivered)| *id <= saved;
        let acknowledged = self.acknowledging.extract_if(.., is_saved);
        acknowledged.map(|(_, delivered)| delivered).collect()
    }

    /// Completes all saves at once, each at its time, from `now` on.
    pub(super) fn flush(&mut self, now: Instant, engine: &mut Account) -> Vec<Delivered> {
        let mut saved = Vec::new();
        while engine.has_changes() || self.is_saving() {
            let due = self.poll_timeout().unwrap_or(now);
            saved.extend(self.save(due, engine, None));
        }
        saved
    }

    /// Completes the save under way in a process that crashes, if the disk has room. Returns the
    /// deliveries whose acknowledgements are in it.
    pub(super) fn save_last(&mut self, now: Instant) -> Vec<Delivered> {
        if now < self.disk_is_full_until {
            return Vec::new();
        }
        let Some(save) = self.saves.pop_front() else {
            return Vec::new();
        };
        let mut changes = core::mem::take(&mut self.failed);
        changes.extend(save.changes);
        let _ = self.store.save(&changes);
        let _ = self.shadow.save(&changes);
        self.confirm(save.id)
    }

    /// Forgets everything of a process that ends.
    pub(super) fn end(&mut self) {
        self.has_lost_changes = !self.failed.is_empty();
        self.saves.clear();
        self.failed.clear();
        (self.unsaved, self.untaken) = (0, 0);
        self.acknowledging.clear();
    }

    /// Returns whether the store has got a baseline since the last call.
    pub(super) fn finds_baseline(&mut self) -> bool {
        let before = self.has_baseline;
        if !before {
            let saved = self.shadow.clone().load().unwrap_or_default();
            self.has_baseline = saved.baseline.is_some() || saved.synced_until.is_some();
        }
        !before && self.has_baseline
    }
}

/// Returns whether a sabotage keeps a change from the store.
fn is_withheld(sabotage: Option<Sabotage>, change: &Change) -> bool {
    matches!(
        (sabotage, change),
        (Some(Sabotage::SkipSave), _)
            | (Some(Sabotage::ForgetSeen), Change::Seen { .. })
            | (Some(Sabotage::SaveBaselineLate), Change::Baseline(_))
    )
}

/// Time before a save at which a sabotage reports it.
const EARLY: Duration = Duration::from_secs(1);

/// Maximum acknowledgements that may be unsaved before the next event is taken, as in
/// groupme-client.
const MAX_UNSAVED: usize = 32;
