//! Bots against the simulated GroupMe, over loopback sockets.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod arguments;
mod commands;
mod dialogs;
mod once;
mod order;
mod room;
mod rules;
mod shutdown;
