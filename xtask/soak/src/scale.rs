//! How much is said, how fast, and what breaks meanwhile.

use core::time::Duration;

use groupme_sim::{FaultPlan, Incident, Probability};

use crate::random::Random;

/// How much is said, how fast, and what breaks meanwhile.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Scale {
    /// How many accounts there are, each with a token and conversations of its own.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) accounts: u32,
    /// How many messages each account gets.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) messages: u32,
    /// How many messages a second each account gets.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) rate: u32,
    /// How often all sockets are killed, in milliseconds.
    #[arg(long, default_value_t = 2000, value_name = "MS",
        value_parser = clap::value_parser!(u64).range(50..))]
    pub(crate) kill_every: u64,
    /// What is said where, which requests fail, when processes are killed.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

impl Scale {
    /// How long it takes to say everything.
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_secs(1) * self.messages / self.rate
    }

    /// The time between two messages of all accounts.
    pub(crate) fn step(&self) -> Duration {
        Duration::from_secs(1) / (self.rate * self.accounts)
    }

    /// How many messages there are in all.
    pub(crate) fn total(&self) -> u32 {
        self.accounts * self.messages
    }

    /// What goes wrong for as long as something is said.
    pub(crate) fn storm(&self) -> FaultPlan {
        let every = Duration::from_millis(self.kill_every);
        self.drizzle().every(every, Incident::BreakConnections)
    }

    /// What goes wrong at all times: REST, one time in ten.
    pub(crate) fn drizzle(&self) -> FaultPlan {
        let mut plan = FaultPlan::new(self.seed);
        plan.rest.odds = Probability::one_in(10);
        plan.rest.statuses = vec![429, 503];
        plan
    }

    /// When the server is restarted, counted from the first message.
    pub(crate) fn restarts(&self) -> [Duration; 2] {
        let third = self.duration() / 3;
        [third, third * 2]
    }

    /// When the process that listens for an account is killed, counted from the first message:
    /// once in each of three parts of the time, so that it lives in between.
    pub(crate) fn crashes(&self, account: usize) -> [Duration; 3] {
        let mut random = Random::new(self.seed, CRASHES + account as u64);
        let part = self.duration() / 3;
        [0, 1, 2].map(|number| part * number + random.below(part))
    }
}

const CRASHES: u64 = 1 << 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_follows_from_the_rate_and_is_divided() {
        let scale = Scale {
            accounts: 10,
            messages: 1000,
            rate: 50,
            kill_every: 2000,
            seed: 1,
        };
        assert_eq!(scale.duration(), Duration::from_secs(20));
        assert_eq!(scale.step(), Duration::from_millis(2));
        let crashes = scale.crashes(3);
        assert!(crashes.is_sorted());
        assert!(crashes[2] < scale.duration());
        assert_ne!(crashes, scale.crashes(4));
    }
}
