//! What happens to all clients at once, by the clock.

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::Instant;

/// Something that befalls all clients at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incident {
    /// All connections are reset. Sessions live on.
    BreakConnections,
    /// All sessions are lost, and all connections stay open.
    LoseSessions,
    /// The server starts anew: all sessions lost, all connections reset.
    Restart,
    /// Nothing goes through any connection, either way, old or new.
    Freeze,
    /// Everything goes through again.
    Thaw,
    /// The server's calendar jumps ahead. Its timers do not notice.
    ClockAhead(Duration),
    /// The server's calendar jumps back. Message ids grow all the same.
    ClockBack(Duration),
    /// So many messages are said at once, in some group.
    Burst(usize),
}

impl Incident {
    /// Whether all connections end with it.
    pub fn breaks_connections(self) -> bool {
        matches!(self, Self::BreakConnections | Self::Restart)
    }
}

/// An incident, and when it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a time and what happens then")]
pub struct ScheduledIncident {
    /// How long after the beginning of the plan.
    pub at: Duration,
    /// How long after that again, and again; `None` for once.
    pub every: Option<Duration>,
    /// What happens.
    pub incident: Incident,
}

/// Appointments that are still to come.
#[derive(Debug)]
pub(super) struct Schedule {
    /// By time, and in the order of the schedule.
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
        // What was frozen thaws in the end.
        let thaw = end.filter(|_| self.frozen);
        self.next(end).map(|(due, _)| due).or(thaw)
    }

    /// The next appointment that is kept.
    fn next(&self, end: Option<Instant>) -> Option<(Instant, usize)> {
        let (key, _) = self.upcoming.first_key_value()?;
        let over = end.is_some_and(|end| end <= key.0);
        (!over).then_some(*key)
    }

    fn take(&mut self, key: (Instant, usize), now: Instant) -> Option<Incident> {
        let (due, index) = key;
        let entry = self.upcoming.remove(&key)?;
        if let Some(every) = entry.every {
            // Less would leave no time for anything else.
            let every = every.max(Duration::from_millis(1));
            // After a standstill it goes on from now, instead of hurrying after.
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
