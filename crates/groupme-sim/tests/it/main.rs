//! Tests of the simulator from outside: in virtual time, and on loopback sockets with the feature
//! `net`.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod connect;
mod disconnect;
mod fault;
mod field;
mod handshake;
mod peer;
mod ping;
mod publish;
mod replay;
mod rest;
mod script;
mod sessions;
mod shape;
mod sockets;
mod subscribe;

mod world;

#[cfg(feature = "net")]
mod net;
