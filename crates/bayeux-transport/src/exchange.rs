//! Long-polling: HTTP exchanges, one at a time on a connection that is reused.

use core::{fmt, time::Duration};
use std::sync::Arc;

use bayeux_proto::{Close, LaneId};
use bayeux_wire::{DecodeError, Frame};
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Body, Incoming},
    client::conn::http1::SendRequest,
};
use hyper_util::rt::TokioIo;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout, timeout_at},
};

use crate::{
    Error,
    connection::{self, ConnectionTask},
    encoding::Encoding,
    meter::{Meter, ProgressTimeout, Watched},
    shared::{Report, Shared},
    site::{MAX_REDIRECTS, Redirect, Site},
};

/// An exchange to make.
pub(crate) struct Job {
    pub(crate) lane: LaneId,
    pub(crate) batch: Batch,
    /// Receiver whose sender is dropped to abandon the exchange.
    pub(crate) stop: oneshot::Receiver<Error>,
}

/// The request of an exchange.
pub(crate) struct Batch {
    pub(crate) bytes: Bytes,
    /// Last segment of the path of the request, if it is not that of the endpoint.
    pub(crate) operation: Option<&'static str>,
    /// Timeout of the whole exchange, connecting included, unless its bytes still flow.
    pub(crate) limit: Duration,
}

/// Makes exchanges in order, until the sender of `jobs` is dropped.
/// Their bytes are recorded by `meter`.
pub(crate) async fn run_queue(
    shared: Arc<Shared>,
    meter: Arc<Meter>,
    mut jobs: mpsc::UnboundedReceiver<Box<Job>>,
) {
    let mut kept: Option<Kept> = None;
    loop {
        let next = match &kept {
            None => jobs.recv().await,
            Some(Kept { until, .. }) => {
                let Ok(next) = timeout_at(*until, jobs.recv()).await else {
                    kept = None;
                    continue;
                };
                next
            }
        };
        let Some(job) = next else {
            return;
        };
        let Job {
            lane,
            batch,
            mut stop,
        } = *job;
        // Dropping an exchange in progress closes its connection, so the next one opens its own.
        let outcome = tokio::select! {
            biased;
            _ = &mut stop => continue,
            outcome = exchange(&shared, &meter, kept.take().and_then(|kept| kept.reuse(&shared)), batch) => outcome,
        };
        let reporting = async {
            match outcome {
                Ok((frame, connection)) => {
                    kept = Some(Kept::new(connection, &shared));
                    if let Some(frame) = frame {
                        tracing::trace!(lane = lane.number(), size = frame.len(), "response");
                        shared.report(lane, Report::Frame(frame)).await?;
                    }
                    shared
                        .report(lane, Report::closed(Close::Complete, None))
                        .await
                }
                Err(error) => {
                    shared.invalidate();
                    shared
                        .report(lane, Report::closed(error.close(), Some(error)))
                        .await
                }
            }
        };
        tokio::select! {
            biased;
            _ = &mut stop => {}
            outcome = reporting => if outcome.is_err() { return },
        }
    }
}

/// A connection kept for the next exchange.
struct Kept {
    connection: Connection,
    /// [`Shared::generation`] at the last response; a later one invalidates the connection.
    generation: u64,
    /// End of the time for which the connection may be idle.
    until: Instant,
}

impl Kept {
    fn new(connection: Connection, shared: &Shared) -> Self {
        let now = Instant::now();
        Self {
            generation: shared.generation(),
            until: now.checked_add(connection.idle_timeout).unwrap_or(now),
            connection,
        }
    }

    /// Returns the connection, unless it has been idle too long or has been invalidated.
    fn reuse(self, shared: &Shared) -> Option<Connection> {
        let is_fresh = self.generation == shared.generation()
            && Instant::now() < self.until
            && Arc::ptr_eq(&self.connection.site, &shared.sites.current());
        is_fresh.then_some(self.connection)
    }
}

async fn exchange(
    shared: &Shared,
    meter: &Arc<Meter>,
    kept: Option<Connection>,
    batch: Batch,
) -> Result<ExchangeOutcome, Error> {
    let limit = batch.limit;
    let timeout = ProgressTimeout {
        limit,
        allowance: STALL.min(limit),
        watched: Watched::Both,
        extension: shared.options.slow_allowance,
    };
    meter
        .in_time(timeout, attempt(shared, meter, kept, &batch))
        .await
        .map(|outcome| outcome.map_err(|error| connection::flooded(meter, error)))
        .unwrap_or(Err(Error::TimedOut {
            doing: "waiting for a response",
            limit,
        }))
}

