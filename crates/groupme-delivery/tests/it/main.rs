//! Behaviour of a feed between pushes and REST, in virtual time.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod acknowledging;
mod allocations;
mod as_text;
mod baseline;
mod changes;
mod comparing;
mod ends;
mod failures;
mod gaps;
mod lagging_lists;
mod lists;
mod memberships;
mod memory;
mod merging;
mod pace;
mod payloads;
mod polling;
mod restarts;
mod saved_ledger;
mod start;
mod unreadable;
mod wording;
mod world;
mod written;
