//! A run: a plan carried out, one step at a time, in virtual time.

mod faults;
mod people;
mod rest;
mod server;

use core::time::Duration;
use std::collections::BTreeSet;

use bayeux_proto::Instant;
use groupme_sim::{
    Conversation, Gateway, Push, Rest, RestConfig, SimGroupId, SimMessageId, SimUserId, Simulation,
    World,
};

use crate::{
    checks::{Checks, Violation},
    client::{Batch, Client, Listener, SubscriptionState},
    counters::Counters,
    fact::{ClientFact, Fact},
    invariants::End,
    network::Network,
    plan::{Command, Event, Plan},
    random::Random,
    rest_requests::{Http, RestRequests},
    sabotage::Sabotage,
    transcript::Transcript,
};

/// The outcome of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The first violation, if any.
    pub violation: Option<Violation>,
    /// The transcript, in the form that was asked for.
    pub transcript: Transcript,
    /// Counts of what happened.
    pub counters: Counters,
}

/// Carries out a plan, with or without a sabotage.
pub(crate) fn run(plan: &Plan, transcript: Transcript, sabotage: Option<Sabotage>) -> Report {
    let mut run = Run::new(plan, transcript, sabotage);
    run.carry_out();
    let (violation, transcript, counters) = run.cx.checks.into_parts();
    Report {
        violation,
        transcript,
        counters,
    }
}

/// The parts of a run that every step of a client needs.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) now: Instant,
    pub(crate) network: Network,
    pub(crate) checks: Checks,
}

impl Context {
    pub(crate) fn see(&mut self, fact: &Fact<'_>) {
        self.checks.see(self.now, fact);
    }
}

struct Run<'a> {
    plan: &'a Plan,
    cx: Context,
    random: Random,
    server: Simulation,
    requests: RestRequests,
    http: Http,
    rest: Rest,
    /// When the outage of REST ends.
    rest_until: Option<Instant>,
    /// When the lists stop lagging.
    lists_until: Option<Instant>,
    clients: Vec<Client>,
    batch: Batch,
    users: Vec<SimUserId>,
    groups: Vec<SimGroupId>,
    /// The groups of each client's user.
    memberships: Vec<BTreeSet<SimGroupId>>,
    messages: Vec<SimMessageId>,
    /// Number of events published.
    published: u64,
    /// Number of steps of the plan taken.
    steps: usize,
    turns: u64,
}

impl<'a> Run<'a> {
    fn new(plan: &'a Plan, transcript: Transcript, sabotage: Option<Sabotage>) -> Self {
        let mut random = Random::new(plan.seed);
        let mut world = World::new(random.next(), EPOCH);
        let users: Vec<SimUserId> = (0..plan.users)
            .map(|number| world.add_user(&format!("user {number}")))
            .collect();
        let groups = (0..plan.groups)
            .filter_map(|number| {
                let members = users.iter().copied().filter(|_| random.chance(70));
                let members: Vec<SimUserId> = members.collect();
                let owner = users[random.index(users.len())];
                let name = format!("group {number}");
                world.add_group(&name, owner, &members).ok()
            })
            .collect::<Vec<_>>();
        let clients = plan.clients.iter().zip(&users).enumerate();
        let clients = clients.map(|(index, (settings, user))| {
            let channels = channels(*user, &users, &groups);
            let token = world.token(*user).unwrap_or_default();
            Client::new(
                index,
                &user.to_string(),
                settings,
                token,
                &channels,
                sabotage,
            )
        });
        Self {
            plan,
            clients: clients.collect(),
            cx: Context {
                now: Instant::ORIGIN,
                network: Network::new(random.fork(), plan.network),
                checks: Checks::new(plan, transcript),
            },
            server: Simulation::new(world, Gateway::new(plan.gateway.clone())),
            requests: RestRequests::new(random.fork()),
            http: Http::new(),
            rest: Rest::default(),
            rest_until: None,
            lists_until: None,
            random,
            batch: Batch::default(),
            users,
            groups,
            memberships: vec![BTreeSet::new(); plan.clients.len()],
            messages: Vec::new(),
            published: 0,
            steps: 0,
            turns: 0,
        }
    }

