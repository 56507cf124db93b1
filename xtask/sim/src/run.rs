//! One run: a plan carried out, one thing at a time, in virtual time.

mod faults;
mod people;
mod rest;
mod server;

use core::time::Duration;
use std::collections::BTreeSet;

use bayeux_proto::Instant;
use groupme_sim::{Gateway, GroupId, MessageId, Push, Rest, RestConfig, Simulation, UserId, World};

use crate::{
    checks::{Checks, Violation},
    client::{Account, Batch, Client},
    errands::Errands,
    fact::Fact,
    invariants::End,
    network::Network,
    plan::{Ask, Plan, What},
    random::Random,
    sabotage::Sabotage,
    tally::Tally,
    transcript::Transcript,
};

/// What came of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// What did not hold, if anything.
    pub violation: Option<Violation>,
    /// What happened, as far as it was wanted.
    pub transcript: Transcript,
    /// How much happened.
    pub tally: Tally,
}

/// Carries out a plan, with a fault committed on purpose or without.
pub fn run(plan: &Plan, transcript: Transcript, sabotage: Option<Sabotage>) -> Report {
    let mut run = Run::new(plan, transcript, sabotage);
    run.carry_out();
    let Run { checks, .. } = run;
    let (violation, transcript, tally) = checks.into_parts();
    Report {
        violation,
        transcript,
        tally,
    }
}

struct Run<'a> {
    plan: &'a Plan,
    now: Instant,
    random: Random,
    server: Simulation,
    network: Network,
    errands: Errands,
    rest: Rest,
    /// Until when REST is out of order.
    rest_until: Option<Instant>,
    clients: Vec<Client>,
    checks: Checks,
    batch: Batch,
    users: Vec<UserId>,
    groups: Vec<GroupId>,
    /// The groups of each client's user.
    memberships: Vec<BTreeSet<GroupId>>,
    said: Vec<MessageId>,
    /// How many events have been published.
    published: u64,
    /// How many steps of the plan have been taken.
    steps: usize,
    /// How many things have happened.
    turns: u64,
}

impl<'a> Run<'a> {
    fn new(plan: &'a Plan, transcript: Transcript, sabotage: Option<Sabotage>) -> Self {
        let mut random = Random::new(plan.seed);
        let mut world = World::new(random.next(), EPOCH);
        let users: Vec<UserId> = (0..plan.users)
            .map(|number| world.add_user(&format!("user {number}")))
            .collect();
        let groups = (0..plan.groups)
            .filter_map(|number| {
                let members: Vec<UserId> = users
                    .iter()
                    .copied()
                    .filter(|_| random.chance(70))
                    .collect();
                let owner = users[random.index(users.len())];
                world
                    .add_group(&format!("group {number}"), owner, &members)
                    .ok()
            })
            .collect::<Vec<_>>();
        let clients = plan
            .clients
            .iter()
            .zip(&users)
            .enumerate()
            .map(|(index, (setting, user))| {
                let channels = channels(*user, &users, &groups);
                let token = world.token(*user).unwrap_or_default();
                let client = Client::new(index, setting, token, &channels, sabotage);
                match &setting.account {
                    Some(setting) => {
                        client.with_account(Account::new(&user.to_string(), setting.clone()))
                    }
                    None => client,
                }
            })
            .collect();
        let gateway = Gateway::new(plan.server.gateway.clone());
        Self {
            plan,
            now: Instant::ORIGIN,
            server: Simulation::new(world, gateway),
            network: Network::new(random.fork(), plan.road),
            errands: Errands::new(random.fork()),
            rest: Rest::default(),
            rest_until: None,
            random,
            clients,
            checks: Checks::new(plan, transcript),
            batch: Batch::default(),
            users,
            groups,
            memberships: vec![BTreeSet::new(); plan.clients.len()],
            said: Vec::new(),
            published: 0,
            steps: 0,
            turns: 0,
        }
    }

