//! Pings through the gateway, and their round-trip times.

use core::time::Duration;

use tokio::time::Instant;

/// Timer of pings. At most one is in flight.
#[derive(Debug)]
pub(super) struct Latency {
    /// Time of the next ping; `None` until the first connection.
    due: Option<Instant>,
    /// Time at which the ping in flight was sent.
    sent: Option<Instant>,
}

/// Interval of pings: the shortest that GroupMe answers.
const INTERVAL: Duration = Duration::from_secs(30);
/// Time after which a ping counts as lost.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Latency {
    pub(super) fn new() -> Self {
        Self {
            due: None,
            sent: None,
        }
    }

    /// Starts to ping. Call it when the account's channel is subscribed.
    pub(super) fn start(&mut self, now: Instant) {
        self.due = Some(self.due.map_or(now, |due| due.min(now + INTERVAL)));
    }

    /// Forgets the ping in flight. Call it when the connection is lost; the interval continues, so that
    /// reconnects do not ping more often.
    pub(super) fn stop(&mut self) {
        self.sent = None;
    }

    /// Returns the next time at which [`take_due`](Self::take_due) or [`take_lost`](Self::take_lost)
    /// returns true.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let lost = self.sent.map(|sent| sent + TIMEOUT);
        [self.due, lost].into_iter().flatten().min()
    }

    /// Returns whether a ping is due, and starts the next interval if so.
    pub(super) fn take_due(&mut self, now: Instant) -> bool {
        let is_due = self.due.is_some_and(|due| due <= now);
        if is_due {
            self.due = Some(now + INTERVAL);
            self.sent = Some(now);
        }
        is_due
    }

    /// Returns whether the ping in flight is lost, and forgets it if so.
    pub(super) fn take_lost(&mut self, now: Instant) -> bool {
        let is_lost = self.sent.is_some_and(|sent| sent + TIMEOUT <= now);
        if is_lost {
            self.sent = None;
        }
        is_lost
    }

    /// Returns the round-trip time of the ping in flight, whose echo has arrived. `None` for the echo of
    /// another program's ping.
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
        assert!(latency.take_due(start) && !latency.take_due(start));
        let back = start + Duration::from_millis(40);
        assert_eq!(latency.echo(back), Some(Duration::from_millis(40)));
        assert_eq!(latency.echo(back), None, "a ping of somebody else");
        let next = start + INTERVAL;
        assert_eq!(latency.poll_timeout(), Some(next));
        assert!(latency.take_due(next));
        assert!(!latency.take_lost(next) && latency.take_lost(next + TIMEOUT));
    }

    #[tokio::test(start_paused = true)]
    async fn reconnects_do_not_ping_more_often() {
        let start = Instant::now();
        let mut latency = Latency::new();
        latency.start(start);
        assert!(latency.take_due(start));
        latency.stop();
        latency.start(start + Duration::from_secs(1));
        assert!(!latency.take_due(start + Duration::from_secs(2)));
        assert!(latency.take_due(start + INTERVAL));
    }
}
