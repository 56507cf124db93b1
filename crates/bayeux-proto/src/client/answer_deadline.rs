//! Deadline of an answer, which bytes that arrive extend.

use core::time::Duration;

use crate::{Config, Instant};

/// Deadline of an answer. An answer that is arriving is no silence: bytes on its lane move the
/// deadline, up to a limit that a peer cannot move by a byte now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AnswerDeadline {
    at: Instant,
    latest: Instant,
}

impl AnswerDeadline {
    pub(super) fn new(at: Instant, config: &Config) -> Self {
        Self {
            at,
            latest: at + config.slow_allowance,
        }
    }

    pub(super) fn at(self) -> Instant {
        self.at
    }

    /// Returns whether the deadline has passed. If bytes arrived less than `allowance` ago, at
    /// `last_bytes`, the deadline is moved instead.
    ///
    /// The deadline moves only once it has come, so that bytes cost no timer.
    pub(super) fn is_over(
        &mut self,
        now: Instant,
        last_bytes: Option<Instant>,
        allowance: Duration,
    ) -> bool {
        if now < self.at {
            return false;
        }
        if let Some(last_bytes) = last_bytes {
            self.at = self.at.max((last_bytes + allowance).min(self.latest));
        }
        self.at <= now
    }
}
