//! Tests of archives against a simulated GroupMe, in virtual time.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod counts;
mod hostile;
mod media;
mod odd;
mod pages;
mod resuming;
mod updates;
mod waiting;
mod world;
