//! Setting a simulator up.

use core::{net::SocketAddr, time::Duration};
use std::io;

use bayeux_proto::server::Profile;

use super::Sim;
use crate::{
    fault::FaultPlan,
    gateway::{Gateway, GatewayConfig, IdleConnects},
    rest::RestConfig,
    script::Cast,
    simulation::Simulation,
    world::World,
};

/// Sets a [`Sim`] up.
#[derive(Clone, Debug)]
pub struct SimBuilder {
    addr: SocketAddr,
    gateway: GatewayConfig,
    rest: RestConfig,
    polling: bool,
    epoch: Option<Duration>,
    token: Option<String>,
    max_queued_frames: usize,
    faults: FaultPlan,
}

impl SimBuilder {
    pub(super) fn new() -> Self {
        Self {
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            gateway: GatewayConfig::default(),
            rest: RestConfig::default(),
            polling: true,
            epoch: None,
            token: None,
            max_queued_frames: 32_768,
            faults: FaultPlan::default(),
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

    /// Is like this Bayeux server instead of Faye 1.4.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.gateway.profile = profile;
        self
    }

    /// Publishes `{"type":"ping"}` so often instead of every 30 s; `None` for never, which is what
    /// has been measured of GroupMe of late.
    #[must_use]
    pub fn ping_interval(mut self, every: Option<Duration>) -> Self {
        self.gateway.ping_interval = every;
        self
    }

    /// Leaves each `/meta/connect` to which nothing happens without an answer, or answers it when
    /// its hold is over, as it does without this.
    #[must_use]
    pub fn idle_connects(mut self, connects: IdleConnects) -> Self {
        self.gateway.idle_connects = connects;
        self
    }

    /// Closes each socket cleanly when it has been open for so long, instead of never, which is
    /// `None`.
    #[must_use]
    pub fn max_socket_age(mut self, life: Option<Duration>) -> Self {
        self.gateway.max_socket_age = life;
        self
    }

    /// Leaves each session with its first socket, dead or alive, so that a client that takes its
    /// session up on another one hears nothing.
    #[must_use]
    pub fn sticky_sockets(mut self, sticky: bool) -> Self {
        self.gateway.sticky_sockets = sticky;
        self
    }

    /// Answers long-polling with 504 if it is not `allowed`.
    #[must_use]
    pub fn polling(mut self, allowed: bool) -> Self {
        self.polling = allowed;
        self
    }

    /// Has the REST API behave so.
    #[must_use]
    pub fn rest(mut self, config: RestConfig) -> Self {
        self.rest = config;
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

    /// Has things go wrong as the plan says.
    #[must_use]
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Behaves in all that GroupMe's gateway is known to do on some days only as is said here,
    /// its seed included.
    #[must_use]
    pub fn gateway(mut self, config: GatewayConfig) -> Self {
        self.gateway = config;
        self
    }

    /// Drops a socket that has so many frames to collect, instead of 32,768.
    #[must_use]
    pub fn max_queued_frames(mut self, frames: usize) -> Self {
        self.max_queued_frames = frames.max(1);
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
        let mut simulation = Simulation::new(world, Gateway::new(self.gateway));
        *simulation.rest_mut().config_mut() = self.rest;
        let sim = Sim::run(simulation, cast, self.addr, self.max_queued_frames).await?;
        sim.allow_polling(self.polling);
        sim.set_faults(self.faults);
        Ok(sim)
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
