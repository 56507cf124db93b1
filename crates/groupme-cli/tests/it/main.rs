//! Tests of the built `groupme` binary: output and exit status.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod api;
mod archive;
mod bots;
mod bounds;
mod canned;
mod changes;
#[cfg(feature = "chat")]
mod chat;
mod conversations;
mod decode;
mod demo;
mod download;
mod failures;
mod fields;
mod files;
mod full_disk;
mod history;
mod hostile;
mod listen;
mod login;
mod logs;
mod membership;
mod names;
mod outputs;
mod ping;
mod polls;
mod program;
mod secrets;
mod sending;
mod shell;
mod signals;
mod sim;
mod state;
mod stats;
mod summary;
mod terminal;
mod typing;
mod unshown;
mod usage;
