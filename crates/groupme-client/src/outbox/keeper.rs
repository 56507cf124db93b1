//! Calls of an outbox to its store, on threads for blocking calls.

use groupme_delivery::StoreError;
use tokio::task::spawn_blocking;

use super::{OutboxMessage, OutboxStore};

/// Store of an outbox, or none.
pub(super) enum StoreHandle {
    /// Outbox in memory.
    Memory,
    Store(Box<dyn OutboxStore>),
    /// The store panicked, or is in use by a call.
    Lost,
}

impl StoreHandle {
    pub(super) fn new(store: Option<Box<dyn OutboxStore>>) -> Self {
        store.map_or(Self::Memory, Self::Store)
    }

    pub(super) async fn add(&mut self, message: &OutboxMessage) -> Result<(), StoreError> {
        let message = message.clone();
        self.call(move |store| store.add(&message)).await
    }

    pub(super) async fn remove(&mut self, guid: &str) -> Result<(), StoreError> {
        let guid = guid.to_owned();
        self.call(move |store| store.remove(&guid)).await
    }

    async fn call(
        &mut self,
        call: impl FnOnce(&mut dyn OutboxStore) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let mut store = match core::mem::replace(self, Self::Lost) {
            Self::Memory => {
                *self = Self::Memory;
                return Ok(());
            }
            Self::Store(store) => store,
            Self::Lost => return Err(StoreError::writing("the outbox's store has panicked")),
        };
        let called = spawn_blocking(move || {
            let result = call(&mut *store);
            (store, result)
        });
        let (store, result) = called.await.map_err(StoreError::writing)?;
        *self = Self::Store(store);
        result
    }
}
