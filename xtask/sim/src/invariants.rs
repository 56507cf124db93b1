//! What has to hold at every step, one file for each.

mod account;
mod changes;
mod commands;
mod connects;
mod delivery;
mod lanes;
mod memory;
mod own;
mod pace;
mod sessions;
mod subscriptions;

use bayeux_proto::Instant;
use groupme_sim::Simulation;

use crate::{client::Client, fact::Fact, plan::Plan};

/// Something that has to hold.
pub trait Invariant: core::fmt::Debug {
    /// Its name, as failures give it.
    fn name(&self) -> &'static str;

    /// Something happened.
    ///
    /// # Errors
    ///
    /// If it must not have.
    fn observe(&mut self, now: Instant, fact: &Fact<'_>) -> Result<(), String>;

    /// What has to happen yet before the run may end.
    fn missing(&self, end: &End<'_>) -> Option<String> {
        let _ = end;
        None
    }
}

/// How things are after the network has healed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct End<'a> {
    /// The clients.
    pub clients: &'a [Client],
    /// The server.
    pub server: &'a Simulation,
    /// Whether everybody has taken leave.
    pub over: bool,
}

/// All of them.
pub(crate) fn all(plan: &Plan) -> Vec<Box<dyn Invariant>> {
    let clients = plan.clients.len();
    vec![
        Box::new(connects::Connects::new(clients)),
        Box::new(sessions::Sessions::new(clients)),
        Box::new(commands::Commands::new(clients)),
        Box::new(subscriptions::Subscriptions::new(clients)),
        Box::new(delivery::Delivery::new(clients)),
        Box::new(account::Account::new(clients)),
        Box::new(changes::Changes::new(plan)),
        Box::new(own::Own::new(clients)),
        Box::new(lanes::Lanes::new(clients)),
        Box::new(memory::Memory::new(plan)),
        Box::new(pace::Throttle::new(plan)),
    ]
}
