//! HTTP/1.1 over pooled connections, by hyper.

use core::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use std::{
    io::{self, Read as _},
    sync::Arc,
};

use bayeux_dial::Dialer;
use bytes::Bytes;
use flate2::bufread::GzDecoder;
use futures_core::Stream;
use http::{HeaderValue, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};

use crate::{
    BoxError, Options, SetupError, TransportError,
    body::{HyperBody, RequestBody, ResponseBody},
    connector::Connector,
    meter::Meter,
    transport::{HttpTransport, HttpTransportError, ResponseFuture, StreamFuture},
};

/// HTTP/1.1 over TCP and TLS.
#[derive(Clone)]
pub(crate) struct HyperTransport {
    http: Arc<legacy::Client<Connector, HyperBody>>,
    user_agent: HeaderValue,
    body_limit: usize,
}

impl HyperTransport {
    pub(crate) fn new(options: &Options) -> Result<Self, SetupError> {
        let dialer = Dialer::new(options.proxy.clone(), options.roots.clone());
        for target in options.services.targets() {
            dialer.check(&target)?;
        }
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .http1_max_buf_size(MAX_BUFFER)
            .build(Connector::new(dialer, options.connect_timeout));
        Ok(Self {
            http: Arc::new(http),
            user_agent: HeaderValue::from_static(USER_AGENT),
            body_limit: options.body_limit,
        })
    }

    async fn request(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpTransportError> {
        let mut request = request.map(RequestBody::from);
        let gzip = HeaderValue::from_static("gzip");
        request.headers_mut().insert(header::ACCEPT_ENCODING, gzip);
        let (parts, body) = self.begin(request).await?.into_parts();
        let limit = self.body_limit;
        let meter = parts.extensions.get().cloned().unwrap_or_default();
        let body = collect(body, limit, &meter).await?;
        let is_gzip = parts
            .headers
            .get(header::CONTENT_ENCODING)
            .is_some_and(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"gzip"));
        let body = if is_gzip {
            gunzip(&body, limit)?
        } else {
            body.into()
        };
        Ok(http::Response::from_parts(parts, body))
    }

    /// Sends a request, and returns the response once its head is there.
    async fn begin(
        &self,
        request: http::Request<RequestBody>,
    ) -> Result<http::Response<Incoming>, HttpTransportError> {
        let mut request = request.map(HyperBody);
        let user_agent = self.user_agent.clone();
        request.headers_mut().insert(header::USER_AGENT, user_agent);
        let response = self.http.request(request).await;
        response.map_err(|error| {
            if error.is_connect() {
                TransportError::new(false, error).into()
            } else {
                HttpTransportError::of_connection(error)
            }
        })
    }
}

/// Pieces of a response.
struct Pieces {
    body: Incoming,
    meter: Meter,
}

impl Stream for Pieces {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            self.meter.allow_more();
            let frame = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                Some(Ok(frame)) => frame,
            };
            // Trailers are no content.
            if let Ok(piece) = frame.into_data() {
                return Poll::Ready(Some(Ok(piece)));
            }
        }
    }
}

impl HttpTransport for HyperTransport {
    fn send(&self, request: http::Request<Bytes>) -> ResponseFuture<'_> {
        Box::pin(self.request(request))
    }

    fn stream(&self, request: http::Request<RequestBody>) -> StreamFuture<'_> {
        Box::pin(async move {
            let response = self.begin(request).await?;
            let meter = response.extensions().get().cloned().unwrap_or_default();
            Ok(response.map(|body| ResponseBody::new(Pieces { body, meter })))
        })
    }
}

