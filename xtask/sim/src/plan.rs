//! The plan of a run: who takes part, how each is set, and what happens when. All of it comes from
//! the seed, before the run begins, so that a plan can be cut down while it still fails.

mod account;
mod doing;
mod fault;
mod setting;

use core::{fmt, time::Duration};

use bayeux_proto::Instant;

pub use self::{
    account::AccountSetting,
    doing::Doing,
    fault::{Fault, Refusal, Told},
    setting::{ClientSetting, Road, ServerSetting},
};
use crate::random::Random;

/// All that one seed decides.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// The seed, which also feeds what is decided on the way: latencies, jitter, ids.
    pub seed: u64,
    /// How the server behaves.
    pub server: ServerSetting,
    /// What lies between.
    pub road: Road,
    /// How many users there are; the first ones have a client each.
    pub users: usize,
    /// How many groups there are.
    pub groups: usize,
    /// The clients.
    pub clients: Vec<ClientSetting>,
    /// What happens, in order of time.
    pub steps: Vec<Step>,
    /// When all faults end.
    pub heals_at: Instant,
    /// When half of all steps happen, if they are crowded: what goes wrong, and what people do
    /// meanwhile, meet the moments that last for some round trips only.
    pub rush: Option<(Instant, Instant)>,
    /// Whether the clients take leave at the end.
    pub farewell: bool,
}

/// Something that happens.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step {
    /// When.
    pub at: Instant,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum What {
    /// People do something in the world.
    Doing(Doing),
    /// A program asks something of its client.
    Ask(usize, Ask),
    /// Something goes wrong.
    Fault(Fault),
}

/// What a program asks of its client. Numbers pick one of what there is, whatever that is by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ask {
    /// Begin.
    Connect,
    /// Take leave.
    Disconnect,
    /// Listen to some channel.
    Subscribe(usize),
    /// Listen no longer to some channel.
    Unsubscribe(usize),
    /// Send something to some channel.
    Publish(usize),
    /// The road may have changed.
    Wake,
    /// Take no more for now, or go on.
    HoldBack(bool),
    /// Say something over REST, in some group or to somebody.
    Send(usize),
}

impl Plan {
    /// The plan of a seed.
    pub fn new(seed: u64) -> Self {
        // Seeds in a row are to have nothing in common.
        let mut random = Random::new(seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ 0x5EED);
        let calm = random.pick(&[30_000, 120_000, 600_000, 1_800_000]);
        let heals_at = Instant::ORIGIN + random.millis(calm / 3, calm);
        let users = 2 + random.index(4);
        let groups = 1 + random.index(3);
        let server = ServerSetting::random(&mut random);
        let clients = (0..(1 + random.index(6).saturating_sub(3)).min(users))
            .map(|_| ClientSetting::random(&mut random, &server))
            .collect::<Vec<_>>();
        let mut plan = Self {
            seed,
            road: Road::random(&mut random, &clients),
            server,
            users,
            groups,
            clients,
            steps: Vec::new(),
            heals_at,
            rush: None,
            farewell: random.chance(50),
        };
        let starts = plan.starts(&mut random);
        plan.rush = plan.rush(&starts, &mut random);
        plan.ask(&starts, &mut random);
        plan.act(&mut random);
        plan.trouble(&mut random);
        plan.steps.sort_by_key(|step| step.at);
        plan
    }

    /// When each client begins: at once, or when there is a past.
    fn starts(&self, random: &mut Random) -> Vec<Instant> {
        let soon = |random: &mut Random| Instant::ORIGIN + random.millis(0, 3_000);
        self.clients
            .iter()
            .map(|_| {
                if random.chance(25) {
                    Instant::ORIGIN
                        + random.between(Duration::ZERO, self.heals_at.since_origin() / 2)
                } else {
                    soon(random)
                }
            })
            .collect()
    }

    /// A rush begins with a client, or at any time.
    fn rush(&self, starts: &[Instant], random: &mut Random) -> Option<(Instant, Instant)> {
        let begin = match random.index(4) {
            0 => random.pick(starts),
            1 => self.some_time(random),
            _ => return None,
        };
        let lasts = random.pick(&[1_000, 5_000, 20_000, 60_000]);
        let end = begin + Duration::from_millis(lasts);
        Some((begin, end.min(self.heals_at).max(begin)))
    }

