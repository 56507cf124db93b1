//! Builder of a simulator.

use core::{net::SocketAddr, time::Duration};
use std::io;

use bayeux_proto::server::Profile;

use super::{Sim, callback, control::ControlAccess, shared::Options};
use crate::{
    fault::FaultPlan,
    gateway::{Gateway, GatewayConfig, IdleConnects},
    rest::RestConfig,
    script::Cast,
    simulation::Simulation,
    world::{SimUserId, World},
};

/// Builder of a [`Sim`].
#[derive(Clone, Debug)]
pub struct SimBuilder {
    addr: SocketAddr,
    gateway: GatewayConfig,
    rest: RestConfig,
    polling: bool,
    epoch: Option<Duration>,
    token: Option<String>,
    options: Options,
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
            options: Options {
                max_queued_frames: 32_768,
                request_timeout: Duration::from_secs(30),
                any_host: false,
                control: ControlAccess::default(),
                callback_timeout: callback::DEFAULT_TIMEOUT,
                wait_timeout: Duration::from_secs(10),
                me: SimUserId::new(0),
            },
            faults: FaultPlan::default(),
        }
    }

    /// Sets the address of the listener. Default: a free port of 127.0.0.1.
    #[must_use]
    pub fn addr(mut self, addr: SocketAddr) -> Self {
        self.addr = addr;
        self
    }

    /// Sets the seed of all ids and tokens. Default: 1.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.gateway.seed = seed;
        self
    }

    /// Sets the hold of an idle `/meta/connect`. Default: 600 s. A session expires after twice this
    /// time.
    #[must_use]
    pub fn hold(mut self, hold: Duration) -> Self {
        self.gateway.hold = hold;
        self
    }

    /// Sets the Bayeux server to behave like. Default: Faye 1.4.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.gateway.profile = profile;
        self
    }

    /// Sets the interval of `{"type":"ping"}`; `None` for never, as last measured of GroupMe.
    /// Default: 30 s.
    #[must_use]
    pub fn ping_interval(mut self, every: Option<Duration>) -> Self {
        self.gateway.ping_interval = every;
        self
    }

    /// Sets the treatment of an idle `/meta/connect`. Default: answered after its hold.
    #[must_use]
    pub fn idle_connects(mut self, connects: IdleConnects) -> Self {
        self.gateway.idle_connects = connects;
        self
    }

    /// Sets the age at which a socket is closed cleanly. Default: `None`, never.
    #[must_use]
    pub fn max_socket_age(mut self, life: Option<Duration>) -> Self {
        self.gateway.max_socket_age = life;
        self
    }

    /// Binds each session to its first socket, even after that has closed: a client that resumes
    /// the session on another socket gets no events. Default: false.
    #[must_use]
    pub fn sticky_sockets(mut self, sticky: bool) -> Self {
        self.gateway.sticky_sockets = sticky;
        self
    }

    /// Allows long-polling, or answers it with 504. Default: allowed.
    #[must_use]
    pub fn polling(mut self, allowed: bool) -> Self {
        self.polling = allowed;
        self
    }

    /// Sets the configuration of the REST API.
    #[must_use]
    pub fn rest(mut self, config: RestConfig) -> Self {
        self.rest = config;
        self
    }

    /// Sets the user's token. Default: made from the seed.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sets the time since 1970 at which the calendar starts, for the same timestamps and message
    /// ids in each run. Default: the current time.
    #[must_use]
    pub fn epoch(mut self, epoch: Duration) -> Self {
        self.epoch = Some(epoch);
        self
    }

    /// Sets the fault plan.
    #[must_use]
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Sets the whole configuration of the gateway, its seed included.
    #[must_use]
    pub fn gateway(mut self, config: GatewayConfig) -> Self {
        self.gateway = config;
        self
    }

    /// Sets the maximum number of frames that wait for a slow socket before it is dropped. Default:
    /// 32,768.
    #[must_use]
    pub fn max_queued_frames(mut self, frames: usize) -> Self {
        self.options.max_queued_frames = frames.max(1);
        self
    }

    /// Accepts requests with any `Host` and `Origin` header. Default: false, which refuses names
    /// other than `localhost` and web pages of other machines with 403 (DNS rebinding).
    #[must_use]
    pub fn any_host(mut self, any: bool) -> Self {
        self.options.any_host = any;
        self
    }

    /// Sets the clients that may use the control API at `/sim/v1`. Default: programs on this
    /// machine.
    #[must_use]
    pub fn control(mut self, access: ControlAccess) -> Self {
        self.options.control = access;
        self
    }

    /// Sets the time in which a bot has to answer a callback. Default: 10 s; GroupMe's own is not
    /// documented.
    #[must_use]
    pub fn callback_timeout(mut self, timeout: Duration) -> Self {
        self.options.callback_timeout = timeout;
        self
    }

    /// Sets the longest wait of [`Sim::until`] and its relatives, in real time. Default: 10 s.
    #[must_use]
    pub fn wait_timeout(mut self, longest: Duration) -> Self {
        self.options.wait_timeout = longest;
        self
    }

    /// Sets the time in which a client has to send a whole request; it also ends idle connections.
    /// Real time, not that of [`Sim::advance`]. Default: 30 s.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.options.request_timeout = timeout;
        self
    }

    /// Starts the simulator.
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
        let sim = Sim::run(simulation, cast, self.addr, self.options).await?;
        sim.allow_polling(self.polling);
        sim.set_faults(self.faults);
        Ok(sim)
    }
}

/// Returns the time since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "a demo shows the date of today; tests set `epoch`"
)]
fn today() -> Duration {
    std::time::SystemTime::now()
        .duration_since(std::time::SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}
