//! Callbacks to bots: one HTTP POST for each message, never repeated.

use core::{pin::pin, time::Duration};
use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method, Request, Uri,
    client::conn::http1,
    header::{CONTENT_TYPE, HOST, USER_AGENT},
    http::uri::Scheme,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, sync::mpsc, task::JoinSet, time};

use super::shared::Shared;
use crate::{
    journal::Entry,
    world::{Callback, SimUserId},
};

/// Sends callbacks for ever: those of one bot in order, those of several at the same time.
pub(super) async fn run(shared: &Arc<Shared>) {
    let mut changed = shared.changes();
    let mut bots: BTreeMap<SimUserId, mpsc::UnboundedSender<Callback>> = BTreeMap::new();
    let mut tasks = JoinSet::new();
    loop {
        while let Some(callback) = shared.poll_callback() {
            let bot = bots.entry(callback.bot).or_insert_with(|| {
                let (sender, mut queue) = mpsc::unbounded_channel::<Callback>();
                let shared = Arc::clone(shared);
                tasks.spawn(async move {
                    while let Some(callback) = queue.recv().await {
                        send(&shared, callback).await;
                    }
                });
                sender
            });
            // The task ends only with its sender.
            let _ = bot.send(callback);
        }
        // The sender lives in `shared`, so this cannot fail.
        let _ = changed.changed().await;
    }
}

async fn send(shared: &Shared, callback: Callback) {
    let timeout = shared.options.callback_timeout;
    let posting = post(&callback.url, callback.body.clone());
    let outcome = match time::timeout(timeout, posting).await {
        Ok(Ok(status)) => status.to_string(),
        Ok(Err(error)) => error,
        Err(_) => format!("no answer within {timeout:?}"),
    };
    tracing::debug!(bot = callback.bot.number(), outcome, "callback");
    shared.note(Entry::Callback {
        bot: callback.bot.to_string(),
        url: callback.url,
        body: callback.body,
        outcome,
    });
}

/// Posts a body; returns the status, or a text that says what went wrong.
async fn post(url: &str, body: String) -> Result<u16, String> {
    let uri: Uri = url.parse().map_err(|_| "the URL is invalid".to_owned())?;
    if uri.scheme() != Some(&Scheme::HTTP) {
        return Err("the simulator calls http URLs only".to_owned());
    }
    let authority = uri.authority().ok_or("the URL has no host")?;
    let host = authority.host().trim_matches(['[', ']']);
    let port = authority.port_u16().unwrap_or(80);
    let failed = |error: &dyn core::fmt::Display| error.to_string();
    let stream = TcpStream::connect((host, port)).await;
    let stream = stream.map_err(|error| failed(&error))?;
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| failed(&error))?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(HOST, authority.as_str())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "groupme-sim")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| failed(&error))?;
    let mut answer = pin!(sender.send_request(request));
    let mut connection = pin!(connection);
    let answer = tokio::select! {
        answer = &mut answer => answer,
        // The answer may have come together with the end of the connection.
        _ = &mut connection => answer.await,
    };
    let answer = answer.map_err(|error| failed(&error))?;
    Ok(answer.status().as_u16())
}

/// Time in which a bot has to answer. GroupMe's own is not documented.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
