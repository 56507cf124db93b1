//! Settings of clients, server and network.

use core::time::Duration;

use bayeux_proto::{Config, Resume, Transport};
use groupme_delivery::{Config as FeedConfig, Polling};
use groupme_sim::{GatewayConfig, IdleConnects};

use super::Notified;
use crate::random::Random;

#[derive(Clone, Debug)]
pub(crate) struct ClientSettings {
    pub(crate) session: Config,
    /// Seed of the session's jitter.
    pub(crate) seed: u64,
    /// Settings of gap-free delivery, if the program uses it.
    pub(crate) account: Option<AccountSettings>,
}

/// Settings of gap-free delivery, and of the program that takes the deliveries.
#[derive(Clone, Debug)]
pub(crate) struct AccountSettings {
    pub(crate) feed: FeedConfig,
    /// Whether the engine follows all conversations by itself.
    pub(crate) follows: bool,
    /// Whether the program acknowledges late.
    pub(crate) is_lazy: bool,
    /// Time that the program takes for each delivery.
    pub(crate) pace: Duration,
    /// Whether there is a store. Without one, each process meets the account for the first time.
    pub(crate) has_store: bool,
    /// Time that a save takes.
    pub(crate) saving: Duration,
    /// Error of the time of day in milliseconds: at the very first start, and later.
    pub(crate) clock_error: (i64, i64),
    /// Limits of the engine for a program that is too slow.
    pub(crate) max_waiting: usize,
    pub(crate) overflow_after: Duration,
}

/// Properties of the network, apart from faults.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NetworkSettings {
    /// Idle time after which a proxy cuts a connection, and the sides that notice.
    pub(crate) idle: Option<(Duration, Notified)>,
    /// Maximum latency in one direction.
    pub(crate) latency: Duration,
    /// Whether packets of a client over a connection that is gone may arrive after packets over the
    /// next one.
    pub(crate) has_stragglers: bool,
    /// Whether a gateway that is down refuses TCP connections, instead of not being there at all.
    pub(crate) refuses_tcp: bool,
}

pub(super) fn gateway(random: &mut Random) -> GatewayConfig {
    let mut gateway = GatewayConfig::default();
    gateway.seed = random.next();
    gateway.hold = seconds(random.pick(&[5, 30, 45, 60, 600]));
    gateway.ping_interval = random.pick(&[None, Some(seconds(30)), Some(seconds(7))]);
    gateway.idle_connects = if random.chance(80) {
        IdleConnects::AnsweredAfterHold
    } else {
        IdleConnects::NeverAnswered
    };
    if gateway.idle_connects == IdleConnects::NeverAnswered {
        // It forgets a session without a connect after twice that time, and so closes all sockets.
        gateway.hold = gateway.hold.max(seconds(60));
    }
    gateway.max_socket_age = random.chance(20).then(|| random.millis(10_000, 30_000));
    gateway.sticky_sockets = random.chance(25);
    gateway.max_queued_events = random.pick(&[10_000, 10_000, 50, 3]);
    if gateway.ping_interval.is_some() {
        // The pings of a session's channels come at once, and a session that they destroy would never
        // live for long.
        gateway.max_queued_events = gateway.max_queued_events.max(16);
    }
    gateway
}

