//! Whether and when a failed request is tried again: a pure rule over time.

use core::time::Duration;

use crate::{Error, random::Random};

/// How patient a client is with failures that pass.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// For how long a call is tried, from when its first request goes: the wait for its turn does
    /// not count, and a large body has longer (see
    /// [`Options::request_timeout`](crate::Options::request_timeout)). Default: 30 seconds. GroupMe
    /// knows a message again by its `source_guid` for about a minute: one that is sent again after
    /// that is there twice. The clock of this stands still while a machine sleeps.
    pub deadline: Duration,
    /// How many requests a call may make at most. Default: 8.
    pub attempts: u32,
    /// The wait after the first failure is random and below this; the bound doubles with each
    /// further one. Default: 500 milliseconds.
    pub backoff_base: Duration,
    /// The bound grows no further than this. Default: 10 seconds.
    pub backoff_cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30),
            attempts: 8,
            backoff_base: Duration::from_millis(500),
            backoff_cap: Duration::from_secs(10),
        }
    }
}

/// What a second request of the same kind would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repeat {
    /// The same as the first, or nothing: it reads, or sets what is set already, or carries an id
    /// by which GroupMe knows it.
    Idempotent,
    /// Everything once more. So it is made only when the first one cannot have been heard.
    NonIdempotent,
}

/// The attempts of one call. Times are since an origin of the caller's.
#[derive(Debug)]
pub(crate) struct Attempts<'p> {
    patience: &'p RetryPolicy,
    /// What the deadline and each request have on top, because there is much to send.
    allowance: Duration,
    repeat: Repeat,
    begun: Option<Duration>,
    made: u32,
    internal_errors: u32,
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The failure is the answer.
    GiveUp,
    /// Try again after this.
    Again(Duration),
}

impl<'p> Attempts<'p> {
    /// Of a call that sends so many bytes.
    pub(crate) fn new(patience: &'p RetryPolicy, repeat: Repeat, body: usize) -> Self {
        Self {
            patience,
            allowance: Duration::from_secs(u64::try_from(body / SLOWEST).unwrap_or(u64::MAX)),
            repeat,
            begun: None,
            made: 0,
            internal_errors: 0,
        }
    }

    /// A request goes now, which has `limit` if its body is small. How long it may take at most is
    /// the answer.
    pub(crate) fn handle_departure(&mut self, now: Duration, limit: Duration) -> Duration {
        let begun = *self.begun.get_or_insert(now);
        let deadline = self.deadline_from(begun);
        self.made = self.made.saturating_add(1);
        let limit = limit.saturating_add(self.allowance);
        deadline.saturating_sub(now).min(limit)
    }

    /// Until when the next request must go; `None` before the first.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.begun.map(|begun| self.deadline_from(begun))
    }

    fn deadline_from(&self, begun: Duration) -> Duration {
        let time = self.patience.deadline.saturating_add(self.allowance);
        begun.saturating_add(time)
    }

    /// A request failed.
    pub(crate) fn handle_failure(
        &mut self,
        now: Duration,
        error: &Error,
        random: &mut Random,
    ) -> Verdict {
        if !error.is_transient() || !self.may_repeat(error) || self.made >= self.patience.attempts {
            return Verdict::GiveUp;
        }
        // GroupMe also answers 500 to what it will never understand (groupme.md, section 8.1).
        if let Error::Server(refusal) = error
            && refusal.status == 500
        {
            self.internal_errors = self.internal_errors.saturating_add(1);
            if self.internal_errors > TRIES_AFTER_INTERNAL_ERRORS {
                return Verdict::GiveUp;
            }
        }
        let asked = error.retry_after().unwrap_or_default();
        let wait = asked.saturating_add(random.below(self.bound()));
        if self
            .deadline()
            .is_some_and(|deadline| now.saturating_add(wait) < deadline)
        {
            Verdict::Again(wait)
        } else {
            Verdict::GiveUp
        }
    }

    fn may_repeat(&self, error: &Error) -> bool {
        match self.repeat {
            Repeat::Idempotent => true,
            Repeat::NonIdempotent => error.was_not_processed(),
        }
    }

    fn bound(&self) -> Duration {
        let doublings = self.made.saturating_sub(1);
        self.patience
            .backoff_base
            .saturating_mul(2_u32.saturating_pow(doublings))
            .min(self.patience.backoff_cap)
    }
}

const TRIES_AFTER_INTERNAL_ERRORS: u32 = 2;

