//! The deterministic simulation: client sessions and a simulated GroupMe in one process and in
//! virtual time, connected by a network that fails in every way a network can.
//!
//! [`Plan::new`] derives a plan from a seed: all settings, the actions of people and programs, and
//! the faults. The run carries the plan out, one step at a time, and reports everything observable
//! as a fact. Invariants check each fact, and a [`Transcript`] records it. At the end the network
//! recovers, and every client has to recover too.
//!
//! A run depends on its plan alone: the same seed gives the same transcript.

mod campaign;
mod checks;
mod client;
mod counters;
mod fact;
mod figures;
mod invariants;
mod network;
mod plan;
mod random;
mod rest_requests;
mod run;
mod sabotage;
mod transcript;

pub use self::{
    campaign::{Campaign, Failure, guarded, shrink},
    checks::Violation,
    counters::Counters,
    figures::{DOWNTIMES, Figures, Outage, Refusal},
    plan::Plan,
    run::Report,
    sabotage::Sabotage,
    transcript::Transcript,
};
