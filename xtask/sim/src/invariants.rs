//! Conditions that hold at every step, one file each.

mod account;
mod changes;
mod commands;
mod connects;
mod delivery;
mod lanes;
mod losses;
mod memory;
mod own;
mod rates;
mod sessions;
mod subscriptions;

use core::fmt::Debug;

use groupme_sim::Simulation;

use self::{
    account::Account, changes::Changes, commands::Commands, connects::Connects, delivery::Delivery,
    lanes::Lanes, losses::Losses, memory::Memory, own::Own, rates::Rates, sessions::Sessions,
    subscriptions::Subscriptions,
};
use crate::{
    client::Client,
    fact::{ClientFact, PublishedEvent},
    plan::{ClientSettings, Plan},
};

/// A condition that one client has to keep.
pub(crate) trait Invariant: Debug {
    /// Checks an observation about the client.
    ///
    /// # Errors
    ///
    /// A description of the violation.
    fn observe(&mut self, fact: &ClientFact<'_>) -> Result<(), String> {
        let _ = fact;
        Ok(())
    }

    /// Records an event that the server published.
    fn published(&mut self, event: &PublishedEvent<'_>) {
        let _ = event;
    }

    /// Describes what has to happen yet before the run may end; `None` for nothing.
    fn missing(&self, client: &Client, end: &End<'_>) -> Option<String> {
        let _ = (client, end);
        None
    }
}

/// An invariant of a client.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) client: usize,
    pub(crate) name: &'static str,
    pub(crate) invariant: Box<dyn Invariant>,
}

/// The state of the run after all faults have ended.
#[derive(Clone, Copy)]
pub(crate) struct End<'a> {
    pub(crate) clients: &'a [Client],
    pub(crate) server: &'a Simulation,
    /// Whether all clients have disconnected.
    pub(crate) is_over: bool,
}

/// Returns all invariants of all clients.
pub(crate) fn all(plan: &Plan) -> Vec<Check> {
    let clients = plan.clients.iter().enumerate();
    let checks = clients.flat_map(|(client, settings)| {
        of(settings, plan.has_lagging_lists())
            .into_iter()
            .map(move |(name, invariant)| Check {
                client,
                name,
                invariant,
            })
    });
    checks.collect()
}

type Named = (&'static str, Box<dyn Invariant>);

fn of(client: &ClientSettings, lists_lag: bool) -> Vec<Named> {
    let config = || client.session.clone();
    let mut invariants: Vec<Named> = vec![
        (
            "at most one connect outstanding",
            Box::<Connects>::default(),
        ),
        ("no stale clientId", Box::<Sessions>::default()),
        (
            "every subscription wanted is active or refused",
            Box::new(Subscriptions),
        ),
        ("every lane ends once", Box::<Lanes>::default()),
        ("memory is bounded", Box::new(Memory(config()))),
        ("no faster than the cap", Box::new(Rates::new(config()))),
    ];
    let further: Vec<Named> = match &client.account {
        // An engine hands out neither the events of its session nor the outcome of a publish.
        None => vec![
            (
                "every command settles exactly once",
                Box::<Commands>::default(),
            ),
            (
                "every event once, in order, or in a gap",
                Box::<Delivery>::default(),
            ),
        ],
        Some(account) => vec![
            (
                "every message once and in order, or reported lost",
                Box::new(Account::new(account, lists_lag)),
            ),
            (
                "every change is reported once",
                Box::new(Changes::new(client)),
            ),
            (
                "own messages are known and sent once",
                Box::<Own>::default(),
            ),
            (
                "no loss is reported without need",
                Box::new(Losses::new(account)),
            ),
        ],
    };
    invariants.extend(further);
    invariants
}
