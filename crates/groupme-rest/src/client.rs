//! Client: calls that share a rate limit and are retried.

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
    ApiError, Call, CallName, Download, Error, Options, RetryPolicy, Services, SetupError, Token,
    Upload,
    body::{RequestBody, ResponseBody},
    endpoint::users,
    hyper_transport::HyperTransport,
    random::Random,
    rate_limiter::RateLimiter,
    retry::{Attempts, Decision},
    transport::{HttpTransport, HttpTransportError},
    upload,
};

/// Sends calls with a token.
///
/// Clones share the connections and the rate limit, however many tasks use them. Every future can
/// be dropped at any time; GroupMe may still process a request that was sent by then.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// User of the token, once it is known.
    user: Arc<OnceCell<UserId>>,
}

struct Shared {
    transport: Arc<dyn HttpTransport>,
    services: Services,
    token: Token,
    retry: RetryPolicy,
    request_timeout: Duration,
    request_interval: Duration,
    /// Queue for the rate limiter: tokio's mutex is fair.
    queue: tokio::sync::Mutex<()>,
    rate_limiter: Mutex<RateLimiter>,
    random: Mutex<Random>,
    /// Origin of the times of the rate limiter and of the attempts.
    origin: Instant,
}

impl Client {
    /// Returns a client over HTTP/1.1. It connects with the first call, and calls need a tokio
    /// runtime with time and IO.
    ///
    /// # Errors
    ///
    /// [`SetupError::Dial`] if a URL needs TLS and there are no root certificates, or if the
    /// proxy's scheme is not supported.
    pub fn new(token: Token, options: &Options) -> Result<Self, SetupError> {
        let transport = HyperTransport::new(options)?;
        Ok(Self::with_transport(transport, token, options))
    }

    /// Returns a client without a token, for calls that need none, such as
    /// [`bots::post`](crate::endpoint::bots::post). GroupMe refuses all others.
    ///
    /// # Errors
    ///
    /// Same as [`new`](Self::new).
    pub fn without_token(options: &Options) -> Result<Self, SetupError> {
        Self::new(Token::absent(), options)
    }

    /// Returns a client over another transport, such as a simulator in the same process. Ignores
    /// the options for connections.
    pub fn with_transport(transport: impl HttpTransport, token: Token, options: &Options) -> Self {
        let random = options
            .seed
            .map_or_else(Random::from_system, Random::from_seed);
        Self {
            shared: Arc::new(Shared {
                transport: Arc::new(transport),
                services: options.services.clone(),
                token,
                retry: options.retry.clone(),
                request_timeout: options.request_timeout,
                request_interval: options.request_interval,
                queue: tokio::sync::Mutex::new(()),
                rate_limiter: Mutex::new(RateLimiter::new(options.request_interval)),
                random: Mutex::new(random),
                origin: Instant::now(),
            }),
            user: Arc::default(),
        }
    }

    /// Returns a client for another token, on the same connections and with a rate limit of its
    /// own.
    #[must_use]
    pub fn with_token(&self, token: Token) -> Self {
        let shared = &self.shared;
        Self {
            shared: Arc::new(Shared {
                transport: Arc::clone(&shared.transport),
                services: shared.services.clone(),
                token,
                retry: shared.retry.clone(),
                request_timeout: shared.request_timeout,
                request_interval: shared.request_interval,
                queue: tokio::sync::Mutex::new(()),
                rate_limiter: Mutex::new(RateLimiter::new(shared.request_interval)),
                random: Mutex::new(lock(&shared.random).split()),
                origin: shared.origin,
            }),
            user: Arc::default(),
        }
    }

    /// Sets the id of the token's user. A client without it requests it once, when a call
    /// [needs](Call::needs_user) it.
    #[must_use]
    pub fn with_user(mut self, user: UserId) -> Self {
        self.user = Arc::new(OnceCell::new_with(Some(user)));
        self
    }

    /// Returns the id of the token's user: the one set by [`with_user`](Self::with_user), or the
    /// answer of `GET /users/me`, which all clones share.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call), if GroupMe has to be asked.
    pub async fn user_id(&self) -> Result<&UserId, Error> {
        let fetch = || async {
            let me = users::me();
            let request = me.request(&self.shared.services, &self.shared.token, None)?;
            Ok(self.send_request(&me, request).await?.id)
        };
        self.user.get_or_try_init(fetch).await
    }

    /// Sends a call, when the rate limit allows it, and returns its answer. Retries temporary
    /// failures as far as the [`RetryPolicy`] and the call's [idempotency](Call::is_idempotent)
    /// allow. A deletion whose retry is answered with 404, because the answer to an earlier attempt
    /// was lost, is a success.
    ///
    /// # Errors
    ///
    /// The failure of the last attempt, or of the one before if the deadline cut the last one short.
    pub async fn call<T>(&self, call: &Call<T>) -> Result<T, Error> {
        let answer = match self.request_of(call).await {
            Ok(request) => self.send_request(call, request).await,
            Err(error) => Err(error),
        };
        answer.map_err(|error| self.explain(call, error))
    }

