//! Time that a ping takes through the gateway.

use core::time::Duration;

use tokio::time::Instant;

/// Pings that are due and under way.
#[derive(Debug)]
pub(super) struct Latency {
    due: Option<Instant>,
    sent: Option<Instant>,
}

/// Interval of pings, the shortest that GroupMe allows.
const INTERVAL: Duration = Duration::from_secs(30);
/// Time after which a ping counts as lost.
const LIMIT: Duration = Duration::from_secs(10);

impl Latency {
    pub(super) fn new() -> Self {
        Self {
            due: None,
            sent: None,
        }
    }

    /// Begins to ping, as the account's channel is subscribed.
    pub(super) fn start(&mut self, now: Instant) {
        self.due = Some(self.due.map_or(now, |due| due.min(now + INTERVAL)));
    }

    /// Stops to ping, as the connection is lost. The interval goes on.
    pub(super) fn stop(&mut self) {
        self.sent = None;
    }

    /// Returns the time at which [`poll`](Self::poll) has something to say.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let lost = self.sent.map(|sent| sent + LIMIT);
        [self.due, lost].into_iter().flatten().min()
    }

    /// Returns whether a ping is to be sent now.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let is_due = self.due.is_some_and(|due| due <= now);
        if is_due {
            self.due = Some(now + INTERVAL);
            self.sent = Some(now);
        }
        is_due
    }

    /// Returns whether the ping under way is lost.
    pub(super) fn is_lost(&mut self, now: Instant) -> bool {
        let is_lost = self.sent.is_some_and(|sent| sent + LIMIT <= now);
        if is_lost {
            self.sent = None;
        }
        is_lost
    }

    /// Returns the time of the ping that has come back.
    pub(super) fn echo(&mut self, now: Instant) -> Option<Duration> {
        Some(now - self.sent.take()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_ping_is_sent_every_half_minute_and_counts_as_lost_after_a_third_of_it() {
        let start = Instant::now();
        let mut latency = Latency::new();
        assert_eq!(latency.poll_timeout(), None);
        latency.start(start);
        assert!(latency.is_due(start) && !latency.is_due(start));
        let back = start + Duration::from_millis(40);
        assert_eq!(latency.echo(back), Some(Duration::from_millis(40)));
        assert_eq!(latency.echo(back), None, "a ping of somebody else");
        let next = start + INTERVAL;
        assert_eq!(latency.poll_timeout(), Some(next));
        assert!(latency.is_due(next));
        assert!(!latency.is_lost(next) && latency.is_lost(next + LIMIT));
    }

    #[tokio::test(start_paused = true)]
    async fn reconnects_do_not_ping_more_often() {
        let start = Instant::now();
        let mut latency = Latency::new();
        latency.start(start);
        assert!(latency.is_due(start));
        latency.stop();
        latency.start(start + Duration::from_secs(1));
        assert!(!latency.is_due(start + Duration::from_secs(2)));
        assert!(latency.is_due(start + INTERVAL));
    }
}
