//! The feed's requests to REST, each in a task of its own.

use core::task::{Context, Poll};

use groupme_account::{Account, Lookup};
use groupme_delivery::{Failure, Request, RequestId, Response};
use tokio::task::{Id, JoinSet};

use crate::rest::Rest;

/// Requests in flight.
pub(crate) struct Requests {
    rest: Rest,
    tasks: JoinSet<(RequestId, Result<Response, Failure>)>,
    /// Request of each task. A task that panics does not return its own.
    in_flight: Vec<(Id, RequestId)>,
}

impl Requests {
    pub(crate) fn new(rest: Rest) -> Self {
        Self {
            rest,
            tasks: JoinSet::new(),
            in_flight: Vec::new(),
        }
    }

    /// Sends the account's requests.
    pub(crate) fn send(&mut self, account: &mut Account) {
        while let Some((id, request)) = account.poll_request() {
            tracing::debug!(?request, "requesting");
            let client = self.rest.client();
            let task = self
                .tasks
                .spawn(async move { (id, fetch(&client, &request).await) });
            self.in_flight.push((task.id(), id));
        }
    }

    /// Polls for the next response. A panic in a request fails only that request.
    pub(crate) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<(RequestId, Result<Response, Failure>)> {
        // Looked at before every event: the set itself takes a lock.
        if self.in_flight.is_empty() {
            return Poll::Pending;
        }
        while let Poll::Ready(Some(joined)) = self.tasks.poll_join_next_with_id(context) {
            match joined {
                Ok((task, response)) => {
                    self.in_flight.retain(|(other, _)| *other != task);
                    return Poll::Ready(response);
                }
                Err(error) => {
                    let task = error.id();
                    tracing::error!(%error, "a request panicked");
                    let at = self.in_flight.iter().position(|(id, _)| *id == task);
                    if let Some(at) = at {
                        let (_, id) = self.in_flight.swap_remove(at);
                        return Poll::Ready((id, Err(Failure::Internal)));
                    }
                }
            }
        }
        Poll::Pending
    }
}

async fn fetch(client: &groupme_rest::Client, request: &Request) -> Result<Response, Failure> {
    let lookup = Lookup::new(request).ok_or(Failure::Refused)?;
    let log = |error: &groupme_rest::Error| tracing::debug!(?request, %error, "no response");
    lookup.send(client, log).await
}