    fn carry_out(&mut self) {
        for (client, one) in self.clients.iter().enumerate() {
            if one.listener().is_some() {
                let channel = format!("/user/{}", self.users[client]);
                let fact = ClientFact::Backfills(&channel);
                self.cx.see(&Fact::Client(client, fact));
            }
        }
        self.see_memberships();
        self.advance(self.plan.faults_end_at);
        if self.cx.checks.has_failed() {
            return;
        }
        self.cx.see(&Fact::Healed);
        self.cx.network.clear_faults(self.cx.now);
        self.requests.lose(self.cx.now, 0);
        self.rest_until = Some(self.cx.now);
        self.lists_until = Some(self.cx.now);
        for client in &mut self.clients {
            client.fill_disk(self.cx.now);
        }
        self.wait_for_recovery();
        if self.plan.disconnects && !self.cx.checks.has_failed() {
            self.disconnect();
        }
    }

    /// Waits until every client hears everything again.
    fn wait_for_recovery(&mut self) {
        let first = self.published;
        // A slow program has to take all of it, perhaps twice.
        let paces = self.clients.iter().filter_map(Client::listener);
        let slowest = paces.map(|listener| listener.settings().pace).max();
        let messages = u32::try_from(self.messages.len()).unwrap_or(u32::MAX);
        let taking = slowest.unwrap_or_default().saturating_mul(messages + 500) * 2;
        let deadline = self.cx.now + CALM + self.plan.gateway.hold * 6 + taking;
        loop {
            for client in &mut self.clients {
                client.settle_down(&mut self.cx);
                if client.listener().is_some() && client.is_idle() {
                    client.acknowledge(&mut self.cx);
                }
            }
            for channel in self.active_channels() {
                let data = r#"{"type":"typing","user_id":"1","started":1}"#.to_owned();
                self.publish(&[Push { channel, data }]);
                // One at a time, so that a short queue of the server's does not overflow.
                self.advance(self.cx.now + Duration::from_secs(1));
            }
            // Out of step with pings, which a short queue would drop each time.
            let step = self.random.millis(0, 7_000);
            self.advance(self.cx.now + ROUND + step);
            if self.is_over(deadline, |run| {
                run.missing(false).or_else(|| run.find_unrecovered(first))
            }) {
                return;
            }
        }
    }

    /// Has every client disconnect, and checks that nothing is left.
    fn disconnect(&mut self) {
        let deadline = self.cx.now + CALM + self.plan.gateway.hold * 3;
        for client in &mut self.clients {
            client.issue(&mut self.cx, Command::Disconnect);
        }
        loop {
            self.advance(self.cx.now + ROUND);
            if self.is_over(deadline, |run| run.missing(true)) {
                return;
            }
        }
    }

