//! Hosts of media that fail again and again.

use core::time::Duration;
use std::collections::BTreeMap;

use tokio::time::Instant;

use super::downloads::AT_ONCE;

/// Hosts whose media have failed in a row. One that has failed for longer than
/// [`Settings::patience`](crate::Settings::patience) is asked for nothing until as much time has passed
/// again: a thousand media of a host that does not answer must not take a thousand times as long as one.
#[derive(Debug, Default)]
pub(crate) struct FailingHosts {
    hosts: BTreeMap<String, Failing>,
}

#[derive(Debug)]
struct Failing {
    /// Number of media that have failed since the last answer.
    in_a_row: usize,
    /// Beginning of the first attempt that has failed.
    since: Instant,
    /// Time from which the host is asked again.
    next: Instant,
}

impl FailingHosts {
    /// Returns whether a host need not be asked now.
    pub(crate) fn is_given_up(&self, host: &str, patience: Duration) -> bool {
        let now = Instant::now();
        self.hosts.get(host).is_some_and(|failing| {
            // Fewer may be those media alone, while the answers for others are on their way.
            failing.in_a_row >= AT_ONCE
                && now.duration_since(failing.since) >= patience
                && now < failing.next
        })
    }

    /// Notes that an attempt has failed, which had begun at a time.
    pub(crate) fn note_failure(&mut self, host: &str, begun: Instant, patience: Duration) {
        let now = Instant::now();
        let next = now.checked_add(patience.max(SHORTEST_PAUSE)).unwrap_or(now);
        let failing = self.hosts.entry(host.to_owned()).or_insert(Failing {
            in_a_row: 0,
            since: begun,
            next,
        });
        failing.in_a_row = failing.in_a_row.saturating_add(1);
        failing.next = next;
    }

    /// Notes that a host has answered.
    pub(crate) fn note_answer(&mut self, host: &str) {
        self.hosts.remove(host);
    }
}

/// Shortest time for which a host is asked for nothing.
const SHORTEST_PAUSE: Duration = Duration::from_secs(30);