    fn some_time(&self, random: &mut Random) -> Instant {
        let (begin, end) = self
            .rush
            .filter(|_| random.chance(50))
            .unwrap_or((Instant::ORIGIN, self.heals_at));
        begin + random.between(Duration::ZERO, end - begin)
    }

    fn ask(&mut self, starts: &[Instant], random: &mut Random) {
        for (client, start) in starts.iter().copied().enumerate() {
            let mut push = |at, ask| {
                self.steps.push(Step {
                    at,
                    what: What::Ask(client, ask),
                });
            };
            // The first channel is the user's own.
            push(start, Ask::Subscribe(0));
            for _ in 0..random.index(4) {
                push(start, Ask::Subscribe(random.index(8)));
            }
            push(start, Ask::Connect);
            let quiet = random.chance(40);
            for _ in 0..if quiet { 0 } else { random.index(30) } {
                let at = self.some_time(random);
                let pick = random.index(8);
                let ask = match random.index(22) {
                    20 | 21 => Ask::Send(pick),
                    0..7 => Ask::Publish(pick),
                    7..11 => Ask::Subscribe(pick),
                    // One that straggles undoes a subscribe of later, whatever a client does.
                    11..15 if !self.road.stragglers => Ask::Unsubscribe(pick),
                    15 => Ask::Disconnect,
                    16 | 17 => Ask::Connect,
                    _ => Ask::Wake,
                };
                self.steps.push(Step {
                    at,
                    what: What::Ask(client, ask),
                });
                if random.chance(20) {
                    // A few at once fill a batch, or the queue.
                    for _ in 0..random.index(12) {
                        self.steps.push(Step {
                            at,
                            what: What::Ask(client, Ask::Publish(random.index(8))),
                        });
                    }
                }
                if ask == Ask::Disconnect {
                    let again = at + random.millis(10, 20_000);
                    self.steps.push(Step {
                        at: again,
                        what: What::Ask(client, Ask::Connect),
                    });
                }
            }
            if random.chance(15) {
                let at = self.some_time(random);
                let until = at + random.millis(100, 90_000);
                for (at, held) in [(at, true), (until, false)] {
                    self.steps.push(Step {
                        at,
                        what: What::Ask(client, Ask::HoldBack(held)),
                    });
                }
            }
        }
    }

    fn act(&mut self, random: &mut Random) {
        let doings = random.pick(&[5, 20, 60, 120]);
        for _ in 0..random.index(doings) {
            let at = self.some_time(random);
            let what = What::Doing(Doing::random(random));
            self.steps.push(Step { at, what });
        }
        if random.chance(15) {
            let at = self.some_time(random);
            let what = What::Doing(Doing::burst(random));
            self.steps.push(Step { at, what });
        }
    }

    fn trouble(&mut self, random: &mut Random) {
        let faults = random.pick(&[0, 1, 2, 4, 8, 16]);
        for _ in 0..faults {
            let at = self.some_time(random);
            let fault = Fault::random(random, self.clients.len());
            self.steps.push(Step {
                at,
                what: What::Fault(fault),
            });
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            users,
            groups,
            heals_at,
            rush,
            ..
        } = self;
        writeln!(
            f,
            "seed {seed}: {users} users in {groups} groups, all faults over at {heals_at}"
        )?;
        if let Some((begin, end)) = rush {
            writeln!(f, "half of the steps between {begin} and {end}")?;
        }
        writeln!(f, "server: {:?}", self.server)?;
        writeln!(f, "road: {:?}", self.road)?;
        for (index, client) in self.clients.iter().enumerate() {
            writeln!(f, "client {index}: {client:?}")?;
        }
        for step in &self.steps {
            match &step.what {
                What::Doing(doing) => writeln!(f, "  {} people: {doing:?}", step.at)?,
                What::Ask(client, ask) => writeln!(f, "  {} program {client}: {ask:?}", step.at)?,
                What::Fault(fault) => writeln!(f, "  {} fault: {fault:?}", step.at)?,
            }
        }
        Ok(())
    }
}
