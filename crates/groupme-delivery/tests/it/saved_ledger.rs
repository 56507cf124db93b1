//! Ledger with its store: every change is saved at once.

use groupme_delivery::{
    Change, Delivered, DeliveryTag, Ledger, MemoryStore, Store as _, StoreError,
};

/// Ledger whose changes are saved at once.
pub(crate) struct SavedLedger {
    ledger: Ledger,
    store: MemoryStore,
    changes: Vec<Change>,
}

impl SavedLedger {
    pub(crate) fn new(store: MemoryStore) -> Self {
        Self {
            ledger: Ledger::new(),
            store,
            changes: Vec::new(),
        }
    }

    pub(crate) fn record<P>(&mut self, delivered: &mut Delivered<P>) -> Result<bool, StoreError> {
        let is_for_program = self.ledger.record(delivered, &mut self.changes);
        self.save().map(|()| is_for_program)
    }

    pub(crate) fn acknowledge(&mut self, tag: DeliveryTag) -> Result<(), StoreError> {
        self.ledger.acknowledge(tag, &mut self.changes);
        self.save()
    }

    pub(crate) fn acknowledge_through(&mut self, tag: DeliveryTag) -> Result<(), StoreError> {
        self.ledger.acknowledge_through(tag, &mut self.changes);
        self.save()
    }

    pub(crate) fn open(&self) -> usize {
        self.ledger.open()
    }

    pub(crate) fn save(&mut self) -> Result<(), StoreError> {
        let result = self.store.save(&self.changes);
        self.changes.clear();
        result
    }
}
