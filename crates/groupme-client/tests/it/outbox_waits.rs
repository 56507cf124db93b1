//! Failures after which a message of an outbox waits, in virtual time.

use core::{future::Future, time::Duration};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use groupme_client::{
    Client, FileOutbox, GroupId, Handle, Outbox, OutboxError, OutboxStore as _, RestClient,
    RestOptions, Token, UserId,
    rest_api::{HttpTransport, HttpTransportError, ResponseFuture, TransportError},
};
use http::{Method, Request, Response};
use serde_json::{Value, json};
use tokio::time::Instant;

/// Answer to an attempt to send.
#[derive(Clone, Copy, Debug)]
enum Answer {
    /// The message is there, and GroupMe says so.
    Sent,
    /// The message is there, and the answer is lost.
    Lost,
    /// Refused or failed with this status.
    Status(u16),
    /// Answer that is not JSON; the message is not there.
    Unreadable,
    /// No answer.
    Silence,
    /// Answer that panics.
    Panic,
}

/// GroupMe with one group, which answers each text in its own way and forgets every `source_guid` at once.
#[derive(Clone)]
struct Server {
    inner: Arc<Mutex<Inner>>,
}

/// Answer to a text, by the number of attempts before.
type AnswerTo = Box<dyn FnMut(&str, usize) -> Answer + Send>;

struct Inner {
    answer: AnswerTo,
    tries: Vec<String>,
    messages: Vec<Value>,
}

impl Server {
    /// Creates a server that answers a text, at this attempt from 0 on, in this way.
    fn new(answer: impl FnMut(&str, usize) -> Answer + Send + 'static) -> Self {
        let (tries, messages) = (Vec::new(), Vec::new());
        let answer = Box::new(answer);
        Self {
            inner: Arc::new(Mutex::new(Inner {
                answer,
                tries,
                messages,
            })),
        }
    }

    /// Returns a handle of a client without a gateway, whose calls make one request.
    fn handle(&self) -> Handle {
        self.handle_with(1)
    }

    /// Returns a handle of a client whose calls make this many requests.
    fn handle_with(&self, attempts: u32) -> Handle {
        let mut options = RestOptions::with_base_url("http://127.0.0.1:9").unwrap();
        options.retry.attempts = attempts;
        let token = Token::new("hush-hush").unwrap();
        let rest = RestClient::with_transport(self.clone(), token.clone(), &options);
        let client = Client::builder(token, UserId::new("185"))
            .gateway_url("http://127.0.0.1:9/faye")
            .rest_client(&rest)
            .connect()
            .unwrap();
        client.handle()
    }

    /// Returns the texts of all attempts to send.
    fn tries(&self) -> Vec<String> {
        self.inner.lock().unwrap().tries.clone()
    }

    /// Returns the texts of the group, oldest first.
    fn texts(&self) -> Vec<String> {
        let inner = self.inner.lock().unwrap();
        let texts = inner.messages.iter().map(|message| &message["text"]);
        texts
            .map(|text| text.as_str().unwrap().to_owned())
            .collect()
    }
}

impl Inner {
    fn respond(&mut self, request: &Request<Bytes>) -> Result<Response<Bytes>, HttpTransportError> {
        if request.method() == Method::GET {
            let newest: Vec<_> = self.messages.iter().rev().collect();
            let body = json!({"count": newest.len(), "messages": newest});
            return Ok(answer(200, &body));
        }
        let sent: Value = serde_json::from_slice(request.body()).unwrap();
        let (text, guid) = (&sent["message"]["text"], &sent["message"]["source_guid"]);
        let text = text.as_str().unwrap().to_owned();
        let before = self.tries.iter().filter(|tried| **tried == text).count();
        let kind = (self.answer)(&text, before);
        self.tries.push(text.clone());
        let message = json!({
            "id": format!("17957314190204986{}", self.messages.len()), "source_guid": guid,
            "created_at": 1_795_731_419, "user_id": "185", "group_id": "1835", "name": "Ada",
            "text": text, "attachments": [], "favorited_by": [], "system": false,
        });
        match kind {
            Answer::Sent => {
                self.messages.push(message.clone());
                Ok(answer(201, &json!({ "message": message })))
            }
            Answer::Lost => {
                self.messages.push(message);
                Err(TransportError::new(true, "reset").into())
            }
            Answer::Status(status) => Ok(answer(status, &Value::Null)),
            Answer::Unreadable => Ok(Response::new("<html>".into())),
            Answer::Silence => Err(TransportError::new(true, "silence").into()),
            Answer::Panic => panic!("the transport has a mistake"),
        }
    }
}

