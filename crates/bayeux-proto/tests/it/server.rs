//! The server, against clients without a mind of their own.
//!
//! Where the cases of the project's table of Bayeux behaviours are:
//!
//! | cases | in |
//! |---|---|
//! | S001 to S007 | `handshake` |
//! | S008 to S016 | `connect` |
//! | S017 to S025 | `subscribe` |
//! | S026 to S033 | `publish` |
//! | S034 to S039, S057 | `ending` |
//! | S040, S058 | `limits` |
//! | S041 to S046 | `socket` |
//! | S047 to S050 | the simulator's `net::http`: they are about HTTP |
//! | S051 to S053 | `oddities` |
//! | S054, S055 | `cookies` |
//! | S056 | `acknowledgement` |
//!
//! The number above a test is its case. What whole recorded conversations come to is replayed in
//! the simulator's tests, which have a parser.

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
