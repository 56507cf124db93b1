//! Scripted transport in place of GroupMe, in virtual time.

use core::time::Duration;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use groupme_rest::{
    BaseUrl, Client, HttpTransport, HttpTransportError, Options, ResponseFuture, Services, Token,
    TransportError,
};
use http::{Request, Response};
use tokio::time::{Instant, sleep};

/// Outcome of a request.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// Answer at once: a status, headers and a body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Delay before the outcome.
    Slow(Duration, Box<Self>),
    /// Failure before the request is sent.
    NoConnection,
    /// Failure after the request is sent.
    Lost,
    /// No answer.
    NoAnswer,
}

/// Returns an answer without headers.
pub(crate) fn answer(status: u16, body: impl Into<String>) -> Outcome {
    Outcome::Answer(status, Vec::new(), body.into())
}

/// Returns an answer with a `Retry-After` header.
pub(crate) fn retry_after(status: u16, seconds: u64) -> Outcome {
    Outcome::Answer(
        status,
        vec![("retry-after", seconds.to_string())],
        String::new(),
    )
}

/// Received request.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) at: Duration,
    pub(crate) line: String,
    pub(crate) token: String,
    pub(crate) body: String,
}

/// Plays a script, and answers 200 without a body after its end.
#[derive(Clone, Debug)]
pub(crate) struct ScriptedServer {
    inner: Arc<Mutex<Inner>>,
    begun: Instant,
}

#[derive(Debug)]
struct Inner {
    script: VecDeque<Outcome>,
    received: Vec<Received>,
}

impl ScriptedServer {
    pub(crate) fn new(script: impl IntoIterator<Item = Outcome>) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Inner {
                script: script.into_iter().collect(),
                received: Vec::new(),
            })),
            begun: Instant::now(),
        }
    }

    /// Returns a client of this server.
    pub(crate) fn client(&self) -> Client {
        self.client_with(&options())
    }

    pub(crate) fn client_with(&self, options: &Options) -> Client {
        Client::with_transport(self.clone(), token(), options)
    }

    /// Returns the requests so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.inner.lock().unwrap().received.clone()
    }

    /// Returns the times of the requests.
    pub(crate) fn times(&self) -> Vec<Duration> {
        self.received().iter().map(|asked| asked.at).collect()
    }

    /// Returns the methods, paths and queries of the requests.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.received()
            .into_iter()
            .map(|asked| asked.line)
            .collect()
    }

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpTransportError> {
        let mut outcome = {
            let mut inner = self.inner.lock().unwrap();
            inner.received.push(Received {
                at: self.begun.elapsed(),
                line: format!(
                    "{} {}",
                    request.method(),
                    request.uri().path_and_query().unwrap()
                ),
                token: request
                    .headers()
                    .get("x-access-token")
                    .map_or("", |token| token.to_str().unwrap())
                    .to_owned(),
                body: String::from_utf8(request.body().to_vec()).unwrap(),
            });
            let nothing = r#"{"response":null,"meta":{"code":200}}"#;
            let next = inner.script.pop_front();
            next.unwrap_or_else(|| answer(200, nothing))
        };
        while let Outcome::Slow(time, then) = outcome {
            sleep(time).await;
            outcome = *then;
        }
        match outcome {
            Outcome::Answer(status, headers, body) => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                Ok(response.body(body.into()).unwrap())
            }
            Outcome::NoConnection => Err(TransportError::new(false, "refused").into()),
            Outcome::Lost => Err(TransportError::new(true, "reset").into()),
            Outcome::NoAnswer | Outcome::Slow(..) => core::future::pending().await,
        }
    }
}

impl HttpTransport for ScriptedServer {
    fn send(&self, request: Request<Bytes>) -> ResponseFuture<'_> {
        Box::pin(self.answer(request))
    }
}

pub(crate) const TOKEN: &str = "hush-hush";

pub(crate) fn token() -> Token {
    Token::new(TOKEN).unwrap()
}

/// Returns options with a fixed seed, and services below one base URL.
pub(crate) fn options() -> Options {
    let mut options = Options::default();
    options.seed = Some(7);
    options.services = Services::with_base_url(&BaseUrl::new("http://127.0.0.1:1").unwrap());
    options
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
