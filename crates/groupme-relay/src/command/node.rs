//! `groupme-relay run`.

use core::{net::SocketAddr, time::Duration};

use std::io::IsTerminal as _;

use clap::Args;
use groupme_relay::{GroupMe, Nats, NatsError, NatsSettings, Node, NodeId, NodeSettings};
use tokio::{task::JoinSet, time::sleep};

use super::{
    Addresses, Broker, KeyFile, http, set,
    settings::{Settings, read_time},
};

/// Options of a node.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    broker: Broker,
    #[command(flatten)]
    keys: KeyFile,
    #[command(flatten)]
    addresses: Addresses,
    /// Share of the accounts, in proportion to the capacities of other nodes [default: 100].
    #[arg(long, value_name = "N")]
    capacity: Option<u32>,
    /// Accounts that are claimed and connected in a second, and at once after a rest [default: 20].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    starts_per_second: Option<u32>,
    /// Entries after which the whole state of an account is appended [default: 500].
    #[arg(long, value_name = "N")]
    snapshot_every: Option<u64>,
    /// Time for which a node that stops waits for others to claim its accounts [default: 20s].
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    drain: Option<Duration>,
    /// Address of /livez, /readyz and /metrics, such as `127.0.0.1:9464` [default: none].
    #[arg(long, value_name = "ADDRESS")]
    http: Option<SocketAddr>,
}

impl Options {
    /// Returns the settings of the node with those of the command line.
    fn over(&self, settings: &Settings) -> NodeSettings {
        let mut node = settings.node.clone();
        set(&mut node.capacity, self.capacity.as_ref());
        set(&mut node.starts_per_second, self.starts_per_second.as_ref());
        set(&mut node.starts_at_once, self.starts_per_second.as_ref());
        set(&mut node.snapshot_every, self.snapshot_every.as_ref());
        set(&mut node.drain_for, self.drain.as_ref());
        node.settings()
    }
}

/// Runs a node until it is told to stop.
pub(super) async fn run(options: &Options, settings: &Settings) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_max_level(settings.log.level)
        .init();
    let keys = options.keys.keys(settings)?;
    let addresses = &options.addresses;
    let source = GroupMe::new(addresses.gateway(settings), addresses.rest(settings)?);
    let nats = options.broker.over(settings).settings()?;
    let http = match options.http.or(settings.http.listen) {
        Some(address) => Some(http::Server::open(address).await?),
        None => None,
    };
    let mut stop = Stop::listen()?;
    let connected = tokio::select! {
        broker = connect(&nats) => broker?,
        () = stop.asked() => return Ok(()),
    };
    let id = NodeId::new(
        getrandom::u64().map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?,
    );
    tracing::info!(node = %id, "the node starts");
    let node = Node::new(id, connected, source, keys, options.over(settings));
    let mut answering = JoinSet::new();
    if let Some(http) = http {
        answering.spawn(http.run(node.health()));
    }
    let (drained, mut again) = (stop.asked(), Stop::listen()?);
    tokio::select! {
        () = node.run(drained) => {}
        // The second request ends the program at once: nothing is lost, see `Node`.
        () = async { again.asked().await; again.asked().await } => {}
    }
    Ok(())
}

/// Connects to the broker, however long it is away.
async fn connect(settings: &NatsSettings) -> anyhow::Result<Nats> {
    loop {
        match Nats::connect(settings).await {
            Err(error @ NatsError::Connect { .. }) => {
                let error = anyhow::Error::from(error);
                tracing::warn!("{error:#}; the next attempt follows in a second");
                sleep(Duration::from_secs(1)).await;
            }
            connected => return Ok(connected?),
        }
    }
}

/// Request to stop: SIGTERM or Ctrl-C.
struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Stop {
    #[cfg(unix)]
    fn listen() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(unix)]
    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn asked(&mut self) {
        // Without a handler for signals, the system ends the program at once.
        if tokio::signal::ctrl_c().await.is_err() {
            core::future::pending::<()>().await;
        }
    }
}
