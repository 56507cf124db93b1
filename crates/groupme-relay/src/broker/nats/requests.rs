//! Requests to accounts, as messages of NATS.
//!
//! No queue group: NATS would give every other request to a node that is paused, until it notices that minutes
//! later.

use core::time::Duration;

use async_nats::{Client, HeaderMap, HeaderValue, Message, RequestErrorKind, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt as _;

use super::header;
use crate::{
    AccountName, Asked, BrokerError, ErrorCode, Request, RequestError, Requests, chain,
    request::read_answer,
};

/// Requests to one account, over NATS.
#[derive(Debug)]
pub struct NatsRequests {
    account: AccountName,
    client: Client,
    messages: Subscriber,
}

/// Takes the requests to an account.
pub(super) async fn take(
    client: &Client,
    account: &AccountName,
) -> Result<NatsRequests, BrokerError> {
    let subject = account.request_subject("*");
    let messages = client.subscribe(subject).await;
    Ok(NatsRequests {
        account: account.clone(),
        client: client.clone(),
        messages: messages.map_err(|error| BrokerError::new("take requests", error))?,
    })
}

impl Requests for NatsRequests {
    async fn next(&mut self) -> Option<Asked> {
        loop {
            let message = self.messages.next().await?;
            // Without a reply subject there is nobody to tell about an error.
            if let Some(reply) = message.reply.clone() {
                let client = self.client.clone();
                let request = read(&self.account, message);
                return Some(Asked::new(request, move |answer| {
                    tokio::spawn(async move {
                        if let Err(error) = client.publish(reply, answer).await {
                            let error = chain(&error);
                            tracing::debug!(error, "an answer is not sent");
                        }
                    });
                }));
            }
        }
    }
}

fn read(account: &AccountName, message: Message) -> Request {
    let headers = message.headers.unwrap_or_default();
    let verb = message.subject.rsplit('.').next().unwrap_or_default();
    Request {
        account: account.clone(),
        verb: verb.into(),
        source_guid: header(&headers, GUID).map(Box::from),
        deadline: header(&headers, DEADLINE)
            .and_then(|text| text.parse().ok())
            .map(Duration::from_millis),
        body: message.payload,
    }
}

/// Sends a request and waits for its answer.
pub(super) async fn send(
    client: &Client,
    request: &Request,
    now: Duration,
) -> Result<Bytes, RequestError> {
    let mut headers = HeaderMap::new();
    if let Some(guid) = &request.source_guid {
        let guid: HeaderValue = guid.parse().map_err(|_| {
            let message = "the source_guid has a line break: use a UUID";
            RequestError::new(ErrorCode::Malformed, message)
        })?;
        headers.insert(GUID, guid);
    }
    if let Some(deadline) = request.deadline {
        headers.insert(DEADLINE, deadline.as_millis().to_string());
    }
    let wait = match request.deadline {
        Some(deadline) => deadline.saturating_sub(now) + GRACE,
        None => LONGEST,
    };
    let message = async_nats::Request::new()
        .headers(headers)
        .payload(request.body.clone())
        .timeout(Some(wait));
    let subject = request.account.request_subject(&request.verb);
    match client.send_request(subject, message).await {
        Ok(answer) => read_answer(&answer.payload),
        Err(error) if error.kind() == RequestErrorKind::NoResponders => {
            let message = format!(
                "no node holds {} right now: repeat the request; if that lasts, look at `groupme-relay account list`",
                request.account
            );
            Err(RequestError::new(ErrorCode::NoOwner, message))
        }
        Err(error) => Err(RequestError::new(ErrorCode::NoAnswer, chain(&error)).after_an_attempt()),
    }
}

const GUID: &str = "Gm-Source-Guid";
const DEADLINE: &str = "Gm-Deadline";

/// Time for the answer of a request that reaches its deadline.
const GRACE: Duration = Duration::from_millis(500);

/// Longest time to wait for the answer to a request without a deadline.
const LONGEST: Duration = Duration::from_secs(10);
