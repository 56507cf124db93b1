//! Settings of an outbox.

use core::{fmt, time::Duration};

use tokio::task::spawn_blocking;

use super::{Outbox, OutboxStore};
use crate::{Error, Handle};
use groupme_delivery::StoreError;

/// Settings of an [`Outbox`].
///
/// ```
/// use std::time::Duration;
///
/// use groupme_client::{Outbox, prelude::*, sim::Sim};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sim = Sim::start().await?;
/// # let client = Client::simulated(&sim)?.connect()?;
/// let reminders = Outbox::builder(&client.handle())
///     .max_age(Duration::from_secs(600))
///     .in_memory()?;
/// # Ok(()) }
/// ```
pub struct OutboxBuilder {
    handle: Handle,
    max_age: Option<Duration>,
}

impl OutboxBuilder {
    pub(super) fn new(handle: Handle) -> Self {
        Self {
            handle,
            max_age: None,
        }
    }

    /// Gives up messages that could not be sent within this time since they were put in, restarts
    /// included: [`OutboxError::TooOld`](super::OutboxError::TooOld). A request that is under way then
    /// is waited for. Default: none.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Creates the outbox in memory.
    ///
    /// # Errors
    ///
    /// Same as [`Outbox::new`].
    pub fn in_memory(self) -> Result<Outbox, Error> {
        Outbox::start(&self.handle, None, Vec::new(), self.max_age)
    }

    /// Opens the outbox with a store.
    ///
    /// # Errors
    ///
    /// Same as [`Outbox::open`].
    pub async fn open(self, mut store: impl OutboxStore) -> Result<Outbox, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Error::NoRuntime);
        }
        let loading = spawn_blocking(move || {
            let saved = store.load();
            (store, saved)
        });
        let (store, saved) = loading.await.map_err(StoreError::reading)?;
        Outbox::start(&self.handle, Some(Box::new(store)), saved?, self.max_age)
    }
}

impl fmt::Debug for OutboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxBuilder")
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}
