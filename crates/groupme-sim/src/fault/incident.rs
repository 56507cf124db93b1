//! Incidents: timed events that affect all clients at once.

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::Instant;

/// Event that affects all clients at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incident {
    /// Resets all connections. Sessions live on.
    BreakConnections,
    /// Loses all sessions; connections stay open.
    LoseSessions,
    /// Restarts the server: loses all sessions and resets all connections.
    Restart,
    /// Stops all traffic in both directions, on new connections too, without closing anything.
    Freeze,
    /// Ends a freeze.
    Thaw,
    /// Moves the server's calendar ahead. Timers do not notice.
    ClockAhead(Duration),
    /// Moves the server's calendar back. Message ids keep growing.
    ClockBack(Duration),
    /// Posts this many messages at once, in the oldest group.
    Burst(usize),
}

impl Incident {
    /// Returns whether the incident resets all connections.
    pub fn breaks_connections(self) -> bool {
        matches!(self, Self::BreakConnections | Self::Restart)
    }
}

/// Incident with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a time and what happens then")]
pub struct ScheduledIncident {
    /// Time after the start of the plan.
    pub at: Duration,
    /// Interval of repetition; `None` for once.
    pub every: Option<Duration>,
    /// The incident.
    pub incident: Incident,
}

/// Incidents to come.
#[derive(Debug)]
pub(super) struct Schedule {
    /// Ordered by time, then by position in the plan.
    upcoming: BTreeMap<(Instant, usize), ScheduledIncident>,
    frozen: bool,
}

impl Schedule {
    pub(super) fn new(schedule: &[ScheduledIncident], began: Instant) -> Self {
        let upcoming = schedule.iter().enumerate();
        let upcoming = upcoming.map(|(index, entry)| ((began + entry.at, index), *entry));
        Self {
            upcoming: upcoming.collect(),
            frozen: false,
        }
    }

    #[cfg(feature = "net")]
    pub(super) fn is_frozen(&self) -> bool {
        self.frozen
    }

    pub(super) fn pop(&mut self, now: Instant, end: Option<Instant>) -> Option<Incident> {
        self.earliest(end).filter(|due| *due <= now)?;
        let incident = match self.next(end) {
            Some(key) => self.take(key, now)?,
            None => Incident::Thaw,
        };
        match incident {
            Incident::Freeze => self.frozen = true,
            Incident::Thaw => self.frozen = false,
            _ => {}
        }
        Some(incident)
    }

    pub(super) fn earliest(&self, end: Option<Instant>) -> Option<Instant> {
        // The end of the plan ends a freeze.
        let thaw = end.filter(|_| self.frozen);
        self.next(end).map(|(due, _)| due).or(thaw)
    }

    /// Returns the key of the next incident before the end of the plan.
    fn next(&self, end: Option<Instant>) -> Option<(Instant, usize)> {
        let (key, _) = self.upcoming.first_key_value()?;
        let over = end.is_some_and(|end| end <= key.0);
        (!over).then_some(*key)
    }

    fn take(&mut self, key: (Instant, usize), now: Instant) -> Option<Incident> {
        let (due, index) = key;
        let entry = self.upcoming.remove(&key)?;
        if let Some(every) = entry.every {
            // A shorter interval would leave no time for anything else.
            let every = every.max(Duration::from_millis(1));
            // After a standstill the series continues from now: missed incidents are not made up for.
            let next = if due + every > now {
                due + every
            } else {
                now + every
            };
            self.upcoming.insert((next, index), entry);
        }
        Some(entry.incident)
    }
}
