//! Faults of the network.

use core::time::Duration;

use bayeux_proto::{Close, Instant, LaneId};

use super::{
    Arrived, Network, Packet,
    link::{Direction, Link},
    status_close,
};
use crate::plan::{Fault, Notified, Refusal};

impl Network {
    /// Applies a fault, if it is one of the network, and returns the lanes that the server has lost
    /// by it.
    pub(crate) fn apply(&mut self, now: Instant, fault: Fault) -> Vec<(usize, LaneId)> {
        let mut lost = Vec::new();
        match fault {
            Fault::Cut {
                client,
                notified,
                in_flight,
            } => self.cut_all(now, notified, in_flight, |link| {
                client.is_none_or(|client| client == link.client)
            }),
            Fault::Restart { down, silent } => {
                let notified = if silent {
                    Notified::Nobody
                } else {
                    Notified::Client
                };
                // Its own side ends in any case.
                self.cut_all(now, notified, true, |link| link.server_end);
                for link in self.links.values_mut().filter(|link| link.server_end) {
                    link.server_end = false;
                    lost.push((link.client, link.lane));
                }
                self.links.retain(|_, link| link.client_end);
                let refuse = Fault::Refuse {
                    how: Refusal::Unreachable,
                    spares_rest: true,
                    lasts: down,
                };
                self.conditions.apply(now, refuse);
            }
            fault => self.conditions.apply(now, fault),
        }
        lost
    }

    /// Ends all faults. Connections that are gone unnoticed remain to be noticed: by a client by
    /// itself, by the server within two minutes.
    pub(crate) fn clear_faults(&mut self, now: Instant) {
        self.conditions.clear();
        let gone = self
            .links
            .iter()
            .filter(|(_, link)| link.is_sealed && link.server_end);
        for key in gone.map(|(key, _)| *key).collect::<Vec<_>>() {
            let late = self.random.millis(0, 120_000);
            self.push(now + late, Packet::Up(key, Arrived::Hangup));
        }
    }

    fn cut_all(
        &mut self,
        now: Instant,
        notified: Notified,
        in_flight: bool,
        is_concerned: impl Fn(&Link) -> bool,
    ) {
        let links = self.links.iter().filter(|(_, link)| is_concerned(link));
        for key in links.map(|(key, _)| *key).collect::<Vec<_>>() {
            self.cut(now, key, notified, in_flight);
        }
    }

    fn cut(&mut self, now: Instant, key: u64, notified: Notified, in_flight: bool) {
        if notified.client() {
            self.transmit(now, key, Direction::Down, Arrived::Closed(Close::Lost));
        }
        if notified.server() {
            self.transmit(now, key, Direction::Up, Arrived::Hangup);
        }
        if let Some(link) = self.links.get_mut(&key) {
            link.is_sealed = true;
            link.is_dead |= in_flight;
        }
    }

    pub(super) fn check_idle(&mut self, now: Instant, key: u64) {
        if let (Some((limit, notified)), Some(link)) = (self.conditions.idle, self.links.get(&key))
        {
            let due = link.used + limit;
            if due <= now {
                self.cut(now, key, notified, false);
            } else {
                self.push(due, Packet::Idle(key));
            }
        }
    }

    /// Answers an attempt in place of the server, or leaves it without an answer.
    pub(super) fn refuse(&mut self, now: Instant, key: u64, refusal: Refusal) {
        let is_socket = self.links.get(&key).is_some_and(|link| link.is_socket);
        let why = match refusal {
            Refusal::Unreachable if self.refuses_tcp => Close::ConnectionRefused,
            Refusal::Unreachable => Close::Unreachable,
            Refusal::Tls => Close::Tls,
            // A page is no answer to an upgrade.
            Refusal::Page if is_socket => status_close(200),
            Refusal::Page => Close::Malformed,
            Refusal::Status {
                status,
                retry_after,
            } => Close::Status {
                status,
                retry_after: retry_after.map(|wait| Duration::from_secs(wait.into())),
            },
            Refusal::Silence => {
                if let Some(link) = self.links.get_mut(&key) {
                    link.is_sealed = true;
                }
                return;
            }
        };
        self.reject(now, key, why);
    }

    /// Ends a lane before the server has received anything on it.
    pub(super) fn reject(&mut self, now: Instant, key: u64, why: Close) {
        self.transmit(now, key, Direction::Down, Arrived::Closed(why));
        if let Some(link) = self.links.get_mut(&key) {
            link.is_sealed = true;
        }
    }
}
