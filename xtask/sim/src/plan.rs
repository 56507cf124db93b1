//! The plan of a run: participants, settings, and everything that happens, with its time. The seed
//! decides all of it before the run begins, so that a plan can be cut down while it still fails.

mod activity;
mod fault;
mod settings;

use core::{fmt, time::Duration};

use bayeux_proto::Instant;

pub(crate) use self::{
    activity::Activity,
    fault::{Fault, Notified, Refusal},
    settings::{AccountSettings, ClientSettings, NetworkSettings},
};
use crate::random::Random;

/// Everything that a seed decides.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed, which also feeds what is decided during the run: latencies, jitter, ids.
    pub(crate) seed: u64,
    pub(crate) gateway: groupme_sim::GatewayConfig,
    pub(crate) network: NetworkSettings,
    /// Number of users. The first ones have a client each.
    pub(crate) users: usize,
    pub(crate) groups: usize,
    pub(crate) clients: Vec<ClientSettings>,
    /// The steps, in order of time.
    pub(crate) steps: Vec<Step>,
    /// When all faults end.
    pub(crate) faults_end_at: Instant,
    /// When half of all steps happen, in every second plan: so crowded, faults meet states that
    /// last for a few round trips only.
    busy_period: Option<(Instant, Instant)>,
    /// Whether the clients disconnect at the end.
    pub(crate) disconnects: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) at: Instant,
    pub(crate) what: Event,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// People act.
    Activity(Activity),
    /// The program of a client issues a command.
    Command(usize, Command),
    Fault(Fault),
}

/// A command of a program. Numbers pick one of what exists at that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Connect,
    Disconnect,
    Subscribe(usize),
    Unsubscribe(usize),
    Publish(usize),
    Wake,
    PauseConnects(bool),
    /// Sends a message over REST to a group or a user.
    Send(usize),
}

impl Plan {
    /// Creates the plan of a seed.
    pub fn new(seed: u64) -> Self {
        // Seeds in a row are to have nothing in common.
        let mut random = Random::new(seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ 0x5EED);
        let calm = random.pick(&[30_000, 120_000, 600_000, 1_800_000]);
        let faults_end_at = Instant::ORIGIN + random.millis(calm / 3, calm);
        let users = 2 + random.index(4);
        let groups = 1 + random.index(3);
        let gateway = settings::gateway(&mut random);
        let clients = (0..(1 + random.index(6).saturating_sub(3)).min(users))
            .map(|_| ClientSettings::random(&mut random, &gateway))
            .collect::<Vec<_>>();
        let mut plan = Self {
            seed,
            network: NetworkSettings::random(&mut random, &clients),
            gateway,
            users,
            groups,
            clients,
            steps: Vec::new(),
            faults_end_at,
            busy_period: None,
            disconnects: random.chance(50),
        };
        let starts = plan.starts(&mut random);
        plan.busy_period = plan.busy_period(&starts, &mut random);
        for (client, start) in starts.into_iter().enumerate() {
            plan.add_commands(client, start, &mut random);
        }
        plan.add_activities(&mut random);
        for _ in 0..random.pick(&[0, 1, 2, 4, 8, 16]) {
            let at = plan.some_time(&mut random);
            let fault = Fault::random(&mut random, plan.clients.len());
            plan.add(at, Event::Fault(fault));
        }
        // From a stream of its own, so that a seed keeps the rest of its plan.
        plan.add_machine(&mut Random::new(
            seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xC10C,
        ));
        plan.steps.sort_by_key(|step| step.at);
        plan
    }

    /// Adds the faults of the machines on both sides: wrong clocks, disks that are full, a port on
    /// which nothing listens.
    fn add_machine(&mut self, random: &mut Random) {
        self.network.refuses_tcp = random.chance(50);
        let mut full = Vec::new();
        for (client, settings) in self.clients.iter_mut().enumerate() {
            let Some(account) = &mut settings.account else {
                continue;
            };
            if random.chance(50) {
                // The bounds that the documentation of `Moment` names.
                let mut error = |most| random.signed(most);
                account.clock_error = (error(50_000), error(300_000));
                if account.feed.history > 0 {
                    // A documented limit.
                    account.clock_error.0 = -account.clock_error.0.abs();
                }
            }
            if random.chance(25) {
                full.push(client);
            }
        }
        for client in full {
            for _ in 0..=random.index(3) {
                let lasts = random.millis(10, 60_000);
                let at = self.some_time(random);
                self.add(at, Event::Fault(Fault::Disk { client, lasts }));
            }
        }
        if random.chance(20) {
            self.add_lagging_lists(random);
        }
    }

