//! `groupme-relay run`.

use core::time::Duration;

use clap::Args;
use groupme_relay::{GroupMe, Nats, NatsError, Node, NodeId, NodeSettings};
use tokio::time::sleep;

use super::{Addresses, Broker, KeyFile};

/// Options of a node.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    broker: Broker,
    #[command(flatten)]
    keys: KeyFile,
    #[command(flatten)]
    addresses: Addresses,
    /// Share of the accounts, in proportion to the capacities of other nodes.
    #[arg(long, value_name = "N", default_value_t = 100)]
    capacity: u32,
    /// Accounts that are claimed and connected in a second.
    #[arg(long, value_name = "N", default_value_t = 20)]
    starts_per_second: u32,
    /// Entries after which the whole state of an account is appended.
    #[arg(long, value_name = "N", default_value_t = 500)]
    snapshot_every: u64,
    /// Seconds for which a node that stops waits for others to claim its accounts.
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    drain: u64,
}

/// Runs a node until it is told to stop.
pub(super) async fn run(options: &Options) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::INFO)
        .init();
    let keys = options.keys.keys()?;
    let source = GroupMe::new(options.addresses.gateway(), options.addresses.rest()?);
    let mut settings = NodeSettings::default();
    settings.capacity = options.capacity;
    settings.starts_per_second = options.starts_per_second;
    settings.starts_at_once = options.starts_per_second;
    settings.snapshot_every = options.snapshot_every;
    settings.drain_for = Duration::from_secs(options.drain);
    let mut stop = Stop::listen()?;
    let connected = tokio::select! {
        broker = connect(&options.broker) => broker?,
        () = stop.asked() => return Ok(()),
    };
    let id = NodeId::new(
        getrandom::u64().map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?,
    );
    tracing::info!(node = %id, "the node starts");
    let node = Node::new(id, connected, source, keys, settings);
    let (drained, mut again) = (stop.asked(), Stop::listen()?);
    tokio::select! {
        () = node.run(drained) => {}
        // The second request ends the program at once: nothing is lost, see `Node`.
        () = async { again.asked().await; again.asked().await } => {}
    }
    Ok(())
}

/// Connects to the broker, however long it is away.
async fn connect(broker: &Broker) -> anyhow::Result<Nats> {
    let settings = broker.settings()?;
    loop {
        match Nats::connect(&settings).await {
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