    /// Returns whether nothing is missing, or it is too late for it, which is a violation.
    fn is_over(
        &mut self,
        deadline: Instant,
        missing: impl Fn(&Self) -> Option<(&'static str, String)>,
    ) -> bool {
        if self.cx.checks.has_failed() {
            return true;
        }
        let Some((invariant, what)) = missing(self) else {
            return true;
        };
        let is_late = self.cx.now > deadline;
        if is_late {
            self.cx.checks.fail(self.cx.now, invariant, what);
        }
        is_late
    }

    /// Returns all channels that are active as reported to some program.
    fn active_channels(&self) -> BTreeSet<String> {
        let clients = self.clients.iter();
        let channels = clients.flat_map(|client| client.channels(SubscriptionState::Active));
        channels.map(str::to_owned).collect()
    }

    /// Returns which client is not up, or has not heard a channel since the `first`th event.
    fn find_unrecovered(&self, first: u64) -> Option<(&'static str, String)> {
        self.clients.iter().enumerate().find_map(|(index, client)| {
            let is_settled = client.listener().is_none_or(Listener::is_settled);
            let mut channels = client.channels(SubscriptionState::Active).into_iter();
            let deaf =
                channels.find(|one| client.last_event(one).is_none_or(|number| number < first));
            let what = match deaf {
                _ if !client.is_up() || !client.is_idle() => "is not up".to_owned(),
                _ if !is_settled => "has not caught up".to_owned(),
                Some(channel) => format!("hears nothing on {channel}"),
                None => return None,
            };
            Some((HEALED, format!("client {index} {what}")))
        })
    }

    fn missing(&self, is_over: bool) -> Option<(&'static str, String)> {
        self.cx.checks.missing(&End {
            clients: &self.clients,
            server: &self.server,
            is_over,
        })
    }

    /// Lets everything happen until `end`.
    fn advance(&mut self, end: Instant) {
        while !self.cx.checks.has_failed() {
            let clients = self.clients.iter().filter_map(Client::poll_timeout);
            let timeouts = [
                self.plan.steps.get(self.steps).map(|step| step.at),
                self.cx.network.poll_timeout(),
                self.server.poll_timeout(),
                self.requests.poll_timeout(),
                self.rest_until,
                self.lists_until,
            ];
            let next = timeouts.into_iter().flatten().chain(clients).min();
            let Some(at) = next.filter(|at| *at <= end) else {
                break;
            };
            self.cx.now = self.cx.now.max(at);
            self.turns += 1;
            if self.turns > TURNS {
                let what = format!("more than {TURNS} turns, and no end");
                self.cx.checks.fail(self.cx.now, HEALED, what);
                return;
            }
            self.turn();
        }
        self.cx.now = self.cx.now.max(end);
    }

    /// Handles all that is due now, in this order: arrivals, the server's timers, the clients'
    /// timers, the plan.
    fn turn(&mut self) {
        let now = self.cx.now;
        while let Some(arrival) = self.cx.network.poll_arrival(now) {
            self.handle_arrival(arrival);
        }
        if self.server.poll_timeout().is_some_and(|at| at <= now) {
            self.server.handle_timeout(now);
            self.drain(self.published);
        }
        for client in &mut self.clients {
            if client.poll_timeout().is_some_and(|at| at <= now) {
                client.handle_timeout(&mut self.cx);
            }
        }
        if self.rest_until.is_some_and(|until| until <= now) {
            self.rest_until = None;
            *self.rest.config_mut() = RestConfig::default();
        }
        if self.lists_until.is_some_and(|until| until <= now) {
            self.lists_until = None;
            self.server
                .with_world(now, |world| world.set_list_lag(Duration::ZERO));
        }
        let step = self.plan.steps.get(self.steps);
        if let Some(step) = step.filter(|step| step.at <= now) {
            self.steps += 1;
            self.take(step.what);
        }
        self.run_rest_requests();
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Activity(activity) => self.act(activity),
            Event::Command(client, Command::Send(pick)) => {
                let to = self.recipient(client, pick);
                self.clients[client].send(&mut self.cx, &to);
            }
            Event::Command(client, command) => self.clients[client].issue(&mut self.cx, command),
            Event::Fault(fault) => self.fail(fault),
        }
    }
}

/// Returns the channels that a program may want to hear: its user's own first, and one that it is
/// not allowed to hear last.
fn channels(user: SimUserId, users: &[SimUserId], groups: &[SimGroupId]) -> Vec<String> {
    let others = || users.iter().filter(|other| **other != user);
    let own = format!("/user/{user}");
    let groups = groups.iter().map(|group| format!("/group/{group}"));
    let directs = others().map(|other| Conversation::direct(user, *other).channel());
    let foreign = others().next().map(|other| format!("/user/{other}"));
    core::iter::once(own)
        .chain(groups)
        .chain(directs)
        .chain(foreign)
        .collect()
}

/// Start of every simulation, since 1970.
const EPOCH: Duration = Duration::from_secs(crate::client::EPOCH.cast_unsigned());
/// Maximum time for calming down, besides some holds of the server.
const CALM: Duration = Duration::from_mins(20);
/// Time between two checks whether all is well.
const ROUND: Duration = Duration::from_secs(20);
/// More turns than a run has that ends.
const TURNS: u64 = 2_000_000;
const HEALED: &str = "all is well once the network has healed";
