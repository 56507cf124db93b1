//! The engine as a driver uses it: frames and responses go in, actions, changes and items come out.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod allocations;
mod overflow;
mod own_channel;
mod saving;
mod world;
