//! The client against the simulated GroupMe, over loopback sockets.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod account;
mod backfill;
mod cache;
mod credentials;
mod delivery;
mod failure;
mod fallback;
mod following;
mod handle;
mod leaving;
mod many;
#[cfg(feature = "metrics")]
mod metrics;
mod misuse;
mod once;
mod outbox;
mod outbox_ends;
mod outbox_file;
mod outbox_waits;
mod recovery;
mod secrets;
mod spellings;
#[cfg(feature = "sqlite")]
mod store;
mod subscriptions;
mod waiting;
mod webhook;
