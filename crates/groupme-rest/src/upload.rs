//! Bytes to upload, with their progress.

use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};
use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures_core::Stream;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::{
    BoxError, Error,
    body::{Once, Pieces, RequestBody},
};

/// Bytes to upload: in memory, from a file, or from a stream.
///
/// Only bytes in memory are sent again after a temporary failure; a stream is read once.
///
/// ```no_run
/// use groupme_rest::Upload;
///
/// # fn upload() -> std::io::Result<Upload> {
/// let upload = Upload::file("rowing.mp4")?.on_progress(|sent, size| {
///     eprintln!("{} %", 100 * sent / size.max(1));
/// });
/// # Ok(upload) }
/// ```
pub struct Upload {
    source: Source,
    size: u64,
    progress: Option<Progress>,
}

enum Source {
    Bytes(Bytes),
    /// First bytes, which were looked at, and the rest.
    Pieces(Bytes, Pieces),
}

type Progress = Arc<Mutex<dyn FnMut(u64, u64) + Send>>;

impl Upload {
    /// Returns an upload of `size` bytes that come piece by piece, such as from another download.
    pub fn stream<E: Into<BoxError>>(
        size: u64,
        pieces: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> Self {
        let pieces = Boxed(Box::pin(pieces));
        Self {
            source: Source::Pieces(Bytes::new(), Box::pin(pieces)),
            size,
            progress: None,
        }
    }

    /// Opens a file, which is read piece by piece, on threads for blocking calls.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, or is no regular file.
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        // Some devices are changed by being opened.
        let metadata = path.as_ref().metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let file = FilePieces::Idle(File::open(path)?);
        Ok(Self::stream(metadata.len(), file))
    }

    /// Calls a function whenever a piece goes to the connection: with the bytes so far, and all. An
    /// attempt that fails and is repeated begins at 0 again.
    #[must_use]
    pub fn on_progress(mut self, progress: impl FnMut(u64, u64) + Send + 'static) -> Self {
        self.progress = Some(Arc::new(Mutex::new(progress)));
        self
    }

    /// Returns the number of bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        matches!(self.source, Source::Bytes(_))
    }

    /// Returns the first bytes, by which a format is recognized: 16, or all if there are fewer.
    pub(crate) async fn first_bytes(&mut self) -> Result<Bytes, BoxError> {
        let (first, rest) = match &mut self.source {
            Source::Bytes(bytes) => return Ok(bytes.clone()),
            Source::Pieces(first, rest) => (first, rest),
        };
        while first.len() < 16 {
            let next = core::future::poll_fn(|context| rest.as_mut().poll_next(context)).await;
            let Some(piece) = next.transpose()? else {
                break;
            };
            *first = [&**first, &*piece].concat().into();
        }
        Ok(first.clone())
    }

    /// Returns the body of a request, between a head and a tail. A stream can be taken once.
    pub(crate) fn take_body(&mut self, head: &Bytes, tail: &Bytes) -> RequestBody {
        let pieces: Pieces = match &mut self.source {
            Source::Bytes(bytes) => Box::pin(Slices(bytes.clone())),
            Source::Pieces(first, rest) => {
                let rest = core::mem::replace(rest, Box::pin(Once(None)));
                let first = Some(core::mem::take(first)).filter(|first| !first.is_empty());
                Box::pin(Chain([Box::pin(Once(first)), rest, Box::pin(Once(None))]))
            }
        };
        let counted = Counted {
            pieces,
            sent: 0,
            size: self.size,
            progress: self.progress.clone(),
        };
        let around = |bytes: &Bytes| Some(bytes.clone()).filter(|bytes| !bytes.is_empty());
        let size = |bytes: &Bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let total = self
            .size
            .saturating_add(size(head))
            .saturating_add(size(tail));
        let whole = Chain([
            Box::pin(Once(around(head))),
            Box::pin(counted),
            Box::pin(Once(around(tail))),
        ]);
        RequestBody::stream(total, Box::pin(whole))
    }
}

impl From<Bytes> for Upload {
    fn from(bytes: Bytes) -> Self {
        Self {
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            source: Source::Bytes(bytes),
            progress: None,
        }
    }
}

