//! Figures of requests, for the facade `metrics`.

use http::StatusCode;
use metrics::{counter, histogram};
use tokio::time::Instant;

use crate::{CallName, Error};

/// Counts a request that began at a time, by the name of its call and its outcome: the status, or
/// the kind of failure.
pub(crate) fn count(call: &CallName, began: Instant, outcome: Result<StatusCode, &Error>) {
    let outcome = match outcome {
        Ok(status) => status.as_str().to_owned(),
        Err(Error::TimedOut { .. }) => "timeout".to_owned(),
        Err(Error::Oversize { .. }) => "oversize".to_owned(),
        Err(_) => "network".to_owned(),
    };
    let call = call.to_string();
    histogram!("groupme_rest_request_seconds", "call" => call.clone()).record(began.elapsed());
    counter!("groupme_rest_requests_total", "call" => call, "outcome" => outcome).increment(1);
}