    fn carry_out(&mut self) {
        for (client, one) in self.clients.iter().enumerate() {
            if one.account().is_some() {
                let channel = format!("/user/{}", self.users[client]);
                let channel = channel.as_str();
                self.checks
                    .see(self.now, &Fact::Account { client, channel });
            }
        }
        self.see_memberships();
        self.advance(self.plan.heals_at);
        if self.checks.has_failed() {
            return;
        }
        self.checks.see(self.now, &Fact::Healed);
        self.network.clear_faults(self.now);
        self.errands.lose(self.now, 0);
        self.rest_until = Some(self.now);
        self.calm_down();
        if self.plan.farewell && !self.checks.has_failed() {
            self.take_leave();
        }
    }

    /// Once the network has healed, everybody has to hear everything again.
    fn calm_down(&mut self) {
        let first = self.published;
        let hold = self.plan.server.gateway.hold;
        // A slow program has to take all of it, perhaps twice.
        let paces = self.clients.iter().filter_map(Client::account);
        let slowest = paces.map(|account| account.setting().pace).max();
        let said = u32::try_from(self.said.len()).unwrap_or(u32::MAX);
        let taking = slowest.unwrap_or_default().saturating_mul(said + 500) * 2;
        let deadline = self.now + CALM + hold * 6 + taking;
        loop {
            for client in &mut self.clients {
                client.settle_down(self.now, &mut self.network, &mut self.checks);
                if client.account().is_some() && client.is_idle() {
                    client.listen(self.now, &mut self.network, &mut self.checks);
                    client.acknowledge(self.now, &mut self.checks);
                }
            }
            for channel in self.listened() {
                let data = r#"{"type":"typing","user_id":"1","started":1}"#.to_owned();
                self.publish(&[Push { channel, data }]);
                // Not so many at once that a short queue of the server's runs over.
                self.advance(self.now + Duration::from_secs(1));
            }
            // Not in step with pings, which a short queue would drop each time.
            let step = self.random.millis(0, 7_000);
            self.advance(self.now + ROUND + step);
            if self.checks.has_failed() {
                return;
            }
            let missing = self.missing(false).or_else(|| self.deaf(first));
            match missing {
                None => return,
                Some((invariant, what)) if self.now > deadline => {
                    self.checks.fail(self.now, invariant, what);
                    return;
                }
                Some(_) => {}
            }
        }
    }

    /// Everybody leaves, and leaves nothing behind.
    fn take_leave(&mut self) {
        let hold = self.plan.server.gateway.hold;
        let deadline = self.now + CALM + hold * 3;
        for client in &mut self.clients {
            client.ask(
                self.now,
                Ask::Disconnect,
                &mut self.network,
                &mut self.checks,
            );
        }
        loop {
            self.advance(self.now + ROUND);
            if self.checks.has_failed() {
                return;
            }
            match self.missing(true) {
                None => return,
                Some((invariant, what)) if self.now > deadline => {
                    self.checks.fail(self.now, invariant, what);
                    return;
                }
                Some(_) => {}
            }
        }
    }

    /// All channels that somebody wants to hear and was told are active.
    fn listened(&self) -> Vec<String> {
        let programs = self.clients.iter().map(Client::program);
        let channels = programs.flat_map(|program| program.active());
        let channels: BTreeSet<&str> = channels.collect();
        channels.into_iter().map(str::to_owned).collect()
    }

    /// Who has not heard anything on a channel since the `first`th event.
    fn deaf(&self, first: u64) -> Option<(&'static str, String)> {
        for (index, client) in self.clients.iter().enumerate() {
            let program = client.program();
            if !program.is_up() || !client.is_idle() {
                return Some((QUIET, format!("client {index} is not up")));
            }
            if client
                .account()
                .is_some_and(|account| !account.is_settled())
            {
                return Some((QUIET, format!("client {index} has not caught up")));
            }
            for channel in program.active() {
                if program.heard(channel).is_none_or(|tag| tag < first) {
                    return Some((QUIET, format!("client {index} hears nothing on {channel}")));
                }
            }
        }
        None
    }

