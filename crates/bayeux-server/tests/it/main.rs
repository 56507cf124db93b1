//! Tests of the server through its public interface: requests without sockets in virtual time, and
//! real sockets on loopback.
#![cfg(feature = "wire")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod beside;
mod client;
mod continuation;
mod drivers;
mod limits;
mod origins;
mod polling;
mod rules;
mod shutdown;
mod websocket;
