//! HTTP responses of the REST API, as typed results.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use groupme_model::{HistoryWindow, Timestamp};
use groupme_rest::{
    Call, Client, Conversation, Error, HttpTransport, Options, ResponseFuture, Token,
    endpoint::{Page, calendar, chats, groups, messages, polls, users},
};
use http::Response;
use tokio::runtime;

use super::{Check, ensure};

/// Answers every request with the same response.
#[derive(Clone, Debug, Default)]
struct Scripted(Arc<Mutex<Response<Bytes>>>);

impl HttpTransport for Scripted {
    fn send(&self, _: http::Request<Bytes>) -> ResponseFuture<'_> {
        let response = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        Box::pin(async move { Ok(response) })
    }
}

/// The input has the status and `Retry-After` in its first line, and the body in the rest.
pub(super) fn target() -> Result<Check, String> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| error.to_string())?;
    let token = Token::new(TOKEN).map_err(|error| error.to_string())?;
    let scripted = Scripted::default();
    let transport = scripted.clone();
    // Within the runtime, whose time is virtual.
    let client =
        runtime.block_on(async { Client::with_transport(transport, token, &Options::default()) });
    Ok(Box::new(move |input| {
        let split = input.iter().position(|byte| *byte == b'\n');
        let (head, body) = input.split_at(split.unwrap_or(0));
        *scripted.0.lock().unwrap_or_else(PoisonError::into_inner) = response(head, body);
        runtime.block_on(ask(&client))
    }))
}

fn response(head: &[u8], body: &[u8]) -> Response<Bytes> {
    let head = String::from_utf8_lossy(head);
    let (status, wait) = head.split_once(' ').unwrap_or((&head, ""));
    let mut response = Response::new(Bytes::copy_from_slice(body));
    let status = status.parse().ok();
    if let Some(status) = status.and_then(|status| http::StatusCode::from_u16(status).ok()) {
        *response.status_mut() = status;
    }
    if let Ok(wait) = wait.parse() {
        response.headers_mut().insert("retry-after", wait);
    }
    response
}

/// Sends one request of each kind of result.
async fn ask(client: &Client) -> Result<(), String> {
    let group = || Conversation::Group("5".into());
    check(client, &users::me()).await?;
    check(client, &groups::list(Page::new(1, 10))).await?;
    check(client, &chats::list(Page::new(1, 10))).await?;
    check(client, &messages::list(group(), &HistoryWindow::Newest, 20)).await?;
    check(client, &messages::show(group(), "1")).await?;
    check(client, &polls::list(group(), None)).await?;
    check(
        client,
        &calendar::list(group(), Timestamp::from_millis(0), 5),
    )
    .await
}

async fn check<T>(client: &Client, call: &Call<T>) -> Result<(), String> {
    match client.call(call).await {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = format!("{error} {error:?} {}", causes(&error));
            ensure(!text.contains(TOKEN), || format!("shows the token: {text}"))
        }
    }
}

fn causes(error: &Error) -> String {
    let causes = core::iter::successors(core::error::Error::source(error), |cause| cause.source());
    causes.map(ToString::to_string).collect()
}

const TOKEN: &str = "hush0123456789hush";