    fn missing(&self, over: bool) -> Option<(&'static str, String)> {
        let end = End {
            clients: &self.clients,
            server: &self.server,
            over,
        };
        self.checks.missing(&end).into_iter().next()
    }

    /// Lets everything happen until `end`.
    fn advance(&mut self, end: Instant) {
        while !self.checks.has_failed() {
            let step = self.plan.steps.get(self.steps).map(|step| step.at);
            let clients = self.clients.iter().filter_map(Client::poll_timeout);
            let next = [
                step,
                self.network.poll_timeout(),
                self.server.poll_timeout(),
                self.errands.poll_timeout(),
                self.rest_until,
            ];
            let next = next.into_iter().flatten().chain(clients).min();
            match next {
                Some(at) if at <= end => self.now = self.now.max(at),
                _ => break,
            }
            self.turns += 1;
            if self.turns > TURNS {
                let what = format!("{TURNS} things have happened, and there is no end of it");
                self.checks.fail(self.now, QUIET, what);
                return;
            }
            self.turn();
        }
        self.now = self.now.max(end);
    }

    /// All that is due now, in this order: what arrives, the server's timers, the clients' timers,
    /// the plan.
    fn turn(&mut self) {
        while let Some(arrival) = self.network.poll_arrival(self.now) {
            self.handle_arrival(arrival);
        }
        if self.server.poll_timeout().is_some_and(|at| at <= self.now) {
            self.server.handle_timeout(self.now);
            self.drain(self.published);
        }
        for client in &mut self.clients {
            if client.poll_timeout().is_some_and(|at| at <= self.now) {
                client.handle_timeout(self.now, &mut self.network, &mut self.checks);
            }
        }
        if self.rest_until.is_some_and(|until| until <= self.now) {
            self.rest_until = None;
            *self.rest.config_mut() = RestConfig::default();
        }
        let plan = self.plan;
        if let Some(step) = plan
            .steps
            .get(self.steps)
            .filter(|step| step.at <= self.now)
        {
            self.steps += 1;
            self.take(&step.what);
        }
        self.run_errands();
    }

    fn take(&mut self, what: &What) {
        match what {
            What::Doing(doing) => self.act(*doing),
            What::Ask(client, Ask::Send(pick)) => {
                let to = self.recipient(*client, *pick);
                self.clients[*client].say(self.now, &to, &mut self.checks);
            }
            What::Ask(client, ask) => {
                let (network, checks) = (&mut self.network, &mut self.checks);
                self.clients[*client].ask(self.now, *ask, network, checks);
            }
            What::Fault(fault) => self.fail(*fault),
        }
    }
}

/// The channels that a program may want to hear, its user's own first, and one that is none of its
/// business last.
fn channels(user: UserId, users: &[UserId], groups: &[GroupId]) -> Vec<String> {
    let others = || users.iter().filter(|other| **other != user);
    let own = format!("/user/{user}");
    let groups = groups.iter().map(|group| format!("/group/{group}"));
    let directs = others().map(|other| groupme_sim::Conversation::direct(user, *other).channel());
    let foreign = others().next().map(|other| format!("/user/{other}"));
    core::iter::once(own)
        .chain(groups)
        .chain(directs)
        .chain(foreign)
        .collect()
}

/// The time at which worlds begin, since 1970.
const EPOCH: Duration = Duration::from_secs(1_750_000_000);
/// How long calming down may take, besides some holds of the server.
const CALM: Duration = Duration::from_mins(20);
/// How long to wait before looking again whether all is well.
const ROUND: Duration = Duration::from_secs(20);
/// More than can happen in a run that ends.
const TURNS: u64 = 2_000_000;
const QUIET: &str = "all is well once the network has healed";
