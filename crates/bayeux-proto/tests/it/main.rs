//! The client session against a scripted world, through the public interface only.
//!
//! The number above a test is the case in the project's table of Bayeux behaviours.

mod peer;
mod world;

mod advice;
mod connect;
mod delivery;
mod handshake;
mod negotiation;
mod pace;
mod polling;
mod replies;
mod session_loss;
mod subscriptions;
