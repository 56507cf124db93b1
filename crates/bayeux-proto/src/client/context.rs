//! Circumstances that all parts of a session share.

use alloc::{collections::VecDeque, string::String, vec::Vec};
use core::time::Duration;

use super::{answer_deadline::AnswerDeadline, merged_advice::MergedAdvice};
use crate::{Advice, Config, End, Instant, Jitter, Message, ServerError, SessionEvent, Transport};

/// Time, configuration, advice and identity of a session, and its queue of events.
pub(super) struct Context {
    pub(super) config: Config,
    /// Latest instant seen; time never goes backwards.
    pub(super) now: Instant,
    pub(super) jitter: Jitter,
    /// Transport of the next handshake or connect. Parts read it; `apply` alone changes it.
    pub(super) transport: Transport,
    pub(super) client_id: String,
    advice: MergedAdvice,
    /// End of the advised interval; no retry and no wake-up comes sooner.
    interval_end: Instant,
    /// Texts that no error of a server shows.
    secrets: Vec<String>,
    last_id: u64,
    events: VecDeque<SessionEvent>,
}

impl Context {
    pub(super) fn new(config: Config, seed: u64) -> Self {
        Self {
            now: Instant::ORIGIN,
            jitter: Jitter::new(seed),
            transport: preferred(&config),
            client_id: String::new(),
            advice: MergedAdvice::default(),
            interval_end: Instant::ORIGIN,
            secrets: Vec::new(),
            last_id: 0,
            events: VecDeque::new(),
            config,
        }
    }

    pub(super) fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    pub(super) fn preferred(&self) -> Transport {
        preferred(&self.config)
    }

    /// Returns the id of the next message.
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }

    /// Returns the id of the latest message.
    pub(super) fn last_id(&self) -> u64 {
        self.last_id
    }

    /// Continues behind the ids and within the interval of an earlier process.
    pub(super) fn restore(&mut self, last_id: u64, interval_end: Instant) {
        self.last_id = last_id;
        let longest = self.now + self.config.max_interval;
        self.interval_end = interval_end.min(longest);
    }

    /// Returns the deadline of an answer that is due within `wait`.
    pub(super) fn answer_within(&self, wait: Duration) -> AnswerDeadline {
        AnswerDeadline::new(self.now + wait, &self.config)
    }
}

/// Advice of the server.
impl Context {
    pub(super) fn merge_advice(&mut self, advice: Option<&Advice>) {
        if let Some(advice) = advice {
            self.advice.merge(advice);
        }
    }

    pub(super) fn advice(&self) -> MergedAdvice {
        self.advice
    }

    pub(super) fn restore_advice(&mut self, advice: MergedAdvice) {
        self.advice = advice;
    }

    pub(super) fn forget_advice(&mut self) {
        self.advice = MergedAdvice::default();
    }

    /// Starts the advised interval, counted from now. Returns false if the server advises no
    /// further attempt (a negative interval).
    pub(super) fn start_interval(&mut self) -> bool {
        let interval = self.advice.interval(self.transport, &self.config);
        self.interval_end = self.now + interval.unwrap_or_default();
        interval.is_some()
    }

    pub(super) fn interval_end(&self) -> Instant {
        self.interval_end
    }

    /// Returns how long the server holds a connect.
    pub(super) fn server_hold(&self) -> Duration {
        self.advice.hold(self.transport, &self.config)
    }

    /// Returns how long the server is likely to keep a session without a connect.
    pub(super) fn session_lifetime(&self) -> Duration {
        self.advice.session_lifetime(self.transport, &self.config)
    }
}

/// Errors of the server, without what is secret.
impl Context {
    /// Hides a text in errors; the last few texts are hidden.
    pub(super) fn hide(&mut self, secret: &str) {
        if secret.is_empty() || self.secrets.iter().any(|known| known == secret) {
            return;
        }
        if self.secrets.len() >= MAX_SECRETS {
            self.secrets.remove(0);
        }
        self.secrets.push(secret.into());
    }

    pub(super) fn server_error(&self, message: &Message<'_>) -> ServerError {
        let error = ServerError::parse(message.error.unwrap_or_default())
            .without(&self.client_id)
            .without(message.client_id.unwrap_or_default());
        self.secrets
            .iter()
            .fold(error, |error, secret| error.without(secret))
            .shortened()
    }

    /// Returns the end by a message with the advice to stop.
    pub(super) fn end_by_advice(&self, message: &Message<'_>) -> End {
        let error = message.error.filter(|error| !error.is_empty());
        End::Stopped(error.map(|_| self.server_error(message)))
    }

    /// Returns the end by a message with a negative interval in its advice.
    pub(super) fn end_by_interval(&self, message: &Message<'_>) -> End {
        match self.end_by_advice(message) {
            End::Stopped(None) => End::NegativeInterval,
            end => end,
        }
    }
}

/// Events for the application.
impl Context {
    pub(super) fn emit(&mut self, event: SessionEvent) {
        self.events.push_back(event);
    }

    pub(super) fn next_event(&mut self) -> Option<SessionEvent> {
        self.events.pop_front()
    }

    /// Returns the number of events that have not been polled.
    pub(super) fn events(&self) -> usize {
        self.events.len()
    }
}

fn preferred(config: &Config) -> Transport {
    let first = config.transports.first().copied();
    first.unwrap_or(Transport::WebSocket)
}

/// Maximum number of texts that are hidden in errors: an old and a new token, and some more.
const MAX_SECRETS: usize = 4;
