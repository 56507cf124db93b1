//! Behaviour of the crate, through its public interface.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod histories;
mod lists;
mod media;
mod membership;
mod network;
mod recorded;
mod refused_in_body;
mod requests;
mod responses;
mod retries;
mod scripted;
mod secrets;
mod sending;
mod server;
#[cfg(feature = "rustls-ring")]
mod tls;
mod unreadable;
mod uploads;
mod urls;
mod without_body;
