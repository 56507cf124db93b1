//! A GroupMe that does as a script says, in virtual time.

use core::time::Duration;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use groupme_rest::{
    BaseUrl, Client, Exchange, ExchangeError, Exchanging, Options, Services, Token, TransportError,
};
use http::{Request, Response};
use tokio::time::{Instant, sleep};

/// What happens to a request.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// It is answered at once: a status, headers and a body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// It is answered after this.
    Slow(Duration, Box<Self>),
    /// It never leaves.
    NoConnection,
    /// It may have arrived.
    Lost,
    /// Nothing, for ever.
    Silence,
}

/// An answer without headers.
pub(crate) fn answer(status: u16, body: impl Into<String>) -> Fate {
    Fate::Answer(status, Vec::new(), body.into())
}

/// An answer that says when to come back.
pub(crate) fn retry_after(status: u16, seconds: u64) -> Fate {
    Fate::Answer(
        status,
        vec![("retry-after", seconds.to_string())],
        String::new(),
    )
}

/// A request, and when it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) at: Duration,
    pub(crate) line: String,
    pub(crate) token: String,
    pub(crate) body: String,
}

/// Plays the script, and after its end answers 200 with nothing.
#[derive(Clone, Debug)]
pub(crate) struct World {
    inner: Arc<Mutex<Inner>>,
    begun: Instant,
}

#[derive(Debug)]
struct Inner {
    script: VecDeque<Fate>,
    asked: Vec<Asked>,
}

impl World {
    pub(crate) fn new(script: impl IntoIterator<Item = Fate>) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Inner {
                script: script.into_iter().collect(),
                asked: Vec::new(),
            })),
            begun: Instant::now(),
        }
    }

    /// A client of this world.
    pub(crate) fn client(&self) -> Client {
        self.client_with(&options())
    }

    pub(crate) fn client_with(&self, options: &Options) -> Client {
        Client::over(self.clone(), token(), options)
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.inner.lock().unwrap().asked.clone()
    }

    /// When the requests came.
    pub(crate) fn times(&self) -> Vec<Duration> {
        self.asked().iter().map(|asked| asked.at).collect()
    }

    /// The methods, paths and queries of the requests.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    async fn meet(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ExchangeError> {
        let mut fate = {
            let mut inner = self.inner.lock().unwrap();
            inner.asked.push(Asked {
                at: self.begun.elapsed(),
                line: format!(
                    "{} {}",
                    request.method(),
                    request.uri().path_and_query().unwrap()
                ),
                token: request.headers()["x-access-token"]
                    .to_str()
                    .unwrap()
                    .to_owned(),
                body: String::from_utf8(request.body().to_vec()).unwrap(),
            });
            inner.script.pop_front().unwrap_or_else(|| answer(200, ""))
        };
        while let Fate::Slow(time, then) = fate {
            sleep(time).await;
            fate = *then;
        }
        match fate {
            Fate::Answer(status, headers, body) => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                Ok(response.body(body.into()).unwrap())
            }
            Fate::NoConnection => Err(TransportError::new(false, "refused").into()),
            Fate::Lost => Err(TransportError::new(true, "reset").into()),
            Fate::Silence | Fate::Slow(..) => core::future::pending().await,
        }
    }
}

impl Exchange for World {
    fn exchange(&self, request: Request<Bytes>) -> Exchanging<'_> {
        Box::pin(self.meet(request))
    }
}

pub(crate) const TOKEN: &str = "hush-hush";

pub(crate) fn token() -> Token {
    Token::new(TOKEN).unwrap()
}

/// A fixed seed, and services whose names are the beginnings of the paths.
pub(crate) fn options() -> Options {
    let mut options = Options::default();
    options.seed = Some(7);
    options.services = Services::with_base_url(&BaseUrl::new("http://127.0.0.1:1").unwrap());
    options
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
