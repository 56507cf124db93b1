//! Simulator on real sockets.

mod actor;
mod builder;
mod callback;
mod clock;
mod connection;
mod control;
mod faults;
mod http;
mod origin;
mod page;
mod pause;
mod playback;
mod rest;
mod shared;
mod socket;
mod throttle;
mod until;

use core::{fmt, net::SocketAddr, time::Duration};
use std::{io, sync::Arc};

use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time,
};

use self::shared::{Options, Shared};
pub use self::{builder::SimBuilder, control::ControlAccess, playback::Playback, until::NotSeen};
use crate::{
    rest::RestConfig,
    script::{Cast, Script},
    simulation::Simulation,
    world::World,
};

/// Simulated GroupMe on this machine: WebSocket and long-polling at [`gateway_url`], and the REST
/// API at [`api_url`].
///
/// The simulator runs in tasks of the current tokio runtime until it is dropped.
///
/// Requests whose `Host` is a name other than `localhost`, or whose `Origin` is not on this
/// machine, are refused with 403, so that web pages cannot reach it by DNS rebinding; see
/// [`SimBuilder::any_host`].
///
/// [`gateway_url`]: Self::gateway_url
/// [`api_url`]: Self::api_url
pub struct Sim {
    shared: Arc<Shared>,
    addr: SocketAddr,
    cast: Cast,
    user_id: String,
    token: String,
    server: JoinHandle<()>,
    /// Dropping it ends the server.
    stop: Option<oneshot::Sender<()>>,
}

impl Sim {
    /// Starts a simulator on a free loopback port, with the people of the built-in story in its
    /// world.
    ///
    /// # Errors
    ///
    /// If the port cannot be opened.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns a builder.
    pub fn builder() -> SimBuilder {
        SimBuilder::new()
    }

    async fn run(
        simulation: Simulation,
        cast: Cast,
        addr: SocketAddr,
        mut options: Options,
    ) -> io::Result<Self> {
        options.me = cast.me;
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let user_id = cast.me.to_string();
        let token = simulation
            .world()
            .token(cast.me)
            .unwrap_or_default()
            .to_owned();
        let shared = Arc::new(Shared::new(simulation, options));
        let (stop, stopped) = oneshot::channel();
        let server = spawn(Arc::clone(&shared), listener, stopped);
        Ok(Self {
            shared,
            addr,
            cast,
            user_id,
            token,
            server,
            stop: Some(stop),
        })
    }

    /// Returns the address of the listener.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns the URL of the push gateway, `http://127.0.0.1:PORT/faye`, for WebSocket and
    /// long-polling.
    pub fn gateway_url(&self) -> String {
        format!("{}/faye", self.root_url())
    }

    /// Returns the URL of the REST API, `http://127.0.0.1:PORT/v3`.
    pub fn api_url(&self) -> String {
        format!("{}/v3", self.root_url())
    }

    /// Returns the root of all URLs, `http://127.0.0.1:PORT`, above `/faye`, `/v2`, `/v3` and
    /// `/v4`. Paths of GroupMe's `v2.groupme.com` are served at the root and below `/v2`.
    pub fn root_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Returns the URL of the control API, `http://127.0.0.1:PORT/sim/v1`.
    pub fn control_url(&self) -> String {
        format!("{}/sim/v1", self.root_url())
    }

    /// Returns the id of the user whose account is simulated.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Returns the user's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Returns the people and groups of the story.
    pub fn cast(&self) -> &Cast {
        &self.cast
    }

    /// Returns the ids of the groups that the user is a member of now.
    pub fn group_ids(&self) -> Vec<String> {
        self.shared.read(|simulation| {
            simulation
                .world()
                .groups_of(self.cast.me)
                .map(|id| id.to_string())
                .collect()
        })
    }

    /// Returns the ids of the people with whom the user has a chat.
    pub fn direct_message_ids(&self) -> Vec<String> {
        self.shared.read(|simulation| {
            simulation
                .world()
                .peers_of(self.cast.me)
                .map(|id| id.to_string())
                .collect()
        })
    }

    /// Changes the world; the pushes are published when `act` returns.
    pub fn with_world<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        self.shared
            .act(|simulation, now| simulation.with_world(now, act))
    }

    /// Plays a script once, one step per `interval`. The first step comes one interval from now;
    /// see [`until_subscribed`](Self::until_subscribed).
    pub fn play(&self, script: Script, interval: Duration) -> Playback {
        Playback::start(Arc::clone(&self.shared), script, interval, false)
    }

    /// Plays a script repeatedly.
    pub fn play_repeatedly(&self, script: Script, interval: Duration) -> Playback {
        Playback::start(Arc::clone(&self.shared), script, interval, true)
    }

    /// Returns the client ids of the gateway's sessions.
    pub fn sessions(&self) -> Vec<String> {
        self.shared
            .read(|simulation| simulation.gateway().sessions().map(str::to_owned).collect())
    }

    /// Changes the configuration of the REST API.
    pub fn configure_rest(&self, change: impl FnOnce(&mut RestConfig)) {
        self.shared
            .act(|simulation, _| change(simulation.rest_mut().config_mut()));
    }

    /// Returns the number of REST requests so far, refused ones included.
    pub fn rest_requests(&self) -> u64 {
        self.shared.read(|simulation| simulation.rest().requests())
    }

    /// Breaks all connections and frees the port. Dropping the simulator does the same a little
    /// later.
    pub async fn shutdown(mut self) {
        self.stop = None;
        // An error would be a panic of the server, which has been printed already.
        let _ = (&mut self.server).await;
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim")
            .field("addr", &self.addr)
            .field("cast", &self.cast)
            .finish_non_exhaustive()
    }
}

/// Runs the server until `stopped` completes.
// A function, and no part of an asynchronous one: those are compiled by the crates that call them,
// and each would have a copy of the HTTP server.
fn spawn(
    shared: Arc<Shared>,
    listener: TcpListener,
    stopped: oneshot::Receiver<()>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        tokio::select! {
            () = accept(&shared, listener) => {}
            () = shared.run_timers() => {}
            () = callback::run(&shared) => {}
            _ = stopped => {}
        }
    })
}

/// Accepts connections for ever, each in a task of its own. All tasks end with this future.
async fn accept(shared: &Arc<Shared>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(connection::serve(Arc::clone(shared), stream, peer.ip()));
            }
            Err(error) => {
                // The usual cause is a lack of file descriptors, which only time can cure.
                tracing::warn!(cause = %error, "cannot accept a connection");
                time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
