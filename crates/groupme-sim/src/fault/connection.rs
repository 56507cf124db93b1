//! Faults of whole connections.

use core::time::Duration;

use super::{FaultPlan, Probability};
use crate::random::Random;

/// Probabilities of faults of whole connections.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LinkFaults {
    /// Probability that a connection is reset within [`window`](Self::window). Default: never.
    pub reset: Probability,
    /// Probability that a connection goes silent both ways within [`window`](Self::window) and
    /// stays open, as behind a NAT that lost its table. Neither end is notified. Default: never.
    pub half_open: Probability,
    /// Time after the accept within which a connection is reset or goes silent. Default: 10 s. Zero
    /// means at once: the connection is accepted, and nothing follows.
    pub window: Duration,
    /// Probability that upgrades to a WebSocket are refused on a connection; drawn once a
    /// connection. Default: never.
    pub refuse_upgrade: Probability,
    /// Statuses of refused upgrades, one picked with equal probability. Default: 403, 426 and 503.
    pub refusal_statuses: Vec<u16>,
    /// Probability that bytes to the client are limited to [`throttle`](Self::throttle). Default:
    /// never.
    pub slow: Probability,
    /// Speed of a slow connection. Default: a byte every 10 ms. A higher speed makes a subscriber
    /// that does not keep up.
    pub throttle: Throttle,
    /// Idle timeout applied to every connection, as by a proxy. Default: none.
    pub idle: Option<IdleTimeout>,
}

impl Default for LinkFaults {
    fn default() -> Self {
        Self {
            reset: Probability::NEVER,
            half_open: Probability::NEVER,
            window: Duration::from_secs(10),
            refuse_upgrade: Probability::NEVER,
            refusal_statuses: vec![403, 426, 503],
            slow: Probability::NEVER,
            throttle: Throttle {
                bytes: 1,
                every: Duration::from_millis(10),
            },
            idle: None,
        }
    }
}

impl LinkFaults {
    /// Returns whether any fault is possible.
    #[cfg(feature = "net")]
    pub(super) fn is_possible(&self) -> bool {
        let probabilities = [self.reset, self.half_open, self.refuse_upgrade, self.slow];
        self.idle.is_some() || probabilities.iter().any(|one| !one.is_never())
    }
}

/// Speed limit: a number of bytes, then a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a speed is bytes and a time")]
pub struct Throttle {
    /// Bytes between two pauses; 0 counts as 1.
    pub bytes: usize,
    /// Length of a pause.
    pub every: Duration,
}

impl Throttle {
    /// Returns the time that `bytes` take.
    pub fn duration_of(self, bytes: usize) -> Duration {
        let pauses = bytes.div_ceil(self.bytes.max(1));
        let pauses = u32::try_from(pauses).unwrap_or(u32::MAX);
        self.every.saturating_mul(pauses)
    }
}

/// Idle timeout of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a timeout has a time and a kind")]
pub struct IdleTimeout {
    /// Idle time, in both directions, after which the connection is cut.
    pub after: Duration,
    /// Whether neither end is notified, so that both believe in a dead connection.
    pub silent: bool,
}

/// Faults drawn for one connection. Times count from its accept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionFaults {
    /// Time of the reset.
    pub reset: Option<Duration>,
    /// Time at which the connection goes silent both ways.
    pub half_open: Option<Duration>,
    /// Status with which upgrades to a WebSocket are refused.
    pub upgrade_refusal: Option<u16>,
    /// Speed limit towards the client.
    pub throttle: Option<Throttle>,
    /// Idle timeout of a proxy.
    pub idle: Option<IdleTimeout>,
}

impl FaultPlan {
    /// Draws the faults of the connection with this number.
    pub(super) fn connection_faults(&self, number: u64) -> ConnectionFaults {
        let faults = &self.links;
        let mut random = Random::of(self.seed, CONNECTIONS, number);
        let mut moment = |probability: Probability| {
            let hit = probability.sample(&mut random);
            let moment = random.up_to(faults.window);
            hit.then_some(moment)
        };
        let (reset, half_open) = (moment(faults.reset), moment(faults.half_open));
        let refused = faults.refuse_upgrade.sample(&mut random);
        let refusal = random.pick(&faults.refusal_statuses).copied();
        let slow = faults.slow.sample(&mut random);
        ConnectionFaults {
            reset,
            half_open,
            upgrade_refusal: refusal.filter(|_| refused),
            throttle: slow.then_some(faults.throttle),
            idle: faults.idle,
        }
    }
}

const CONNECTIONS: u64 = 3;
