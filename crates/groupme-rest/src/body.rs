//! Bodies of requests and responses: in memory, or piece by piece.

use core::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use hyper::body::{Body, Frame, SizeHint};

use crate::{BoxError, upload::wrong_size};

/// Pieces of a body, in their order.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

/// Body of a request: bytes, or a stream of pieces whose total size is known.
pub struct RequestBody(Source);

enum Source {
    Bytes(Bytes),
    Pieces { pieces: Pieces, left: u64 },
}

impl RequestBody {
    /// Returns a body that is read from a stream, `size` bytes in all.
    pub(crate) fn stream(size: u64, pieces: Pieces) -> Self {
        Self(Source::Pieces { pieces, left: size })
    }

    /// Reads all pieces.
    ///
    /// # Errors
    ///
    /// The error of the stream, or one for a stream of another size than was announced.
    pub async fn into_bytes(self) -> Result<Bytes, BoxError> {
        let mut body = match self.0 {
            Source::Bytes(bytes) => return Ok(bytes),
            pieces @ Source::Pieces { .. } => Self(pieces),
        };
        let mut collected = Vec::new();
        while let Some(piece) = poll_fn(|context| body.poll_piece(context)).await {
            collected.extend_from_slice(&piece?);
        }
        Ok(collected.into())
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let (pieces, left) = match &mut self.0 {
            Source::Bytes(bytes) if bytes.is_empty() => return Poll::Ready(None),
            Source::Bytes(bytes) => return Poll::Ready(Some(Ok(core::mem::take(bytes)))),
            Source::Pieces { pieces, left } => (pieces, left),
        };
        if *left == 0 {
            // More would be the beginning of the next request.
            return Poll::Ready(None);
        }
        let piece = match ready!(pieces.as_mut().poll_next(context)) {
            Some(Ok(piece)) => piece,
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => return Poll::Ready(Some(Err(wrong_size("the upload ends before its size")))),
        };
        let size = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        let Some(rest) = left.checked_sub(size) else {
            return Poll::Ready(Some(Err(wrong_size(
                "the upload has more bytes than its size",
            ))));
        };
        *left = rest;
        Poll::Ready(Some(Ok(piece)))
    }
}

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        Self(Source::Bytes(bytes))
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").finish_non_exhaustive()
    }
}

/// Body of hyper's requests.
pub(crate) struct HyperBody(pub(crate) RequestBody);

impl Body for HyperBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let piece = ready!(self.0.poll_piece(context));
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.size_hint().exact() == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match &self.0.0 {
            Source::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Source::Pieces { left, .. } => *left,
        })
    }
}

/// Body of a response, as a stream of its pieces.
pub struct ResponseBody(Pieces);

impl ResponseBody {
    /// Returns a body that is read from a stream.
    pub fn new(pieces: impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static) -> Self {
        Self(Box::pin(pieces))
    }

    pub(crate) fn poll_piece(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BoxError>>> {
        self.0.as_mut().poll_next(context)
    }

    pub(crate) async fn next(&mut self) -> Option<Result<Bytes, BoxError>> {
        poll_fn(|context| self.poll_piece(context)).await
    }
}

impl From<Bytes> for ResponseBody {
    fn from(bytes: Bytes) -> Self {
        Self::new(Once(Some(bytes)))
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").finish_non_exhaustive()
    }
}

/// Stream of one piece.
pub(crate) struct Once(pub(crate) Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}
