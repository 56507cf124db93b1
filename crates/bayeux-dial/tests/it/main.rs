//! Dialing over loopback.
#![cfg(feature = "rustls-ring")]
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod tickets;
