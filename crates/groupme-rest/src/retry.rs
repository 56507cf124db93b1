//! Retries of a failed request, without a clock.

use core::time::Duration;

use crate::{Error, random::Random};

/// Limits for the retries of temporary failures.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Maximum time for a call and its retries, from its first request: time in the rate limiter's
    /// queue is not counted, and a large body adds to it (see
    /// [`Options::request_timeout`](crate::Options::request_timeout)). Default: 30 seconds.
    ///
    /// GroupMe recognises a repeated `source_guid` for about a minute: a message that is sent again
    /// later appears twice. This clock stops while the machine sleeps.
    pub deadline: Duration,
    /// Maximum requests for a call. Default: any number within the deadline.
    pub attempts: u32,
    /// Upper bound of the random delay after the first failure; it doubles with each further one.
    /// Default: 500 milliseconds.
    pub backoff_base: Duration,
    /// Maximum of that bound. Default: 10 seconds.
    pub backoff_cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30),
            attempts: u32::MAX,
            backoff_base: Duration::from_millis(500),
            backoff_cap: Duration::from_secs(10),
        }
    }
}

/// Attempts of one call. All times are relative to an origin of the caller's.
#[derive(Debug)]
pub(crate) struct Attempts<'p> {
    policy: &'p RetryPolicy,
    /// Time to upload the body, added to the deadline and to the limit of each request.
    upload_time: Duration,
    is_idempotent: bool,
    begun: Option<Duration>,
    made: u32,
    /// Failures that a repetition may not mend.
    stubborn: u32,
}

/// Answer to a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Return the failure.
    GiveUp,
    /// Retry after this delay.
    Retry(Duration),
}

impl<'p> Attempts<'p> {
    /// Begins a call whose body has `body` bytes.
    pub(crate) fn new(policy: &'p RetryPolicy, is_idempotent: bool, body: usize) -> Self {
        let seconds = u64::try_from(body / MIN_UPLOAD_RATE).unwrap_or(u64::MAX);
        Self {
            policy,
            upload_time: Duration::from_secs(seconds),
            is_idempotent,
            begun: None,
            made: 0,
            stubborn: 0,
        }
    }

    /// Counts a request that is sent now, and returns its timeout: `limit` and the upload time, and
    /// not beyond the deadline.
    pub(crate) fn handle_request(&mut self, now: Duration, limit: Duration) -> Duration {
        let begun = *self.begun.get_or_insert(now);
        let deadline = self.deadline_from(begun);
        self.made = self.made.saturating_add(1);
        let limit = limit.saturating_add(self.upload_time);
        deadline.saturating_sub(now).min(limit)
    }

    /// Returns the deadline for the next request; `None` before the first.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.begun.map(|begun| self.deadline_from(begun))
    }

    fn deadline_from(&self, begun: Duration) -> Duration {
        let time = self.policy.deadline.saturating_add(self.upload_time);
        begun.saturating_add(time)
    }

    /// Decides whether a failed request is retried, and when.
    pub(crate) fn handle_failure(
        &mut self,
        now: Duration,
        error: &Error,
        random: &mut Random,
    ) -> Decision {
        if !error.is_transient() || !self.may_repeat(error) || self.made >= self.policy.attempts {
            return Decision::GiveUp;
        }
        // GroupMe also answers 500 to bodies that it can never parse, such as the body of an edit
        // in an envelope, and cuts off answers that are too large for it.
        let most = match error {
            Error::Server(error) if error.status == 500 => MAX_INTERNAL_ERRORS,
            Error::CutOff { .. } => MAX_CUT_OFF,
            Error::Empty { .. } | Error::Malformed { .. } => MAX_MALFORMED,
            _ => u32::MAX,
        };
        if most < u32::MAX {
            self.stubborn = self.stubborn.saturating_add(1);
            if self.stubborn > most {
                return Decision::GiveUp;
            }
        }
        let requested = error.retry_after().unwrap_or_default();
        let delay = requested.saturating_add(random.below(self.backoff()));
        if self
            .deadline()
            .is_some_and(|deadline| now.saturating_add(delay) < deadline)
        {
            Decision::Retry(delay)
        } else {
            Decision::GiveUp
        }
    }

    fn may_repeat(&self, error: &Error) -> bool {
        self.is_idempotent || error.was_not_processed()
    }

    /// Returns the upper bound of the random delay.
    fn backoff(&self) -> Duration {
        let doublings = self.made.saturating_sub(1);
        self.policy
            .backoff_base
            .saturating_mul(2_u32.saturating_pow(doublings))
            .min(self.policy.backoff_cap)
    }
}

/// Internal errors (HTTP 500) of one call that are retried.
const MAX_INTERNAL_ERRORS: u32 = 2;
/// Cut-off answers of one call that are asked for again.
const MAX_CUT_OFF: u32 = 1;
/// Answers that are not HTTP, or have no body, for which one call is repeated: a proxy that restarts may
/// send some.
const MAX_MALFORMED: u32 = 2;

