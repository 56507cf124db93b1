//! The deterministic simulation: client sessions and a simulated GroupMe in one process, in virtual
//! time, with a network between them that does everything a network can do.
//!
//! [`Plan::new`] makes a plan of a seed: how everything is set, what people and programs do, and what
//! goes wrong. [`run()`] carries it out, one thing at a time. Whatever can be seen of it is a [`Fact`],
//! and [invariants](Invariant) judge each as it comes; a [`Transcript`] writes them down. At the end the
//! network heals, and everything has to be well again.
//!
//! Nothing in a run depends on anything but its plan: the same seed gives the same transcript.

mod campaign;
mod checks;
mod client;
mod errands;
mod fact;
mod invariants;
mod network;
mod plan;
mod random;
mod run;
mod sabotage;
mod tally;
mod transcript;

pub use self::{
    campaign::{Campaign, Failure, guarded, shrink},
    checks::{Checks, Violation},
    client::{Account, Client},
    fact::{Asked, Change, ClientFact, Fact, Handed, Look, Loss, NewMessage},
    invariants::{End, Invariant},
    plan::{
        AccountSetting, Ask, ClientSetting, Doing, Fault, Plan, Refusal, Road, ServerSetting, Step,
        Told, What,
    },
    run::{Report, run},
    sabotage::Sabotage,
    tally::Tally,
    transcript::Transcript,
};
