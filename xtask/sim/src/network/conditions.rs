//! The conditions on the network at a moment.

use core::time::Duration;

use bayeux_proto::Instant;

use crate::{
    plan::{Fault, NetworkSettings, Notified, Refusal},
    random::Random,
};

/// Faults of the network that last for a while.
#[derive(Debug)]
pub(super) struct Conditions {
    least: Duration,
    most: Duration,
    /// Idle time after which a proxy cuts a connection, and the sides that notice.
    pub(super) idle: Option<(Duration, Notified)>,
    /// Faults with their end, the latest last.
    active: Vec<(Instant, Fault)>,
    /// Number of payloads that are still to be garbled.
    garbled: u32,
}

impl Conditions {
    pub(super) fn new(settings: NetworkSettings) -> Self {
        Self {
            least: settings.latency / 8,
            most: settings.latency,
            idle: settings.idle,
            active: Vec::new(),
            garbled: 0,
        }
    }

    pub(super) fn apply(&mut self, now: Instant, fault: Fault) {
        match fault {
            Fault::Latency { least, most } => (self.least, self.most) = (least, most),
            Fault::Garble { payloads } => self.garbled += payloads,
            Fault::Refuse { lasts, .. }
            | Fault::RefuseUpgrades { lasts, .. }
            | Fault::GatewayTimeout { lasts, .. }
            | Fault::LoseExchanges { lasts, .. }
            | Fault::Blackhole { lasts }
            | Fault::Stall { lasts } => {
                self.active.retain(|(until, _)| now < *until);
                self.active.push((now + lasts, fault));
            }
            // Faults of a lane, the server or a client.
            _ => {}
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new(NetworkSettings {
            idle: None,
            latency: Duration::from_millis(20),
            has_stragglers: false,
            refuses_tcp: false,
        });
    }

    /// Returns what `find` finds in the latest fault that is active.
    fn find<T>(&self, now: Instant, find: impl Fn(Instant, Fault) -> Option<T>) -> Option<T> {
        let active = self.active.iter().rev().filter(|(until, _)| now < *until);
        active
            .copied()
            .find_map(|(until, fault)| find(until, fault))
    }

    pub(super) fn refusal(&self, now: Instant) -> Option<Refusal> {
        self.find(now, |_, fault| match fault {
            Fault::Refuse { how, .. } => Some(how),
            _ => None,
        })
    }

    /// Returns whether REST cannot be reached.
    pub(super) fn refuses_rest(&self, now: Instant) -> bool {
        let refuses = |_, fault| match fault {
            Fault::Refuse { spares_rest, .. } => (!spares_rest).then_some(()),
            _ => None,
        };
        self.find(now, refuses).is_some()
    }

    pub(super) fn refused_upgrade(&self, now: Instant) -> Option<u16> {
        self.find(now, |_, fault| match fault {
            Fault::RefuseUpgrades { status, .. } => Some(status),
            _ => None,
        })
    }

    pub(super) fn gateway_timeout(&self, now: Instant) -> Option<Duration> {
        self.find(now, |_, fault| match fault {
            Fault::GatewayTimeout { after, .. } => Some(after),
            _ => None,
        })
    }

    /// Decides whether an exchange is lost, and if so, whether the server receives it first.
    pub(super) fn lost_exchange(&self, now: Instant, random: &mut Random) -> Option<bool> {
        let (percent, is_received) = self.find(now, |_, fault| match fault {
            Fault::LoseExchanges {
                percent,
                is_received,
                ..
            } => Some((percent, is_received)),
            _ => None,
        })?;
        random.chance(percent).then_some(is_received)
    }

    pub(super) fn drops_packets(&self, now: Instant) -> bool {
        let drops_packets = |_, fault| matches!(fault, Fault::Blackhole { .. }).then_some(());
        self.find(now, drops_packets).is_some()
    }

    /// Returns when a packet arrives that is sent now.
    pub(super) fn arrival(&self, now: Instant, random: &mut Random) -> Instant {
        let at = now + random.between(self.least, self.most);
        let stall = |until, fault| matches!(fault, Fault::Stall { .. }).then_some(until);
        at.max(self.find(now, stall).unwrap_or_default())
    }

    /// Returns a payload as it arrives. If damaged, it never reads as Bayeux.
    pub(super) fn garbled(&mut self, mut payload: Vec<u8>, random: &mut Random) -> Vec<u8> {
        if self.garbled > 0 {
            self.garbled -= 1;
            if random.chance(70) {
                let most = payload.len().saturating_sub(2);
                payload.truncate(1 + random.index(most));
            } else {
                payload = b"<html><body>Bad Gateway</body></html>".to_vec();
            }
        }
        payload
    }
}
