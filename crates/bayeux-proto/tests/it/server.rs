//! Server against scripted clients.
//!
//! The comment above a test names its case in `CONFORMANCE.md`, which also lists the test files
//! that cover each case. The tests of the simulator replay whole recorded conversations, because
//! they have a parser.

mod acknowledgement;
mod chaos;
mod connect;
mod cookies;
mod ending;
mod handshake;
mod limits;
mod oddities;
mod publish;
mod socket;
mod stage;
mod subscribe;
