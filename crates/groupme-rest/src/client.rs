//! The client: calls that take their turn and are patient.

use core::{fmt, time::Duration};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use groupme_model::{SourceGuid, UserId};
use http::{HeaderMap, StatusCode};
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep, timeout},
};

use crate::{
    Call, Error, Options, RetryPolicy, Services, SetupError, Token,
    endpoint::users,
    exchange::{Exchange, ExchangeError},
    network::Network,
    pace::Pace,
    random::Random,
    retry::{Attempts, Verdict},
};

/// Asks GroupMe in the name of a token.
///
/// Clones share the connections and the pace, so that a program asks no faster than GroupMe bears,
/// however many tasks it has. Every future can be dropped at any time; what was sent by then may
/// still have been heard.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// User of the token, once it is known.
    user: Arc<OnceCell<UserId>>,
}

struct Shared {
    exchange: Arc<dyn Exchange>,
    services: Services,
    token: Token,
    patience: RetryPolicy,
    request_timeout: Duration,
    interval: Duration,
    /// Whoever holds it is the next to go: tokio's mutex lets them in as they came.
    turnstile: tokio::sync::Mutex<()>,
    pace: Mutex<Pace>,
    random: Mutex<Random>,
    /// What the pure rules count time from.
    origin: Instant,
}

impl Client {
    /// A client over the network. Nothing is connected yet; calls need a tokio runtime with time
    /// and IO.
    ///
    /// # Errors
    ///
    /// [`SetupError::Dial`], if an address needs TLS and there is nobody to trust, or the proxy is
    /// none that is known.
    pub fn new(token: Token, options: &Options) -> Result<Self, SetupError> {
        let network = Network::new(options)?;
        Ok(Self::over(network, token, options))
    }

    /// A client over something else than the network, such as a simulator in the same process. What
    /// the options say of connections does not matter then.
    pub fn over(exchange: impl Exchange, token: Token, options: &Options) -> Self {
        let random = options
            .seed
            .map_or_else(Random::from_system, Random::from_seed);
        Self {
            shared: Arc::new(Shared {
                exchange: Arc::new(exchange),
                services: options.services.clone(),
                token,
                patience: options.patience.clone(),
                request_timeout: options.request_timeout,
                interval: options.interval,
                turnstile: tokio::sync::Mutex::new(()),
                pace: Mutex::new(Pace::new(options.interval)),
                random: Mutex::new(random),
                origin: Instant::now(),
            }),
            user: Arc::default(),
        }
    }

    /// A client for another account, on the same connections but at a pace of its own.
    #[must_use]
    pub fn with_token(&self, token: Token) -> Self {
        let shared = &self.shared;
        Self {
            shared: Arc::new(Shared {
                exchange: Arc::clone(&shared.exchange),
                services: shared.services.clone(),
                token,
                patience: shared.patience.clone(),
                request_timeout: shared.request_timeout,
                interval: shared.interval,
                turnstile: tokio::sync::Mutex::new(()),
                pace: Mutex::new(Pace::new(shared.interval)),
                random: Mutex::new(lock(&shared.random).split()),
                origin: shared.origin,
            }),
            user: Arc::default(),
        }
    }

    /// Returns the client with the id of its token's user, which it otherwise asks GroupMe for,
    /// once, when a call [needs](Call::needs_user) it.
    #[must_use]
    pub fn with_user(mut self, user: UserId) -> Self {
        self.user = Arc::new(OnceCell::new_with(Some(user)));
        self
    }

    /// Returns the id of the token's user: the one set by [`with_user`](Self::with_user), or the
    /// answer of GroupMe, which all clones share.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call), if GroupMe has to be asked.
    pub async fn user_id(&self) -> Result<&UserId, Error> {
        let ask = || async {
            let me = users::me();
            let shared = &self.shared;
            let request = me.request(&shared.services, &shared.token, None)?;
            Ok(self.send_request(&me, request).await?.id)
        };
        self.user.get_or_try_init(ask).await
    }