/// The messages of a response, if it has any, and the connection for the next exchange.
type ExchangeOutcome = (Option<Arc<Frame>>, Connection);

async fn attempt(
    shared: &Shared,
    meter: &Arc<Meter>,
    mut kept: Option<Connection>,
    batch: &Batch,
) -> Result<ExchangeOutcome, Error> {
    let mut redirects = 0;
    loop {
        let site = shared.sites.current();
        let (response, connection) = respond(shared, &site, meter, kept.take(), batch).await?;
        let (status, headers) = (response.status(), response.headers());
        let permission = shared.permission(&[307, 308]);
        match Redirect::of(&site.endpoint, status, headers, permission)? {
            None => return Ok((receive(shared, meter, response).await?, connection)),
            Some(redirect) if redirects == MAX_REDIRECTS => return Err(redirect.too_many(status)),
            Some(redirect) => {
                let redirect = redirect.without_operation(batch.operation);
                shared.sites.redirect(&site, redirect);
            }
        }
        redirects = redirects.saturating_add(1);
    }
}

/// Returns the response, and the connection on which its body arrives.
async fn respond(
    shared: &Shared,
    site: &Arc<Site>,
    meter: &Arc<Meter>,
    kept: Option<Connection>,
    batch: &Batch,
) -> Result<(Response<Incoming>, Connection), Error> {
    if let Some(mut connection) = kept
        && connection.is_usable().await
    {
        match connection.post(shared, meter, batch).await {
            Ok(response) => return Ok((response, connection)),
            // The server may close an idle connection just when a request is on its way. Only a
            // request that certainly never left is repeated: a publish might be processed twice,
            // and a held connect that was cut may have lost events, which the session has to know.
            Err(failure) if failure.never_sent => {
                tracing::debug!(%failure, "a kept connection was gone: trying a new one");
            }
            Err(failure) => return Err(failure.error),
        }
    }
    // Boxed, because connecting takes most of the future's memory, and the task lives for long after.
    let mut connection = Box::pin(Connection::open(shared, site, meter)).await?;
    let response = connection
        .post(shared, meter, batch)
        .await
        .map_err(|failure| failure.error)?;
    Ok((response, connection))
}

/// An HTTP connection that is reused for successive exchanges.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    site: Arc<Site>,
    /// Time for which the connection may be idle, by the headers of the last response.
    idle_timeout: Duration,
    _task: ConnectionTask,
}

impl Connection {
    async fn open(shared: &Shared, site: &Arc<Site>, meter: &Arc<Meter>) -> Result<Self, Error> {
        let stream = connection::connect(shared, site, meter).await?;
        let (sender, connection) = connection::builder()
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Error::http("starting an HTTP connection", error))?;
        Ok(Self {
            sender,
            site: Arc::clone(site),
            idle_timeout: shared.options.idle_timeout,
            _task: ConnectionTask::spawn(connection),
        })
    }

    /// Returns whether the connection is still open, as far as is known locally.
    async fn is_usable(&mut self) -> bool {
        // Yields once, so that a close that has already arrived is seen before a request is sent.
        tokio::task::yield_now().await;
        self.sender.ready().await.is_ok()
    }

    async fn post(
        &mut self,
        shared: &Shared,
        meter: &Meter,
        batch: &Batch,
    ) -> Result<Response<Incoming>, Failure> {
        meter.allow(connection::MAX_HEADS);
        let mut request = shared
            .request(
                &self.site,
                Method::POST,
                batch.operation,
                Full::new(batch.bytes.clone()),
            )
            .map_err(|error| Failure {
                never_sent: false,
                error,
            })?;
        request.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        let response = self
            .sender
            .try_send_request(request)
            .await
            .map_err(|mut failure| {
                let never_sent = failure.take_message().is_some();
                let error = failure.into_error();
                Failure {
                    never_sent,
                    error: Error::http("waiting for a response", error),
                }
            })?;
        self.site
            .cookies
            .store(self.site.endpoint.cookie_url(), response.headers());
        let options = &shared.options;
        self.idle_timeout = connection::idle_timeout(
            response.headers(),
            options.idle_timeout,
            options.max_idle_timeout,
        );
        Ok(response)
    }
}

