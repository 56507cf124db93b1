//! What the crate promises, told by behaviour.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod addresses;
mod answers;
mod histories;
mod network;
mod patience;
mod questions;
mod recorded;
mod secrets;
mod sending;
mod server;
#[cfg(feature = "rustls-ring")]
mod tls;
mod uploads;
mod world;
