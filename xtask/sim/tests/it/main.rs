//! Tests of the simulation itself: runs are deterministic, each sabotage is caught by the invariant
//! meant for it, and a failing plan can be shrunk.

mod figures;
mod plans;
mod sabotages;
