//! The load: number and rate of messages, and the faults meanwhile.

use core::time::Duration;

use groupme_sim::{FaultPlan, Incident, Probability};

/// Number and rate of messages, and the faults meanwhile.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Load {
    /// Number of accounts, each with a token and conversations of its own.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) accounts: u32,
    /// Messages to each account.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) messages: u32,
    /// Messages per second to each account.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) rate: u32,
    /// Interval at which all sockets are killed, in milliseconds.
    #[arg(long, default_value_t = 2000, value_name = "MS",
        value_parser = clap::value_parser!(u64).range(50..))]
    pub(crate) kill_every: u64,
    /// Seed for the conversation and author of each message, failing requests, and killed
    /// processes.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

impl Load {
    /// Returns the time in which all messages are sent.
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_secs(1) * self.messages / self.rate
    }

    /// Returns the time between two messages to any accounts.
    pub(crate) fn step(&self) -> Duration {
        Duration::from_secs(1) / (self.rate * self.accounts)
    }

    /// Returns the number of messages to all accounts.
    pub(crate) fn total(&self) -> u32 {
        self.accounts * self.messages
    }

    /// Returns the faults while messages are sent.
    pub(crate) fn all_faults(&self) -> FaultPlan {
        let every = Duration::from_millis(self.kill_every);
        self.rest_faults().every(every, Incident::BreakConnections)
    }

    /// Returns the faults at all times: REST fails for one request in ten.
    pub(crate) fn rest_faults(&self) -> FaultPlan {
        let mut plan = FaultPlan::new(self.seed);
        plan.rest.probability = Probability::one_in(10);
        plan.rest.statuses = vec![429, 503];
        plan
    }

    /// Returns when the server is restarted, counted from the first message.
    pub(crate) fn restarts(&self) -> [Duration; 2] {
        let third = self.duration() / 3;
        [third, third * 2]
    }

    /// Returns when the process that listens for an account is killed, counted from the first
    /// message: once in each third of the time, so that it lives in between.
    pub(crate) fn crashes(&self, account: usize) -> [Duration; 3] {
        let mut random = self.random(CRASHES + account as u64);
        let third = self.duration() / 3;
        let most = u64::try_from(third.as_micros()).unwrap_or(u64::MAX);
        [0, 1, 2].map(|number| third * number + Duration::from_micros(random.u64(..most.max(1))))
    }

    /// Returns the stream of random numbers for a purpose.
    pub(crate) fn random(&self, purpose: u64) -> fastrand::Rng {
        let seed = fastrand::Rng::with_seed(self.seed).u64(..) ^ purpose;
        fastrand::Rng::with_seed(seed)
    }
}

const CRASHES: u64 = 1 << 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_duration_follows_from_the_rate_and_each_third_has_a_crash() {
        let load = Load {
            accounts: 10,
            messages: 1000,
            rate: 50,
            kill_every: 2000,
            seed: 1,
        };
        assert_eq!(load.duration(), Duration::from_secs(20));
        assert_eq!(load.step(), Duration::from_millis(2));
        let crashes = load.crashes(3);
        assert!(crashes.is_sorted());
        assert!(crashes[2] < load.duration());
        assert_ne!(crashes, load.crashes(4));
    }
}
