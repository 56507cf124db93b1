//! Long-polling: HTTP exchanges, one at a time on a connection that is kept.

use core::{fmt, time::Duration};
use std::sync::Arc;

use bayeux_proto::{Close, LaneId};
use bayeux_wire::Frame;
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
    time::timeout,
};

use crate::{
    Error,
    connect::connect,
    connection,
    road::{Report, Road},
};

/// One exchange to make.
pub(crate) struct Job {
    pub(crate) lane: LaneId,
    pub(crate) batch: Batch,
    /// Its sender is dropped when nobody wants the exchange any more.
    pub(crate) stop: oneshot::Receiver<Error>,
}

/// What an exchange carries.
pub(crate) struct Batch {
    pub(crate) bytes: Bytes,
    /// How long the exchange may take in all.
    pub(crate) limit: Duration,
}

/// Makes exchanges in the order they come, for as long as there is somebody to send them.
pub(crate) async fn run_line(road: Arc<Road>, mut jobs: mpsc::UnboundedReceiver<Job>) {
    let mut kept = None;
    loop {
        let next = if let Ok(next) = timeout(road.options.idle_timeout, jobs.recv()).await {
            next
        } else {
            kept = None;
            jobs.recv().await
        };
        let Some(Job {
            lane,
            batch,
            mut stop,
        }) = next
        else {
            return;
        };
        // Dropping an exchange on its way closes its connection, so the next one starts afresh.
        let outcome = tokio::select! {
            biased;
            _ = &mut stop => continue,
            outcome = exchange(&road, trusted(&road, kept.take()), batch) => outcome,
        };
        let reporting = async {
            match outcome {
                Ok((frame, connection)) => {
                    kept = Some((road.breaks(), connection));
                    tracing::trace!(lane = lane.number(), size = frame.len(), "response");
                    road.report(lane, Report::Frame(frame)).await?;
                    road.report(lane, Report::Closed(Close::Complete, None))
                        .await
                }
                Err(error) => {
                    road.broke();
                    road.report(lane, Report::Closed(error.close(), Some(error)))
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

/// A connection kept from the exchange before, unless another has broken since.
fn trusted(road: &Road, kept: Option<(u64, Connection)>) -> Option<Connection> {
    kept.and_then(|(breaks, connection)| (breaks == road.breaks()).then_some(connection))
}

async fn exchange(
    road: &Road,
    kept: Option<Connection>,
    batch: Batch,
) -> Result<(Arc<Frame>, Connection), Error> {
    let limit = batch.limit;
    timeout(limit, attempt(road, kept, &batch))
        .await
        .unwrap_or(Err(Error::TimedOut {
            doing: "waiting for a response",
            limit,
        }))
}

async fn attempt(
    road: &Road,
    kept: Option<Connection>,
    batch: &Batch,
) -> Result<(Arc<Frame>, Connection), Error> {
    if let Some(mut connection) = kept
        && connection.is_usable().await
    {
        match connection.post(road, batch).await {
            Ok(response) => return Ok((receive(road, response).await?, connection)),
            // The server may close a connection that it thinks idle just when a request is on its
            // way. Only what certainly never left is repeated: a publish might be taken twice, and
            // a held connect that was cut may have lost events, which the session has to know.
            Err(failure) if failure.never_sent => {
                tracing::debug!(%failure, "a kept connection was gone: trying a new one");
            }
            Err(failure) => return Err(failure.error),
        }
    }
    let mut connection = Connection::open(road).await?;
    let response = connection
        .post(road, batch)
        .await
        .map_err(|failure| failure.error)?;
    Ok((receive(road, response).await?, connection))
}

/// An HTTP connection between exchanges.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    _guard: connection::Guard,
}

impl Connection {
    async fn open(road: &Road) -> Result<Self, Error> {
        let stream = connect(road).await?;
        let (sender, connection) = connection::builder()
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Error::http("starting an HTTP connection", error))?;
        Ok(Self {
            sender,
            _guard: connection::Guard::spawn(connection),
        })
    }

    /// Whether the server has not closed it, as far as that is known here.
    async fn is_usable(&mut self) -> bool {
        // One turn of the runtime: an end that has arrived is seen before a request is wasted on it.
        tokio::task::yield_now().await;
        self.sender.ready().await.is_ok()
    }

    async fn post(&mut self, road: &Road, batch: &Batch) -> Result<Response<Incoming>, Failure> {
        let mut request = road.request(Method::POST, Full::new(batch.bytes.clone()));
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
        road.cookies.store(road.endpoint.url(), response.headers());
        Ok(response)
    }
}

/// A request that brought no response.
struct Failure {
    /// Not a byte of the request was written.
    never_sent: bool,
    error: Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

/// Reads the messages of a response.
async fn receive(road: &Road, response: Response<Incoming>) -> Result<Arc<Frame>, Error> {
    // Bayeux reports its own failures with 200; whatever has another status comes from a proxy.
    if response.status() != StatusCode::OK {
        return Err(Error::Status {
            what: "an exchange",
            status: response.status().as_u16(),
            retry_after: connection::retry_after(response.headers()),
        });
    }
    let limit = road.options.max_body;
    let mut body = response.into_body();
    if usize::try_from(body.size_hint().lower()).map_or(true, |least| least > limit) {
        return Err(Error::Oversize { limit });
    }
    let mut chunks = Vec::new();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Error::http("reading a response", error))?;
        // Trailers are not for us.
        let Ok(chunk) = frame.into_data() else {
            continue;
        };
        size += chunk.len();
        if size > limit {
            return Err(Error::Oversize { limit });
        }
        chunks.push(chunk);
    }
    let frame = road
        .decode(&chunks)
        .map_err(|source| Error::NotBayeux { size, source })?;
    if frame.messages().len() == 0 {
        return Err(Error::NoMessage);
    }
    Ok(frame)
}
