//! How the road is at a moment.

use core::time::Duration;

use bayeux_proto::Instant;

use super::Payload;
use crate::{
    plan::{Fault, Refusal, Road, Told},
    random::Random,
};

/// What is wrong with the road, each until its end.
#[derive(Debug)]
pub(super) struct Weather {
    least: Duration,
    most: Duration,
    idle: Option<(Duration, Told)>,
    refusal: Option<(Instant, Refusal)>,
    upgrades: Option<(Instant, u16)>,
    gateway_timeout: Option<(Instant, Duration)>,
    losses: Option<(Instant, u64, bool)>,
    blackhole: Instant,
    stall: Instant,
    garble: u32,
}

impl Weather {
    pub(super) fn new(road: Road) -> Self {
        Self {
            least: road.latency / 8,
            most: road.latency,
            idle: road.idle,
            refusal: None,
            upgrades: None,
            gateway_timeout: None,
            losses: None,
            blackhole: Instant::ORIGIN,
            stall: Instant::ORIGIN,
            garble: 0,
        }
    }

    pub(super) fn apply(&mut self, now: Instant, fault: Fault) {
        match fault {
            Fault::Latency { least, most } => (self.least, self.most) = (least, most),
            Fault::Refuse { how, lasts } => self.refuse(now + lasts, how),
            Fault::RefuseUpgrades { status, lasts } => self.upgrades = Some((now + lasts, status)),
            Fault::GatewayTimeout { after, lasts } => {
                self.gateway_timeout = Some((now + lasts, after));
            }
            Fault::LoseExchanges {
                percent,
                heard,
                lasts,
            } => self.losses = Some((now + lasts, percent, heard)),
            Fault::Blackhole { lasts } => self.blackhole = self.blackhole.max(now + lasts),
            Fault::Stall { lasts } => self.stall = self.stall.max(now + lasts),
            Fault::Garble { payloads } => self.garble += payloads,
            // About lanes, the server or a client, not the road.
            Fault::Cut { .. }
            | Fault::Restart { .. }
            | Fault::Forget
            | Fault::Reap { .. }
            | Fault::Jump { .. }
            | Fault::Crash { .. }
            | Fault::Acknowledge { .. }
            | Fault::Rest { .. }
            | Fault::Sleep { .. } => {}
        }
    }

    pub(super) fn refuse(&mut self, until: Instant, how: Refusal) {
        self.refusal = Some((until, how));
    }

    pub(super) fn clear_faults(&mut self) {
        *self = Self::new(Road {
            idle: None,
            latency: Duration::from_millis(20),
            stragglers: false,
        });
    }

    pub(super) fn idle(&self) -> Option<(Duration, Told)> {
        self.idle
    }

    pub(super) fn refusal(&self, now: Instant) -> Option<Refusal> {
        self.refusal
            .filter(|(until, _)| now < *until)
            .map(|(_, how)| how)
    }

    pub(super) fn refused_upgrade(&self, now: Instant) -> Option<u16> {
        self.upgrades
            .filter(|(until, _)| now < *until)
            .map(|(_, status)| status)
    }

    pub(super) fn gateway_timeout(&self, now: Instant) -> Option<Duration> {
        self.gateway_timeout
            .filter(|(until, _)| now < *until)
            .map(|(_, after)| after)
    }

    /// Whether an exchange is lost, and if so, whether the server hears it first.
    pub(super) fn lost_exchange(&self, now: Instant, random: &mut Random) -> Option<bool> {
        let (until, percent, heard) = self.losses?;
        (now < until && random.chance(percent)).then_some(heard)
    }

    pub(super) fn swallows(&self, now: Instant) -> bool {
        now < self.blackhole
    }

    pub(super) fn arrival(&self, now: Instant, random: &mut Random) -> Instant {
        let at = now + random.between(self.least, self.most);
        if now < self.stall {
            at.max(self.stall)
        } else {
            at
        }
    }

    /// What is left of a payload. Never something that reads as Bayeux.
    pub(super) fn garbled(&mut self, mut payload: Payload, random: &mut Random) -> Payload {
        if self.garble > 0 {
            self.garble -= 1;
            if random.chance(70) {
                let most = payload.bytes.len().saturating_sub(2);
                payload.bytes.truncate(1 + random.index(most));
            } else {
                payload.bytes = b"<html><body>Bad Gateway</body></html>".to_vec();
            }
        }
        payload
    }
}
