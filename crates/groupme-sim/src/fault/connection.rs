//! What becomes of whole connections.

use core::time::Duration;

use super::{FaultPlan, Probability};
use crate::random::Random;

/// How connections fail.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LinkFaults {
    /// How often a connection is reset at some time in its [`prime`](Self::window): never.
    pub reset: Probability,
    /// How often a connection falls silent both ways at some time in its prime, and stays open:
    /// never. Nobody is told, as when a machine in between loses its memory.
    pub half_open: Probability,
    /// Within which time of its life a connection is reset or falls silent: 10 s. None at all is at
    /// once: it is accepted, and then nothing.
    pub window: Duration,
    /// How often an upgrade to a WebSocket is refused: never. It counts once for a connection.
    pub refuse_upgrade: Probability,
    /// With which status it is refused, one of these as good as another: 403, 426 and 503.
    pub refusal_statuses: Vec<u16>,
    /// How often a connection brings what is sent to the client no faster than
    /// [`pace`](Self::throttle): never.
    pub slow: Probability,
    /// How fast a slow connection is: a byte every 10 ms, as if it were written by hand. More bytes
    /// make it a client that does not keep up.
    pub throttle: Throttle,
    /// After which idle time all connections are cut, as proxies do: none.
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

/// A speed: so many bytes, then a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a speed is bytes by time")]
pub struct Throttle {
    /// At least one.
    pub bytes: usize,
    /// The pause behind them.
    pub every: Duration,
}

impl Throttle {
    /// How long so many bytes take.
    pub fn duration_of(self, bytes: usize) -> Duration {
        let pauses = bytes.div_ceil(self.bytes.max(1));
        let pauses = u32::try_from(pauses).unwrap_or(u32::MAX);
        self.every.saturating_mul(pauses)
    }
}

/// What a proxy does with connections over which nothing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is no third side to it")]
pub struct IdleTimeout {
    /// How long nothing has to go over it, in either direction.
    pub after: Duration,
    /// Whether both ends are left to believe that the connection is there.
    pub silent: bool,
}

/// What becomes of one connection. Times count from its beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionFaults {
    /// When it is reset.
    pub reset: Option<Duration>,
    /// When it falls silent, both ways.
    pub half_open: Option<Duration>,
    /// With which status an upgrade to a WebSocket is refused on it.
    pub upgrade_refusal: Option<u16>,
    /// How fast the client gets what it is sent.
    pub throttle: Option<Throttle>,
    /// What a proxy does to it.
    pub idle: Option<IdleTimeout>,
}

impl FaultPlan {
    /// The faults of the connection of this number.
    pub(super) fn connection_faults(&self, number: u64) -> ConnectionFaults {
        let faults = &self.links;
        let mut random = Random::of(self.seed, FATE, number);
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

const FATE: u64 = 3;
