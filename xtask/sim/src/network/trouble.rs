//! What goes wrong on the road.

use core::time::Duration;

use bayeux_proto::{Close, Instant, LaneId};

use super::{
    Arrived, Network, Packet,
    link::{Direction, Kind, Link},
};
use crate::plan::{Fault, Refusal, Told};

impl Network {
    /// Something goes wrong on the road. What is not about the road is left to others.
    ///
    /// The lanes that the server has lost by it are returned.
    pub fn apply(&mut self, now: Instant, fault: Fault) -> Vec<(usize, LaneId)> {
        let mut lost = Vec::new();
        match fault {
            Fault::Cut {
                client,
                told,
                in_flight,
            } => self.cut_all(now, told, in_flight, |link| {
                client.is_none_or(|client| client == link.client)
            }),
            Fault::Restart { down, silent } => {
                let told = if silent { Told::Nobody } else { Told::Client };
                // Its own side goes with it, whoever else knows.
                self.cut_all(now, told, true, |link| link.server_end);
                for link in self.links.values_mut().filter(|link| link.server_end) {
                    link.server_end = false;
                    lost.push((link.client, link.lane));
                }
                self.links.retain(|_, link| link.client_end);
                self.weather.refuse(now + down, Refusal::Unreachable);
            }
            fault => self.weather.apply(now, fault),
        }
        lost
    }

    /// All is well from now on. Who has not noticed that a connection is gone still has to: a
    /// client by itself, the server within two minutes.
    pub fn clear_faults(&mut self, now: Instant) {
        self.weather.clear_faults();
        let keys: Vec<u64> = self.links.keys().copied().collect();
        for key in keys {
            let late = self.random.millis(0, 120_000);
            if let Some(link) = self.links.get(&key)
                && link.sealed
                && link.server_end
            {
                self.push(now + late, Packet::Up(key, Arrived::Hangup));
            }
        }
    }

    fn cut_all(
        &mut self,
        now: Instant,
        told: Told,
        in_flight: bool,
        concerned: impl Fn(&Link) -> bool,
    ) {
        let keys: Vec<u64> = self
            .links
            .iter()
            .filter(|(_, link)| concerned(link))
            .map(|(key, _)| *key)
            .collect();
        for key in keys {
            self.cut(now, key, told, in_flight);
        }
    }

    fn cut(&mut self, now: Instant, key: u64, told: Told, in_flight: bool) {
        if told.client()
            && let Some(at) = self.passage(now, key, Direction::Down)
        {
            self.push(at, Packet::Down(key, Arrived::Closed(Close::Lost)));
        }
        if told.server()
            && let Some(at) = self.passage(now, key, Direction::Up)
        {
            self.push(at, Packet::Up(key, Arrived::Hangup));
        }
        if let Some(link) = self.links.get_mut(&key) {
            link.sealed = true;
            link.dead |= in_flight;
        }
    }

    pub(super) fn check_idle(&mut self, now: Instant, key: u64) {
        let (Some((patience, told)), Some(link)) = (self.weather.idle(), self.links.get(&key))
        else {
            return;
        };
        let due = link.used + patience;
        if due <= now {
            self.cut(now, key, told, false);
        } else {
            self.push(due, Packet::Idle(key));
        }
    }

    /// Somebody else answers an attempt, or nobody does.
    pub(super) fn refuse(&mut self, now: Instant, key: u64, refusal: Refusal) {
        let why = match refusal {
            Refusal::Unreachable => Close::Unreachable,
            Refusal::Tls => Close::Tls,
            Refusal::Page => match self.links.get(&key).map(|link| link.kind) {
                // A page is no answer to an upgrade.
                Some(Kind::Socket) => Close::Status {
                    status: 200,
                    retry_after: None,
                },
                _ => Close::Malformed,
            },
            Refusal::Status {
                status,
                retry_after,
            } => Close::Status {
                status,
                retry_after: retry_after.map(|wait| Duration::from_secs(wait.into())),
            },
            Refusal::Silence => {
                if let Some(link) = self.links.get_mut(&key) {
                    link.sealed = true;
                }
                return;
            }
        };
        self.turn_away(now, key, why);
    }

    /// A lane ends before the server has heard of it.
    pub(super) fn turn_away(&mut self, now: Instant, key: u64, why: Close) {
        self.down(now, key, Arrived::Closed(why));
        if let Some(link) = self.links.get_mut(&key) {
            link.sealed = true;
        }
    }
}
