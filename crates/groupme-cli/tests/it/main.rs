//! The `groupme` command as a script uses it: the built binary, its output, its exit status.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod bounds;
mod decode;
mod demo;
mod listen;
mod program;
mod secrets;
mod signals;
mod sim;
mod summary;
mod usage;