/// Bytes a second that even a bad connection uploads.
const MIN_UPLOAD_RATE: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ApiError, CallName, Service, TransportError};

    const CALL: CallName = CallName::new("GET", Service::V3, "groups");

    fn api_error(status: u16) -> Box<ApiError> {
        Box::new(ApiError::new(CALL, status))
    }

    fn busy() -> Error {
        Error::Server(api_error(503))
    }

    fn limited(seconds: Option<u64>) -> Error {
        Error::RateLimited(Box::new(ApiError {
            retry_after: seconds.map(Duration::from_secs),
            ..*api_error(429)
        }))
    }

    fn lost(is_sent: bool) -> Error {
        Error::Transport {
            call: CALL,
            source: TransportError::new(is_sent, "the cable"),
        }
    }

    /// Returns the delays of a call that fails until it is given up, 100 ms after each request.
    fn delays(
        policy: &RetryPolicy,
        is_idempotent: bool,
        error: &Error,
        seed: u64,
    ) -> Vec<Duration> {
        let mut random = Random::from_seed(seed);
        let mut attempts = Attempts::new(policy, is_idempotent, 0);
        let (mut now, mut delays) = (Duration::from_secs(1000), Vec::new());
        loop {
            attempts.handle_request(now, Duration::MAX);
            now += Duration::from_millis(100);
            match attempts.handle_failure(now, error, &mut random) {
                Decision::GiveUp => return delays,
                Decision::Retry(delay) => {
                    delays.push(delay);
                    now += delay;
                }
            }
        }
    }

    #[test]
    fn delays_are_random_below_a_bound_that_doubles_to_its_cap() {
        let policy = RetryPolicy {
            deadline: Duration::from_secs(10_000),
            attempts: 9,
            ..RetryPolicy::default()
        };
        let bounds = [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000];
        let mut longest = [Duration::ZERO; 8];
        let mut shortest = [Duration::MAX; 8];
        for seed in 0..500 {
            let waits = delays(&policy, true, &busy(), seed);
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
    fn the_deadline_and_not_a_number_of_requests_ends_a_call() {
        let policy = RetryPolicy {
            backoff_cap: Duration::from_millis(500),
            ..RetryPolicy::default()
        };
        for error in [busy(), limited(None)] {
            assert!(delays(&policy, true, &error, 1).len() > 50);
        }
        assert_eq!(
            delays(
                &RetryPolicy {
                    attempts: 3,
                    ..policy
                },
                true,
                &busy(),
                1
            )
            .len(),
            2
        );
    }

    #[test]
    fn no_attempt_starts_after_the_deadline() {
        let policy = RetryPolicy::default();
        for seed in 0..500 {
            let waits = delays(&policy, true, &busy(), seed);
            let requests = u32::try_from(waits.len()).unwrap();
            let last_departure =
                waits.iter().sum::<Duration>() + requests * Duration::from_millis(100);
            assert!(last_departure < policy.deadline);
        }
    }

    #[test]
    fn a_request_may_not_outlast_the_deadline() {
        let policy = RetryPolicy::default();
        let mut attempts = Attempts::new(&policy, true, 0);
        assert_eq!(attempts.deadline(), None);
        assert_eq!(
            attempts.handle_request(Duration::from_secs(5), Duration::MAX),
            policy.deadline
        );
        let left = attempts.handle_request(Duration::from_secs(25), Duration::MAX);
        assert_eq!(left, Duration::from_secs(10));
    }

    #[test]
    fn a_retry_after_is_waited_for_unless_it_exceeds_the_deadline() {
        let policy = RetryPolicy::default();
        let after = |seconds| delays(&policy, true, &limited(Some(seconds)), 1);
        assert!(after(12)[0] >= Duration::from_secs(12));
        assert!(after(12)[0] < Duration::from_millis(12_500));
        assert_eq!(after(30), []);
        assert!(!delays(&policy, true, &limited(None), 1).is_empty());
    }

    #[test]
    fn times_at_the_end_of_their_range_do_not_overflow() {
        let policy = RetryPolicy {
            deadline: Duration::MAX,
            attempts: u32::MAX,
            backoff_base: Duration::MAX,
            backoff_cap: Duration::MAX,
        };
        let mut random = Random::from_seed(1);
        let mut attempts = Attempts::new(&policy, true, usize::MAX);
        let error = limited(Some(u64::MAX));
        for now in [Duration::ZERO, Duration::MAX] {
            attempts.handle_request(now, Duration::MAX);
            attempts.handle_failure(now, &error, &mut random);
        }
    }

    #[test]
    fn a_call_that_is_not_idempotent_is_retried_only_if_it_was_not_processed() {
        let policy = RetryPolicy::default();
        let tried = |error| delays(&policy, false, &error, 1).len();
        assert_eq!(tried(busy()), 0);
        assert_eq!(tried(lost(true)), 0);
        assert_eq!(tried(Error::Server(api_error(408))), 0);
        assert!(tried(lost(false)) > 1);
        assert!(tried(limited(None)) > 1);
    }

    #[test]
    fn client_errors_are_final_and_internal_errors_are_retried_twice() {
        let policy = RetryPolicy::default();
        let tried = |error| delays(&policy, true, &error, 1).len();
        assert_eq!(tried(Error::Unauthorized(api_error(401))), 0);
        assert_eq!(tried(Error::Forbidden(api_error(403))), 0);
        assert_eq!(tried(Error::NotFound(api_error(404))), 0);
        assert_eq!(tried(Error::Conflict(api_error(409))), 0);
        assert_eq!(tried(Error::BadRequest(api_error(422))), 0);
        assert_eq!(tried(Error::Server(api_error(500))), 2);
        assert!(tried(Error::Server(api_error(408))) > 2);
        assert!(tried(lost(true)) > 2);
    }
}
