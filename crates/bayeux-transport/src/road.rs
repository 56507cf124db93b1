//! What all lanes to one server share, and the reports that they send.

use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bayeux_dial::Dialer;
use bayeux_proto::{Close, LaneId};
use bayeux_wire::{DecodeError, Decoder, Frame, Limits, Pool};
use http::{HeaderValue, Request, header};
use tokio::sync::mpsc;

use crate::{Endpoint, Error, Options, cookies::Cookies};

/// Everything that lanes to one server have in common.
pub(crate) struct Road {
    pub(crate) endpoint: Endpoint,
    pub(crate) options: Options,
    pub(crate) dialer: Dialer,
    pub(crate) cookies: Cookies,
    intake: Mutex<Intake>,
    breaks: AtomicU64,
    reports: mpsc::Sender<(LaneId, Report)>,
}

/// What a lane's task tells [`Lanes`](crate::Lanes).
pub(crate) enum Report {
    Opened,
    Frame(Arc<Frame>),
    Pong,
    Closed(Close, Option<Error>),
}

/// Nobody listens to reports any more.
pub(crate) struct Gone;

impl Road {
    pub(crate) fn new(
        endpoint: Endpoint,
        options: Options,
        reports: mpsc::Sender<(LaneId, Report)>,
    ) -> Result<Self, Error> {
        let dialer = Dialer::new(options.proxy.clone(), options.roots.clone());
        dialer.check(&endpoint.dialed()).map_err(Error::Dial)?;
        let mut limits = Limits::default();
        limits.max_frame = options.max_frame.max(options.max_body);
        let intake = Mutex::new(Intake {
            decoder: Decoder::with_limits(limits),
            // A few more than fit into the queue of reports: those are with the application.
            pool: Pool::new(WINDOW + 4),
        });
        Ok(Self {
            endpoint,
            options,
            dialer,
            cookies: Cookies::default(),
            intake,
            breaks: AtomicU64::new(0),
            reports,
        })
    }

    pub(crate) async fn report(&self, lane: LaneId, report: Report) -> Result<(), Gone> {
        self.reports.send((lane, report)).await.map_err(|_| Gone)
    }

    /// The one copy of a payload on its way: out of the socket's buffer into a frame of its own.
    pub(crate) fn decode(&self, chunks: &[impl AsRef<[u8]>]) -> Result<Arc<Frame>, DecodeError> {
        // Neither part is ever left half changed.
        let mut intake = self.intake.lock().unwrap_or_else(PoisonError::into_inner);
        let Intake { decoder, pool } = &mut *intake;
        let frame = pool.receive(decoder, chunks)?;
        // A rare giant is not worth its memory between two of its kind.
        if frame.len() <= POOLED_FRAME {
            pool.keep(&frame);
        }
        Ok(frame)
    }

    /// An exchange failed or was given up: whatever broke it may have broken every connection that
    /// is kept, too.
    pub(crate) fn broke(&self) {
        self.breaks.fetch_add(1, Ordering::Relaxed);
    }

    /// How often that has happened. A connection kept from before is not to be trusted.
    pub(crate) fn breaks(&self) -> u64 {
        self.breaks.load(Ordering::Relaxed)
    }

    /// Begins a request with what every request to this server carries.
    pub(crate) fn request<B>(&self, method: http::Method, body: B) -> Request<B> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = self.endpoint.target().clone();
        let headers = request.headers_mut();
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        headers.extend(self.options.headers.clone());
        headers.insert(header::HOST, self.endpoint.authority().clone());
        if let Some(cookies) = self.cookies.header(self.endpoint.url()) {
            headers.insert(header::COOKIE, cookies);
        }
        request
    }
}

struct Intake {
    decoder: Decoder,
    pool: Pool,
}

/// How many reports may wait for the application before lanes stop reading.
pub(crate) const WINDOW: usize = 8;

/// The largest frame that is kept for reuse, in bytes.
const POOLED_FRAME: usize = 16 * 1024;

const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
