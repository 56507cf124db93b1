//! Storms in virtual time: nodes of the relay that are killed, paused and cut off, over a broker that loses,
//! delays and doubles, goes away, and comes back without its last entries.
//!
//! One seed draws everything. Afterwards, the logs are compared with what was said; [`Sabotage`] breaks a
//! promise on which the relay rests, to show that the comparison notices.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a simulation fails by panicking, and its seed is reported"
)]

mod broker;
mod consumer;
mod invariants;
mod storm;
pub mod town;

pub use broker::{Sabotage, Sabotaged};
pub use storm::{Report, run};