/// Collects a body in one buffer: chunks of one byte, kept each by itself, would take forty times
/// their size. Each piece costs time, so that a body in many small ones, or one that is all chunk
/// headers, is refused.
async fn collect(
    mut body: impl Body<Data = Bytes, Error = hyper::Error> + Unpin,
    limit: usize,
    meter: &Meter,
) -> Result<Vec<u8>, HttpTransportError> {
    let least = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if least > limit {
        return Err(HttpTransportError::Oversize { limit });
    }
    let mut collected = Vec::with_capacity(least);
    let (start, mut pieces) = (meter.received(), 0_u64);
    while let Some(frame) = body.frame().await {
        meter.allow_more();
        pieces = pieces.saturating_add(1);
        let frame = frame.map_err(HttpTransportError::of_connection)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if data.len() > limit.saturating_sub(collected.len()) {
            return Err(HttpTransportError::Oversize { limit });
        }
        collected.extend_from_slice(&data);
        let content = u64::try_from(collected.len()).unwrap_or(u64::MAX);
        let allowed = content.saturating_mul(2).saturating_add(FREE_FRAMING);
        let most_pieces = FREE_PIECES.saturating_add(content / FAIR_PIECE);
        if pieces > most_pieces || meter.received().saturating_sub(start) > allowed {
            return Err(HttpTransportError::Malformed {
                format: "HTTP",
                source: "a response in too many small chunks".into(),
            });
        }
    }
    Ok(collected)
}

/// Decompresses a body, and stops at the limit: 1 KB of gzip can hold 1 MB.
fn gunzip(body: &[u8], limit: usize) -> Result<Bytes, HttpTransportError> {
    // An empty body has no gzip header.
    if body.is_empty() {
        return Ok(Bytes::new());
    }
    let mut plain = Vec::new();
    let max = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let malformed = |source: BoxError| HttpTransportError::Malformed {
        format: "gzip",
        source,
    };
    let mut rest = body;
    for _ in 0..MAX_MEMBERS {
        let mut member = GzDecoder::new(rest);
        let left = max.saturating_sub(u64::try_from(plain.len()).unwrap_or(u64::MAX));
        member
            .by_ref()
            .take(left)
            .read_to_end(&mut plain)
            .map_err(|error: io::Error| malformed(error.into()))?;
        if plain.len() > limit {
            return Err(HttpTransportError::Oversize { limit });
        }
        rest = member.into_inner();
        if rest.is_empty() {
            return Ok(plain.into());
        }
    }
    Err(malformed("too many members".into()))
}

/// Maximum number of gzip members in a body. Each costs time, and may be empty.
const MAX_MEMBERS: u32 = 1_000;

const USER_AGENT: &str = concat!("groupme-rest/", env!("CARGO_PKG_VERSION"));

/// Size of hyper's buffer for a connection, in bytes: response heads are small, and bodies are read
/// in pieces.
const MAX_BUFFER: usize = 64 * 1024;

/// Number of bytes that the framing of a response may take, beyond the size of its content.
const FREE_FRAMING: u64 = 256 * 1024;

/// Number of pieces in which a body of any size may arrive: some 10 ms of CPU in an optimized build.
const FREE_PIECES: u64 = 4_096;
/// Average size of the pieces beyond, in bytes. A chunk that has one JSON string is larger.
const FAIR_PIECE: u64 = 8;

/// Lifetime of an idle connection. A connection costs some 30 KB, and most programs send requests
/// in bursts.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Maximum idle connections to one host.
const MAX_IDLE_CONNECTIONS: usize = 4;

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_body_is_decompressed_up_to_the_limit() {
        let zeros = vec![0; 100_000];
        let bomb = gzip(&zeros);
        assert!(bomb.len() < 1000);
        assert_eq!(gunzip(&bomb, 100_000).unwrap(), zeros);
        assert!(matches!(
            gunzip(&bomb, 99_999),
            Err(HttpTransportError::Oversize { limit: 99_999 })
        ));
        assert_eq!(gunzip(b"", 10).unwrap(), "");
        let members = gzip(b"ab").repeat(1_000);
        assert_eq!(gunzip(&members, 2_000).unwrap().len(), 2_000);
        assert!(gunzip(&gzip(b"").repeat(1_001), 2_000).is_err());
    }

    #[test]
    fn a_body_that_is_not_the_gzip_that_it_claims_to_be_is_malformed() {
        let whole = gzip(b"all of it");
        for cut in [&whole[..whole.len() - 5], b"nonsense"] {
            assert!(matches!(
                gunzip(cut, 100),
                Err(HttpTransportError::Malformed { format: "gzip", .. })
            ));
        }
    }
}