    /// Names the ids of a call in its error.
    fn explain<T>(&self, call: &Call<T>, error: Error) -> Error {
        error.with_ids(self.shown_name(call))
    }

    /// Returns the name of a call with its ids.
    pub(crate) fn shown_name<T>(&self, call: &Call<T>) -> CallName {
        call.shown_name(self.user.get())
    }

    async fn send_request<T>(
        &self,
        call: &Call<T>,
        request: http::Request<Bytes>,
    ) -> Result<T, Error> {
        let trial = Trial {
            call: call.name(),
            is_idempotent: call.is_idempotent(),
            body: request.body().len(),
            attempts: self.shared.retry.attempts,
        };
        let attempt = |limit| self.shared.attempt(call, request.clone(), limit);
        match self.repeat(trial, attempt).await {
            Ok(answer) => Ok(answer),
            // The answer to an earlier attempt was lost.
            Err((Error::NotFound(_), true)) if call.is_deletion() => {
                call.decode(StatusCode::NO_CONTENT, &HeaderMap::new(), b"")
            }
            Err((error, true)) if call.is_creation() => Err(error.after_a_lost_answer()),
            Err((error, _)) => Err(error),
        }
    }

    /// Uploads the bytes as the body of a call that has none, between a head and a tail.
    pub(crate) async fn upload<T>(
        &self,
        call: &Call<T>,
        [head, tail]: [Bytes; 2],
        upload: Upload,
    ) -> Result<T, Error> {
        let request = self.request_of(call).await?;
        let (parts, _) = request.into_parts();
        let trial = Trial {
            call: call.name(),
            is_idempotent: call.is_idempotent(),
            body: usize::try_from(upload.size()).unwrap_or(usize::MAX),
            // A stream is gone after the first attempt.
            attempts: if upload.is_repeatable() {
                self.shared.retry.attempts
            } else {
                1
            },
        };
        let upload = Mutex::new(upload);
        let attempt = |limit| {
            let body = lock(&upload).take_body(&head, &tail);
            let request = http::Request::from_parts(parts.clone(), body);
            self.shared.attempt_upload(call, request, limit)
        };
        let uploaded = self.repeat(trial, attempt).await;
        uploaded.map_err(|(error, _)| self.explain(call, error))
    }

    /// Begins a download: returns once the head of the answer is there.
    pub(crate) async fn open(&self, call: &Call<()>) -> Result<Download, Error> {
        let request = self.request_of(call).await?;
        let (parts, _) = request.into_parts();
        let trial = Trial {
            call: call.name(),
            is_idempotent: true,
            body: 0,
            attempts: self.shared.retry.attempts,
        };
        let attempt = |limit| {
            let body = RequestBody::from(Bytes::new());
            let request = http::Request::from_parts(parts.clone(), body);
            self.shared.attempt_download(call, request, limit)
        };
        let opened = self.repeat(trial, attempt).await;
        match opened {
            Ok(download) => Ok(download.of_call(self.shown_name(call))),
            Err((error, _)) => Err(self.explain(call, error)),
        }
    }

    async fn request_of<T>(&self, call: &Call<T>) -> Result<http::Request<Bytes>, Error> {
        let user = if call.needs_user() {
            Some(self.user_id().await?)
        } else {
            None
        };
        call.request(&self.shared.services, &self.shared.token, user)
    }

    pub(crate) fn services(&self) -> &Services {
        &self.shared.services
    }

    /// Makes attempts until one succeeds or the policy gives up. Returns the error, and whether an
    /// earlier attempt may have been processed.
    async fn repeat<R, F>(
        &self,
        trial: Trial,
        attempt: impl Fn(Duration) -> F,
    ) -> Result<R, (Error, bool)>
    where
        F: Future<Output = Result<R, Error>>,
    {
        let shared = &*self.shared;
        let policy = RetryPolicy {
            attempts: trial.attempts,
            ..shared.retry.clone()
        };
        let mut attempts = Attempts::new(&policy, trial.is_idempotent, trial.body);
        let mut failure: Option<Error> = None;
        let mut may_be_done = false;
        loop {
            let Some(now) = shared.acquire(attempts.deadline()).await else {
                let error = failure.unwrap_or(Error::TimedOut {
                    call: trial.call.clone(),
                    limit: shared.retry.deadline,
                });
                return Err((error, may_be_done));
            };
            let limit = attempts.handle_request(now, shared.request_timeout);
            let error = match attempt(limit).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error.redact(&shared.token),
            };
            let now = shared.now();
            let decision = attempts.handle_failure(now, &error, &mut lock(&shared.random));
            if matches!(error, Error::RateLimited(_)) {
                let delay = match decision {
                    Decision::Retry(delay) => delay,
                    Decision::GiveUp => error.retry_after().unwrap_or(shared.retry.backoff_base),
                };
                lock(&shared.rate_limiter).handle_rate_limited(now, delay);
            }
            match decision {
                Decision::GiveUp => {
                    // The deadline cut this attempt short: the one before says more about the peer.
                    let is_cut =
                        limit < shared.request_timeout && matches!(error, Error::TimedOut { .. });
                    let error = match failure {
                        Some(earlier) if is_cut && !earlier.was_not_processed() => earlier,
                        _ => error,
                    };
                    return Err((error, may_be_done));
                }
                Decision::Retry(delay) => {
                    tracing::debug!(call = %trial.call, %error, ?delay, "retrying");
                    may_be_done |= !error.was_not_processed();
                    failure = Some(error);
                    sleep(delay).await;
                }
            }
        }
    }

    /// Returns a random, unique id for a message.
    pub fn source_guid(&self) -> SourceGuid {
        SourceGuid::from_random(lock(&self.shared.random).bytes())
    }
}