    /// Lets the lists lag, within the limits that the documentation of groupme-delivery names: no
    /// program ends meanwhile, and all compare.
    fn add_lagging_lists(&mut self, random: &mut Random) {
        let lists = Fault::Lists {
            lag: random.millis(100, 9_000),
            lasts: random.millis(1_000, 120_000),
        };
        let at = self.some_time(random);
        self.add(at, Event::Fault(lists));
        self.steps.retain(|step| {
            !matches!(
                step.what,
                Event::Fault(Fault::Crash { .. }) | Event::Command(_, Command::Disconnect)
            )
        });
        for settings in &mut self.clients {
            if let Some(account) = &mut settings.account {
                account.feed.compare_window = 50;
            }
        }
    }

    pub(crate) fn has_lagging_lists(&self) -> bool {
        let is_lag = |step: &Step| matches!(step.what, Event::Fault(Fault::Lists { .. }));
        self.steps.iter().any(is_lag)
    }

    /// Returns the number of steps.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// Decides when each client begins: at once, or late, when there is a past.
    fn starts(&self, random: &mut Random) -> Vec<Instant> {
        let late = self.faults_end_at.since_origin() / 2;
        let mut start = || {
            let most = if random.chance(25) {
                late
            } else {
                Duration::from_secs(3)
            };
            Instant::ORIGIN + random.between(Duration::ZERO, most)
        };
        self.clients.iter().map(|_| start()).collect()
    }

    /// Chooses a busy period, in which half of all times are drawn and which begins with a client or at any time.
    fn busy_period(&self, starts: &[Instant], random: &mut Random) -> Option<(Instant, Instant)> {
        let begin = match random.index(4) {
            0 => random.pick(starts),
            1 => self.some_time(random),
            _ => return None,
        };
        let lasts = random.pick(&[1_000, 5_000, 20_000, 60_000]);
        let end = begin + Duration::from_millis(lasts);
        Some((begin, end.min(self.faults_end_at).max(begin)))
    }

    fn some_time(&self, random: &mut Random) -> Instant {
        let whole = (Instant::ORIGIN, self.faults_end_at);
        let (begin, end) = self
            .busy_period
            .filter(|_| random.chance(50))
            .unwrap_or(whole);
        begin + random.between(Duration::ZERO, end - begin)
    }

    fn add(&mut self, at: Instant, what: Event) {
        self.steps.push(Step { at, what });
    }

    fn add_commands(&mut self, client: usize, start: Instant, random: &mut Random) {
        let add = |plan: &mut Self, at, command| plan.add(at, Event::Command(client, command));
        // The first channel is the user's own.
        add(self, start, Command::Subscribe(0));
        for _ in 0..random.index(4) {
            add(self, start, Command::Subscribe(random.index(8)));
        }
        add(self, start, Command::Connect);
        if random.chance(20) {
            let outage = Fault::rest_outage(random.millis(100, 90_000));
            self.add(start, Event::Fault(outage));
        }
        let is_quiet = random.chance(40);
        for _ in 0..if is_quiet { 0 } else { random.index(30) } {
            let at = self.some_time(random);
            let pick = random.index(8);
            let command = match random.index(22) {
                20 | 21 => Command::Send(pick),
                0..7 => Command::Publish(pick),
                7..11 => Command::Subscribe(pick),
                // A straggling unsubscribe undoes a later subscribe, whatever a client does.
                11..15 if !self.network.has_stragglers => Command::Unsubscribe(pick),
                15 => Command::Disconnect,
                16 | 17 => Command::Connect,
                _ => Command::Wake,
            };
            add(self, at, command);
            if random.chance(20) {
                // A few at once fill a batch, or the queue.
                for _ in 0..random.index(12) {
                    add(self, at, Command::Publish(random.index(8)));
                }
            }
            if command == Command::Disconnect {
                let again = at + random.millis(10, 20_000);
                add(self, again, Command::Connect);
            }
        }
        if random.chance(15) {
            let at = self.some_time(random);
            let until = at + random.millis(100, 90_000);
            add(self, at, Command::PauseConnects(true));
            add(self, until, Command::PauseConnects(false));
        }
    }

    fn add_activities(&mut self, random: &mut Random) {
        let most = random.pick(&[5, 20, 60, 120]);
        for _ in 0..random.index(most) {
            let at = self.some_time(random);
            let activity = Activity::random(random);
            self.add(at, Event::Activity(activity));
        }
        if random.chance(15) {
            let at = self.some_time(random);
            let burst = Activity::burst(random);
            self.add(at, Event::Activity(burst));
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            users,
            groups,
            faults_end_at,
            ..
        } = self;
        writeln!(
            f,
            "seed {seed}: {users} users in {groups} groups, all faults over at {faults_end_at}"
        )?;
        if let Some((begin, end)) = self.busy_period {
            writeln!(f, "half of the steps between {begin} and {end}")?;
        }
        writeln!(f, "gateway: {:?}", self.gateway)?;
        writeln!(f, "network: {:?}", self.network)?;
        for (index, client) in self.clients.iter().enumerate() {
            writeln!(f, "client {index}: {client:?}")?;
        }
        for Step { at, what } in &self.steps {
            writeln!(f, "  {at} {what:?}")?;
        }
        Ok(())
    }
}