fn answer(status: u16, body: &Value) -> Response<Bytes> {
    let body = json!({"meta": {"code": status}, "response": body});
    let response = Response::builder().status(status);
    response.body(body.to_string().into()).unwrap()
}

impl HttpTransport for Server {
    fn send(&self, request: Request<Bytes>) -> ResponseFuture<'_> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let answer = inner.lock().unwrap().respond(&request);
            match &answer {
                Err(error) if format!("{error:?}").contains("silence") => {
                    core::future::pending().await
                }
                _ => answer,
            }
        })
    }
}

/// Fails the test if something does not happen within a virtual day.
async fn eventually<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_hours(24), what)
        .await
        .expect("the awaited future did not complete in time")
}

fn group() -> GroupId {
    GroupId::new("1835")
}

#[tokio::test(start_paused = true)]
async fn a_message_waits_for_whatever_is_not_its_fault_and_stays_in_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    for failure in [
        Answer::Status(401),
        Answer::Status(403),
        Answer::Status(302),
        Answer::Status(503),
        Answer::Unreadable,
    ] {
        let server = Server::new(move |_, before| match before {
            0..30 => failure,
            _ => Answer::Sent,
        });
        let outbox = Outbox::open(&server.handle(), FileOutbox::open(&path).unwrap())
            .await
            .unwrap();
        let first = outbox.send(group(), "first").unwrap();
        let second = outbox.send(group(), "second").unwrap();
        let begun = Instant::now();
        while server.tries().len() < 10 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert!(begun.elapsed() < Duration::from_hours(1), "{failure:?}");
        }
        let stored = std::fs::read_to_string(&path).unwrap();
        assert!(
            stored.contains("\"first\"") && !stored.contains("remove"),
            "{stored}"
        );
        eventually(first).await.unwrap();
        eventually(second).await.unwrap();
        assert_eq!(server.texts(), ["first", "second"], "{failure:?}");
        outbox.close().await;
        assert_eq!(FileOutbox::open(&path).unwrap().load().unwrap(), []);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_groupme_refuses_is_given_up_at_once() {
    for status in [400, 404, 422] {
        let server = Server::new(move |text, _| match text {
            "bad" => Answer::Status(status),
            _ => Answer::Sent,
        });
        let outbox = Outbox::new(&server.handle()).unwrap();
        let bad = outbox.send(group(), "bad").unwrap();
        outbox.send(group(), "good").unwrap();
        assert!(matches!(eventually(bad).await, Err(OutboxError::Send(_))));
        eventually(outbox.flush()).await;
        assert_eq!(server.tries(), ["bad", "good"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_there_is_not_given_up_for_the_refusal_of_a_second_attempt() {
    for status in [400, 404, 422] {
        let server = Server::new(move |_, before| match before {
            0 => Answer::Lost,
            _ => Answer::Status(status),
        });
        let outbox = Outbox::new(&server.handle_with(2)).unwrap();
        let sent = outbox.send(group(), "once").unwrap();
        let sent = eventually(sent).await.unwrap();
        assert_eq!(sent.message().unwrap().text.as_deref(), Some("once"));
        assert_eq!(server.tries(), ["once", "once"]);
        assert_eq!(server.texts(), ["once"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_on_which_groupme_always_fails_does_not_hold_the_next_one_back_for_ever() {
    let server = Server::new(|text, _| match text {
        "bad" => Answer::Status(500),
        _ => Answer::Sent,
    });
    let outbox = Outbox::new(&server.handle()).unwrap();
    let begun = Instant::now();
    let bad = outbox.send(group(), "bad").unwrap();
    outbox.send(group(), "good").unwrap();
    assert!(matches!(eventually(bad).await, Err(OutboxError::Send(_))));
    // A failure of GroupMe that lasts minutes costs no message.
    let minutes = begun.elapsed().as_secs() / 60;
    assert!((25..35).contains(&minutes), "{minutes}");
    eventually(outbox.flush()).await;
    assert_eq!(server.texts(), ["good"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_answer_was_lost_is_found_before_it_is_sent_again() {
    // The message arrives late, at an attempt long after the first.
    for lost in [0, 1, 7] {
        let server = Server::new(move |_, before| match before {
            before if before == lost => Answer::Lost,
            _ => Answer::Status(503),
        });
        let outbox = Outbox::new(&server.handle()).unwrap();
        let sent = eventually(outbox.send(group(), "once").unwrap()).await;
        assert_eq!(
            sent.unwrap().message().unwrap().text.as_deref(),
            Some("once")
        );
        assert_eq!(server.texts(), ["once"]);
        assert_eq!(server.tries().len(), lost + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_outbox_whose_request_panics_ends_and_says_so() {
    let server = Server::new(|_, _| Answer::Panic);
    let outbox = Outbox::new(&server.handle()).unwrap();
    let queued = outbox.send(group(), "one").unwrap();
    drop(outbox.send(group(), "two").unwrap());
    assert!(matches!(
        eventually(queued).await,
        Err(OutboxError::Stopped)
    ));
    eventually(outbox.flush()).await;
    assert!(outbox.is_empty());
    let error = outbox.send(group(), "three").unwrap_err();
    assert!(matches!(error, groupme_client::Error::OutboxClosed));
    assert!(outbox.is_empty());
    eventually(outbox.close()).await;
}

#[tokio::test(start_paused = true)]
async fn an_outbox_is_closed_soon_although_a_request_has_no_answer() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let server = Server::new(|_, _| Answer::Silence);
    let outbox = Outbox::open(&server.handle(), FileOutbox::open(&path).unwrap())
        .await
        .unwrap();
    let queued = outbox.send(group(), "one").unwrap();
    while server.tries().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let begun = Instant::now();
    outbox.close().await;
    assert!(begun.elapsed() < Duration::from_secs(6));
    assert!(matches!(queued.await, Err(OutboxError::Stopped)));
    assert_eq!(FileOutbox::open(&path).unwrap().load().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_has_become_too_old_is_given_up_and_the_next_one_follows() {
    let server = Server::new(|text, before| match text {
        "old" => Answer::Status(503),
        // It waits for the old one, and is young enough after that.
        _ if before == 0 => Answer::Sent,
        _ => Answer::Status(503),
    });
    let builder = Outbox::builder(&server.handle()).max_age(Duration::from_mins(1));
    let outbox = builder.in_memory().unwrap();
    let begun = Instant::now();
    let old = outbox.send(group(), "old").unwrap();
    tokio::time::sleep(Duration::from_secs(50)).await;
    let young = outbox.send(group(), "young").unwrap();
    assert!(matches!(eventually(old).await, Err(OutboxError::TooOld)));
    assert_eq!(begun.elapsed().as_secs(), 60);
    eventually(young).await.unwrap();
    assert_eq!(server.texts(), ["young"]);
}

#[tokio::test(start_paused = true)]
async fn the_age_of_a_message_counts_from_before_the_restart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let line = |guid: &str, more: Value| {
        let mut message = json!({"guid": guid, "conversation": "1835", "draft": {"text": guid, "attachments": []}});
        message
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        format!("{}\n", json!({ "add": message }))
    };
    // One of long ago, and one of a version that kept no times.
    let lines = [
        line("old", json!({"queued_at": 1_000})),
        line("unknown", json!({})),
    ];
    std::fs::write(&path, lines.concat()).unwrap();
    let server = Server::new(|_, _| Answer::Sent);
    let builder = Outbox::builder(&server.handle()).max_age(Duration::from_mins(1));
    let outbox = builder
        .open(FileOutbox::open(&path).unwrap())
        .await
        .unwrap();
    assert_eq!(outbox.len(), 2);
    outbox.send(group(), "new").unwrap();
    eventually(outbox.flush()).await;
    assert_eq!(server.texts(), ["unknown", "new"]);
    outbox.close().await;
    assert_eq!(FileOutbox::open(&path).unwrap().load().unwrap(), []);
}
