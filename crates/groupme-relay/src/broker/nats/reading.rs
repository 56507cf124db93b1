//! Reading of many messages with one request: direct get in batches.

use core::time::Duration;

use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::json;
use tokio::time::timeout;

use super::header;
use crate::BrokerError;

/// Message that was read.
pub(super) struct Read {
    pub(super) subject: String,
    pub(super) sequence: u64,
    pub(super) headers: HeaderMap,
    pub(super) payload: Bytes,
}

/// Reads the messages of a stream after a sequence whose subject fits a filter, in order, 256 at most.
pub(super) async fn after(
    client: &Client,
    stream: &str,
    filter: &str,
    after: u64,
) -> Result<Vec<Read>, BrokerError> {
    let failed = |error: Box<dyn core::error::Error + Send + Sync>| {
        BrokerError::new("read a batch of messages", error)
    };
    let inbox = client.new_inbox();
    let mut answers = client
        .subscribe(inbox.clone())
        .await
        .map_err(|error| failed(error.into()))?;
    let request = json!({ "seq": after + 1, "next_by_subj": filter, "batch": BATCH });
    client
        .publish_with_reply(
            format!("$JS.API.DIRECT.GET.{stream}"),
            inbox,
            request.to_string().into(),
        )
        .await
        .map_err(|error| failed(error.into()))?;
    let mut all = Vec::new();
    loop {
        let answer = timeout(TIMEOUT, answers.next())
            .await
            .map_err(|error| failed(error.into()))?
            .ok_or_else(|| failed("the connection ended".into()))?;
        match answer.status.map(|status| status.as_u16()) {
            None => {}
            // The end of the batch, or no message at all.
            Some(204 | 404) => return Ok(all),
            Some(status) => {
                let description = answer.description.unwrap_or_default();
                return Err(failed(format!("status {status} {description}").into()));
            }
        }
        let headers = answer.headers.unwrap_or_default();
        let subject = header(&headers, "Nats-Subject").map(str::to_owned);
        let sequence = header(&headers, "Nats-Sequence").and_then(|text| text.parse().ok());
        let (Some(subject), Some(sequence)) = (subject, sequence) else {
            return Err(failed("an answer without subject or sequence".into()));
        };
        all.push(Read {
            subject,
            sequence,
            headers,
            payload: answer.payload,
        });
    }
}

/// Messages in an answer.
const BATCH: u32 = 256;

/// Longest time without an answer.
const TIMEOUT: Duration = Duration::from_secs(2);
