//! Client session against a scripted world, through the public interface only.
//!
//! The comment above a test names its case in `CONFORMANCE.md`.

mod outage;
mod peer;
mod world;

mod advice;
mod answers;
mod backoff;
mod conformance;
mod connect;
mod continuation;
mod delivery;
mod disconnect;
mod ended;
mod extensions;
mod fallback;
mod fuzz;
mod handshake;
mod liveness;
mod losses;
mod names;
mod negotiation;
mod pace;
mod polling;
mod publishing;
mod recovery;
mod refusal;
mod refused_subscriptions;
mod replies;
mod restoration;
mod secrets;
mod server;
mod session_loss;
mod slow_link;
mod stopped_sessions;
mod subscriptions;
mod unsubscribing;
