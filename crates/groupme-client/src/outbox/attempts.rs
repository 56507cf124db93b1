//! Attempts to send a message of an outbox.

use core::time::Duration;

use groupme_model::SourceGuid;
use groupme_rest::{Error as RestError, Sent};
use tokio::{sync::watch, time::sleep};

use super::{Entry, Expiry, OutboxError, OutboxMessage};
use crate::{Handle, SendError, once};

/// End of the attempts.
pub(super) enum Outcome {
    /// The message is sent or given up.
    Done(Result<Sent, OutboxError>),
    /// The outbox ends before.
    Stopped,
}

/// Sends a message, for as long as that takes.
pub(super) async fn send(
    handle: Handle,
    entry: Entry,
    mut stop: watch::Receiver<bool>,
) -> (Entry, Outcome) {
    let message = &entry.message;
    let guid = SourceGuid::from(message.guid.as_str());
    let mut backoff = FIRST_WAIT;
    let mut is_retry = entry.is_retry;
    let mut failures = 0;
    loop {
        if entry.expires.is_some_and(Expiry::is_over) {
            return (entry, Outcome::Done(Err(OutboxError::TooOld)));
        }
        let result = tokio::select! {
            result = attempt(&handle, message, &guid, is_retry) => result,
            // If the request still arrives, the next start finds the message.
            () = stopped_for(&mut stop, GRACE) => return (entry, Outcome::Stopped),
        };
        let error = match result {
            Ok(sent) => return (entry, Outcome::Done(Ok(sent))),
            Err(error) => error,
        };
        failures = if is_internal(&error) { failures + 1 } else { 0 };
        if refuses_the_message(&error) || failures == MAX_FAILURES {
            let found = arrived(&handle, message, &guid, &error).await;
            return (entry, Outcome::Done(found.ok_or(error.into())));
        }
        // The failure is that of the call's last request: an earlier one may have arrived.
        is_retry = true;
        let wait = retry_after(&error).max(backoff);
        let left = entry.expires.map(Expiry::left);
        let wait = left.map_or(wait, |left| wait.min(left));
        report(message, &error, wait);
        tokio::select! {
            () = sleep(wait) => {}
            () = stopped(&mut stop) => return (entry, Outcome::Stopped),
        }
        backoff = (backoff * 2).min(LONGEST_WAIT);
    }
}

/// Waits until the outbox is to end.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // The last outbox was dropped without being closed.
        core::future::pending::<()>().await;
    }
}

/// Waits until this time after the outbox was to end.
async fn stopped_for(stop: &mut watch::Receiver<bool>, time: Duration) {
    stopped(stop).await;
    sleep(time).await;
}

/// Sends a message once. Before a retry, looks for the message of an earlier attempt, which GroupMe
/// may have forgotten.
async fn attempt(
    handle: &Handle,
    message: &OutboxMessage,
    guid: &SourceGuid,
    is_retry: bool,
) -> Result<Sent, SendError> {
    if is_retry {
        let rest = handle.rest().ok_or(SendError::NoRest)?;
        let here = &message.conversation;
        let found = match once::question(guid) {
            Some(question) => rest.find_sent_after(here, guid, question).await?,
            None => rest.find_sent(here, guid).await?,
        };
        if let Some(found) = found {
            return Ok(Sent::Duplicate(Box::new(found)));
        }
    }
    let draft = message.draft.clone();
    handle
        .send_as(&message.conversation, draft, guid.clone())
        .await
}

/// Looks for a message that is given up, if an attempt before the last one of the call may have arrived:
/// whoever sends a message again that is there sends it twice.
async fn arrived(
    handle: &Handle,
    message: &OutboxMessage,
    guid: &SourceGuid,
    error: &SendError,
) -> Option<Sent> {
    let SendError::Rest(error) = error else {
        return None;
    };
    let rest = handle.rest().filter(|_| !error.was_not_processed())?;
    let found = rest.find_sent(&message.conversation, guid).await;
    Some(Sent::Duplicate(Box::new(found.ok()??)))
}

/// Returns whether the failure is this message's, and not one of the token, the account, the network or
/// the server.
fn refuses_the_message(error: &SendError) -> bool {
    match error {
        SendError::Rest(error) => matches!(
            error,
            RestError::Misuse { .. }
                | RestError::Draft(_)
                | RestError::NotFound(_)
                | RestError::Conflict(_)
                | RestError::BadRequest(_)
        ),
        SendError::NoRest | SendError::NoConversation | SendError::NoMessage => true,
    }
}

/// Returns whether GroupMe fails in a way that may be the message's fault.
fn is_internal(error: &SendError) -> bool {
    matches!(error, SendError::Rest(RestError::Server(error)) if error.status == 500)
}

fn retry_after(error: &SendError) -> Duration {
    let SendError::Rest(error) = error else {
        return Duration::ZERO;
    };
    error.retry_after().unwrap_or_default()
}

/// Logs why a message waits; failures that do not pass by themselves as warnings.
fn report(message: &OutboxMessage, error: &SendError, wait: Duration) {
    let conversation = &message.conversation;
    if matches!(error, SendError::Rest(error) if error.is_transient()) {
        tracing::debug!(%conversation, %error, ?wait, "a message of the outbox waits");
    } else {
        tracing::warn!(%conversation, %error, ?wait, "a message of the outbox waits");
    }
}

/// Wait after the first failure.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// Longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_mins(2);
/// Time for requests under way when the outbox is closed.
const GRACE: Duration = Duration::from_secs(5);
/// Internal errors in a row after which a message is given up: after 28 minutes.
const MAX_FAILURES: u32 = 20;
