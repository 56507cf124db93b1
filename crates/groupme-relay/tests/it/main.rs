//! Behaviour of the relay, in virtual time where no socket is needed.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod admission;
mod names;
mod operation;
mod placement;
mod requests;
mod rewind;
mod scene;
mod seal;
mod simulated_groupme;
mod standing;
mod writer;
