//! Lanes and driver over real sockets on this machine, each test with its own scripted server.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod abandoning;
mod bayeux;
#[cfg(feature = "cookies")]
mod cookies;
mod deferral;
mod driver;
mod exchange;
mod flood;
mod handle;
mod operation;
mod peer;
mod proxy;
mod reports;
mod request_headers;
mod rfc6455;
mod slow_link;
mod streams;
#[cfg(feature = "rustls-ring")]
mod tls;
mod tolerance;
mod upgrade;
mod websocket;
mod world;
