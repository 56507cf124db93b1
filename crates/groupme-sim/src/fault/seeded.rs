//! Fault plans generated from a seed.

use core::time::Duration;

use super::{FaultPlan, IdleTimeout, Incident, Probability, Throttle};
use crate::random::Random;

impl FaultPlan {
    /// Generates a plan from all kinds of faults: some of them, with different probabilities, and
    /// up to six incidents within the first 80 s. Clients get through in the end.
    pub fn from_seed(seed: u64) -> Self {
        let mut random = Random::of(seed, PLAN, 0);
        let mut plan = Self::new(seed);
        let random = &mut random;

        for faults in [&mut plan.to_client, &mut plan.to_server] {
            faults.delay = sometimes(random, 20);
            faults.drop = sometimes(random, 2);
            faults.duplicate = sometimes(random, 3);
            faults.reorder = sometimes(random, 3);
            faults.truncate = sometimes(random, 2);
            faults.corrupt = sometimes(random, 2);
        }
        plan.links.reset = sometimes(random, 30);
        plan.links.half_open = sometimes(random, 10);
        plan.links.refuse_upgrade = sometimes(random, 30);
        plan.links.window = random.up_to(Duration::from_secs(20));
        plan.links.slow = sometimes(random, 20);
        plan.links.throttle = Throttle {
            bytes: 1 << random.below(12),
            every: Duration::from_millis(1 + random.below(10)),
        };
        if random.below(4) == 0 {
            plan.links.idle = Some(IdleTimeout {
                after: Duration::from_secs(5) + random.up_to(Duration::from_mins(1)),
                silent: random.below(2) == 0,
            });
        }
        plan.gateway.probability = sometimes(random, 20);
        plan.gateway.statuses = vec![429, 500, 502, 503, 504];
        plan.rest.probability = sometimes(random, 20);
        plan.rest.statuses = vec![408, 429, 500, 502, 503, 504];
        for _ in 0..random.below(4) {
            let at = random.up_to(Duration::from_mins(1));
            plan = match random.below(7) {
                0 => plan.after(at, Incident::BreakConnections),
                1 => plan.after(at, Incident::LoseSessions),
                2 => plan.after(at, Incident::Restart),
                3 => {
                    let time = random.up_to(Duration::from_secs(20));
                    plan.after(at, Incident::Freeze)
                        .after(at + time, Incident::Thaw)
                }
                4 => plan.after(
                    at,
                    Incident::ClockAhead(random.up_to(Duration::from_hours(2))),
                ),
                5 => plan.after(
                    at,
                    Incident::ClockBack(random.up_to(Duration::from_hours(2))),
                ),
                _ => plan.after(
                    at,
                    Incident::Burst(usize::try_from(random.below(2000)).unwrap_or(0)),
                ),
            };
        }
        plan
    }
}

/// Returns never in three of four cases, else at most `percent` per cent.
fn sometimes(random: &mut Random, percent: u64) -> Probability {
    let (hit, percent) = (random.below(4) == 0, 1 + random.below(percent));
    if hit {
        Probability::percent(u32::try_from(percent).unwrap_or(1))
    } else {
        Probability::NEVER
    }
}

const PLAN: u64 = 6;