impl ClientSettings {
    pub(super) fn random(random: &mut Random, gateway: &GatewayConfig) -> Self {
        use Transport::{LongPolling, WebSocket};
        let mut session = Config::default();
        session.transports = match random.index(10) {
            0..5 => vec![WebSocket, LongPolling],
            5..7 => vec![WebSocket],
            7..9 => vec![LongPolling],
            _ => vec![LongPolling, WebSocket],
        };
        if random.chance(40) {
            // The settings of groupme-client.
            session.resume = Resume::FreshHandshake;
            session.hold = Some(seconds(25));
            session.probe = true;
            session.request_timeout = seconds(15);
        } else {
            session.resume = random.pick(&[Resume::SameSession, Resume::FreshHandshake]);
            session.hold = random.pick(&[None, Some(seconds(5)), Some(seconds(25))]);
            session.probe = random.chance(50);
            session.request_timeout = seconds(random.pick(&[3, 10, 15]));
            session.network_allowance = seconds(random.pick(&[3, 10]));
            session.open_timeout = seconds(random.pick(&[4, 15]));
            session.ping_interval = seconds(random.pick(&[5, 25, 120]));
            session.backoff_cap = seconds(random.pick(&[5, 60]));
            session.connect_burst = random.pick(&[1, 3, 20]);
            session.connect_spacing = Duration::from_millis(random.pick(&[20, 100, 1_000]));
            session.websocket_attempts = random.pick(&[1, 3]);
            session.upgrade_interval = seconds(random.pick(&[10, 60]));
            session.max_requests = random.pick(&[4, 20, 1_024]);
            session.queue_timeout = seconds(random.pick(&[5, 60]));
            session.max_batch = random.pick(&[200, 8_192]);
            session.max_subscriptions = random.pick(&[6, 16_384]);
        }
        // Resuming loses everything where the server stays with dead sockets, and no client could
        // know; hence the other policy. Where no connect is answered, neither silence nor its end
        // means anything without a probe.
        if gateway.sticky_sockets {
            session.resume = Resume::FreshHandshake;
        }
        if gateway.idle_connects == IdleConnects::NeverAnswered {
            session.probe = true;
            session.transports = vec![WebSocket];
            if gateway.max_socket_age.is_some() {
                // A socket ends before its silence means anything, and resuming needs an answer.
                session.resume = Resume::FreshHandshake;
            }
        }
        let seed = random.next();
        let account = random.chance(50).then(|| AccountSettings::random(random));
        if account.is_some() {
            // A backfilling program always has room for the user's own channel.
            session.max_subscriptions = 16_384;
            // As groupme-client has it.
            session.resume = Resume::FreshHandshake;
        }
        Self {
            session,
            seed,
            account,
        }
    }
}

impl AccountSettings {
    fn random(random: &mut Random) -> Self {
        let mut feed = FeedConfig::default();
        feed.page = random.pick(&[20, 20, 100, 3]);
        feed.history = random.pick(&[0, 0, 0, 10]);
        feed.compare_window = random.pick(&[50, 50, 5, 0]);
        feed.pinned = random.chance(25);
        feed.merge_notices = random.chance(50);
        feed.dedup_window = random.pick(&[100, 100, 8]);
        feed.push_buffer = random.pick(&[2_000, 2_000, 20, 2]);
        feed.max_ready = random.pick(&[1_000, 1_000, 8]);
        feed.max_requests = random.pick(&[4, 4, 1]);
        feed.max_backfill = random.pick(&[2_000, 2_000, 5]);
        feed.give_up_after = seconds(random.pick(&[60, 60, 5]));
        feed.polling = random.chance(25).then(|| {
            let after = random.millis(1_000, 120_000);
            Polling::new(after, random.millis(2_000, 60_000))
        });
        let is_lazy = random.chance(40);
        let is_slow = random.chance(25);
        let saving = random.pick(&[0, 0, 5, 60]);
        Self {
            feed,
            follows: random.chance(40),
            is_lazy,
            has_store: random.chance(85),
            saving: Duration::from_millis(saving),
            clock_error: (0, 0),
            max_waiting: random.pick(&[1_024, 64, 8]),
            overflow_after: seconds(random.pick(&[10, 10, 1])),
            pace: if is_slow {
                random.millis(5, 400)
            } else {
                Duration::ZERO
            },
        }
    }
}

impl NetworkSettings {
    pub(super) fn random(random: &mut Random, clients: &[ClientSettings]) -> Self {
        let mut clients = clients.iter();
        let has_idle_limit = random.chance(15);
        Self {
            has_stragglers: clients.all(|one| one.session.resume == Resume::FreshHandshake),
            idle: has_idle_limit
                .then(|| (random.millis(8_000, 70_000), random.pick(&Notified::ALL))),
            latency: Duration::from_millis(random.pick(&[2, 40, 300])),
            refuses_tcp: false,
        }
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
