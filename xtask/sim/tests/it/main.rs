//! Tests of the simulation itself: that it is deterministic, that faults committed on purpose are
//! caught by the invariants meant for them, and that a plan can be cut down.

mod plans;
mod sabotages;
