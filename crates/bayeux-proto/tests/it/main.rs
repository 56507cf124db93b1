//! The client session against a scripted world, through the public interface only.
//!
//! The number above a test is the case in the project's table of Bayeux behaviours.

mod peer;
mod world;

mod advice;
mod backoff;
mod connect;
mod delivery;
mod disconnect;
mod ended;
mod fallback;
mod fuzz;
mod handshake;
mod liveness;
mod names;
mod negotiation;
mod pace;
mod polling;
mod publishing;
mod recovery;
mod refusal;
mod replies;
mod restoration;
mod secrets;
mod server;
mod session_loss;
mod subscriptions;
