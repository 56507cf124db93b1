//! State shared by all lanes to a server, and the reports of the lanes' tasks.

use core::{
    panic::AssertUnwindSafe,
    sync::atomic::{AtomicU64, Ordering},
};
use std::sync::{Arc, Mutex, PoisonError};

use bayeux_dial::Dialer;
use bayeux_proto::{Close, LaneId};
use bayeux_wire::{DecodeError, Decoder, Frame, Limits, Pool};
use http::{HeaderValue, Request, header};
use tokio::sync::mpsc;

use crate::{
    Endpoint, Error, Options, RequestHeaders,
    site::{Permission, Site, Sites},
};

/// State shared by all lanes to a server.
pub(crate) struct Shared {
    pub(crate) sites: Sites,
    pub(crate) options: Options,
    /// Dialer to the origin of the endpoint.
    dialer: Dialer,
    /// Dialer to other origins, which are not shown the client certificate.
    stranger_dialer: Dialer,
    decoder: Mutex<PooledDecoder>,
    generation: AtomicU64,
    reports: mpsc::Sender<(LaneId, Report)>,
}

/// A report of a lane's task to [`Lanes`](crate::Lanes).
pub(crate) enum Report {
    Opened,
    Frame(Arc<Frame>),
    Pong,
    /// Boxed, since the queue has room for many reports, and few are of this kind.
    Closed(Box<(Close, Option<Error>)>),
}

impl Report {
    pub(crate) fn closed(close: Close, error: Option<Error>) -> Self {
        Self::Closed(Box::new((close, error)))
    }
}

/// The error of a report after [`Lanes`](crate::Lanes) has been dropped.
pub(crate) struct Closed;

impl Shared {
    pub(crate) fn new(
        endpoint: Endpoint,
        options: Options,
        reports: mpsc::Sender<(LaneId, Report)>,
    ) -> Result<Self, Error> {
        let stranger_dialer = Dialer::new(options.proxy.clone(), options.roots.clone());
        let mut dialer = stranger_dialer.clone();
        if let Some(certificate) = options.client_certificate.clone() {
            dialer = dialer.with_client_certificate(certificate);
        }
        dialer.check(&endpoint.to_target()).map_err(Error::Dial)?;
        let mut limits = Limits::default();
        limits.max_frame = options.max_frame.max(options.max_body);
        let decoder = Mutex::new(PooledDecoder {
            decoder: Decoder::with_limits(limits),
            // A few more than the queue of reports holds, for the frames that the application has.
            pool: Pool::new(REPORT_QUEUE + 4),
        });
        Ok(Self {
            sites: Sites::new(endpoint),
            options,
            dialer,
            stranger_dialer,
            decoder,
            generation: AtomicU64::new(0),
            reports,
        })
    }

    /// Returns the dialer to a site.
    pub(crate) fn dialer(&self, site: &Site) -> &Dialer {
        if site.is_home {
            &self.dialer
        } else {
            &self.stranger_dialer
        }
    }

    pub(crate) async fn report(&self, lane: LaneId, report: Report) -> Result<(), Closed> {
        self.reports.send((lane, report)).await.map_err(|_| Closed)
    }

    /// Decodes a payload into a frame. This is its only copy, out of the socket's buffer. A byte
    /// order mark, which .NET services send, is ignored (RFC 8259, section 8.1).
    pub(crate) fn decode(&self, payload: &[u8]) -> Result<Arc<Frame>, DecodeError> {
        let payload = payload.strip_prefix(b"\xef\xbb\xbf").unwrap_or(payload);
        // No code that holds the lock leaves the decoder or the pool half changed.
        let mut decoder = self.decoder.lock().unwrap_or_else(PoisonError::into_inner);
        let PooledDecoder { decoder, pool } = &mut *decoder;
        let frame = pool.receive(decoder, &[payload])?;
        // The memory of a rare giant frame is not kept for the next one.
        if frame.len() <= MAX_POOLED_FRAME {
            pool.recycle(&frame);
        }
        Ok(frame)
    }

    /// Invalidates all kept connections, after an exchange failed or was abandoned: the same cause
    /// may have broken them too. Redirects are forgotten.
    pub(crate) fn invalidate(&self) {
        self.sites.reset();
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of invalidations. A connection kept from an earlier generation must not
    /// be reused.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Returns which redirects may be followed, of those with one of these statuses.
    pub(crate) fn permission<'a>(&'a self, statuses: &'a [u16]) -> Permission<'a> {
        Permission {
            statuses,
            home: self.sites.endpoint(),
            other_origins: self.options.follow_to_other_origins,
        }
    }

    /// Creates a request with the headers that every request to the server has. Fails if the hook
    /// of the program panics: without its headers, the request may be one of somebody else.
    pub(crate) fn request<B>(
        &self,
        site: &Site,
        method: http::Method,
        operation: Option<&str>,
        body: B,
    ) -> Result<Request<B>, Error> {
        let is_upgrade = method == http::Method::GET;
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = match operation {
            Some(operation) => site.endpoint.target_of(operation),
            None => site.endpoint.target().clone(),
        };
        let headers = request.headers_mut();
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        if site.is_home {
            headers.extend(self.options.headers.clone());
        }
        headers.insert(header::HOST, site.endpoint.authority().clone());
        if let Some(cookies) = site.cookies.header(site.endpoint.cookie_url()) {
            headers.insert(header::COOKIE, cookies);
        }
        if let Some(hook) = self.options.hook.as_ref().filter(|_| site.is_home) {
            // The half-written headers are dropped with the request.
            let call = AssertUnwindSafe(|| hook(&mut RequestHeaders::new(headers, is_upgrade)));
            std::panic::catch_unwind(call).map_err(|_| Error::Hook)?;
        }
        Ok(request)
    }
}

/// A decoder with the pool of its frames.
struct PooledDecoder {
    decoder: Decoder,
    pool: Pool,
}

/// Number of reports that may wait for the application before the lanes stop reading.
pub(crate) const REPORT_QUEUE: usize = 8;

/// Maximum size of a frame that is kept for reuse, in bytes.
const MAX_POOLED_FRAME: usize = 16 * 1024;

const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
