//! Attacks on a server with raw sockets, each within bounds of processor time and memory.
//!
//! The figures are those of Linux. The tests run one at a time: they measure the whole process.
#![cfg(all(feature = "wire", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod connections;
mod frames;
mod http;
mod pages;
mod payloads;
mod victim;