impl From<Vec<u8>> for Upload {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<&'static [u8]> for Upload {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

impl From<&'static str> for Upload {
    fn from(text: &'static str) -> Self {
        text.as_bytes().into()
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Failure of the bytes to upload, which is not the connection's.
/// It is shared, so that it can be taken out of the errors of hyper around it.
#[derive(Clone, Debug)]
struct SourceFailure(Arc<BoxError>);

impl fmt::Display for SourceFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the source of the upload failed")
    }
}

impl core::error::Error for SourceFailure {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&**self.0)
    }
}

/// Returns the error of a stream that is longer or shorter than was announced.
pub(crate) fn wrong_size(what: &'static str) -> BoxError {
    SourceFailure(Arc::new(what.into())).into()
}

/// Returns the caller's failure to give the bytes, in place of the broken connection that it caused.
pub(crate) fn failure_of_source(error: Error) -> Error {
    let Error::Transport { call, source } = error else {
        return error;
    };
    let mut cause: Option<&(dyn core::error::Error + 'static)> = Some(&source);
    while let Some(error) = cause {
        if let Some(failure) = error.downcast_ref::<SourceFailure>() {
            let source = Box::new(failure.clone());
            return Error::Upload { call, source };
        }
        cause = error.source();
    }
    Error::Transport { call, source }
}

/// Stream with its error boxed.
struct Boxed<S>(Pin<Box<S>>);

impl<S: Stream<Item = Result<Bytes, E>>, E: Into<BoxError>> Stream for Boxed<S> {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.0.as_mut().poll_next(context);
        next.map(|next| {
            next.map(|piece| piece.map_err(|error| SourceFailure(Arc::new(error.into())).into()))
        })
    }
}

/// Bytes in memory, in slices, so that their progress is seen.
struct Slices(Bytes);

impl Stream for Slices {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.0.len().min(PIECE);
        Poll::Ready(Some(Ok(self.0.split_to(length))))
    }
}

/// Streams one after the other.
struct Chain([Pieces; 3]);

impl Stream for Chain {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        for pieces in &mut self.0 {
            match pieces.as_mut().poll_next(context) {
                Poll::Ready(None) => *pieces = Box::pin(Once(None)),
                next => return next,
            }
        }
        Poll::Ready(None)
    }
}

/// Stream that reports its progress.
struct Counted {
    pieces: Pieces,
    sent: u64,
    size: u64,
    progress: Option<Progress>,
}

impl Stream for Counted {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.pieces.as_mut().poll_next(context);
        if let Poll::Ready(Some(Ok(piece))) = &next {
            let size = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            self.sent = self.sent.saturating_add(size);
            if let Some(progress) = &self.progress {
                // A panic of the function does not change what was counted.
                let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
                progress(self.sent, self.size);
            }
        }
        next
    }
}

/// Pieces of a file.
enum FilePieces {
    Idle(File),
    Reading(JoinHandle<io::Result<(File, Vec<u8>)>>),
    Ended,
}

impl Stream for FilePieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match core::mem::replace(&mut *self, Self::Ended) {
                Self::Ended => return Poll::Ready(None),
                Self::Idle(mut file) => {
                    *self = Self::Reading(spawn_blocking(move || {
                        let mut piece = vec![0; PIECE];
                        let read = file.read(&mut piece)?;
                        piece.truncate(read);
                        Ok((file, piece))
                    }));
                }
                Self::Reading(mut reading) => match Pin::new(&mut reading).poll(context) {
                    Poll::Pending => {
                        *self = Self::Reading(reading);
                        return Poll::Pending;
                    }
                    Poll::Ready(read) => {
                        let (file, piece) = match read.map_err(io::Error::other).flatten() {
                            Ok(read) => read,
                            Err(error) => return Poll::Ready(Some(Err(error))),
                        };
                        if piece.is_empty() {
                            return Poll::Ready(None);
                        }
                        *self = Self::Idle(file);
                        return Poll::Ready(Some(Ok(piece.into())));
                    }
                },
            }
        }
    }
}

/// Size of a piece, in bytes.
const PIECE: usize = 64 * 1024;
