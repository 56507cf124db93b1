//! The simulator on real sockets.

mod actor;
mod builder;
mod clock;
mod connection;
mod faults;
mod http;
mod jsonp;
mod pause;
mod playback;
mod rest;
mod shared;
mod socket;
mod throttle;
mod upgrade;
mod wait;

use core::{fmt, net::SocketAddr, time::Duration};
use std::{io, sync::Arc};

use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time,
};

use self::shared::Shared;
pub use self::{builder::SimBuilder, playback::Playback};
use crate::{
    rest::RestConfig,
    script::{Cast, Script},
    simulation::Simulation,
    world::World,
};

/// A simulated GroupMe on this machine: WebSocket and long-polling at [`gateway_url`], and the
/// REST API at [`api_url`].
///
/// It runs in tasks of the tokio runtime it was started in, until it is dropped.
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
    /// Dropped to end the server.
    stop: Option<oneshot::Sender<()>>,
}

impl Sim {
    /// Starts one on a free loopback port, with the cast of the built-in story in its world.
    ///
    /// # Errors
    ///
    /// If the port cannot be opened.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Sets it up otherwise first.
    pub fn builder() -> SimBuilder {
        SimBuilder::new()
    }

    async fn run(
        simulation: Simulation,
        cast: Cast,
        addr: SocketAddr,
        max_queued_frames: usize,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let user_id = cast.me.to_string();
        let token = simulation
            .world()
            .token(cast.me)
            .unwrap_or_default()
            .to_owned();
        let shared = Arc::new(Shared::new(simulation, max_queued_frames));
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                tokio::select! {
                    () = accept(&shared, listener) => {}
                    () = shared.run_timers() => {}
                    _ = stopped => {}
                }
            }
        });
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

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The push gateway, as `http://127.0.0.1:PORT/faye`; the same address is the WebSocket's.
    pub fn gateway_url(&self) -> String {
        format!("{}/faye", self.root_url())
    }

    /// The REST API, as `http://127.0.0.1:PORT/v3`.
    pub fn api_url(&self) -> String {
        format!("{}/v3", self.root_url())
    }

    /// What all else lies below, as `http://127.0.0.1:PORT`: `/faye`, `/v2`, `/v3` and `/v4`.
    /// What GroupMe has at `v2.groupme.com` is right here, too, as it is below `/v2`.
    pub fn root_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The user whose account it is.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The one token that lets this user in.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The people of the story, and their groups.
    pub fn cast(&self) -> &Cast {
        &self.cast
    }

    /// The ids of the groups in which the user is now.
    pub fn group_ids(&self) -> Vec<String> {
        self.shared.read(|simulation| {
            simulation
                .world()
                .groups_of(self.cast.me)
                .map(|id| id.to_string())
                .collect()
        })
    }

    /// The ids of the people with whom the user has a conversation.
    pub fn direct_message_ids(&self) -> Vec<String> {
        self.shared.read(|simulation| {
            simulation
                .world()
                .peers_of(self.cast.me)
                .map(|id| id.to_string())
                .collect()
        })
    }

    /// Lets anything happen in the world; what comes of it is pushed when `act` returns.
    pub fn with_world<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        self.shared
            .act(|simulation, now| simulation.with_world(now, act))
    }

    /// Plays a script once, one beat per `interval`. The first beat comes one interval from now; see
    /// [`wait_until_subscribed`](Self::wait_until_subscribed).
    pub fn play(&self, script: Script, interval: Duration) -> Playback {
        Playback::start(Arc::clone(&self.shared), script, interval, false)
    }

    /// Plays a script round and round.
    pub fn play_repeatedly(&self, script: Script, interval: Duration) -> Playback {
        Playback::start(Arc::clone(&self.shared), script, interval, true)
    }

    /// The client ids of the gateway's sessions.
    pub fn sessions(&self) -> Vec<String> {
        self.shared
            .read(|simulation| simulation.gateway().sessions().map(str::to_owned).collect())
    }

    /// Has the REST API behave otherwise from now on.
    pub fn configure_rest(&self, change: impl FnOnce(&mut RestConfig)) {
        self.shared
            .act(|simulation, _| change(simulation.rest_mut().config_mut()));
    }

    /// How many REST requests have come, refused ones included.
    pub fn rest_requests(&self) -> u64 {
        self.shared.read(|simulation| simulation.rest().requests())
    }

    /// Breaks all connections and frees the port. Dropping the simulator does the same a little
    /// later.
    pub async fn shutdown(mut self) {
        self.stop = None;
        // An error would be a panic in the server, which has shown itself already.
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

/// Accepts connections for ever, each in a task of its own, all of which end with this.
async fn accept(shared: &Arc<Shared>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, _)) => {
                let shared = Arc::clone(shared);
                let mut killed = shared.killed();
                connections.spawn(async move {
                    tokio::select! {
                        () = connection::serve(shared, stream) => {}
                        _ = killed.changed() => {}
                    }
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely, which only time can mend.
                tracing::warn!(cause = %error, "cannot accept a connection");
                time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
