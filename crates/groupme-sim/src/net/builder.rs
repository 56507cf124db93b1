//! Setting a simulator up.

use core::{net::SocketAddr, time::Duration};
use std::io;

use super::Sim;
use crate::{
    gateway::{Gateway, GatewayConfig},
    script::Cast,
    simulation::Simulation,
    world::World,
};

/// Sets a [`Sim`] up.
#[derive(Clone, Debug)]
pub struct SimBuilder {
    addr: SocketAddr,
    gateway: GatewayConfig,
    epoch: Option<Duration>,
    token: Option<String>,
    backlog: usize,
}

impl SimBuilder {
    pub(super) fn new() -> Self {
        Self {
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            gateway: GatewayConfig::default(),
            epoch: None,
            token: None,
            backlog: 8192,
        }
    }

    /// Listens there instead of on a free loopback port.
    #[must_use]
    pub fn addr(mut self, addr: SocketAddr) -> Self {
        self.addr = addr;
        self
    }

    /// Takes all ids and tokens from this seed instead of 1.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.gateway.seed = seed;
        self
    }

    /// Holds a `/meta/connect` so long instead of 600 s. A session lives for twice that.
    #[must_use]
    pub fn hold(mut self, hold: Duration) -> Self {
        self.gateway.hold = hold;
        self
    }

    /// Publishes `{"type":"ping"}` so often instead of every 30 s; `None` for never, which is what
    /// has been measured of GroupMe of late.
    #[must_use]
    pub fn pings(mut self, every: Option<Duration>) -> Self {
        self.gateway.ping = every;
        self
    }

    /// Lets the user in with this token instead of one from the seed.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Starts its calendar at a time since 1970 instead of today, for the same timestamps and
    /// message ids in each run.
    #[must_use]
    pub fn epoch(mut self, epoch: Duration) -> Self {
        self.epoch = Some(epoch);
        self
    }

    /// Drops a socket that has so many frames to collect, instead of 8192.
    #[must_use]
    pub fn backlog(mut self, frames: usize) -> Self {
        self.backlog = frames.max(1);
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on.
    pub async fn start(self) -> io::Result<Sim> {
        let mut world = World::new(self.gateway.seed, self.epoch.unwrap_or_else(today));
        let cast = Cast::settle(&mut world).map_err(io::Error::other)?;
        if let Some(token) = &self.token {
            world.use_token(cast.me, token).map_err(io::Error::other)?;
        }
        let simulation = Simulation::new(world, Gateway::new(self.gateway));
        Sim::run(simulation, cast, self.addr, self.backlog).await
    }
}

/// The time since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "a simulator that people look at shows the date of today; tests set `epoch`"
)]
fn today() -> Duration {
    std::time::SystemTime::now()
        .duration_since(std::time::SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}
