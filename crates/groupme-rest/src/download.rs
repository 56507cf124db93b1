//! Downloads of pictures, videos, sounds and files, piece by piece.

use core::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use groupme_model::FileId;
use http::{HeaderMap, header};
use tokio::time::{Instant, Sleep, sleep};

use crate::{
    Call, CallName, Client, Conversation, Error, HttpTransportError, Service, body::ResponseBody,
    parse::BodyRule,
};

impl Client {
    /// Begins to download a picture, video or sound by the URL in its attachment. The token is not
    /// sent. [`Image::thumbnail_url`](groupme_model::attachment::Image::thumbnail_url) has smaller
    /// pictures.
    ///
    /// ```no_run
    /// # async fn save(client: groupme_rest::Client, url: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::io::Write as _;
    ///
    /// let mut file = std::fs::File::create_new("lake.jpg")?;
    /// let mut download = client.download(url).await?;
    /// while let Some(piece) = download.next().await {
    ///     file.write_all(&piece?)?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Misuse`] for a URL that is not GroupMe's, as that of a linked image: whoever sent the
    /// message chose it, and it may lead into your own network. Otherwise as [`call`](Self::call).
    pub async fn download(&self, url: &str) -> Result<Download, Error> {
        let services = self.services();
        let service = services.service_of(url).unwrap_or(Service::Pictures);
        let call = Call::get(service, "{}")
            .with(|request| request.at_medium(url))
            .body_rule(BodyRule::Ignored);
        self.open(&call).await
    }

    /// Begins to download a file that was sent in a conversation. Its name and size are those of
    /// [`file_infos`](crate::endpoint::uploads::file_infos).
    ///
    /// The token goes in a header. Where GroupMe wants it in the URL, as it has been seen to, a
    /// second request has it there; that URL appears in no error and no log line.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    pub async fn download_file(
        &self,
        conversation: impl Into<Conversation>,
        file: impl Into<FileId>,
    ) -> Result<Download, Error> {
        let call = Call::get(Service::File, "{}/files/{}")
            .conversation(conversation)
            .segment(file.into())
            .with(crate::request::Request::for_medium)
            .body_rule(BodyRule::Ignored);
        match self.open(&call).await {
            Err(Error::Unauthorized(_)) => {
                let call = call.with(crate::request::Request::with_token_in_query);
                self.open(&call).await
            }
            opened => opened,
        }
    }
}

/// Medium that is being downloaded: a stream of the pieces of its bytes.
///
/// A broken connection is an error of the stream; begin the download again after it. Less than 4 KiB
/// within [`Options::request_timeout`](crate::Options::request_timeout) is one, too, unless they are the
/// last. The size is not limited: a server may send without an end.
#[must_use = "a download does nothing unless it is polled"]
pub struct Download {
    call: CallName,
    media_type: Option<String>,
    size: Option<u64>,
    received: u64,
    /// Number of bytes received when `patience` was last restarted.
    noted: u64,
    /// Body being read; `None` after an error or the end.
    body: Option<ResponseBody>,
    limit: Duration,
    patience: Pin<Box<Sleep>>,
}

impl Download {
    /// Names the call that errors show.
    pub(crate) fn of_call(mut self, call: CallName) -> Self {
        self.call = call;
        self
    }

    pub(crate) fn new(
        call: CallName,
        headers: &HeaderMap,
        body: ResponseBody,
        limit: Duration,
    ) -> Self {
        let text = |name| headers.get(name)?.to_str().ok();
        Self {
            call,
            media_type: text(header::CONTENT_TYPE).map(str::to_owned),
            size: text(header::CONTENT_LENGTH).and_then(|size| size.parse().ok()),
            received: 0,
            noted: 0,
            body: Some(body),
            limit,
            patience: Box::pin(sleep(limit)),
        }
    }

    /// Returns the media type, such as `image/jpeg`, if the answer names one.
    pub fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// Returns the number of bytes, if the answer names it.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Returns the number of bytes so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Waits for the next piece. `None` at the end. Cancel-safe.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Waits for all bytes, `limit` at most.
    ///
    /// # Errors
    ///
    /// The error of the stream; [`Error::Oversize`] beyond the limit.
    pub async fn into_bytes(mut self, limit: usize) -> Result<Bytes, Error> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next().await {
            let piece = piece?;
            if piece.len() > limit.saturating_sub(bytes.len()) {
                let call = self.call.clone();
                return Err(Error::Oversize { call, limit });
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes.into())
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let (call, limit) = (this.call.clone(), this.limit);
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        let next = match body.poll_piece(context) {
            Poll::Ready(next) => next,
            Poll::Pending => {
                ready!(this.patience.as_mut().poll(context));
                this.body = None;
                return Poll::Ready(Some(Err(Error::TimedOut { call, limit })));
            }
        };
        match next {
            Some(Ok(piece)) => {
                let size = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                this.received = this.received.saturating_add(size);
                if this.received.saturating_sub(this.noted) >= MIN_PROGRESS
                    && let Some(deadline) = Instant::now().checked_add(limit)
                {
                    this.noted = this.received;
                    this.patience.as_mut().reset(deadline);
                }
                Poll::Ready(Some(Ok(piece)))
            }
            Some(Err(error)) => {
                this.body = None;
                let error = HttpTransportError::of_connection(error);
                Poll::Ready(Some(Err(error.into_error(call))))
            }
            None => {
                this.body = None;
                Poll::Ready(None)
            }
        }
    }
}

/// Number of bytes that have to come within the limit of time.
const MIN_PROGRESS: u64 = 4_096;

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("media_type", &self.media_type)
            .field("size", &self.size)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}