    /// Asks, and reads the answer. The request waits for its turn; failures that pass are tried
    /// again as far as [`RetryPolicy`] and [`Repeat`](crate::Repeat) allow. What is gone when it is
    /// deleted a second time, because the first answer was lost, counts as deleted.
    ///
    /// # Errors
    ///
    /// The last failure, if there is no answer.
    pub async fn call<T>(&self, call: &Call<T>) -> Result<T, Error> {
        let user = if call.needs_user() {
            Some(self.user_id().await?)
        } else {
            None
        };
        let shared = &self.shared;
        let request = call.request(&shared.services, &shared.token, user)?;
        self.send_request(call, request).await
    }

    async fn send_request<T>(
        &self,
        call: &Call<T>,
        request: http::Request<Bytes>,
    ) -> Result<T, Error> {
        let shared = &*self.shared;
        let body = request.body().len();
        let mut attempts = Attempts::new(&shared.patience, call.repeat(), body);
        let mut failure: Option<Error> = None;
        loop {
            let Some(now) = shared.turn(attempts.deadline()).await else {
                return Err(failure.unwrap_or(Error::TimedOut {
                    call: call.name(),
                    limit: shared.patience.deadline,
                }));
            };
            let limit = attempts.handle_departure(now, shared.request_timeout);
            let error = match shared.attempt(call, request.clone(), limit).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error.redact(&shared.token),
            };
            let was_heard = failure
                .as_ref()
                .is_some_and(|failure| !failure.was_not_processed());
            if call.removes() && was_heard && matches!(error, Error::NotFound(_)) {
                // An earlier attempt removed it, and its answer was lost.
                return call.decode(StatusCode::NO_CONTENT, &HeaderMap::new(), b"");
            }
            let now = shared.now();
            let verdict = attempts.handle_failure(now, &error, &mut lock(&shared.random));
            if matches!(error, Error::RateLimited(_)) {
                let wait = match verdict {
                    Verdict::Again(wait) => wait,
                    Verdict::GiveUp => error.retry_after().unwrap_or(shared.patience.backoff_base),
                };
                lock(&shared.pace).handle_limit(now, wait);
            }
            match verdict {
                Verdict::GiveUp => return Err(error),
                Verdict::Again(wait) => {
                    tracing::debug!(call = %call.name(), %error, ?wait, "trying again");
                    failure = Some(error);
                    sleep(wait).await;
                }
            }
        }
    }

    /// An id for a message, which nothing else has.
    pub fn source_guid(&self) -> SourceGuid {
        SourceGuid::from_random(lock(&self.shared.random).bytes())
    }
}

impl Shared {
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Waits until a request may go, and takes that place; `None` if it would be too late then.
    async fn turn(&self, deadline: Option<Duration>) -> Option<Duration> {
        let _next = self.turnstile.lock().await;
        loop {
            let (now, at) = {
                let mut pace = lock(&self.pace);
                let (now, at) = (self.now(), pace.next_at());
                if deadline.is_some_and(|deadline| now.max(at) >= deadline) {
                    return None;
                }
                if at <= now {
                    pace.handle_departure(now);
                }
                (now, at)
            };
            if at <= now {
                return Some(now);
            }
            // Others may be told meanwhile that this is too fast, hence the loop.
            sleep(at.saturating_sub(now)).await;
        }
    }

    async fn attempt<T>(
        &self,
        call: &Call<T>,
        request: http::Request<Bytes>,
        limit: Duration,
    ) -> Result<T, Error> {
        let name = call.name();
        let response = timeout(limit, self.exchange.exchange(request))
            .await
            .map_err(|_| Error::TimedOut { call: name, limit })?
            .map_err(|error| match error {
                ExchangeError::Transport(source) => Error::Transport { call: name, source },
                ExchangeError::Oversize { limit } => Error::Oversize { call: name, limit },
            })?;
        tracing::trace!(call = %name, status = response.status().as_u16(), "answered");
        call.decode(response.status(), response.headers(), response.body())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("services", &self.shared.services)
            .finish_non_exhaustive()
    }
}

/// What is behind these locks is whole between any two calls, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
