//! Pace of requests while the connection breaks again and again.
//!
//! groupme-rest sends eight requests a second. The lists that begin the next resync go out at once
//! only if the histories and comparisons of the last one have not used all of them: with a
//! connection that breaks every other second, each gap would otherwise last a second.

use core::time::Duration;
use std::collections::VecDeque;

use bayeux_proto::Instant;

use crate::request::{Purpose, SECOND_LOOK};

/// Pace of histories and comparisons.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Last resync.
    resync: u64,
    /// Begin of the last resync.
    begun: Option<Instant>,
    /// Time until which another gap is likely.
    breaking_until: Option<Instant>,
    /// Times of the last histories and comparisons, the latest at the end.
    sent: VecDeque<Instant>,
    /// Time until which none may be sent.
    paused_until: Option<Instant>,
}

impl Pace {
    /// Returns whether a request may be sent now. Otherwise [`paused_until`](Self::paused_until)
    /// says when.
    pub(crate) fn allows(&mut self, now: Instant, purpose: Purpose) -> bool {
        if is_list(purpose) || !self.is_breaking(now) || self.sent.len() < LIMIT {
            return true;
        }
        let free_at = self.sent.front().map(|first| *first + WINDOW);
        self.paused_until = free_at.filter(|at| *at > now);
        self.paused_until.is_none()
    }

    /// Counts a request that is sent now.
    pub(crate) fn note(&mut self, now: Instant, purpose: Purpose) {
        if let Purpose::List(resync) = purpose
            && resync != SECOND_LOOK
        {
            self.note_resync(now, resync);
        }
        if is_list(purpose) {
            return;
        }
        if self.sent.len() == LIMIT {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
    }

    /// Returns the interval between comparisons, of which one is in flight at a time: they can
    /// wait.
    pub(crate) fn comparison_interval(&self, now: Instant) -> Duration {
        if self.is_breaking(now) {
            SPARING_INTERVAL
        } else {
            INTERVAL
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.paused_until = self.paused_until.filter(|at| *at > now);
    }

    /// Returns the time until which histories and comparisons wait.
    pub(crate) fn paused_until(&self) -> Option<Instant> {
        self.paused_until
    }

    fn note_resync(&mut self, now: Instant, resync: u64) {
        if self.resync == resync {
            return;
        }
        if self.begun.is_some_and(|begun| now < begun + LIKELY) {
            self.breaking_until = Some(now + LIKELY);
        }
        (self.resync, self.begun) = (resync, Some(now));
    }

    fn is_breaking(&self, now: Instant) -> bool {
        self.breaking_until.is_some_and(|until| now < until)
    }
}

fn is_list(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::List(_) | Purpose::Snapshot)
}

/// Maximum histories and comparisons within [`WINDOW`]: two requests are left for the lists of groups
/// and of direct conversations.
const LIMIT: usize = 6;
const WINDOW: Duration = Duration::from_secs(1);

/// Time in which another gap is likely, after two resyncs within the same time.
const LIKELY: Duration = Duration::from_secs(10);

/// Interval between comparisons: half of the requests remain for what was missed after another loss.
const INTERVAL: Duration = Duration::from_millis(250);
/// Interval between comparisons while the connection breaks again and again.
const SPARING_INTERVAL: Duration = Duration::from_secs(1);