impl Shared {
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Waits until the rate limit allows a request, counts it, and returns the time. `None` if that
    /// is past the deadline.
    async fn acquire(&self, deadline: Option<Duration>) -> Option<Duration> {
        let _next = self.queue.lock().await;
        loop {
            let (now, at) = {
                let mut rate_limiter = lock(&self.rate_limiter);
                let (now, at) = (self.now(), rate_limiter.next_at());
                if deadline.is_some_and(|deadline| now.max(at) >= deadline) {
                    return None;
                }
                if at <= now {
                    rate_limiter.handle_request(now);
                }
                (now, at)
            };
            if at <= now {
                return Some(now);
            }
            // A failure of another request may move `at` meanwhile, hence the loop.
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
        let sent = self.transport.send(request);
        let response = within(&name, limit, sent, http::Response::status).await?;
        call.decode(response.status(), response.headers(), response.body())
    }

    async fn attempt_upload<T>(
        &self,
        call: &Call<T>,
        request: http::Request<RequestBody>,
        limit: Duration,
    ) -> Result<T, Error> {
        let name = call.name();
        let sent = async {
            let response = self.transport.stream(request).await?;
            let (parts, body) = response.into_parts();
            let body = collect(body).await?;
            Ok(http::Response::from_parts(parts, body))
        };
        let response = within(&name, limit, sent, http::Response::status).await;
        let response = response.map_err(upload::failure_of_source)?;
        call.decode(response.status(), response.headers(), response.body())
    }

    async fn attempt_download(
        &self,
        call: &Call<()>,
        request: http::Request<RequestBody>,
        limit: Duration,
    ) -> Result<Download, Error> {
        let name = call.name();
        let sent = self.transport.stream(request);
        let response = within(&name, limit, sent, http::Response::status).await?;
        let (parts, body) = response.into_parts();
        let encoding = parts.headers.get(http::header::CONTENT_ENCODING);
        if encoding.is_some_and(|encoding| encoding != "identity") {
            return Err(Error::Malformed {
                call: name,
                format: "HTTP",
                source: "a content encoding that was not asked for".into(),
            });
        }
        // A part was not asked for either.
        if parts.status.is_success() && parts.status != StatusCode::PARTIAL_CONTENT {
            let patience = self.request_timeout;
            return Ok(Download::new(name, &parts.headers, body, patience));
        }
        // The request is counted already.
        let body = match timeout(limit, collect(body)).await {
            Ok(body) => body.map_err(|error| error.into_error(name.clone()))?,
            Err(_) => return Err(Error::TimedOut { call: name, limit }),
        };
        call.decode(parts.status, &parts.headers, &body)?;
        // Status 304 or 206: nothing was asked for that could be unchanged, and no part.
        let error = ApiError::new(name, parts.status.as_u16());
        Err(Error::UnexpectedStatus(Box::new(error)))
    }
}

/// Attempts of a call.
struct Trial {
    call: CallName,
    is_idempotent: bool,
    /// Size of the body, in bytes.
    body: usize,
    /// Maximum number of attempts.
    attempts: u32,
}

/// Waits for an answer within a limit, and counts it by its status.
async fn within<R>(
    call: &CallName,
    limit: Duration,
    sent: impl Future<Output = Result<R, HttpTransportError>>,
    status: impl Fn(&R) -> StatusCode,
) -> Result<R, Error> {
    #[cfg(feature = "metrics")]
    let began = Instant::now();
    let answer = match timeout(limit, sent).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(error.into_error(call.clone())),
        Err(_) => Err(Error::TimedOut {
            call: call.clone(),
            limit,
        }),
    };
    #[cfg(feature = "metrics")]
    crate::figures::count(call, began, answer.as_ref().map(&status));
    if let Ok(answer) = &answer {
        tracing::trace!(%call, status = status(answer).as_u16(), "response");
    }
    answer
}

/// Collects the body of an answer to an upload, or of one that refuses a download.
async fn collect(mut body: ResponseBody) -> Result<Bytes, HttpTransportError> {
    let mut collected = Vec::new();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(HttpTransportError::of_connection)?;
        if piece.len() > MAX_ANSWER.saturating_sub(collected.len()) {
            let limit = MAX_ANSWER;
            return Err(HttpTransportError::Oversize { limit });
        }
        collected.extend_from_slice(&piece);
    }
    Ok(collected.into())
}

/// Maximum size of an answer to an upload, in bytes.
const MAX_ANSWER: usize = 1 << 20;

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("services", &self.shared.services)
            .finish_non_exhaustive()
    }
}

/// Locks a mutex, poisoned or not: no critical section leaves its value half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