/// The error of a request without a response.
struct Failure {
    /// No byte of the request was written.
    never_sent: bool,
    error: Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

/// Reads the messages of a response, if it has any, within [`Options::max_body`](crate::Options).
async fn receive(
    shared: &Shared,
    meter: &Meter,
    response: Response<Incoming>,
) -> Result<Option<Arc<Frame>>, Error> {
    if response.status() == StatusCode::NO_CONTENT {
        return Ok(None);
    }
    // Bayeux reports its own failures with 200; any other status comes from a proxy or gateway.
    if response.status() != StatusCode::OK {
        return Err(Error::Status {
            what: "an exchange",
            status: response.status().as_u16(),
            retry_after: connection::retry_after(response.headers()),
        });
    }
    let limit = shared.options.max_body;
    let encoding = Encoding::of(response.headers())?;
    let mut body = response.into_body();
    if usize::try_from(body.size_hint().lower()).map_or(true, |least| least > limit) {
        return Err(skip(body, meter, limit).await);
    }
    // One buffer: a list of chunks would cost a hundred bytes for each chunk of one byte.
    let mut bytes = Vec::with_capacity(usize::try_from(body.size_hint().lower()).unwrap_or(0));
    let (start, mut pieces) = (meter.read(), 0_u64);
    meter.allow(u64::MAX);
    while let Some(frame) = body.frame().await {
        pieces = pieces.saturating_add(1);
        let frame = frame.map_err(|error| Error::http("reading a response", error))?;
        // Trailers carry no messages.
        let Ok(chunk) = frame.into_data() else {
            continue;
        };
        if chunk.len() > limit.saturating_sub(bytes.len()) {
            return Err(skip(body, meter, limit).await);
        }
        bytes.extend_from_slice(&chunk);
        let content = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let allowed = content.saturating_mul(2).saturating_add(FREE_FRAMING);
        let most_pieces = FREE_PIECES.saturating_add(content / FAIR_PIECE);
        if pieces > most_pieces || meter.read().saturating_sub(start) > allowed {
            return Err(Error::Flood {
                what: "a response in too many small chunks",
            });
        }
    }
    let body = encoding.decode(bytes, limit)?;
    match shared.decode(&body) {
        Ok(frame) if frame.messages().len() > 0 => Ok(Some(frame)),
        // A server need not answer a publish (Bayeux specification, "Publish response").
        Ok(frame) if frame.rejected() == 0 => Ok(None),
        Ok(_) => Err(Error::NoMessage),
        Err(DecodeError::Empty) => Ok(None),
        Err(source) => Err(Error::NotBayeux {
            size: body.len(),
            source,
        }),
    }
}

/// Reads the rest of a response that is too long, and returns the error. A server that cannot send a
/// response to its end would send the same events again, to the same effect.
async fn skip(mut body: Incoming, meter: &Meter, limit: usize) -> Error {
    let start = meter.read();
    meter.allow(u64::MAX);
    while meter.read().saturating_sub(start) < MAX_SKIPPED
        && let Ok(Some(Ok(_))) = timeout(SKIP_STALL, body.frame()).await
    {}
    Error::Oversize { limit }
}

/// Time without a byte after which a response that is too long is given up.
const SKIP_STALL: Duration = Duration::from_secs(1);

/// Maximum size of a response that is read to its end although it is too long.
const MAX_SKIPPED: u64 = 64 * 1024 * 1024;

/// Time without a byte after which an exchange that outlasts its timeout is given up. The timeout of
/// the session is shorter.
const STALL: Duration = Duration::from_secs(20);

/// Number of bytes that the framing of a response may take, beyond the size of its content.
const FREE_FRAMING: u64 = 256 * 1024;

/// Number of pieces in which a body of any size may arrive. Each costs time, and a server that sends
/// a byte a chunk would cost minutes.
const FREE_PIECES: u64 = 4_096;
/// Minimum average size, in bytes, of the pieces beyond [`FREE_PIECES`].
const FAIR_PIECE: u64 = 8;
