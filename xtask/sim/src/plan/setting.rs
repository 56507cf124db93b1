//! How client, server and road are set.

use core::time::Duration;

use bayeux_proto::{Config, Resume, Transport};
use groupme_sim::{GatewayConfig, IdleConnects};

use super::{account::AccountSetting, fault::Told};
use crate::random::Random;

/// How the server behaves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerSetting {
    /// The gateway's.
    pub gateway: GatewayConfig,
}

/// How a client is set.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientSetting {
    /// The session's.
    pub session: Config,
    /// Where its jitter comes from.
    pub seed: u64,
    /// How what was missed is made up for, if it is.
    pub account: Option<AccountSetting>,
}

/// What lies between them, faults apart.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Road {
    /// After how long without a byte a proxy cuts, and whom it tells.
    pub idle: Option<(Duration, Told)>,
    /// The longest that anything takes.
    pub latency: Duration,
    /// Whether what a client sent over a connection that is gone may arrive after what it sends over
    /// the next one.
    pub stragglers: bool,
}

impl ServerSetting {
    pub(super) fn random(random: &mut Random) -> Self {
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
            // It forgets whoever has not connected for twice that long, and so closes all sockets.
            gateway.hold = gateway.hold.max(seconds(60));
        }
        gateway.max_socket_age = random.chance(20).then(|| random.millis(10_000, 30_000));
        gateway.sticky_sockets = random.chance(25);
        gateway.max_queued_events = random.pick(&[10_000, 10_000, 50, 3]);
        Self { gateway }
    }
}

impl ClientSetting {
    pub(super) fn random(random: &mut Random, server: &ServerSetting) -> Self {
        use Transport::{LongPolling, WebSocket};
        let mut session = Config::default();
        session.transports = match random.index(10) {
            0..5 => vec![WebSocket, LongPolling],
            5..7 => vec![WebSocket],
            7..9 => vec![LongPolling],
            _ => vec![LongPolling, WebSocket],
        };
        if random.chance(40) {
            // What groupme-client asks for.
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
        // Resuming loses everything where the server stays with dead sockets, and it could not be
        // known: that is what the policy is for. Where no connect is answered, neither silence nor
        // its end means anything without a probe.
        if server.gateway.sticky_sockets {
            session.resume = Resume::FreshHandshake;
        }
        if server.gateway.idle_connects == IdleConnects::NeverAnswered {
            session.probe = true;
            session.transports = vec![WebSocket];
            if server.gateway.max_socket_age.is_some() {
                // Its life is over before silence says anything, and resuming needs an answer.
                session.resume = Resume::FreshHandshake;
            }
        }
        let seed = random.next();
        let account = random.chance(50).then(|| AccountSetting::random(random));
        if account.is_some() {
            // Whoever wants everything keeps a place for the channel that it comes on.
            session.max_subscriptions = 16_384;
        }
        Self {
            session,
            seed,
            account,
        }
    }
}

impl Road {
    pub(super) fn random(random: &mut Random, clients: &[ClientSetting]) -> Self {
        let wary = |client: &ClientSetting| client.session.resume == Resume::FreshHandshake;
        Self {
            stragglers: clients.iter().all(wary),
            idle: random
                .chance(15)
                .then(|| (random.millis(8_000, 70_000), random.pick(&Told::ALL))),
            latency: Duration::from_millis(random.pick(&[2, 40, 300])),
        }
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
