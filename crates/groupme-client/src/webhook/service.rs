//! Callbacks as a `tower::Service`, for axum and other servers built on it.

use core::{
    convert::Infallible,
    fmt,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Buf as _;
use futures_core::Stream;
use groupme_model::Message;
use http::{Method, Request, Response, StatusCode};
use http_body::Body;
use tokio::{sync::mpsc, time::timeout};
use tower_service::Service;

use super::{MAX_BODY, Webhook};

impl Webhook {
    /// Returns a service that takes the callbacks, and the messages that people wrote, in the order in
    /// which GroupMe posted them.
    ///
    /// The service answers each request at once, with no regard to how long the program takes for the
    /// messages: 200 for a callback, 405 for another method than `POST`, 413 for a body that is
    /// larger than [`MAX_BODY`], 408 for one that takes more than ten seconds, 400 for one that is not
    /// a message, and 503 while 1,024 messages wait or if [`Callbacks`] were dropped. A callback that
    /// is not answered with 200 is lost.
    ///
    /// A callback carries no signature: serve it at a path that is a secret. With axum:
    ///
    /// ```no_run
    /// use groupme_client::webhook::Webhook;
    ///
    /// # async fn run(listener: tokio::net::TcpListener, secret: &str)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let bot = Webhook::new("the id of the bot", &Default::default())?;
    /// let (service, mut callbacks) = bot.service();
    /// let app = axum::Router::new().route_service(&format!("/{secret}"), service);
    /// tokio::spawn(async move { axum::serve(listener, app).await });
    /// while let Some(message) = callbacks.next().await {
    ///     if message.text.as_deref() == Some("!ping") {
    ///         bot.post("pong").await?;
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn service(&self) -> (WebhookService, Callbacks) {
        let (taken, messages) = mpsc::channel(ROOM);
        let service = WebhookService {
            bot: self.clone(),
            taken,
        };
        (service, Callbacks(messages))
    }
}

/// Service that takes the callbacks of a bot; see [`Webhook::service`]. Clones share their
/// [`Callbacks`].
#[derive(Clone)]
pub struct WebhookService {
    bot: Webhook,
    taken: mpsc::Sender<Message>,
}

impl WebhookService {
    async fn status<B: Body>(self, request: Request<B>) -> StatusCode {
        if request.method() != Method::POST {
            return StatusCode::METHOD_NOT_ALLOWED;
        }
        let body = match timeout(READ_TIMEOUT, read(request.into_body())).await {
            Ok(Ok(body)) => body,
            Ok(Err(status)) => return status,
            Err(_) => return StatusCode::REQUEST_TIMEOUT,
        };
        match self.bot.receive(&body) {
            Ok(None) => StatusCode::OK,
            Ok(Some(message)) => match self.taken.try_send(message) {
                Ok(()) => StatusCode::OK,
                Err(error) => {
                    tracing::warn!(%error, "a callback is lost: its message has no room");
                    StatusCode::SERVICE_UNAVAILABLE
                }
            },
            Err(error) => {
                tracing::debug!(%error, "a request is no callback of GroupMe");
                StatusCode::BAD_REQUEST
            }
        }
    }
}

/// Reads a body of at most [`MAX_BODY`] bytes, or returns the status of the answer.
async fn read(body: impl Body) -> Result<Vec<u8>, StatusCode> {
    let mut body = pin!(body);
    let mut read = Vec::new();
    while let Some(frame) = core::future::poll_fn(|context| body.as_mut().poll_frame(context)).await
    {
        let frame = frame.map_err(|_| StatusCode::BAD_REQUEST)?;
        let Ok(mut data) = frame.into_data() else {
            continue;
        };
        if data.remaining() > MAX_BODY.saturating_sub(read.len()) {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            let length = chunk.len();
            read.extend_from_slice(chunk);
            data.advance(length);
        }
    }
    Ok(read)
}

impl<B> Service<Request<B>> for WebhookService
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<String>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            let mut response = Response::default();
            *response.status_mut() = service.status(request).await;
            Ok(response)
        })
    }
}

/// Does not show the bot's id, which is a secret.
impl fmt::Debug for WebhookService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService").finish_non_exhaustive()
    }
}

/// Stream of the messages that people wrote in the bot's group; see [`Webhook::service`]. Ends when
/// all clones of the service are dropped.
#[derive(Debug)]
pub struct Callbacks(mpsc::Receiver<Message>);

impl Callbacks {
    /// Waits for the next message. `None` at the end. Cancel-safe.
    pub async fn next(&mut self) -> Option<Message> {
        self.0.recv().await
    }
}

impl Stream for Callbacks {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Message>> {
        self.0.poll_recv(context)
    }
}

/// Time for the body of a request.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// Messages that wait for the program.
const ROOM: usize = 1_024;