/// Bytes a second that even a bad connection sends.
const SLOWEST: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ApiError, CallName, Service, TransportError};

    const CALL: CallName = CallName::new("GET", Service::V3, "groups");

    fn refusal(status: u16) -> Box<ApiError> {
        Box::new(ApiError::new(CALL, status))
    }

    fn busy() -> Error {
        Error::Server(refusal(503))
    }

    fn limited(seconds: Option<u64>) -> Error {
        Error::RateLimited(Box::new(ApiError {
            retry_after: seconds.map(Duration::from_secs),
            ..*refusal(429)
        }))
    }

    fn lost(is_sent: bool) -> Error {
        Error::Transport {
            call: CALL,
            source: TransportError::new(is_sent, "the cable"),
        }
    }

    /// Fails until it is given up, each failure taking 100 ms; the waits.
    fn waits(patience: &RetryPolicy, repeat: Repeat, error: &Error, seed: u64) -> Vec<Duration> {
        let mut random = Random::from_seed(seed);
        let mut attempts = Attempts::new(patience, repeat, 0);
        let (mut now, mut waits) = (Duration::from_secs(1000), Vec::new());
        loop {
            attempts.handle_departure(now, Duration::MAX);
            now += Duration::from_millis(100);
            match attempts.handle_failure(now, error, &mut random) {
                Verdict::GiveUp => return waits,
                Verdict::Again(wait) => {
                    waits.push(wait);
                    now += wait;
                }
            }
        }
    }

    #[test]
    fn waits_are_random_below_a_bound_that_doubles_to_its_cap() {
        let patience = RetryPolicy {
            deadline: Duration::from_secs(10_000),
            attempts: 9,
            ..RetryPolicy::default()
        };
        let bounds = [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000];
        let mut longest = [Duration::ZERO; 8];
        let mut shortest = [Duration::MAX; 8];
        for seed in 0..500 {
            let waits = waits(&patience, Repeat::Idempotent, &busy(), seed);
            assert_eq!(waits.len(), 8);
            for (index, wait) in waits.into_iter().enumerate() {
                longest[index] = longest[index].max(wait);
                shortest[index] = shortest[index].min(wait);
            }
        }
        for (index, bound) in bounds.into_iter().map(Duration::from_millis).enumerate() {
            assert!(longest[index] < bound && longest[index] > bound * 9 / 10);
            assert!(shortest[index] < bound / 10);
        }
    }

    #[test]
    fn no_attempt_starts_after_the_deadline() {
        let patience = RetryPolicy {
            attempts: 1000,
            ..RetryPolicy::default()
        };
        for seed in 0..500 {
            let waits = waits(&patience, Repeat::Idempotent, &busy(), seed);
            let requests = u32::try_from(waits.len()).unwrap();
            let last_departure =
                waits.iter().sum::<Duration>() + requests * Duration::from_millis(100);
            assert!(last_departure < patience.deadline);
        }
    }

    #[test]
    fn a_request_may_not_outlast_the_deadline() {
        let patience = RetryPolicy::default();
        let mut attempts = Attempts::new(&patience, Repeat::Idempotent, 0);
        assert_eq!(attempts.deadline(), None);
        assert_eq!(
            attempts.handle_departure(Duration::from_secs(5), Duration::MAX),
            patience.deadline
        );
        let left = attempts.handle_departure(Duration::from_secs(25), Duration::MAX);
        assert_eq!(left, Duration::from_secs(10));
    }

    #[test]
    fn retry_after_is_waited_for_and_given_up_when_it_is_too_long() {
        let patience = RetryPolicy::default();
        let after = |seconds| waits(&patience, Repeat::Idempotent, &limited(Some(seconds)), 1);
        assert!(after(12)[0] >= Duration::from_secs(12));
        assert!(after(12)[0] < Duration::from_millis(12_500));
        assert_eq!(after(30), []);
        assert!(!waits(&patience, Repeat::Idempotent, &limited(None), 1).is_empty());
    }

    #[test]
    fn times_at_the_end_of_their_range_do_not_overflow() {
        let patience = RetryPolicy {
            deadline: Duration::MAX,
            attempts: u32::MAX,
            backoff_base: Duration::MAX,
            backoff_cap: Duration::MAX,
        };
        let mut random = Random::from_seed(1);
        let mut attempts = Attempts::new(&patience, Repeat::Idempotent, usize::MAX);
        let error = limited(Some(u64::MAX));
        for now in [Duration::ZERO, Duration::MAX] {
            attempts.handle_departure(now, Duration::MAX);
            attempts.handle_failure(now, &error, &mut random);
        }
    }

    #[test]
    fn what_doubles_is_repeated_only_if_it_was_not_heard() {
        let patience = RetryPolicy::default();
        let tried = |error| waits(&patience, Repeat::NonIdempotent, &error, 1).len();
        assert_eq!(tried(busy()), 0);
        assert_eq!(tried(lost(true)), 0);
        assert_eq!(tried(Error::Server(refusal(408))), 0);
        assert!(tried(lost(false)) > 1);
        assert!(tried(limited(None)) > 1);
    }

    #[test]
    fn refusals_are_final_and_internal_errors_nearly_so() {
        let patience = RetryPolicy::default();
        let tried = |error| waits(&patience, Repeat::Idempotent, &error, 1).len();
        assert_eq!(tried(Error::Unauthorized(refusal(401))), 0);
        assert_eq!(tried(Error::Forbidden(refusal(403))), 0);
        assert_eq!(tried(Error::NotFound(refusal(404))), 0);
        assert_eq!(tried(Error::Conflict(refusal(409))), 0);
        assert_eq!(tried(Error::Invalid(refusal(422))), 0);
        assert_eq!(tried(Error::Server(refusal(500))), 2);
        assert!(tried(Error::Server(refusal(408))) > 2);
        assert!(tried(lost(true)) > 2);
    }
}
