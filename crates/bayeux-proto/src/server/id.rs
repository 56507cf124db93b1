//! Identifiers of batches and sessions.

use alloc::sync::Arc;

/// Identifier of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BatchId(pub(super) u64);

/// Identifier of a session, its `clientId`. Cloned into every index, hence shared.
pub(super) type ClientId = Arc<str>;
