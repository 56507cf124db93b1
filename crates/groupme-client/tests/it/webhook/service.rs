//! Callbacks as a `tower::Service`.

use core::{
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use groupme_client::{
    RestOptions,
    webhook::{MAX_BODY, Webhook, WebhookService},
};
use http::{Request, StatusCode};
use http_body::{Body, Frame};
use http_body_util::Full;
use tower_service::Service;

fn bot() -> Webhook {
    Webhook::new("the-bot", &RestOptions::default()).unwrap()
}

fn callback(id: u32, sender: &str) -> String {
    format!(r#"{{"id":"{id}","group_id":"4","sender_type":"{sender}","text":"hi"}}"#)
}

async fn status<B>(service: &WebhookService, method: &str, body: B) -> StatusCode
where
    B: Body + Send + 'static,
    B::Data: Send,
{
    let mut service = service.clone();
    let request = Request::builder().method(method).body(body).unwrap();
    poll_fn(|context| Service::<Request<B>>::poll_ready(&mut service, context))
        .await
        .unwrap();
    service.call(request).await.unwrap().status()
}

async fn post(service: &WebhookService, body: impl Into<Bytes>) -> StatusCode {
    status(service, "POST", Full::new(body.into())).await
}

#[tokio::test]
async fn messages_of_people_come_in_order_and_every_callback_is_answered_at_once() {
    let (service, mut callbacks) = bot().service();
    assert!(!format!("{service:?} {callbacks:?}").contains("the-bot"));
    for (id, sender) in [(1, "user"), (2, "bot"), (3, "system"), (4, "user")] {
        assert_eq!(post(&service, callback(id, sender)).await, StatusCode::OK);
    }
    let mut next = async || callbacks.next().await.map(|message| message.id.to_string());
    assert_eq!(next().await.as_deref(), Some("1"));
    assert_eq!(next().await.as_deref(), Some("4"));
    drop(service);
    assert_eq!(next().await, None);
}

/// Body of which no byte ever comes.
struct Silent;

impl Body for Silent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_no_callback_is_answered_by_its_fault() {
    let (service, mut callbacks) = bot().service();
    let get = status(&service, "GET", Full::new(Bytes::new())).await;
    assert_eq!(get, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(post(&service, "{").await, StatusCode::BAD_REQUEST);
    assert_eq!(post(&service, "{}").await, StatusCode::BAD_REQUEST);
    let large = vec![b' '; MAX_BODY + 1];
    assert_eq!(post(&service, large).await, StatusCode::PAYLOAD_TOO_LARGE);
    let before = tokio::time::Instant::now();
    let slow = status(&service, "POST", Silent).await;
    assert_eq!(slow, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(
        before.elapsed().as_secs(),
        Duration::from_secs(10).as_secs()
    );
    // A program that does not take its messages loses the newest, and the server sees an error.
    for id in 0..1_024 {
        assert_eq!(post(&service, callback(id, "user")).await, StatusCode::OK);
    }
    let full = post(&service, callback(9_999, "user")).await;
    assert_eq!(full, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(callbacks.next().await.unwrap().id, "0");
    assert_eq!(
        post(&service, callback(10_000, "user")).await,
        StatusCode::OK
    );
    drop(callbacks);
    let gone = post(&service, callback(10_001, "user")).await;
    assert_eq!(gone, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn large_callbacks_that_wait_take_bounded_memory() {
    let (service, mut callbacks) = bot().service();
    let large = format!(
        r#"{{"id":"1","group_id":"4","sender_type":"user","text":"{}"}}"#,
        "x".repeat(250_000)
    );
    let mut taken = 0;
    while post(&service, large.clone()).await == StatusCode::OK {
        taken += 1;
        assert!(taken < 100);
    }
    assert_eq!(taken, 33);
    callbacks.next().await.unwrap();
    assert_eq!(post(&service, large).await, StatusCode::OK);
}
