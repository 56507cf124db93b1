//! Dialing over loopback.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

#[cfg(any(feature = "rustls-ring", feature = "rustls-graviola"))]
mod client_certificate;
mod localhost;
#[cfg(any(feature = "rustls-ring", feature = "rustls-graviola"))]
mod session_resumption;
mod socks5;
